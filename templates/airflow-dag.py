#: Airflow: a DAG that works through what waits, with the package airflow-provider-tranche
#: job id -- The job
#: command words = ["/app/load", "{items_file}", "s3://results/batch-{batch_id}"] -- What runs over each batch; it writes to a path named by the batch
#: schedule cron = 5 * * * * -- When: minute hour day month weekday
#: dag_id id = tranche -- The DAG
#: conn_id id = tranche -- The Airflow connection, of type tranche, that names the inventory
#: retries number 0..20 = 2 -- Further tries of a failed task, which go on where it ended
"""Works through what waits of a job; a task that finds nothing is skipped."""

from datetime import datetime, timedelta

try:
    from airflow.sdk import DAG
except ImportError:  # Airflow 2
    from airflow import DAG

from tranche_provider.operators.tranche import TrancheRunOperator

with DAG(__dag_id__, schedule=__schedule__, start_date=datetime(2024, 1, 1), catchup=False, max_active_runs=1):
    TrancheRunOperator(
        task_id="run",
        job=__job__,
        conn_id=__conn_id__,
        command=[__command__],
        iterations="all",
        retries=__retries__,
        # Longer than the job's --retry-delay, so that a retry finds the batch that failed.
        retry_delay=timedelta(minutes=1),
    )
