#!/usr/bin/env bash
# Installs Airflow and the provider package into an environment of their own, then runs what needs them: the provider's unit
# tests, its types, and DAGs by the real Airflow against the real tranche. Arguments go to the pytest of the DAGs.
#   AIRFLOW_VERSION   default 3.3.2
#   AIRFLOW_PYTHON    default python3.12, else python3
#   AIRFLOW_VENV      where to install, kept for the next time (default: build/airflow-VERSION)
#   TRANCHE_BINARY, TRANCHE_REPORTS: see common.sh
set -euo pipefail
name=airflow
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
version=${AIRFLOW_VERSION:-3.3.2}
venv=${AIRFLOW_VENV:-$root/build/airflow-$version}
provider=$root/adapters/airflow/provider

# shellcheck disable=SC2086  # several names
install "$venv" "$(python_from 3.9 ${AIRFLOW_PYTHON:-python3.12 python3})" \
  "apache-airflow==$version" apache-airflow-providers-standard apache-airflow-providers-common-compat \
  apache-airflow-providers-openlineage 'pytest>=8' 'mypy>=1.11' hatchling jsonschema
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-build-isolation --no-deps --reinstall "$provider"

AIRFLOW_HOME=$(mktemp -d "${TMPDIR:-/tmp}/tranche-airflow.XXXXXX")
trap 'rm -rf "$AIRFLOW_HOME"' EXIT
export AIRFLOW_HOME AIRFLOW__CORE__LOAD_EXAMPLES=False AIRFLOW__CORE__DAGS_FOLDER=$root/tests/orchestrators/airflow/dags
export AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False
export PATH=$venv/bin:$PATH

(cd "$provider" && python -m mypy && run_pytest airflow-provider)
airflow db migrate >"$AIRFLOW_HOME/migrate.log" 2>&1 || { cat "$AIRFLOW_HOME/migrate.log" >&2; die "airflow db migrate failed"; }
cd "$root/tests/orchestrators/airflow"
run_pytest airflow -o python_files='*_test.py' --confcutdir=. "${@:-.}"
