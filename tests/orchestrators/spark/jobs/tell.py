"""Tells what the driver and the executors of an application know, in a file; then fails where it is told to.

tell.py FILE [fail]
"""

import json
import os
import sys

from pyspark.sql import SparkSession

with SparkSession.builder.getOrCreate() as spark:
    context = spark.sparkContext
    told = {
        "id": context.applicationId,
        "driver": dict(os.environ),
        "executors": context.parallelize(range(2), 2).map(lambda _: dict(os.environ)).collect(),
        "conf": dict(context.getConf().getAll()),
    }
    with open(sys.argv[1], "w") as file:
        json.dump(told, file)
    if sys.argv[2:] == ["fail"]:
        raise ValueError("told to fail")
