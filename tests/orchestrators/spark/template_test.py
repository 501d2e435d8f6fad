"""The application that `tranche template render spark-job` prints."""

import os
import shlex
import sqlite3
import subprocess

from conftest import LEAN


def test_a_rendered_application_writes_a_folder_for_each_batch_which_a_further_attempt_overwrites(inventory, tmp_path):
    files = []
    for number in range(1, 11):
        path = tmp_path / f"part-{number}.csv"
        path.write_text(f"{number}\n{number}\n")
        files.append((str(path), number))
    with sqlite3.connect(inventory.file) as database:
        database.executemany("UPDATE assets SET item = ? WHERE id = ?", files)
    settings = [f"output={tmp_path}/results", "input_format=csv", "output_format=json", "app_name=load"]
    words = [word for setting in settings for word in ("--set", setting)]
    rendered = subprocess.run([os.environ["TRANCHE_BINARY"], "template", "render", "spark-job", *words],
                              capture_output=True, text=True, check=True).stdout  # fmt: skip
    job = tmp_path / "job.py"
    job.write_text(rendered)
    # The first attempt fails once all is written.
    submit = f"spark-submit {shlex.join(LEAN)} {job} && [ $TRANCHE_ATTEMPT = 2 ]"
    result = inventory.call("run", "--job", "flights", "--iterations", "2", "--", "sh", "-c", submit)
    assert result.returncode == 1, result.stderr
    batch = inventory.json("batch", 1)
    assert [attempt["outcome"] for attempt in batch["attempts"]] == ["failed", "succeeded"]
    assert batch["outputs"] == {"path": f"{tmp_path}/results/batch=1", "rows": "8"}
    lines = [line for part in (tmp_path / "results" / "batch=1").glob("part-*.json") for line in part.read_text().splitlines()]
    assert sorted(lines) == sorted(f'{{"_c0":"{n}"}}' for n in (1, 1, 2, 2, 3, 3, 4, 4))
