"""Adds up the delays of one batch of days: delays.py ITEMS RESULT.

For each carrier: how many flights arrived, and by how many minutes too late in sum. RESULT is named by the batch, so that another
attempt overwrites it, and appears only as a whole.
"""

import collections
import csv
import os
import sys

DATA_ERROR = 65  # EX_DATAERR of sysexits.h: another attempt at the same files would change nothing


def read_day(path, totals):
    with open(path, newline="") as file:
        for flight in csv.DictReader(file):
            if None in flight.values():
                sys.stderr.write(f"{path}: a flight of {flight['carrier'] or 'nobody'} breaks off, the file is not whole\n")
                sys.exit(DATA_ERROR)
            if flight["arr_delay"] != "NA":  # one that never arrived
                totals[flight["carrier"]].update(flights=1, minutes=int(flight["arr_delay"]))


items, result = sys.argv[1:]
totals = collections.defaultdict(collections.Counter)
with open(items) as file:
    for path in file.read().splitlines():
        read_day(path, totals)

with open(result + ".part", "w", newline="") as file:
    csv.writer(file).writerows((carrier, sums["flights"], sums["minutes"]) for carrier, sums in sorted(totals.items()))
os.rename(result + ".part", result)
arrived = sum(sums["flights"] for sums in totals.values())
with open(os.environ["TRANCHE_OUTPUT_FILE"], "a") as outputs:
    outputs.write(f"flights={arrived}\n")
