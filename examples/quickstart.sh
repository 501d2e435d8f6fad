#!/usr/bin/env bash
# Processes every C header of this machine in batches: registers them, runs a command over each batch, mends a batch that
# fails, and asks the ledger what happened. Installs and builds what is missing, from a bare Debian or Ubuntu on.
# Each command is shown before it runs. Works in a new folder under the temporary directory; nothing else is changed.
#   TRANCHE_DB=postgresql://...  work there instead of in an SQLite file; table and job get a new name at each call
#   TRANCHE_BINARY=PATH          use this program and build nothing
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
includes=/usr/include
header=$includes/stdlib.h

. "$root/examples/show.sh"
usage "$@"

set_up() {
  find_tranche
  work_in quickstart
  cp "$root/examples/count-lines.sh" .
  mkdir results
  name=headers
  if [ -z "${TRANCHE_DB:-}" ]; then
    export TRANCHE_DB=sqlite:$work/tranche.db
    database=$TRANCHE_DB
  else
    # Somebody's database: neither an earlier call's table nor anything else of theirs is touched.
    name=headers_$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
    database='the database that TRANCHE_DB names'
  fi
}

# A limit that makes about thirty batches, whatever is installed.
limit() {
  local bytes
  bytes=$(find $includes -name '*.h' -xtype f -printf '%s\n' | awk '{ bytes += $1 } END { print bytes }')
  echo "$((bytes / 30 / 1024 / 100 + 1))00KiB"
}

walk() {
  step "1. Register the headers: oldest first, each once, sizes as weights"
  try "tranche register --table $name --glob '*.h' $includes"

  step "2. Define a job over them: one batch holds at most $limit"
  try "tranche job create $name --table $name --key id --item item --weight weight \\
    --max-weight $limit --retry-delay 15m"
  try "tranche plan --job $name --batches 3"

  step "3. Run a command over all batches; REFUSE makes it fail at stdlib.h"
  try "cat count-lines.sh"
  command="./count-lines.sh {items_file} results/batch-{batch_id}.gz"
  status=0
  try "export REFUSE=$header"
  try "tranche run --job $name --iterations all --log-level warning \\
    -- $command" || status=$?
  echo "(exit status $status, that of the command which failed)"
  [ $status = 65 ] || die "expected exit status 65"

  step "4. One batch has failed; the others went on"
  try "tranche batches --job $name --status failed"
  try "tranche backlog --job $name"

  step "5. With the defect mended, retry exactly that batch"
  try "unset REFUSE"
  try "tranche retry --job $name --all-failed --yes"
  try "tranche run --job $name --iterations all \\
    -- $command"

  step "6. What does the ledger say?"
  try "tranche backlog --job $name"
  try "tranche batches --job $name --limit 5"

  step "7. Which batch processed stdlib.h, and when?"
  try "tranche asset --job $name --item $header"
}

# Against the files themselves, past tranche.
verify() {
  step "8. Check it against the files themselves"
  local batches lines
  find $includes -name '*.h' -xtype f | LC_ALL=C sort >expected.txt
  batches=$(tranche batches --job "$name" --status succeeded -o jsonl | sed -n 's/.*"batch_id":\([0-9]*\).*/\1/p')
  for batch in $batches; do tranche items "$batch"; done | LC_ALL=C sort >processed.txt
  cmp -s expected.txt processed.txt || die "the headers in succeeded batches are not those in $includes: see $work/*.txt"
  lines=$(tr '\n' '\0' <expected.txt | xargs -0 cat -- | wc -l)
  same "lines in results/" "$(gzip -dc results/*.gz | wc -l)" "$lines"
  same "lines in the ledger" \
    "$(tranche batches --job "$name" -o jsonl | sed -n 's/.*"lines":"\([0-9]*\)".*/\1/p' | awk '{ sum += $1 } END { print sum }')" "$lines"
  echo "$(wc -l <expected.txt) headers, each in exactly one of $(wc -w <<<"$batches") succeeded batches;"
  echo "$lines lines, as one pass over all of them counts."
}

farewell() {
  step "Done in $((SECONDS - started)) s"
  echo "The results are in $work/results, the ledger in"
  echo "$database. To look around:"
  printf '  cd %q\n  PATH=%q:$PATH\n' "$work" "$(dirname "$(command -v tranche)")"
  if [ "$name" = headers ]; then
    printf '  export TRANCHE_DB=%q\n' "$TRANCHE_DB"
  else
    printf 'To remove what this call left there, drop the table %s and call\n' "$name"
    printf '  tranche job delete %s --yes\n' "$name"
  fi
}

set_up
limit=$(limit)
walk
verify
farewell
