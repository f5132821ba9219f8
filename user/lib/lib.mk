# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
#
# libpagewatch, part of the Makefile: user/lib/sources lists its files, for the build of the
# Python package as well. Its objects are its own: position-independent, all hidden but
# what libpagewatch.map exports.

LIB_C := $(shell cat user/lib/sources)
LIB_MAP := user/lib/libpagewatch.map
LIB_SONAME := libpagewatch.so.1
LIB_FILE := $(LIB_SONAME).0.0
LIB_O := $(patsubst %.c,$(OBJ)/pic/%.o,$(LIB_C))
LIB_OUT := $(patsubst %/,%,$(dir $(PROGRAM)))
LIBRARIES := $(addprefix $(LIB_OUT)/,$(LIB_FILE) $(LIB_SONAME) libpagewatch.so libpagewatch.a)
VERSION := $(shell sed -n 's/^.define PAGEWATCH_VERSION "\(.*\)"/\1/p' user/version.h)

LIB_DIR ?= $(PREFIX)/lib
LIB_TO := $(DESTDIR)$(LIB_DIR)
INCLUDE_TO := $(DESTDIR)$(PREFIX)/include

$(OBJ)/pic/%.o: %.c $(OBJ)/flags | $(O)/tools
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC PIC  $<")
	$(Q)$(CC) $(ALL_CFLAGS) -fPIC -fvisibility=hidden -MMD -MP -c $< -o $@

$(LIB_OUT)/$(LIB_FILE): $(LIB_O) $(LIB_MAP)
	$(if $(V),,@echo "  SHLIB   $@")
	$(Q)$(CC) $(ALL_CFLAGS) -shared -Wl,-soname,$(LIB_SONAME) -Wl,--version-script,$(LIB_MAP) \
		$(if $(SANITIZE),,-Wl$(comma)-z$(comma)defs) $(LIB_O) $(ALL_LDFLAGS) -lpthread -o $@

$(LIB_OUT)/$(LIB_SONAME) $(LIB_OUT)/libpagewatch.so: $(LIB_OUT)/$(LIB_FILE)
	$(Q)ln -sf $(LIB_FILE) $@

# One object, so that nothing hidden can meet a name of the program it is linked into.
$(LIB_OUT)/libpagewatch.a: $(LIB_O) $(LIB_MAP)
	$(Q)rm -f $@
	$(Q)$(LD) -r $(LIB_O) -o $(OBJ)/pic/libpagewatch.o
	$(Q)$(OBJCOPY) --localize-hidden $(OBJ)/pic/libpagewatch.o
	$(Q)$(AR) rcs $@ $(OBJ)/pic/libpagewatch.o

.PHONY: install-lib uninstall-lib

install-lib:
	$(Q)$(INSTALL) -d $(LIB_TO)/pkgconfig $(INCLUDE_TO)
	$(Q)$(INSTALL) -m 644 $(LIB_OUT)/$(LIB_FILE) $(LIB_OUT)/libpagewatch.a $(LIB_TO)/
	$(Q)ln -sf $(LIB_FILE) $(LIB_TO)/$(LIB_SONAME)
	$(Q)ln -sf $(LIB_SONAME) $(LIB_TO)/libpagewatch.so
	$(Q)$(INSTALL) -m 644 user/lib/pagewatch.h $(INCLUDE_TO)/
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIB_DIR)|' -e 's|@VERSION@|$(VERSION)|' \
		user/lib/pagewatch.pc.in > $(LIB_TO)/pkgconfig/pagewatch.pc
	$(Q)chmod 644 $(LIB_TO)/pkgconfig/pagewatch.pc
	$(Q)[ -n "$(DESTDIR)" ] || [ "$$(id -u)" != 0 ] || ! command -v ldconfig >/dev/null || ldconfig

uninstall-lib:
	$(Q)rm -f $(addprefix $(LIB_TO)/,$(LIB_FILE) $(LIB_SONAME) libpagewatch.so libpagewatch.a)
	$(Q)rm -f $(LIB_TO)/pkgconfig/pagewatch.pc $(INCLUDE_TO)/pagewatch.h
