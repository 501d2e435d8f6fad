#!/usr/bin/env bash
# Runs what needs Spark, which it installs: applications beside the runner and in a standalone cluster on loopback, by the real
# spark-submit under the real tranche, and the example. Arguments go to pytest. See adapters/spark/environment.sh for the version.
set -euo pipefail
name=spark
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
SPARK_VENV=$("$root/adapters/spark/environment.sh")
export SPARK_VENV PATH=$SPARK_VENV/bin:$PATH PYSPARK_PYTHON=$SPARK_VENV/bin/python
unset SPARK_HOME SPARK_CONF_DIR
cd "$root/tests/orchestrators/spark"
run_pytest spark -o python_files='*_test.py' --confcutdir=. "${@:-.}"
