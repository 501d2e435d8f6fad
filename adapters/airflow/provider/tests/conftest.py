import json
import os
import pathlib
import sys
from types import SimpleNamespace

import pytest

HERE = pathlib.Path(__file__).parent


class Fake:
    """The `tranche` on PATH, and how it was called."""

    def __init__(self, folder):
        self.folder = folder
        self.answers = {}
        self.answer("run", summary=summary())

    def answer(self, command, output="", *, status=0, errors="", **more):
        text = output if isinstance(output, str) else json.dumps(output)
        self.answers[command] = {"output": text, "status": status, "errors": errors, **more}
        (self.folder / "answers.json").write_text(json.dumps(self.answers))

    def calls(self, command):
        file = self.folder / "calls.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        return [call for call in map(json.loads, lines) if call["words"][0] == command]

    def words(self, command):
        (call,) = self.calls(command)
        return call["words"]

    def env(self, command):
        (call,) = self.calls(command)
        return call["env"]


def batch(number=1, **fields):
    return {
        "batch_id": number, "first_key": 4 * number - 3, "last_key": 4 * number, "first_key_text": str(4 * number - 3),
        "last_key_text": str(4 * number), "count": 4, "weight": 40, "status": "succeeded", "exhausted": False, "attempt": 1,
        "max_attempts": 3, "message": None, "lease_token": "secret-token", "key_column": "id", **fields,
    }  # fmt: skip


def summary(**fields):
    return {
        "run_id": "0f8f", "job": "flights", "window": "incremental", "exit_status": 0, "iterations": 1, "succeeded": 1,
        "failed": 0, "count": 4, "weight": 40, "first_key": 1, "last_key": 4, "batches": [batch()], **fields,
    }  # fmt: skip


class TaskInstance(SimpleNamespace):
    def xcom_push(self, key, value):
        self.pushed[key] = value

    def render_templates(self):
        self.rendered += 1


def context(**fields):
    known = {
        "dag_id": "daily", "run_id": "manual__1", "task_id": "load", "try_number": 1, "max_tries": 0, "map_index": -1,
        "log_url": "https://flow.example/log", "pushed": {}, "rendered": 0,
    }  # fmt: skip
    return {"ti": TaskInstance(**{**known, **fields}), "dag_run": SimpleNamespace(logical_date=None)}


@pytest.fixture
def fake(tmp_path, monkeypatch):
    program = tmp_path / "bin" / "tranche"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n" + (HERE / "fake_tranche.py").read_text())
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_TRANCHE", str(tmp_path))
    for name in list(os.environ):
        if name.startswith(("TRANCHE_", "AIRFLOW_CTX_")):
            monkeypatch.delenv(name)
    return Fake(tmp_path)
