# For the scripts of this folder: the program, and where results go. Sourced, with `name` set to the script's.
#   TRANCHE_BINARY    the program (default: build/bin/tranche, else build-dev's)
#   TRANCHE_REPORTS   a folder for results as JUnit files (default: none are written)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/tools/environment.sh"

# For environment.sh.
export TRANCHE_LACKING=${TRANCHE_REPORTS:+$TRANCHE_REPORTS/$name.lacking}

die() { echo "$name.sh: $*" >&2; exit 1; }

find_program() {
  local path
  for path in "${TRANCHE_BINARY:-}" "$root/build/bin/tranche" "$root/build-dev/bin/tranche"; do
    if [ -n "$path" ] && [ -x "$path" ]; then realpath "$path"; return; fi
  done
  die "no tranche program; build one or set TRANCHE_BINARY to its path"
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
  grep -vxE 'TRANCHE_(BINARY|REPORTS|LACKING|TEST_POSTGRES)'); do unset "$variable"; done
