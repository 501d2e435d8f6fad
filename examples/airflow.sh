#!/usr/bin/env bash
# A DAG over every C header of this machine, by the real Airflow: a task that takes batch after batch, fails at one of them,
# and continues when Airflow tries it again. Installs and builds what is missing, from a bare Debian or Ubuntu on; Airflow comes
# from PyPI into build/. Each command is shown before it runs. Works in a new folder under the temporary directory.
#   TRANCHE_BINARY=PATH  use this program and build nothing
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/examples/show.sh"
usage "$@"
find_tranche
venv=$("$root/adapters/airflow/environment.sh")
PATH=$venv/bin:$PATH
work_in airflow
cp "$root/examples/count-lines.sh" "$root/examples/airflow/headers.py" .
mkdir results

step "1. Register the headers and define a job over them"
export TRANCHE_DB=sqlite:$work/tranche.db
try "tranche register --table headers --glob '*.h' /usr/include"
try "tranche job create headers --table headers --key id --item item --weight weight \\
  --max-weight 2MiB --retry-delay 0s"

step "2. An Airflow of its own, with a connection to the inventory"
export EXAMPLE=$work AIRFLOW_HOME=$work/airflow AIRFLOW__CORE__DAGS_FOLDER=$work AIRFLOW__CORE__LOAD_EXAMPLES=False
export AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False
export AIRFLOW_CONN_INVENTORY="{\"conn_type\": \"tranche\", \"extra\": {\"db\": \"$TRANCHE_DB\"}}"
try "airflow db migrate >airflow.log 2>&1"
try "airflow providers list -o plain 2>>airflow.log | grep tranche"

step "3. The DAG, and a run of it"
try "cat headers.py"
try "airflow dags test headers >dag.log 2>&1"
try "grep -oE '(tranche: batch [0-9]+ (failed|succeeded)|XCom of)[^[]*' dag.log | tail -n 12"

step "4. In Airflow's terms: the try that succeeded, its result as XCom"
run=$(airflow dags list-runs headers -o plain 2>>airflow.log | awk '$1 == "headers" {print $2}')
try "airflow tasks states-for-dag-run headers $run -o plain 2>>airflow.log | grep -E '^(dag_id|headers)'"

step "5. In ours: which task's tries processed stdlib.h, and all runs of the DAG"
try "tranche asset --job headers --item /usr/include/stdlib.h"
try "tranche runs --identity dag_id=headers"
try "tranche backlog --job headers"

step "6. Check it against the files themselves"
find /usr/include -name '*.h' -xtype f | LC_ALL=C sort >expected.txt
lines=$(tr '\n' '\0' <expected.txt | xargs -0 cat -- | wc -l)
same "lines in results/" "$(gzip -dc results/*.gz | wc -l)" "$lines"
same "runs" "$(tranche runs --identity dag_id=headers -o jsonl | wc -l)" 2
echo "$(wc -l <expected.txt) headers, $lines lines, as one pass over all of them counts."

step "Done in $((SECONDS - started)) s"
printf 'All of it is in %s.\n' "$work"
