# For the scripts of this folder: what they install, and where their results go. Sourced, with `name` set to the script's.
#   TRANCHE_BINARY    the program (default: build/bin/tranche, else build-dev's)
#   TRANCHE_REPORTS   a folder for results as JUnit files (default: none are written)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

die() { echo "$name.sh: $*" >&2; exit 1; }

find_program() {
  local path
  for path in "${TRANCHE_BINARY:-}" "$root/build/bin/tranche" "$root/build-dev/bin/tranche"; do
    if [ -n "$path" ] && [ -x "$path" ]; then realpath "$path"; return; fi
  done
  die "no tranche program; build one or set TRANCHE_BINARY to its path"
}

# python_from VERSION NAME...: the first that is there and new enough.
python_from() {
  local oldest=$1 python
  shift
  for python in "$@"; do
    if "$python" -c "import sys; sys.exit(sys.version_info < (${oldest/./, }))" 2>/dev/null; then echo "$python"; return; fi
  done
  die "no Python from $oldest on"
}

# install VENV PYTHON PACKAGE...: into an environment that is kept for the next time. What was installed whole is marked with
# its packages, so that a broken or another installation is not taken for it.
install() {
  local venv=$1 python=$2
  shift 2
  [ "$(cat "$venv/installed" 2>/dev/null)" != "$*" ] || return 0
  echo "$name.sh: installing $* into $venv" >&2
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check uv
  "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" "$@"
  # Every command would compile it all again where PYTHONDONTWRITEBYTECODE is set.
  "$venv/bin/python" -m compileall -q -j2 "$venv/lib" >/dev/null || true
  echo "$*" >"$venv/installed"
}

# run_pytest REPORT ARGUMENT...
run_pytest() {
  local report=$1
  shift
  python -m pytest -q -p no:cacheprovider ${TRANCHE_REPORTS:+"--junitxml=$TRANCHE_REPORTS/$report.xml"} "$@"
}

TRANCHE_BINARY=$(find_program)
export TRANCHE_BINARY
unset PYTHONDONTWRITEBYTECODE
# What a caller's run or task has set is not for those of the tests.
for variable in $(compgen -e | grep -E '^(TRANCHE_|AIRFLOW_CTX_|OPENLINEAGE_)' |
  grep -vxE 'TRANCHE_(BINARY|REPORTS|TEST_POSTGRES)'); do unset "$variable"; done
