"""Tasks to be killed. MARKS names the folder where their commands say that they run."""

import os
from datetime import timedelta

try:
    from airflow.sdk import DAG
except ImportError:  # Airflow 2
    from airflow import DAG

from tranche_provider.operators.tranche import TrancheRunOperator

COMMON = {"job": "flights", "conn_id": "inventory", "env": {"MARKS": os.environ.get("MARKS", "/nonexistent")}}

with DAG("long", schedule=None):
    TrancheRunOperator(task_id="load", command=["sh", "-c", 'echo $$ > "$MARKS/pid"; exec sleep 600'], **COMMON)

# Says when it is told to end, and goes on.
with DAG("stubborn", schedule=None):
    TrancheRunOperator(
        task_id="load",
        command="""trap '[ -e "$MARKS/told" ] || date +%s.%N > "$MARKS/told"' TERM; echo $$ > "$MARKS/pid"; while :; do sleep 0.05; done""",
        **COMMON,
    )

# The second try says whether the command of the first still runs.
with DAG("killed", schedule=None):
    TrancheRunOperator(
        task_id="load",
        command="""
            if [ "$AIRFLOW_CTX_TRY_NUMBER" = 1 ]; then echo $$ > "$MARKS/pid"; exec sleep 600; fi
            if kill -0 "$(cat "$MARKS/pid")"; then echo both; else echo alone; fi > "$MARKS/second"
        """,
        retries=1,
        retry_delay=timedelta(seconds=1),
        **COMMON,
    )
