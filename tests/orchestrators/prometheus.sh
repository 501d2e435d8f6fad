#!/usr/bin/env bash
# Tests what `tranche metrics` and the template of alerts print by Prometheus' own promtool, which is taken out of Debian's package
# without installing it: that would start a server. Arguments go to pytest.
set -euo pipefail
name=prometheus
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

unpack_promtool() {
  local folder=$root/build/promtool
  if [ ! -x "$folder/usr/bin/promtool" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    (cd "$folder" && apt-get -q download prometheus && dpkg -x prometheus_*.deb . && rm prometheus_*.deb) >&2 || return 1
  fi
  echo "$folder/usr/bin/promtool"
}

PROMTOOL=$(command -v promtool || unpack_promtool) || lacking "Debian's package prometheus cannot be downloaded"
export PROMTOOL
packages python3-pytest
python() { python3 "$@"; }
cd "$root/tests/orchestrators/prometheus"
run_pytest prometheus -o python_files='*_test.py' --confcutdir=. "${@:-.}"
