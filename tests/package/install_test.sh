#!/usr/bin/env bash
# install_test.sh BUILD_DIR: the installed program runs, and a project that finds the installed package builds and runs.
set -euo pipefail
build=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >/dev/null
"$work/prefix/bin/tranche" --version

cmake -S "$here" -B "$work/user" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" >/dev/null
cmake --build "$work/user"
"$work/user/user" >"$work/out"
diff - "$work/out" <<OUT
90m
/tmp/x.db
OUT
