#: Spark: a PySpark job over the files of a batch, with a result path named by the batch
#: output text -- Where results go: a folder, or an address such as s3a://results/flights
#: input_format id = parquet -- Of the items: parquet, csv, json, orc, text
#: output_format id = parquet -- Of the result
#: app_name text = tranche -- What Spark shows
"""Reads the items of one batch and writes to OUTPUT/batch=ID, which a further attempt overwrites: nothing is there twice.

tranche run --job JOB -- spark-submit job.py
"""

import os
import pathlib

from pyspark.sql import SparkSession


def main():
    batch = os.environ["TRANCHE_BATCH_ID"]
    items = pathlib.Path(os.environ["TRANCHE_ITEMS_FILE"]).read_text().splitlines()
    spark = SparkSession.builder.appName(__app_name__ + f" batch {batch}").getOrCreate()
    try:
        rows = spark.read.format(__input_format__).load(items)
        # What the job is about goes here.
        result = rows
        # One folder a batch: Spark's own partitionBy would need dynamic overwriting.
        target = __output__.rstrip("/") + f"/batch={batch}"
        result.write.format(__output_format__).mode("overwrite").save(target)
        tell(path=target, rows=spark.read.format(__output_format__).load(target).count())
    finally:
        spark.stop()


def tell(**outputs):
    """For the ledger: 'tranche batch ID' shows it."""
    if "TRANCHE_OUTPUT_FILE" in os.environ:
        with open(os.environ["TRANCHE_OUTPUT_FILE"], "a") as file:
            file.writelines(f"{name}={value}\n" for name, value in outputs.items())


if __name__ == "__main__":
    main()
