"""Stands in for the executable: notes how it was called, and answers what the test wrote down for the command."""

import json
import os
import pathlib
import signal
import sys
import time

folder = pathlib.Path(os.environ["FAKE_TRANCHE"])
words = sys.argv[1:]
with (folder / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps({"words": words, "env": dict(os.environ), "stdin": os.readlink("/proc/self/fd/0")}) + "\n")
answers = json.loads((folder / "answers.json").read_text())
answer = answers.get(" ".join(words[:2])) or answers.get(words[0], {})
if "--summary" in words and answer.get("summary") is not None:
    pathlib.Path(words[words.index("--summary") + 1]).write_text(json.dumps(answer["summary"]))
if answer.get("wait"):
    signal.signal(signal.SIGTERM, lambda *_: (print("stopping " + "x" * 200_000, flush=True), os._exit(143)))
    (folder / "waiting").write_text(str(os.getpid()))
    while True:
        time.sleep(60)
print(answer.get("output", ""), flush=True)
print(answer.get("errors", ""), file=sys.stderr, flush=True)
sys.exit(answer.get("status", 0))
