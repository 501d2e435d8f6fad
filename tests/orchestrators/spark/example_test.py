"""The example for Spark, as a newcomer runs it."""

import os
import pathlib
import re
import subprocess

EXAMPLE = pathlib.Path(__file__).parents[3] / "examples/spark.sh"


def test_the_example_shows_an_application_that_fails_and_its_retry(tmp_path):
    env = {**os.environ, "TMPDIR": str(tmp_path), "TERM": "dumb"}
    result = subprocess.run(["bash", EXAMPLE], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=400)
    shown = result.stdout
    assert result.returncode == 0, shown + result.stderr
    assert re.search(r"batch \d+ failed with exit status 1 .*can be tried again", shown), shown
    assert "ValueError: refused to go on after /usr/include/linux/fs.h" in shown
    assert len(set(re.findall(r"app ID (app-\S+)", shown))) >= 4
    asset = shown.split("$ tranche asset", 1)[1]
    assert re.findall(r"^.* (failed|succeeded) ", asset, re.MULTILINE)[:2] == ["failed", "succeeded"], asset
    assert len(re.findall(r'^"outputs":.*"spark_application_id":"app-', shown, re.MULTILINE)) == 3, shown
    assert len(re.findall(r"^ .* spark_application_id=app-", shown.split("$ tranche runs", 1)[1], re.MULTILINE)) == 1, shown
    assert "as one pass over all of them counts" in shown
