#!/usr/bin/env bash
# Installs Spark, the distribution that PyPI carries as pyspark, and Java where there is none; prints its folder.
#   SPARK_VERSION   default 4.3.0
#   SPARK_PYTHON    default python3.12, else python3
#   SPARK_VENV      where to install, kept for the next time (default: build/spark-VERSION)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/tools/environment.sh"
version=${SPARK_VERSION:-4.3.0}
venv=${SPARK_VENV:-$root/build/spark-$version}

packages python3-venv
command -v java >/dev/null || packages default-jre-headless
# shellcheck disable=SC2086  # several names
python=$(python_from 3.10 ${SPARK_PYTHON:-python3.12 python3})
install_environment "$venv" "$python" "pyspark==$version" 'pytest>=8'
echo "$venv"
