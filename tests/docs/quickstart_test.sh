#!/usr/bin/env bash
# quickstart_test.sh sqlite|postgres: the quickstart passes, twice in one database, and fails where a result is wrong.
set -euo pipefail
[ "$1" != postgres ] || [ -n "${TRANCHE_TEST_POSTGRES:-}" ] || { echo "skipped: TRANCHE_TEST_POSTGRES is not set"; exit 125; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
export TMPDIR=$work TRANCHE_BINARY
unset TRANCHE_DB TRANCHE_SCHEMA TRANCHE_LOG_LEVEL TRANCHE_LOG_FORMAT
name=headers
fail() { cat "$work/out"; echo "quickstart_test: $*" >&2; exit 1; }

clean() {
  if [ -n "${TRANCHE_SCHEMA:-}" ]; then
    PGOPTIONS="-c client_min_messages=warning" psql -Xqd "$TRANCHE_DB" -c "DROP SCHEMA IF EXISTS $TRANCHE_SCHEMA CASCADE" || true
    for table in $(cat "$work"/*.table 2>/dev/null); do psql -Xqd "$TRANCHE_DB" -c "DROP TABLE IF EXISTS $table" || true; done
  fi
  rm -rf "$work"
}
trap clean EXIT

if [ "$1" = postgres ]; then
  export TRANCHE_DB=$TRANCHE_TEST_POSTGRES TRANCHE_SCHEMA=quickstart_$$
  name=headers_[0-9a-f]*
fi

passes() {
  bash "$root/examples/quickstart.sh" >"$work/out" 2>"$work/err" || { cat "$work/err"; fail "ended with $?"; }
  sed -n "s/^\$ tranche register --table \($name\) .*/\1/p" "$work/out" >"$work/$1.table"
  [ -s "$work/$1.table" ] || fail "does not show how it registers"
  for line in '^\$ tranche run --job ' '^(exit status 65' '^COUNT  *0$' 'succeeded .*  0 ' 'each in exactly one of [0-9]* succeeded'; do
    grep -q -- "$line" "$work/out" || fail "does not show '$line'"
  done
  ! grep -q $'\e' "$work/out" "$work/err" || fail "colours without a terminal"
}
passes first
passes second
[ "$1" = sqlite ] || ! cmp -s "$work/first.table" "$work/second.table" || fail "uses one table twice in one database"

# A command that loses a line of each batch must not pass.
cp -r "$root/examples" "$work/examples"
sed -i 's/| gzip/| sed 1d | gzip/' "$work/examples/count-lines.sh"
! bash "$work/examples/quickstart.sh" >"$work/out" 2>"$work/err" || fail "passes with wrong results"
sed -n "s/^\$ tranche register --table \($name\) .*/\1/p" "$work/out" >"$work/third.table"
grep -q 'quickstart.sh: lines in results/' "$work/err" || { cat "$work/err"; fail "does not say which result is wrong"; }
