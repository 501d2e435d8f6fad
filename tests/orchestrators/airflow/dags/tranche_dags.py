"""DAGs of the provider's operators, over the job `flights` of the inventory that the connection `inventory` names."""

from datetime import datetime, timedelta, timezone

try:
    from airflow.sdk import DAG, Asset, CronDataIntervalTimetable, task
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import task
    from airflow.timetables.interval import CronDataIntervalTimetable

from tranche_provider.operators.tranche import (
    TrancheAcquireOperator,
    TrancheCampaignOperator,
    TranchePlanOperator,
    TrancheReleaseOperator,
    TrancheRunOperator,
)
from tranche_provider.sensors.tranche import TrancheBacklogSensor

FLIGHTS = {"job": "flights", "conn_id": "inventory"}

with DAG("load", schedule=None):
    loaded = TrancheRunOperator(
        task_id="load",
        command=["sh", "-c", "echo keys {first_key} to {last_key} of $COLOUR; echo rows=$TRANCHE_COUNT >> $TRANCHE_OUTPUT_FILE"],
        env={"COLOUR": "{{ 'BLUE' | lower }}"},
        iterations=2,
        outlets=[Asset("file:///flights")],
        **FLIGHTS,
    )

    @task
    def told(summary):
        return summary["last_key"]

    told(loaded.output)

with DAG("fails_once", schedule=None):
    TrancheRunOperator(
        task_id="load",
        command='[ "$AIRFLOW_CTX_TRY_NUMBER" -gt 1 ] || [ "$TRANCHE_ITERATION" = 1 ] || exit 3',
        iterations=2,
        retries=1,
        retry_delay=timedelta(seconds=1),
        **FLIGHTS,
    )

with DAG("fails", schedule=None):
    TrancheRunOperator(task_id="load", command="exit 3", **FLIGHTS)

with DAG("mapped", schedule=None):
    plan = TranchePlanOperator(task_id="plan", max_count=2, batches=3, **FLIGHTS)
    TrancheRunOperator.partial(task_id="load", command="true", max_count=2, **FLIGHTS).expand(env=plan.output)

with DAG("steps", schedule=None):
    acquire = TrancheAcquireOperator(task_id="acquire", lease="1h", **FLIGHTS)

    @task
    def work(batch):
        return batch["range_sql"]

    done = TrancheReleaseOperator(task_id="release", batch=acquire.output, outputs={"worker": "{{ ti.task_id }}"}, conn_id="inventory")
    work(acquire.output) >> done

with DAG("decorated", schedule=None):
    ready = TrancheBacklogSensor(task_id="wait", deferrable=True, poke_interval=1, timeout=60, **FLIGHTS)

    @task.tranche(iterations="all", **FLIGHTS)
    def load(word, dag_run):
        return ["sh", "-c", f"echo {word} in {dag_run.run_id}"]

    ready >> load("hello")

# Day N of a month covers the keys 2N-1 and 2N.
with DAG(
    "days",
    schedule=CronDataIntervalTimetable("@daily", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    end_date=datetime(2026, 2, 5, tzinfo=timezone.utc),
    catchup=False,
):
    day = {"campaign": "day-{{ data_interval_start | ds_nodash }}", **FLIGHTS}
    first = "{{ data_interval_start.day * 2 - 1 }}"
    define = TrancheCampaignOperator(task_id="define", from_key=first, to_key="{{ data_interval_start.day * 2 }}", **day)
    define >> TrancheRunOperator(task_id="load", command="true", iterations="all", **day)
