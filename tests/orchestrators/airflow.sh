#!/usr/bin/env bash
# Runs what needs Airflow, which it installs: the provider's unit tests, its types, DAGs by the real Airflow against the real
# tranche, and the example. Arguments go to the pytest of the DAGs. See adapters/airflow/environment.sh for the version of Airflow.
set -euo pipefail
name=airflow
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
AIRFLOW_VENV=$("$root/adapters/airflow/environment.sh")
export AIRFLOW_VENV PATH=$AIRFLOW_VENV/bin:$PATH

AIRFLOW_HOME=$(mktemp -d "${TMPDIR:-/tmp}/tranche-airflow.XXXXXX")
trap 'rm -rf "$AIRFLOW_HOME"' EXIT
export AIRFLOW_HOME AIRFLOW__CORE__LOAD_EXAMPLES=False AIRFLOW__CORE__DAGS_FOLDER=$root/tests/orchestrators/airflow/dags
export AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False

(cd "$root/adapters/airflow/provider" && python -m mypy && run_pytest airflow-provider)
airflow db migrate >"$AIRFLOW_HOME/migrate.log" 2>&1 || { cat "$AIRFLOW_HOME/migrate.log" >&2; die "airflow db migrate failed"; }
# `airflow standalone` has several writers, for which its SQLite is not made: a backfill fails there with "Database is locked".
AIRFLOW_TEST_POSTGRES=$("$root/tests/support/postgres.sh" start --fsync off --owner $$)
export AIRFLOW_TEST_POSTGRES
cd "$root/tests/orchestrators/airflow"
run_pytest airflow -o python_files='*_test.py' --confcutdir=. "${@:-.}"
