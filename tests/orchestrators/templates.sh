#!/usr/bin/env bash
# Lints every file that `tranche template render` prints by ruff and yamllint, and reads the settings of OpenLineage by its own client;
# all of them are installed from PyPI. Arguments go to pytest. What runs the files is in the other scripts.
#   TEMPLATES_PYTHON  default python3
#   TEMPLATES_VENV    where to install, kept for the next time (default: build/templates)
set -euo pipefail
name=templates
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
packages python3-venv
venv=${TEMPLATES_VENV:-$root/build/templates}
# shellcheck disable=SC2086  # several names
install_environment "$venv" "$(python_from 3.9 ${TEMPLATES_PYTHON:-python3})" 'ruff==0.14.*' 'yamllint>=1.35' \
  'openlineage-python>=1.40' 'pytest>=8'
export PATH=$venv/bin:$PATH
cd "$root/tests/orchestrators/templates"
run_pytest templates -o python_files='*_test.py' --confcutdir=. "${@:-.}"
