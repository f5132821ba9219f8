# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
#
# "make help" lists the targets. Everything is built below .output/.
#
# As root the build runs as another user (tests/tools/as-build-user tells who), so
# that no file of root's is left in a user's clone; AS_SELF=1 turns that off.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

comma := ,
# By the names that libbpf's headers have for machines.
HOST_ARCH := $(shell uname -m | sed -e 's/x86_64/x86/' -e 's/i.86/x86/' -e 's/^arm.*/arm/' \
	-e 's/aarch64/arm64/' -e 's/ppc64.*/powerpc/' -e 's/s390x/s390/' -e 's/riscv64/riscv/' \
	-e 's/loongarch64/loongarch/')
ARCH ?= $(HOST_ARCH)
CROSS := $(filter-out $(HOST_ARCH),$(ARCH))
TRIPLE := $(if $(CROSS),$(patsubst $(ARCH):%,%,$(filter $(ARCH):%,x86:x86_64-linux-gnu arm64:aarch64-linux-gnu)))
ifneq ($(CROSS),$(if $(TRIPLE),$(CROSS)))
$(error pagewatch: no cross build for ARCH=$(ARCH) (known: x86, arm64))
endif
CROSS_COMPILE ?= $(addsuffix -,$(TRIPLE))

ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
ifeq ($(origin LD),default)
LD := $(CROSS_COMPILE)ld
endif
ifeq ($(origin AR),default)
AR := $(CROSS_COMPILE)ar
endif
CLANG ?= clang
LLVM_STRIP ?= llvm-strip
OBJCOPY ?= $(CROSS_COMPILE)objcopy
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
# Another machine's libraries are Debian's, of that architecture, here or below SYSROOT.
TARGET_ROOT := $(if $(CROSS),$(SYSROOT))
PKG_CONFIG ?= $(if $(CROSS),env PKG_CONFIG_SYSROOT_DIR=$(TARGET_ROOT) \
	PKG_CONFIG_LIBDIR=$(TARGET_ROOT)/usr/lib/$(TRIPLE)/pkgconfig:$(TARGET_ROOT)/usr/share/pkgconfig) pkg-config
TARGET_CFLAGS := $(if $(TARGET_ROOT),--sysroot=$(TARGET_ROOT) \
	-isystem $(TARGET_ROOT)/usr/include/$(TRIPLE) -isystem $(TARGET_ROOT)/usr/include)
TARGET_LDFLAGS := $(if $(TARGET_ROOT),--sysroot=$(TARGET_ROOT) -L$(TARGET_ROOT)/usr/lib/$(TRIPLE) \
	-Wl$(comma)-rpath-link$(comma)$(TARGET_ROOT)/usr/lib/$(TRIPLE):$(TARGET_ROOT)/lib/$(TRIPLE))
SCDOC ?= scdoc
PYTHON ?= /usr/bin/python3
INSTALL ?= install
PREFIX ?= /usr/local
O ?= .output$(addprefix /,$(CROSS))
FUZZ_SECONDS ?= 30
Q := $(if $(V),,@)

# Objects of different compilers and of sanitized builds never mix.
VARIANT := $(notdir $(firstword $(CC)))$(if $(SANITIZE),-sanitize)
OBJ := $(O)/obj/$(VARIANT)
PROGRAM := $(if $(filter $(CROSS_COMPILE)gcc,$(VARIANT)),$(O),$(OBJ))/pagewatch
STATIC := $(dir $(PROGRAM))static/pagewatch

# Sanitized code is compiled twice as fast so, and reports still have lines.
CFLAGS ?= $(if $(SANITIZE),-O1 -g1,-O2 -g)
SANITIZE_FLAGS := $(if $(SANITIZE),-fsanitize=address$(comma)undefined \
	-fno-sanitize-recover=undefined -fno-omit-frame-pointer)
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Iuser -I. -I$(O) -Wall -Wextra -Wshadow \
	-Wstrict-prototypes $(if $(WERROR),-Werror) $(SANITIZE_FLAGS) $(TARGET_CFLAGS) $(CFLAGS)
ALL_LDFLAGS := $(SANITIZE_FLAGS) $(TARGET_LDFLAGS) $(LDFLAGS)

# Looked up when a link needs them; the rule for $(O)/tools says in words what is missing.
# libiberty has no .pc file.
PACKAGES := libdw libelf zlib mxml ncursesw sqlite3
LIBS = $(shell $(PKG_CONFIG) --libs $(PACKAGES)) -liberty
BPF_LIBS = $(shell $(PKG_CONFIG) --libs libbpf $(PACKAGES)) -liberty
# Those of cairo that a picture needs: its .pc file names X11 and GLib as well.
STATIC_LIBS = -Wl,--start-group $(shell $(PKG_CONFIG) --static --libs libbpf $(PACKAGES) libpng freetype2 \
	fontconfig pixman-1) -lcairo -liberty -Wl,--end-group -lm -lpthread
CMOCKA_LIBS = $(shell $(PKG_CONFIG) --libs cmocka)

# clang's own, and those of the machine that it is for: asm/ptrace.h is different on each.
BPF_INCLUDES = $(shell $(CLANG) -v -E - </dev/null 2>&1 | \
	sed -n '/<...> search starts here:/,/End of search list./{$(if $(CROSS),/.lib.clang./)s| \(/.*\)|-idirafter \1|p}') \
	$(if $(CROSS),$(addprefix -idirafter ,$(wildcard $(TARGET_ROOT)/usr/include/$(TRIPLE) /usr/$(TRIPLE)/include) /usr/include))
BPF_CFLAGS = -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Wno-unused-parameter \
	$(if $(WERROR),-Werror) -ffile-prefix-map=$(CURDIR)=. \
	-D__TARGET_ARCH_$(ARCH) -Ivmlinux -Ibpf -Iuser -I. $(BPF_INCLUDES)

# What needs libbpf stays out of the archive that the unit tests link: that they
# link at all is the proof of the layering.
room_c = $(wildcard user/$(1)/*.c user/$(1)/*/*.c)
KERNEL_C := $(filter-out %/chunk_places.c %/kernel_features.c %/kernel_limits.c,$(wildcard user/collect/kernel/*.c))
# In the static program alone.
STATIC_C := user/render/chart_cairo_linked.c
PURE_C := $(filter-out $(KERNEL_C) $(STATIC_C),$(foreach r,base collect control arrays model render live lib store,$(call room_c,$(r))))
TOP_C := $(foreach r,engine commands,$(call room_c,$(r))) $(wildcard user/main.c)
UNIT_C := $(wildcard tests/unit/test_*.c)
# Those of engine/ and commands/ have all of the program but main.c.
TOP_UNIT_C := $(wildcard tests/unit/test_engine_*.c tests/unit/test_commands_*.c)
UNIT_HELPER_C := $(filter-out $(UNIT_C),$(wildcard tests/unit/*.c))
RANDOM_C := $(wildcard tests/workload/random*.c)
SIGNALS_C := tests/workload/signals.c
CONTROL_C := tests/workload/control.c
CHURN_C := tests/workload/churn.c
HEAP_C := $(wildcard tests/workload/heap*.c)
WORKLOAD_C := $(filter-out $(RANDOM_C) $(SIGNALS_C) $(CONTROL_C) $(CHURN_C) $(HEAP_C),$(wildcard tests/workload/*.c))
FUZZ_C := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_OBJ := $(O)/obj/fuzz

objects = $(patsubst %.c,$(OBJ)/%.o,$(1))
PURE_A := $(OBJ)/libpure.a
TOP_A := $(OBJ)/libtop.a
UNIT_TESTS := $(patsubst tests/unit/%.c,$(OBJ)/tests/unit/%,$(UNIT_C))
TOP_UNIT_TESTS := $(patsubst tests/unit/%.c,$(OBJ)/tests/unit/%,$(TOP_UNIT_C))
WORKLOADS := $(addprefix $(O)/tests/,workload random signals control churn heap)
FUZZERS := $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(FUZZ_C))
BENCHES := $(addprefix $(O)/bench/,subject empty_tp scan_cost python_cost lifetimes nothing)
MAN := $(O)/pagewatch.8
SHELLS := bash zsh fish
COMPLETION := $(addprefix $(O)/pagewatch.,$(SHELLS))
# The program made here, or one that runs here, where that is for another machine.
GENERATE ?= $(PROGRAM)

include user/lib/lib.mk
include user/python/python.mk

# As root, outside a build: hand the build to its user, keep the rest.
AS_BUILD_USER := tests/tools/as-build-user
BUILDS := all static deb unit unit-programs workloads fuzz fuzz-programs bench-programs man wheel
ROOT := $(if $(AS_SELF),,$(filter 0,$(shell id -u)))

.PHONY: $(BUILDS) deps deps-kernels deps-if-root demo-deps-if-root check check-long check-kernels docs-kernels seeds demo docs-outputs pictures bench lint format pyoff install uninstall clean \
	help FORCE

ifneq ($(ROOT),)

# Two goals handed over at once would build the same files twice.
.NOTPARALLEL:

$(BUILDS):
	+$(Q)O=$(O) $(AS_BUILD_USER) $(MAKE) --no-print-directory $@

else

all: $(PROGRAM) $(LIBRARIES)
static: $(STATIC)

deb:
	$(Q)O=$(O) tests/tools/build-deb


unit: $(UNIT_TESTS)
	$(Q)tests/tools/run-cmocka $^

unit-programs: $(UNIT_TESTS)
workloads: $(WORKLOADS)
man: $(MAN) $(COMPLETION)
wheel: $(WHEEL)
fuzz-programs: $(FUZZERS)
bench-programs: $(BENCHES)

fuzz: $(FUZZERS)
	$(Q)tests/tools/run-fuzzers $(FUZZ_SECONDS) $^

endif

help:
	@sed -n 's/^#: //p' Makefile

#: make              the program, as .output/pagewatch, and libpagewatch
#: make static       the program as one file that needs no library: .output/static/pagewatch
#: make deb          the Debian packages, in .output/deb
#: make deps         install the Debian packages for build, tests and benchmarks (root)
#: make deps-kernels  install those for check-kernels (root)
#: make check        build with gcc and clang, lint, unit and integration tests (all: as root)
#: make check-long   the same with the long suites
#: make check-kernels  tests on other kernels, in emulated machines (KERNELS="6.1 ..." or ci, JOBS=N)
#: make docs-kernels  the same with all of them, and write the tables of docs/KERNELS.md
#: make unit         only the unit tests
#: make docs-outputs  rewrite the outputs in README, COOKBOOK and TOUR (root)
#: make pictures     remake the pictures of README (root)
#: make seeds        run the claims of docs/SEEDS.md and write its table (root)
#: make demo         watch a real numpy program (root)
#: make bench        measure, print a table, write .output/bench.json (root)
#: make lint         layers, sizes, format, licences
#: make format       clang-format all C files in place
#: make pyoff        generate the tables of CPython's layouts from the headers in the pyenv root
#:                   (and from those in PYTHON_INCLUDES, folders with Python.h)
#: make fuzz         fuzz the parsers, FUZZ_SECONDS=30 each
#: make wheel        the Python package as wheel and sdist in .output/dist (tools from PyPI)
#: make install      install below $(DESTDIR)$(PREFIX), PREFIX=/usr/local
#: make uninstall    remove the same files
#: make clean        remove .output
#:
#: Variables: V=1 (show commands), WERROR=1, SANITIZE=1 (ASan and UBSan), CC=gcc|clang,
#: CFLAGS, LDFLAGS, O=DIR instead of .output, AS_SELF=1 (as root: build as root),
#: ARCH=arm64 (with Debian's cross compiler, into .output/arm64), SYSROOT=DIR (that machine's libraries),
#: GENERATE=PROGRAM (a pagewatch of this machine, for the man page of a cross build),
#: FILE_CAPS=1 (make install, as root: the program has capabilities, and mode 0750 for the group
#: pagewatch, or FILE_CAPS_GROUP).

deps:
	@tests/tools/install-deps

deps-kernels:
	@tests/tools/install-deps kernels

deps-if-root:
	@if [ "$$(id -u)" = 0 ]; then tests/tools/install-deps; fi

demo-deps-if-root:
	@if [ "$$(id -u)" = 0 ]; then tests/tools/install-deps demo; fi

check: deps-if-root
	+$(Q)MAKE="$(MAKE)" O=$(O) $(PYTHON) -B tests/tools/check

check-long: deps-if-root
	+$(Q)MAKE="$(MAKE)" O=$(O) $(PYTHON) -B tests/tools/check --long

check-kernels:
	@if [ "$$(id -u)" = 0 ]; then tests/tools/install-deps kernels; fi
	+$(Q)$(MAKE) --no-print-directory all
	+$(Q)$(MAKE) --no-print-directory static
	+$(Q)$(MAKE) --no-print-directory workloads
	$(Q)O=$(O) KERNELS="$(KERNELS)" JOBS="$(JOBS)" $(PYTHON) -B tests/tools/check-kernels

docs-kernels:
	+$(Q)PAGEWATCH_WRITE_DOCS=1 $(MAKE) --no-print-directory check-kernels KERNELS=

seeds: deps-if-root
	+$(Q)$(MAKE) --no-print-directory all
	$(Q)O=$(O) $(PYTHON) -B tests/integration/numpy2.py
	$(Q)O=$(O) $(PYTHON) -B tests/seeds/run

# As the tests run them, so that both know the same processes.
docs-outputs: deps-if-root
	+$(Q)$(MAKE) --no-print-directory all
	$(Q)cd tests/integration && O=$(O) PAGEWATCH_WRITE_DOCS=1 PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m pytest -q \
		-p no:cacheprovider -c /dev/null --rootdir ../.. test_docs.py

pictures: deps-if-root
	+$(Q)$(MAKE) --no-print-directory all
	$(Q)O=$(O) $(PYTHON) -B tests/tools/pictures

demo: demo-deps-if-root
	+$(Q)$(MAKE) --no-print-directory all
	$(Q)O=$(O) tests/tools/demo

bench: deps-if-root
	+$(Q)$(MAKE) --no-print-directory all
	+$(Q)$(MAKE) --no-print-directory bench-programs
	$(Q)O=$(O) $(PYTHON) -B tests/bench/bench

lint:
	$(Q)tests/tools/lint

format:
	$(Q)find user bpf vmlinux tests -name '*.[ch]' -exec clang-format --style=file -i {} +

pyoff:
	$(Q)$(PYTHON) -B tests/tools/python-layout $(PYTHON_INCLUDES)

# --- building

# Says which package is missing before a compiler does.
$(O)/tools:
	@mkdir -p $(@D)
	@set -e; \
	need() { echo "pagewatch: $$1 not found: apt-get install $$2 (or: sudo make deps)" >&2; exit 1; }; \
	command -v $(firstword $(CC)) >/dev/null || need $(firstword $(CC)) $(firstword $(CC)); \
	command -v $(CLANG) >/dev/null || need $(CLANG) clang; \
	command -v $(LLVM_STRIP) >/dev/null || need $(LLVM_STRIP) llvm; \
	command -v $(BPFTOOL) >/dev/null || need bpftool bpftool; \
	command -v $(PKG_CONFIG) >/dev/null || need pkg-config pkg-config; \
	for pair in libbpf:libbpf-dev libelf:libelf-dev libdw:libdw-dev zlib:zlib1g-dev \
		mxml:libmxml-dev ncursesw:libncurses-dev sqlite3:libsqlite3-dev \
		cairo:libcairo2-dev; do \
		$(PKG_CONFIG) --exists $${pair%:*} || need $${pair%:*} $${pair#*:}; \
	done; \
	printf '%s\n' '#include <libiberty/demangle.h>' | $(CC) $(TARGET_CFLAGS) -E - >/dev/null 2>&1 || \
		need libiberty libiberty-dev
	@touch $@

# Changes when the flags do, and takes the objects along.
FLAGS_NOW := $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)
$(OBJ)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' > $@

# An object is whole at any time: lint-circles may read them while they are made anew.
$(OBJ)/%.o: %.c $(OBJ)/flags | $(O)/tools
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC      $<")
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -c $< -o $@.new
	$(Q)mv $@.new $@

$(O)/pagewatch.bpf.o: bpf/pagewatch.bpf.c | $(O)/tools
	@mkdir -p $(@D)
	$(if $(V),,@echo "  BPF     $<")
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MF $(@:.o=.d) -c $< -o $@
	$(Q)$(LLVM_STRIP) -g $@

$(O)/pagewatch.skel.h: $(O)/pagewatch.bpf.o
	$(if $(V),,@echo "  SKEL    $@")
	$(Q)$(BPFTOOL) gen skeleton $< name pagewatch_bpf > $@

# The page of --html: its files as lists of bytes, and the policy that lets its script and style run
# by their hashes.
HTML := $(O)/html
HTML_JS := $(patsubst %,user/render/html/%.js,nodes pages heat words state table grid shape opened \
	header page)
as_bytes = od -An -v -tu1 $(1) | sed 's/[0-9][0-9]*/&,/g' > $(2)
hash_of = $$(env printf "$$(sha256sum $(1) | cut -c1-64 | sed 's/../\\x&/g')" | base64)

$(HTML)/report.js: $(HTML_JS) Makefile
	@mkdir -p $(@D)
	$(Q)cat $(HTML_JS) > $@

$(HTML)/report.%: user/render/html/report.%
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(HTML)/policy: $(HTML)/report.js $(HTML)/report.css
	$(Q)printf "default-src 'none'; script-src 'sha256-%s'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'" \
		"$(call hash_of,$(HTML)/report.js)" "$(call hash_of,$(HTML)/report.css)" > $@

$(HTML)/%.inc: $(HTML)/%
	$(Q)$(call as_bytes,$<,$@)

HTML_INC := $(addprefix $(HTML)/,report.js.inc report.css.inc report.html.inc policy.inc)
$(OBJ)/user/render/html_files.o $(FUZZ_OBJ)/user/render/html_files.o: $(HTML_INC)
.PRECIOUS: $(HTML)/report.% $(HTML)/%.inc

# The one file that sees the skeleton; -MMD finds it only after a first build.
$(call objects,$(KERNEL_C)): $(O)/pagewatch.skel.h

$(PURE_A): $(call objects,$(PURE_C))
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(PROGRAM): $(call objects,$(TOP_C) $(KERNEL_C)) $(PURE_A)
	$(if $(V),,@echo "  LINK    $@")
	$(Q)$(CC) $(ALL_CFLAGS) $^ $(ALL_LDFLAGS) $(BPF_LIBS) -lpthread -o $@

# One file that needs nothing of the machine's libraries. What the linker warns of: users that are not
# in /etc/passwd, and SQLite's extensions, which nothing loads.
$(STATIC): $(call objects,$(TOP_C) $(KERNEL_C) $(STATIC_C)) $(PURE_A)
	@mkdir -p $(@D)
	@[ -e "$$($(CC) $(TARGET_CFLAGS) -print-file-name=libpixman-1.a)" ] || { \
		echo "pagewatch: no static pixman here (Debian 12 has it, Debian 13 does not)" >&2; exit 1; }
	$(if $(V),,@echo "  STATIC  $@")
	$(Q)$(CC) $(ALL_CFLAGS) -static -s $^ $(ALL_LDFLAGS) $(STATIC_LIBS) -o $@

$(TOP_A): $(call objects,$(filter-out user/main.c,$(TOP_C)) $(KERNEL_C))
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(TOP_UNIT_TESTS): $(TOP_A)
$(UNIT_TESTS): %: %.o $(call objects,$(UNIT_HELPER_C)) $(PURE_A)
	$(if $(V),,@echo "  LINK    $@")
	$(Q)$(CC) $(ALL_CFLAGS) $(filter %.o,$^) $(filter $(TOP_A),$^) $(PURE_A) $(ALL_LDFLAGS) \
		$(CMOCKA_LIBS) $(if $(filter $(TOP_A),$^),$(BPF_LIBS),$(LIBS)) -lm -lpthread -o $@

$(O)/tests/workload: $(call objects,$(WORKLOAD_C))
$(O)/tests/heap: $(call objects,$(HEAP_C))
$(call objects,$(HEAP_C)): ALL_CFLAGS += -fno-builtin
$(O)/tests/random: $(call objects,$(RANDOM_C) tests/workload/books.c)
$(O)/tests/signals: $(call objects,$(SIGNALS_C))
$(O)/tests/control: $(call objects,$(CONTROL_C))
$(O)/tests/churn: $(call objects,$(CHURN_C))
$(WORKLOADS):
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK    $@")
	$(Q)$(CC) $(ALL_CFLAGS) $^ $(ALL_LDFLAGS) -lpthread -o $@

# What undefined behaviour finds ends a fuzzer, as all else that it finds.
FUZZ_CFLAGS = $(filter-out -fsanitize%,$(ALL_CFLAGS)) -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined
$(FUZZ_OBJ)/%.o: %.c | $(O)/tools
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC      $< (fuzz)")
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@

$(FUZZ_OBJ)/libpure.a: $(patsubst %.c,$(FUZZ_OBJ)/%.o,$(PURE_C))
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(O)/fuzz/fuzz_moment $(O)/fuzz/fuzz_recording: $(FUZZ_OBJ)/tests/unit/sample_moment.o
$(FUZZERS): $(O)/fuzz/%: $(FUZZ_OBJ)/tests/fuzz/%.o $(FUZZ_OBJ)/libpure.a
	@mkdir -p $(@D)
	$(if $(V),,@echo "  FUZZER  $@")
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer $^ $(LIBS) -o $@

$(O)/bench/%.bpf.o: tests/bench/%.bpf.c | $(O)/tools
	@mkdir -p $(@D)
	$(if $(V),,@echo "  BPF     $<")
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(O)/bench/%.skel.h: $(O)/bench/%.bpf.o
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf > $@

$(OBJ)/tests/bench/empty_tp.o: $(O)/bench/empty_tp.skel.h
$(OBJ)/tests/bench/lifetimes.o: $(O)/bench/lifetimes.skel.h
.PRECIOUS: $(O)/bench/%.bpf.o $(O)/bench/%.skel.h

$(O)/bench/subject: $(call objects,tests/bench/subject.c tests/bench/bare.c)
$(O)/bench/lifetimes: $(call objects,tests/bench/lifetimes.c)
$(O)/bench/nothing: $(call objects,tests/bench/nothing.c)
$(O)/bench/empty_tp: $(call objects,tests/bench/empty_tp.c)
$(O)/bench/scan_cost: $(call objects,tests/bench/scan_cost.c tests/bench/bare.c) $(PURE_A)
$(O)/bench/python_cost: $(call objects,tests/bench/python_cost.c) $(PURE_A)
$(BENCHES):
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK    $@")
	$(Q)$(CC) $(ALL_CFLAGS) $(filter %.o %.a,$^) $(ALL_LDFLAGS) $(BPF_LIBS) -o $@

$(MAN): docs/pagewatch.8.scd $(GENERATE)
	@mkdir -p $(@D)
	@command -v $(SCDOC) >/dev/null || { \
		echo "pagewatch: scdoc not found: apt-get install scdoc (or: sudo make deps)" >&2; exit 1; }
	$(Q)$(GENERATE) --generate man > $@.options
	$(Q)sed -e '/^@OPTIONS@$$/{r $@.options' -e 'd}' $< | $(SCDOC) > $@

$(COMPLETION): $(O)/pagewatch.%: $(GENERATE)
	@mkdir -p $(@D)
	$(Q)$(GENERATE) --generate $* > $@

# --- installing what was built

BIN_DIR := $(DESTDIR)$(PREFIX)/bin
MAN_DIR := $(DESTDIR)$(PREFIX)/share/man/man8
DOC_DIR := $(DESTDIR)$(PREFIX)/share/doc/pagewatch
# Where each shell looks; Debian's zsh looks elsewhere for what packages bring.
BASH_DIR ?= $(PREFIX)/share/bash-completion/completions
ZSH_DIR ?= $(PREFIX)/share/zsh/site-functions
FISH_DIR ?= $(PREFIX)/share/fish/vendor_completions.d
# As in the clone: they point to each other, and the man page to them.
DOCS := README.md CHANGELOG.md LICENSE
DOCS_BELOW := $(wildcard docs/*.md docs/*.json)
PICTURES := $(wildcard docs/pictures/*)

# For members of a group, instead of sudo. Nobody else can run the file at any time.
FILE_CAPS_GROUP ?= pagewatch
FILE_CAPS_SET ?= cap_bpf,cap_perfmon,cap_sys_ptrace,cap_dac_read_search
SETCAP ?= $(firstword $(wildcard /usr/sbin/setcap /sbin/setcap) setcap)
install_with_capabilities = \
	getent group $(FILE_CAPS_GROUP) >/dev/null || { \
		echo "pagewatch: no group $(FILE_CAPS_GROUP): groupadd --system $(FILE_CAPS_GROUP)" >&2; \
		exit 1; }; \
	command -v $(SETCAP) >/dev/null || { \
		echo "pagewatch: setcap not found: apt-get install libcap2-bin" >&2; exit 1; }; \
	$(INSTALL) -m 750 -g $(FILE_CAPS_GROUP) $(PROGRAM) $(BIN_DIR)/pagewatch && \
	$(SETCAP) $(FILE_CAPS_SET)+ep $(BIN_DIR)/pagewatch

install:
	+$(Q)$(MAKE) --no-print-directory all
	+$(Q)$(MAKE) --no-print-directory man
	$(Q)$(INSTALL) -d $(BIN_DIR) $(MAN_DIR) $(DOC_DIR)/docs/pictures $(DOC_DIR)/docs/containers \
		$(addprefix $(DESTDIR),$(BASH_DIR) $(ZSH_DIR) $(FISH_DIR))
	$(Q)$(if $(FILE_CAPS),$(install_with_capabilities),$(INSTALL) -m 755 $(PROGRAM) $(BIN_DIR)/pagewatch)
	$(Q)$(INSTALL) -m 644 $(MAN) $(MAN_DIR)/pagewatch.8
	$(Q)$(INSTALL) -m 644 $(O)/pagewatch.bash $(DESTDIR)$(BASH_DIR)/pagewatch
	$(Q)$(INSTALL) -m 644 $(O)/pagewatch.zsh $(DESTDIR)$(ZSH_DIR)/_pagewatch
	$(Q)$(INSTALL) -m 644 $(O)/pagewatch.fish $(DESTDIR)$(FISH_DIR)/pagewatch.fish
	$(Q)$(INSTALL) -m 644 $(DOCS) $(DOC_DIR)/
	$(Q)$(INSTALL) -m 644 $(DOCS_BELOW) $(DOC_DIR)/docs/
	$(Q)$(INSTALL) -m 644 $(wildcard docs/containers/*) $(DOC_DIR)/docs/containers/
	$(Q)$(INSTALL) -m 644 $(PICTURES) $(DOC_DIR)/docs/pictures/
	+$(Q)$(MAKE) --no-print-directory install-lib install-python

uninstall:
	+$(Q)$(MAKE) --no-print-directory uninstall-lib uninstall-python
	$(Q)rm -f $(BIN_DIR)/pagewatch $(MAN_DIR)/pagewatch.8
	$(Q)rm -f $(addprefix $(DESTDIR),$(BASH_DIR)/pagewatch $(ZSH_DIR)/_pagewatch $(FISH_DIR)/pagewatch.fish)
	$(Q)rm -rf $(DOC_DIR)

clean:
	$(Q)rm -rf $(O)

-include $(shell find $(OBJ) $(FUZZ_OBJ) $(O)/pagewatch.bpf.d -name '*.d' 2>/dev/null)
