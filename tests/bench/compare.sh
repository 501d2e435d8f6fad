#!/usr/bin/env bash
# pairs beside the least SQL that could do it, in turns (A B A B ...), for several numbers of clients; prints medians and
# their ratio. What else the machine does hits both alike.
#   tests/bench/compare.sh URL [ROUNDS [SECONDS [CLIENTS...]]]      default: 5 rounds of 5 seconds, 1 8 32 clients
# TRANCHE_BENCH names the program (default build/tests/bench/tranche-bench), BENCH_ROWS the size of the table (default 5000000).
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
url=$1 rounds=${2:-5} seconds=${3:-5}
shift $(($# < 3 ? $# : 3))
[ $# -gt 0 ] || set -- 1 8 32
bench=${TRANCHE_BENCH:-$(dirname "${BASH_SOURCE[0]}")/../../build/tests/bench/tranche-bench}
rows=${BENCH_ROWS:-5000000}

# The named figure of what the command prints as JSON.
figure() {
  local name=$1
  shift
  "$@" -o json | sed -n "s/^ *\"$name\": \([0-9.]*\),\{0,1\}\$/\1/p"
}
median() { printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# A job of its own each time: the whole table is its backlog.
for clients in "$@"; do
  ours=() least=()
  for ((round = 0; round < rounds; round++)); do
    ours+=("$(figure pairs_per_second "$bench" pairs --db "$url" --job "compare-$$-$clients-$round" --setup "$rows" --clients "$clients" --seconds "$seconds")")
    least+=("$(figure pairs_per_second "$bench" least-sql --db "$url" --setup "$rows" --clients "$clients" --seconds "$seconds")")
  done
  a=$(median "${ours[@]}") b=$(median "${least[@]}")
  awk -v n="$clients" -v a="$a" -v b="$b" -v all="${ours[*]} | ${least[*]}" 'BEGIN {
    printf "clients %-3d pairs/s %8.1f   least-sql/s %8.1f   ratio %.2f   (%s)\n", n, a, b, a / b, all }'
done
