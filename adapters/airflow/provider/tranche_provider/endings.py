"""Why a run ended as it did, on one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def reason(job: str, status: int, summary: Mapping[str, Any] | None, last_lines: Sequence[str]) -> str:
    return f"tranche run of job {job!r} {_ending(status)}{_detail(status, summary, last_lines)}"


def _ending(status: int) -> str:
    if status < 0:
        return f"was killed by signal {-status}"
    if status == 124:
        return "ended with 124, its command ran past the timeout"
    if status in (126, 127):
        return f"ended with {status}, its command cannot be {'executed' if status == 126 else 'found'}"
    if 128 < status < 193:
        return f"ended with {status}, by signal {status - 128}"
    return f"ended with {status}"


def _detail(status: int, summary: Mapping[str, Any] | None, last_lines: Sequence[str]) -> str:
    failed = [batch for batch in (summary or {}).get("batches", []) if batch["status"] != "succeeded"]
    if failed:
        batch = failed[-1]
        keys = f"keys {batch['first_key']} to {batch['last_key']}"
        after = "exhausted" if batch.get("exhausted") else f"attempt {batch['attempt']} of {batch['max_attempts']}"
        return f": batch {batch['batch_id']} ({keys}, {after}): {batch['message']}"
    told = [line for line in last_lines if line.strip() and not line.startswith('{"run_id"')]
    return f": {told[-1]}" if told else ""
