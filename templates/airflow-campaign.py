#: Airflow: a backfill as a campaign, with the package airflow-provider-tranche
#: job id -- The job
#: campaign id -- The campaign; it is created where it is not there
#: from text =  -- Its first key; empty: the table's first
#: to text =  -- Its last key; empty: the newest settled key when it is created
#: command words = ["/app/load", "{items_file}", "s3://results/batch-{batch_id}"] -- What runs over each batch; it writes to a path named by the batch
#: workers number 1..100 = 2 -- Tasks side by side
#: dag_id id = tranche-campaign -- The DAG, without a schedule
#: conn_id id = tranche -- The Airflow connection, of type tranche, that names the inventory
#: retries number 0..20 = 2 -- Further tries of a failed task, which go on where it ended
"""Processes a range of keys again, beside the daily work. Triggered again, it goes on with what is left."""

from datetime import datetime, timedelta

try:
    from airflow.sdk import DAG
except ImportError:  # Airflow 2
    from airflow import DAG

from tranche_provider.operators.tranche import TrancheCampaignOperator, TrancheRunOperator

with DAG(__dag_id__, schedule=None, start_date=datetime(2024, 1, 1), max_active_runs=1):
    campaign = TrancheCampaignOperator(
        task_id="campaign",
        job=__job__,
        campaign=__campaign__,
        from_key=__from__ or None,
        to_key=__to__ or None,
        conn_id=__conn_id__,
    )
    for number in range(1, __workers__ + 1):
        campaign >> TrancheRunOperator(
            task_id=f"run_{number}",
            job=__job__,
            campaign=__campaign__,
            conn_id=__conn_id__,
            command=[__command__],
            iterations="all",
            retries=__retries__,
            # Longer than the job's --retry-delay, so that a retry finds the batch that failed.
            retry_delay=timedelta(minutes=1),
        )
