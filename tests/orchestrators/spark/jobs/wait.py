"""An application that never ends; tells in a file that it has begun."""

import pathlib
import sys
import time

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.range(10).count()
pathlib.Path(sys.argv[1]).touch()
while True:
    time.sleep(1)
