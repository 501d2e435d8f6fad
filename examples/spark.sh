#!/usr/bin/env bash
# A PySpark job over the C headers of Linux on this machine, by the real spark-submit: batch after batch, one of which fails at first,
# with results in folders named by batch. Installs and builds what is missing, from a bare Debian or Ubuntu on; Spark comes
# from PyPI into build/. Each command is shown before it runs. Works in a new folder under the temporary directory.
#   TRANCHE_BINARY=PATH  use this program and build nothing
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/examples/show.sh"
usage "$@"
find_tranche
command -v jq >/dev/null || "$root/bootstrap.sh" --packages-only --with jq
venv=$("$root/adapters/spark/environment.sh")
PATH=$venv/bin:$PATH
unset SPARK_HOME SPARK_CONF_DIR
work_in spark
cp "$root/examples/spark/includes.py" .
# A cluster of one small executor, which comes and goes with each application.
export SPARK_LOCAL_IP=127.0.0.1 PYSPARK_PYTHON=$venv/bin/python
cluster="--master local-cluster[1,1,512] --conf spark.executor.memory=512m --conf spark.ui.enabled=false"

step "1. Register the headers and define a job over them, in three batches"
export TRANCHE_DB=sqlite:$work/tranche.db
bytes=$(find /usr/include/linux -name '*.h' -xtype f -printf '%s\n' | awk '{ bytes += $1 } END { print bytes }')
try "tranche register --table headers --glob '*.h' /usr/include/linux"
try "tranche job create headers --table headers --key id --item item --weight weight \\
  --max-weight $((bytes * 2 / 5 / 1024))KiB --retry-delay 15m"

step "2. A PySpark job; REFUSE makes it fail at fs.h, when half of its work is done"
try "cat includes.py"
status=0
try "export REFUSE=/usr/include/linux/fs.h"
try "tranche run --job headers --iterations all --adapter spark --log-dir logs \\
  -- spark-submit $cluster includes.py {items_file} results/batch={batch_id} 2>run.log" || status=$?
echo "(exit status $status, that of the application which failed)"
[ $status = 1 ] || { tail -n 20 run.log >&2; die "expected exit status 1"; }
try "grep '^tranche: batch' run.log"

step "3. With the defect mended, retry: the folder of that batch is overwritten"
try "unset REFUSE"
try "tranche retry --job headers --all-failed --yes"
try "tranche run --job headers --iterations all --adapter spark --log-dir logs \\
  -- spark-submit $cluster includes.py {items_file} results/batch={batch_id} 2>>run.log"

step "4. In Spark's terms: the applications, by id"
try "grep -h -o 'Submitted application: .*\\|app ID app-.*' logs/*.err"

step "5. In ours: which application processed fs.h, and which run an application belongs to"
try "tranche asset --job headers --item /usr/include/linux/fs.h"
try "tranche batches --job headers -o jsonl | grep -oE '\"(batch_id\":[0-9]+|outputs\":[^}]*})'"
application=$(tranche batch 1 -o json | grep -oE 'app-[0-9]+-[0-9]+' | head -n 1)
try "tranche runs --identity spark_application_id=$application"

step "6. Check it against the files themselves"
find /usr/include/linux -name '*.h' -xtype f | LC_ALL=C sort >expected.txt
lines=$(tr '\n' '\0' <expected.txt | LC_ALL=C xargs -0 grep -ahcE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]' |
  awk '{ sum += $1 } END { print sum }')
same "includes in results/" "$(cat results/*/*.csv | awk -F, '{ sum += $NF } END { print sum }')" "$lines"
same "runs of $application" "$(tranche runs --identity "spark_application_id=$application" -o jsonl | wc -l)" 1
echo "$(wc -l <expected.txt) headers with $lines includes, as one pass over all of them counts."

step "Done in $((SECONDS - started)) s"
printf 'All of it is in %s.\n' "$work"
