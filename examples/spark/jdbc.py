"""Copies the rows of one batch from its table, read over JDBC: jdbc.py URL RESULT, with the driver's jar by --packages or --jars.

The range is a condition that the database evaluates, so that no list of items is needed. RESULT is named by the batch, so that a
retry overwrites what an attempt before it left there.
"""

import os
import sys

from pyspark.sql import SparkSession

# By name: a jar of --packages is not where java.sql looks for drivers.
DRIVER = "org.postgresql.Driver"

url, result = sys.argv[1:]

with SparkSession.builder.getOrCreate() as spark:
    told = spark.conf.get  # as in the environment, and there in cluster mode too
    query = f"SELECT * FROM {told('spark.tranche.table')} WHERE {told('spark.tranche.rangeSql')}"
    rows = spark.read.format("jdbc").options(url=url, query=query, driver=DRIVER).load()
    rows.write.parquet(result, mode="overwrite")
    written = spark.read.parquet(result).count()
    if written != int(told("spark.tranche.count")):
        raise ValueError(f"{written} rows, but the batch holds {told('spark.tranche.count')}")
    application = spark.sparkContext.applicationId

# A local master logs no application id.
with open(os.environ["TRANCHE_OUTPUT_FILE"], "a") as outputs:
    outputs.write(f"rows={written}\nspark_application_id={application}\n")
