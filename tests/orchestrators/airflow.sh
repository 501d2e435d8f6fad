#!/usr/bin/env bash
# Installs Airflow and the provider package into an environment of their own, then runs what needs them: the provider's unit
# tests, its types, and DAGs by the real Airflow against the real tranche. Arguments go to pytest.
#   TRANCHE_BINARY    the program (default: build/bin/tranche, else build-dev's)
#   AIRFLOW_VERSION   default 3.3.2
#   AIRFLOW_PYTHON    default python3.12, else python3
#   AIRFLOW_VENV      where to install, kept for the next time (default: build/airflow-VERSION)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
version=${AIRFLOW_VERSION:-3.3.2}
venv=${AIRFLOW_VENV:-$root/build/airflow-$version}
provider=$root/adapters/airflow/provider

die() { echo "airflow.sh: $*" >&2; exit 1; }

find_program() {
  local path
  for path in "${TRANCHE_BINARY:-}" "$root/build/bin/tranche" "$root/build-dev/bin/tranche"; do
    if [ -n "$path" ] && [ -x "$path" ]; then realpath "$path"; return; fi
  done
  die "no tranche program; build one or set TRANCHE_BINARY to its path"
}

find_python() {
  local name
  for name in ${AIRFLOW_PYTHON:-python3.12 python3}; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then echo "$name"; return; fi
  done
  die "no Python from 3.9 on; set AIRFLOW_PYTHON to one"
}

install() {
  # What was installed whole is marked, so that a broken installation is not taken for one.
  [ -e "$venv/installed" ] && return
  echo "airflow.sh: installing Airflow $version into $venv" >&2
  rm -rf "$venv"
  "$(find_python)" -m venv "$venv"
  local pip=("$venv/bin/pip" install --quiet --disable-pip-version-check)
  "${pip[@]}" uv
  "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" \
    "apache-airflow==$version" apache-airflow-providers-standard apache-airflow-providers-common-compat \
    apache-airflow-providers-openlineage 'pytest>=8' 'mypy>=1.11' hatchling jsonschema
  # Every command would compile it all again where PYTHONDONTWRITEBYTECODE is set.
  "$venv/bin/python" -m compileall -q -j2 "$venv/lib" >/dev/null || true
  touch "$venv/installed"
}

TRANCHE_BINARY=$(find_program)
export TRANCHE_BINARY
install
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-build-isolation --no-deps --reinstall "$provider"

AIRFLOW_HOME=$(mktemp -d "${TMPDIR:-/tmp}/tranche-airflow.XXXXXX")
trap 'rm -rf "$AIRFLOW_HOME"' EXIT
export AIRFLOW_HOME AIRFLOW__CORE__LOAD_EXAMPLES=False AIRFLOW__CORE__DAGS_FOLDER=$root/tests/orchestrators/airflow/dags
export AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False
unset PYTHONDONTWRITEBYTECODE
for name in $(compgen -e | grep -E '^(TRANCHE_|AIRFLOW_CTX_)' | grep -vx TRANCHE_BINARY); do unset "$name"; done
export PATH=$venv/bin:$PATH

(cd "$provider" && python -m mypy && python -m pytest -q -p no:cacheprovider)
airflow db migrate >"$AIRFLOW_HOME/migrate.log" 2>&1 || { cat "$AIRFLOW_HOME/migrate.log" >&2; die "airflow db migrate failed"; }
cd "$root/tests/orchestrators/airflow"
python -m pytest -q -p no:cacheprovider -o python_files='*_test.py' --confcutdir=. "${@:-.}"
