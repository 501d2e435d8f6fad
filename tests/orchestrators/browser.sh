#!/usr/bin/env bash
# Looks at the pages of `tranche report` in a real Chromium, which it installs, driven by Playwright from PyPI. Arguments go to pytest.
#   BROWSER_PYTHON  default python3
#   BROWSER_VENV    where to install, kept for the next time (default: build/browser-VERSION)
set -euo pipefail
name=browser
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
version=1.65.2

find_chromium() {
  local program
  for program in chromium chromium-browser google-chrome; do
    # Ubuntu's package is a stub where there is no snap.
    if "$program" --version >/dev/null 2>&1; then command -v "$program"; return; fi
  done
  return 1
}

find_chromium >/dev/null || packages chromium
CHROMIUM=$(find_chromium) || lacking "no Chromium that starts"
packages python3-venv
venv=${BROWSER_VENV:-$root/build/browser-$version}
# shellcheck disable=SC2086  # several names
install_environment "$venv" "$(python_from 3.9 ${BROWSER_PYTHON:-python3})" "playwright==$version" 'pytest>=8'
export CHROMIUM PATH=$venv/bin:$PATH
cd "$root/tests/orchestrators/browser"
run_pytest browser -o python_files='*_test.py' --confcutdir=. "${@:-.}"
