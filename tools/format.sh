#!/usr/bin/env bash
# Formats every C++ file; with --check, lists what would change and ends with 1.
# Uses clang-format 18: the one on PATH, or one installed by pip into build/format.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=18.1.8

format=clang-format
if ! { command -v clang-format && clang-format --version | grep -q "version ${version%%.*}\."; } >/dev/null; then
  format=build/format/bin/clang-format
  if [ ! -x $format ]; then
    python3 -m venv build/format || { echo "tools/format.sh: needs clang-format ${version%%.*} on PATH, or the package python3-venv" >&2; exit 1; }
    build/format/bin/pip install --quiet "clang-format==$version"
  fi
fi

case ${1:-} in
  '') options=(-i) ;;
  --check) options=(--dry-run --Werror) ;;
  *) echo "tools/format.sh: unknown option '$1', only --check" >&2; exit 2 ;;
esac
git ls-files -z '*.cpp' '*.hpp' | xargs -0 $format "${options[@]}"
