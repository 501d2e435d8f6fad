"""Writes a file for each day of 2013, dated by that day: cut.py FOLDER [DAY...]. With days, such as 2013-07-04, only those."""

import datetime
import io
import os
import pathlib
import sys
import zipfile
from collections import defaultdict

import source

folder, *wanted = sys.argv[1:]
days = defaultdict(list)
with zipfile.ZipFile(source.flights()) as archive, archive.open("flights.csv") as table:
    lines = io.TextIOWrapper(table, newline="")
    header = next(lines)
    for line in lines:
        year, month, day, _ = line.split(",", 3)
        days[datetime.date(int(year), int(month), int(day))].append(line)

pathlib.Path(folder).mkdir(exist_ok=True)
for day, flights in days.items():
    if not wanted or day.isoformat() in wanted:
        path = pathlib.Path(folder, f"{day}.csv")
        path.write_text(header + "".join(flights), newline="")
        noon = datetime.datetime(day.year, day.month, day.day, 12, tzinfo=datetime.timezone.utc).timestamp()
        os.utime(path, (noon, noon))
print(f"{sum(map(len, days.values()))} flights on {len(days)} days")
