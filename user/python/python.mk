# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
#
# The Python package, part of the Makefile: a wheel and an sdist in $(O)/dist, built by
# pinned tools of a venv of their own; and what `make install` installs of it.

WHEEL_TOOLS := tests/requirements-wheel.txt
WHEEL_VENV := $(O)/venv-wheel
WHEEL := $(O)/dist/made
WHEEL_SOURCES := README.md LICENSE $(LIB_C) $(wildcard user/lib/* \
	user/python/pyproject.toml user/python/*.py user/python/pagewatch/*.py \
	user/python/tests/*.py)

$(WHEEL_VENV)/made-for: $(WHEEL_TOOLS)
	$(if $(V),,@echo "  VENV    $(@D)")
	$(Q)$(PYTHON) -m venv --clear $(@D)
	$(Q)$(@D)/bin/python -m pip install -q --no-cache-dir --disable-pip-version-check -r $<
	$(Q)cp $< $@

# auditwheel gives it the tag of the oldest C library that it runs with.
$(WHEEL): $(WHEEL_VENV)/made-for $(WHEEL_SOURCES)
	$(if $(V),,@echo "  WHEEL   $(@D)")
	$(Q)rm -rf $(@D)
	$(Q)mkdir -p $(@D)/root
	$(Q)cp -r README.md LICENSE user user/python/pyproject.toml $(@D)/root
	$(Q)$(WHEEL_VENV)/bin/python -m build --no-isolation --outdir $(@D)/plain $(@D)/root \
		>$(O)/wheel.log 2>&1 || { cat $(O)/wheel.log; exit 1; }
	$(Q)PATH="$(abspath $(WHEEL_VENV))/bin:$$PATH" auditwheel repair --wheel-dir $(@D) \
		$(@D)/plain/*.whl >>$(O)/wheel.log 2>&1 || { cat $(O)/wheel.log; exit 1; }
	$(Q)mv $(@D)/plain/*.tar.gz $(@D)/
	$(Q)rm -r $(@D)/plain $(@D)/root
	$(Q)touch $@

.PHONY: install-python uninstall-python

install-python:
	$(Q)DESTDIR="$(DESTDIR)" $(PYTHON) -B user/python/install.py $(PREFIX) $(LIB_DIR) $(VERSION)

uninstall-python:
	$(Q)DESTDIR="$(DESTDIR)" $(PYTHON) -B user/python/install.py --remove $(PREFIX) $(LIB_DIR) $(VERSION)
