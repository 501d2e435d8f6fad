"""The example over the flights of 2013, as a newcomer runs it."""

import os
import pathlib
import re
import subprocess

EXAMPLE = pathlib.Path(__file__).parents[3] / "examples/flights.sh"
DAMAGED = ("2013-02-09", "2013-07-04", "2013-12-31")


def test_the_example_finds_three_damaged_days_and_ends_with_the_totals_of_one_pass(tmp_path):
    env = {**os.environ, "TMPDIR": str(tmp_path), "TERM": "dumb"}
    result = subprocess.run(["bash", EXAMPLE], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    shown = result.stdout
    assert result.returncode == 0, shown + result.stderr
    assert "336776 flights on 365 days" in shown
    failed = shown.split("--status failed\n", 1)[1].split("$ tranche gaps", 1)[0]
    assert sorted(re.findall(r"exhausted .*/days/(\S+)\.csv: .* breaks off", failed)) == list(DAMAGED), failed
    needed, bound = map(int, re.search(r"took (\d+) attempts; halving takes at most (\d+)", shown).groups())
    assert 3 <= needed <= bound < 365
    assert "3 iterations: 3 succeeded, 0 failed" in result.stderr
    assert re.search(r"^COMPLETE +yes$", shown.split("# 7.", 1)[1], re.M)
    assert "tranche: no gaps" in result.stderr
    assert re.search(r"^LATE +0\nVANISHED +0\nCHANGED BATCHES +0$", shown, re.M), shown
    assert "327346 flights that arrived, 2257174 minutes late in sum, as one pass over all of them counts" in shown
