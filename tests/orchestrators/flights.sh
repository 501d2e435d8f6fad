#!/usr/bin/env bash
# Runs the example over the flights of 2013, which it installs from PyPI. Arguments go to pytest.
set -euo pipefail
name=flights
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
FLIGHTS_VENV=$("$root/examples/flights/environment.sh")
export FLIGHTS_VENV PATH=$FLIGHTS_VENV/bin:$PATH
cd "$root/tests/orchestrators/flights"
run_pytest flights -o python_files='*_test.py' --confcutdir=. "${@:-.}"
