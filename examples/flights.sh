#!/usr/bin/env bash
# A backfill over the 336,776 flights that left New York in 2013, one file a day: three damaged files are found by splitting
# batches, set aside with the reason, repaired and tried again; in the end the totals are those of one pass over everything.
# Installs and builds what is missing, from a bare Debian or Ubuntu on; the flights come from PyPI into build/. Each command is
# shown before it runs. Works in a new folder under the temporary directory.
#   TRANCHE_BINARY=PATH  use this program and build nothing
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/examples/show.sh"
usage "$@"
find_tranche
venv=$("$root/examples/flights/environment.sh")
PATH=$venv/bin:$PATH
work_in flights
cp "$root"/examples/flights/*.py .
mkdir results

step "1. A file for each day, and a table of them: in order of time, sizes as weights"
export TRANCHE_DB=sqlite:$work/tranche.db
try "python cut.py days"
try "tranche register --table days --glob '*.csv' days"

step "2. A job over the table; its command exits 65 where data are wrong, and then halves of the batch are tried"
try "cat delays.py"
try "tranche job create flights --table days --key id --item item --weight weight \\
  --on-exit '65=split,*=retry'"

step "3. Three of the files break off"
damaged='2013-02-09 2013-07-04 2013-12-31'
try "for day in $damaged; do truncate --size=-30 days/\$day.csv; done"

step "4. A campaign over the whole year, in batches of at most 2 MiB"
try "tranche campaign create delays --job flights --max-weight 2MiB"
status=0
try "tranche run --job flights --campaign delays --iterations all --jobs 2 --max-failures 0 \\
  --log-level warning -- python delays.py {items_file} results/{batch_id}.csv" || status=$?
echo "(exit status $status, that of the command which failed first)"
[ $status = 65 ] || die "expected exit status 65"

step "5. What is left are the three, each by itself, with the last words of the program"
try "tranche batches --job flights --campaign delays --status failed"
try "tranche gaps --job flights"
same "days set aside" "$(tranche gaps --job flights -o jsonl | wc -l)" 3
try "tranche batches --job flights --campaign delays -o jsonl | python attempts.py"

step "6. The files come again as a whole, and only these days are tried again"
try "python cut.py days $damaged"
try "tranche retry --job flights --campaign delays --all-failed --yes"
try "tranche run --job flights --campaign delays --iterations all \\
  -- python delays.py {items_file} results/{batch_id}.csv"

step "7. Nothing is missing, and nothing differs from the table"
try "tranche campaign show delays --job flights"
try "tranche gaps --job flights"
same "gaps" "$(tranche gaps --job flights -o jsonl | wc -l)" 0
try "tranche audit --job flights --campaign delays"
try "tranche report --job flights --campaign delays --html report.html"

step "8. Check the totals against one pass over all flights"
try "python one_pass.py results/*.csv"

step "Done in $((SECONDS - started)) s"
printf 'All of it is in %s; look at report.html there.\n' "$work"
