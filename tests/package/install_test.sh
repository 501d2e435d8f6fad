#!/usr/bin/env bash
# install_test.sh BUILD_DIR: the installed program runs, and projects that find the installed package build and run:
# the smallest one, and examples/sdk on the installed program's own tables.
set -euo pipefail
build=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset TRANCHE_DB TRANCHE_SCHEMA TRANCHE_LOG_LEVEL TRANCHE_LOG_FORMAT
fail() { echo "install_test: $*" >&2; exit 1; }

cmake --install "$build" --prefix "$work/prefix" >/dev/null
tranche=$work/prefix/bin/tranche
"$tranche" --version

# What comes with the program is found where it is installed.
export TRANCHE_DB=sqlite:$work/adapter.db
mkdir "$work/one"
touch "$work/one/file"
"$tranche" register --table files "$work/one" >/dev/null 2>&1
"$tranche" job create load --table files --key id >/dev/null 2>&1
OPENLINEAGE__TRANSPORT__TYPE=console "$tranche" run --job load -- true 2>&1 | grep -q '"eventType":"COMPLETE"' || fail "no lineage is told"
unset TRANCHE_DB

build_against_it() {
  cmake -S "$1" -B "$2" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" >/dev/null
  cmake --build "$2"
}

build_against_it "$here" "$work/user"
"$work/user/user" >"$work/out"
diff - "$work/out" <<OUT
90m
/tmp/x.db
OUT

# Somebody else's adapter in a program of theirs: it is recognised, changes the command and knows how it ended.
farm=$work/user/tranche-on-farm
export TRANCHE_DB=sqlite:$work/adapter.db
touch "$work/one/another"
"$tranche" register --table files "$work/one" >/dev/null 2>&1
! FARM_ID=north "$farm" run --job load -- sh -c 'echo "$1"; echo job 7 lost >&2' farm-submit >"$work/out" 2>"$work/err" || fail "a lost job has succeeded"
[ "$(cat "$work/out")" = --name=batch-2 ] || fail "the command was not prepared: $(cat "$work/out" "$work/err")"
"$tranche" batch 2 -o json | grep -q '"the farm lost the job"' || fail "why it failed is not told: $(cat "$work/err")"
[ "$("$tranche" runs --identity farm=north --identity farm_job=7 -o jsonl | wc -l)" = 1 ] || fail "the run is not found by its names"
"$farm" run --job load --adapter nobody -- true 2>"$work/err" || grep -q 'airflow, argo, openlineage, spark, farm' "$work/err" || fail "not all adapters are known"
"$farm" retry --job load --all-failed --yes >/dev/null 2>&1
OPENLINEAGE__TRANSPORT__TYPE=console PATH=$work/prefix/libexec/tranche:$PATH "$farm" run --job load -- true 2>"$work/err"
grep -q '"eventType":"COMPLETE"' "$work/err" || fail "a program of one's own does not find what comes with tranche"
unset TRANCHE_DB

build_against_it "$here/../../examples/sdk" "$work/sdk"
export TRANCHE_DB=sqlite:$work/files.db
count_lines() { "$work/sdk/count-lines" "$TRANCHE_DB" files; }
mkdir "$work/in"
printf 'a\nb\n' >"$work/in/two"
printf 'a\nb\nc\n' >"$work/in/three"
"$tranche" register --table files "$work/in" >/dev/null 2>&1
count_lines >"$work/out"
echo "batch 1: 2 files, succeeded, 5 lines" | diff - "$work/out"
count_lines >"$work/out"
[ ! -s "$work/out" ] || fail "counts a second time: $(cat "$work/out")"

"$tranche" register --table files file:///nowhere >/dev/null
count_lines >"$work/out"
echo "batch 2: 1 files, failed, cannot read file:///nowhere" | diff - "$work/out"

# Cancelled while it waits for its file: the result is dropped, and said to be.
touch "$work/slow"
"$tranche" register --table files "$work/slow" >/dev/null
rm "$work/slow"
mkfifo "$work/slow"
count_lines >"$work/out" 2>"$work/err" &
counting=$!
for try in $(seq 300); do
  batch=$("$tranche" batches --job count-lines --status processing -o jsonl | sed -n 's/.*"batch_id":\([0-9]*\).*/\1/p')
  [ -z "$batch" ] || break
  sleep 0.1
done
[ -n "$batch" ] || fail "never takes the batch: $(cat "$work/err" "$work/out")"
"$tranche" cancel "$batch" --yes >/dev/null
echo line >"$work/slow"
wait "$counting"
grep -q "batch $batch was cancelled; its result is dropped" "$work/err" || fail "says of a cancelled batch: $(cat "$work/err" "$work/out")"
