# SPDX-License-Identifier: Apache-2.0
#
# make serve       run both services in one process, ready to be asked
# make test        run the unit, functional and API sample tests on SQLite
# make dashboard   run both services, a keystone and a Horizon with the plugin
# make clean       remove the environments and the state
#
# Nothing but python3 (3.10 or later; for the dashboard 3.11) and make is
# needed. OPTS is appended to the command line; every option can also be set as
# OS_<GROUP>__<OPTION>.
# DRIVER names the hypervisor; namespace, as root, runs servers to log in to.
# PYTHON names the interpreter of the environment.

PYTHON ?= python3
VENV ?= .venv
DASHBOARD_VENV ?= .venv-dashboard
HOST ?= 127.0.0.1
COMPUTE_PORT ?= 18774
DATA_PROCESSING_PORT ?= 18386
DASHBOARD_PORT ?= 18080
IDENTITY_PORT ?= 15000
STATE_DIR ?= .state
DRIVER ?=
OPTS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
DASHBOARD_PIP := $(DASHBOARD_VENV)/bin/python -m pip \
    --disable-pip-version-check -qq
PACKAGING := setup.cfg requirements.txt constraints.txt

# pbr reads the version from git; an unpacked archive has none.
ifneq ($(shell git rev-parse --verify --quiet HEAD >/dev/null 2>&1 && echo yes),yes)
export PBR_VERSION ?= 0.0.0
endif

# What Horizon collects of the plugin.
PAGES := $(shell find ext_dashboard \( -path '*/enabled/*' -o -path '*/static/*' \
    -o -path '*/templates/*' -o -path '*/local_settings.d/*' \) -type f \
    -not -name '*.pyc')
DASHBOARD := $(DASHBOARD_VENV)/bin/python -W ignore -m \
    ext_dashboard.trial.command

.PHONY: serve test dashboard clean

serve: $(VENV)/.serve
	@exec $(BIN)/nova-ext-allinone \
	    --host $(HOST) --compute-port $(COMPUTE_PORT) \
	    --data-processing-port $(DATA_PROCESSING_PORT) \
	    --state-dir $(STATE_DIR) $(if $(DRIVER),--driver $(DRIVER)) $(OPTS)

# stestr runs the tests with what PYTHON in the environment names, where make
# puts every variable of its command line.
test: $(VENV)/.test
	@PYTHON=python PATH="$(abspath $(BIN)):$$PATH" stestr run \
	    --exclude-regex '\.functional\.(backends|namespace|spark)\.|\.realcloud\.' $(OPTS)

dashboard: $(DASHBOARD_VENV)/.installed
	@exec $(DASHBOARD) \
	    --host $(HOST) --dashboard-port $(DASHBOARD_PORT) \
	    --identity-port $(IDENTITY_PORT) --compute-port $(COMPUTE_PORT) \
	    --data-processing-port $(DATA_PROCESSING_PORT) \
	    --state-dir $(STATE_DIR)/dashboard $(OPTS)

clean:
	rm -rf $(VENV) $(DASHBOARD_VENV) $(STATE_DIR) .stestr

# Another interpreter, where one is named, builds the environment anew.
ifneq ($(origin PYTHON),file)
ifneq ($(wildcard $(BIN)/python),)
VERSION := -c 'import sys; print(sys.version_info[:2])'
ifneq ($(shell $(PYTHON) $(VERSION)),$(shell $(BIN)/python $(VERSION)))
.PHONY: $(VENV)/.serve
endif
endif
endif

# A change in what is pinned builds the environment anew: pip does not remove
# what is no longer wanted.
$(VENV)/.serve: $(PACKAGING)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and \
	    "nova-ext needs Python 3.10 or later: make PYTHON=python3.x")'
	@echo "Building $(VENV); the first time takes a minute or two." >&2
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install -c constraints.txt -e '.[legacy]'
	@touch $@

$(VENV)/.test: $(VENV)/.serve test-requirements.txt
	@$(PIP) install -c constraints.txt -r test-requirements.txt
	@touch $@

$(DASHBOARD_VENV)/.packages: setup.cfg requirements.txt \
    dashboard-requirements.txt constraints-current.txt constraints-dashboard.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    "Horizon needs Python 3.11 or later: make PYTHON=python3.x dashboard")'
	@echo "Building $(DASHBOARD_VENV); the first time takes a few minutes." >&2
	@rm -rf $(DASHBOARD_VENV)
	@$(PYTHON) -m venv $(DASHBOARD_VENV)
	@$(DASHBOARD_PIP) install --upgrade pip
	@$(DASHBOARD_PIP) install --build-constraint constraints-dashboard.txt \
	    -r dashboard-requirements.txt -e .
	@touch $@

$(DASHBOARD_VENV)/.installed: $(DASHBOARD_VENV)/.packages $(PAGES)
	@echo "Collecting the static files of Horizon." >&2
	@$(DASHBOARD) --install
	@touch $@
