"""Counts what the C headers of one batch include: includes.py ITEMS RESULT.

RESULT is named by the batch, so that a retry overwrites what an attempt before it left there.
"""

import os
import sys

from pyspark.sql import SparkSession
from pyspark.sql.functions import col, regexp_extract

INCLUDE = r'^\s*#\s*include\s*[<"]([^>"]*)'

items, result = sys.argv[1:]
with open(items) as file:
    headers = file.read().splitlines()

# Many small files: looked up here, and not by a task each.
builder = SparkSession.builder.config("spark.sql.sources.parallelPartitionDiscovery.threshold", len(headers))
with builder.getOrCreate() as spark:
    lines = spark.read.text(headers, lineSep="\n")
    included = lines.where(col("value").rlike(INCLUDE)).select(regexp_extract("value", INCLUDE, 1).alias("header"))
    included.groupBy("header").count().coalesce(1).write.csv(result, mode="overwrite")
    if os.environ.get("REFUSE") in headers:
        raise ValueError(f"refused to go on after {os.environ['REFUSE']}")

with open(os.environ["TRANCHE_OUTPUT_FILE"], "a") as outputs:
    outputs.write(f"result={result}\n")
