"""Counts the lines of all C headers of this machine, some files at a time; see ../airflow.sh."""

import os
from datetime import timedelta

from airflow.sdk import DAG, task
from tranche_provider.operators.tranche import TrancheRunOperator

with DAG("headers", schedule=None):
    count = TrancheRunOperator(
        task_id="count",
        job="headers",
        conn_id="inventory",
        command=[f"{os.environ['EXAMPLE']}/count-lines.sh", "{items_file}", f"{os.environ['EXAMPLE']}/results/batch-{{batch_id}}.gz"],
        iterations="all",
        # The first try ends at one header. The second continues: that batch again, then whatever is left.
        max_failures=1,
        env={"REFUSE": "{{ '/usr/include/stdlib.h' if ti.try_number == 1 else '' }}"},
        retries=1,
        retry_delay=timedelta(seconds=1),
    )

    @task
    def tell(summary):
        print(f"XCom of count: {summary['succeeded']} batches of this try, keys {summary['first_key']} to {summary['last_key']}")

    tell(count.output)
