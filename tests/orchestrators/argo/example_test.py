"""The example for Argo, as a newcomer runs it."""

import os
import pathlib
import re
import subprocess

EXAMPLE = pathlib.Path(__file__).parents[3] / "examples/argo.sh"


def test_the_example_shows_a_failed_pod_and_the_one_that_continued(tmp_path):
    env = {**os.environ, "TMPDIR": str(tmp_path), "TERM": "dumb"}
    # A container's user has to get to its folders.
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    result = subprocess.run(["bash", EXAMPLE], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    shown = result.stdout
    assert result.returncode == 0, shown + result.stderr
    assert re.search(r"^1 objects$", shown, re.M)
    assert re.search(r"batch \d+ failed with exit status 75(.|\n)*^loop\(0\)  Failed, exit code 75  progress (\d+)/\2$", shown, re.M), shown
    assert re.search(r"^loop\(1\)  Succeeded  progress (\d+)/\1\n(.*\n)*  output count: \1$", shown, re.M), shown
    tries = re.findall(r" (failed|succeeded) .* headers-x7k2p wf-loop-(\d+)", shown.split("tranche asset", 1)[1])
    assert [outcome for outcome, _ in tries] == ["failed", "succeeded"] and tries[0][1] != tries[1][1], shown
    assert "as one pass over all of them counts" in shown
