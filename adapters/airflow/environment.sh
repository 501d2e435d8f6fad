#!/usr/bin/env bash
# Installs Airflow, and the provider package as it stands here, into an environment of their own; prints its folder.
#   AIRFLOW_VERSION   default 3.3.2
#   AIRFLOW_PYTHON    default python3.12, else python3
#   AIRFLOW_VENV      where to install, kept for the next time (default: build/airflow-VERSION)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/tools/environment.sh"
version=${AIRFLOW_VERSION:-3.3.2}
venv=${AIRFLOW_VENV:-$root/build/airflow-$version}

packages python3-venv
# shellcheck disable=SC2086  # several names
python=$(python_from 3.9 ${AIRFLOW_PYTHON:-python3.12 python3})
install_environment "$venv" "$python" "apache-airflow==$version" apache-airflow-providers-standard \
  apache-airflow-providers-common-compat apache-airflow-providers-openlineage psycopg2-binary asyncpg 'pytest>=8' 'mypy>=1.11' hatchling jsonschema
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-build-isolation --no-deps --reinstall \
  "$root/adapters/airflow/provider"
echo "$venv"
