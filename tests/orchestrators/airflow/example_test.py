"""The example for Airflow, as a newcomer runs it."""

import os
import pathlib
import re
import subprocess

EXAMPLE = pathlib.Path(__file__).parents[3] / "examples/airflow.sh"


def test_the_example_shows_a_failed_try_and_the_one_that_continued(tmp_path):
    env = {**os.environ, "TMPDIR": str(tmp_path), "TERM": "dumb"}
    for name in [name for name in env if name.startswith("AIRFLOW__") or name == "AIRFLOW_HOME"]:
        del env[name]
    result = subprocess.run(["bash", EXAMPLE], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    shown = result.stdout
    assert result.returncode == 0, shown + result.stderr
    assert re.search(r"batch (\d+) failed with exit status 65.*\ntranche: batch \1 succeeded", shown), shown
    assert re.search(r"XCom of count: \d+ batches of this try", shown)
    assert re.search(r"^headers .* count +success", shown, re.MULTILINE), shown
    tries = re.findall(r" (failed|succeeded) .* headers\.count \S+ try (\d)", shown.split("tranche asset", 1)[1])
    assert tries == [("failed", "1"), ("succeeded", "2")], shown
    assert "as one pass over all of them counts" in shown
