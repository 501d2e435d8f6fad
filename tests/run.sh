#!/usr/bin/env bash
# Runs the tests, with all of their set-up: packages, build, a private PostgreSQL.
#   --preset NAME    release (default), dev, asan, tsan
#   --all            release, then the suites again under asan and tsan
#   --orchestrators  also what needs Airflow, data from PyPI and the like, which it installs (some minutes more)
#   --soak           also the torture of the horizon for ten minutes; alone: --soak -R '^soak$'
#   -R REGEX         only tests whose name matches
#   --fsync on|off   of the PostgreSQL server (default on)
#   --keep           leave the server running and say how to use and stop it
# What tests draw at random follows TRANCHE_TEST_SEED, by default the commit: each commit draws anew, and its result can be repeated.
# The last line is "N passed, N failed, N skipped". With CI set, a skipped test is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

presets=(release) orchestrators=no soak=() selection=() launcher=() fsync=on keep=no child='' server=''

while [ $# -gt 0 ]; do
  case $1 in
    --preset) presets=("${2:?tests/run.sh: --preset needs a name}"); shift ;;
    --all) presets=(release asan tsan) ;;
    --orchestrators) orchestrators=yes ;;
    --soak) soak=(-C soak) ;;
    -R) selection=(-R "${2:?tests/run.sh: -R needs a regular expression}"); shift ;;
    --fsync) fsync=${2:?tests/run.sh: --fsync needs on or off}; shift ;;
    --keep) keep=yes ;;
    -h | --help) sed -n '2,11s/^# \{0,1\}//p' tests/run.sh; exit 0 ;;
    *) echo "tests/run.sh: unknown option '$1', see --help" >&2; exit 2 ;;
  esac
  shift
done

# In the background, so that a signal is handled at once and not after the last test. In a process group of its own,
# which ends as a whole, and with every signal at its default, whatever a CI system hands down: tests send signals.
run() {
  local status=0
  set -m
  env --default-signal "${launcher[@]}" "$@" </dev/null &
  set +m
  child=$!
  wait "$child" || status=$?
  child=''
  return $status
}

stop() {
  [ -z "$child" ] || kill -- "-$child" 2>/dev/null || true
  [ -n "$server" ] || return 0
  if [ $keep = yes ]; then
    echo "tests/run.sh: export TRANCHE_TEST_POSTGRES='$TRANCHE_TEST_POSTGRES'; end it by: tests/support/postgres.sh stop $server" >&2
  else
    tests/support/postgres.sh stop "$server"
  fi
}
trap stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

start_server() {
  local owner=(--owner $$)
  [ $keep = no ] || owner=()
  server=$(tests/support/postgres.sh start --fsync "$fsync" "${owner[@]}")
  TRANCHE_TEST_POSTGRES=$(tests/support/postgres.sh url "$server")
  export TRANCHE_TEST_POSTGRES
}

builds=()
run_suites() {
  local preset=$1 dir=build
  launcher=()
  # Before gcc 14 the thread sanitizer cannot start where the kernel randomises addresses by more than 28 bits.
  if [ "$preset" = tsan ] && setarch -R true 2>/dev/null; then launcher=(setarch -R); fi
  [ "$preset" = release ] || dir=build-$preset
  run ./bootstrap.sh --preset "$preset" --test-packages
  [ -n "$server" ] || start_server
  rm -rf "$dir/pytest" "$dir/ctest.xml"
  mkdir -p "$dir/pytest"
  # Most suites wait more than they compute: leases end, commands sleep, commits reach the disk. Failures are counted by the summary.
  run ctest --test-dir "$dir" --output-on-failure --no-tests=error -j $((2 * $(nproc))) --output-junit "$PWD/$dir/ctest.xml" "${soak[@]}" "${selection[@]}" || true
  [ -e "$dir/ctest.xml" ] || { echo "tests/run.sh: ctest of $preset wrote no result" >&2; exit 1; }
  builds+=("$dir")
}

# Each installs the real program of its kind and runs the release build under it.
run_orchestrators() {
  local reports=$PWD/build/orchestrators script name status
  launcher=()
  run ./bootstrap.sh --test-packages
  rm -rf "$reports"
  mkdir -p "$reports"
  for script in tests/orchestrators/*.sh; do
    name=$(basename "$script" .sh)
    [ "$name" != common ] && [[ $name =~ ${selection[1]:-} ]] || continue
    status=0
    run env TRANCHE_REPORTS="$reports" TRANCHE_BINARY="$PWD/build/bin/tranche" bash "$script" || status=$?
    echo $status >"$reports/$name.status"
  done
  builds+=("$reports")
}

# Empty outside a clone: each test draws a seed of its own then, and prints it.
commit=$(git rev-parse --short=8 HEAD 2>/dev/null) && export TRANCHE_TEST_SEED="${TRANCHE_TEST_SEED:-$((16#${commit:0:8}))}"
echo "tests/run.sh: TRANCHE_TEST_SEED=${TRANCHE_TEST_SEED:-of each test}"
export UBSAN_OPTIONS=print_stacktrace=1
for preset in "${presets[@]}"; do run_suites "$preset"; done
[ $orchestrators = no ] || run_orchestrators
echo
[ $orchestrators = yes ] || echo "left out: what runs under the real Airflow and its like; tests/run.sh --orchestrators runs that too"
python3 tests/support/summary.py "${builds[@]}"
