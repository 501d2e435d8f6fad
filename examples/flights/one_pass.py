"""The same totals by another way, in one pass over all flights; and the sums of the files that it gets: one_pass.py RESULT..."""

import sys

import pandas
import source

flights = pandas.read_csv(source.flights()).dropna(subset=["arr_delay"])
expected = flights.groupby("carrier")["arr_delay"].agg(["size", "sum"]).astype(int)
expected.columns = ["flights", "minutes"]

parts = [pandas.read_csv(path, names=["carrier", "flights", "minutes"]) for path in sys.argv[1:]]
found = pandas.concat(parts).groupby("carrier").sum()
print(found.assign(mean=(found["minutes"] / found["flights"]).round(1)).to_string())
if not found.equals(expected):
    sys.exit(f"one_pass.py: the batches' totals are not those of one pass:\n{expected.to_string()}")
print(f"{expected['flights'].sum()} flights that arrived, {expected['minutes'].sum()} minutes late in sum, as one pass over all of them counts.")
