"""What the earlier tries of a task did, so that a retry continues their work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tranche_provider.arguments import flags
from tranche_provider.identity import map_index
from tranche_provider.program import TrancheProgram


@dataclass
class EarlierTries:
    """Runs of this task since it was last cleared, oldest first, and the batches that they still hold or ended."""

    runs: list[str] = field(default_factory=list)
    batches: list[dict[str, Any]] = field(default_factory=list)

    @property
    def succeeded(self) -> list[dict[str, Any]]:
        return [batch for batch in self.batches if batch["status"] == "succeeded"]

    @property
    def unfinished(self) -> list[dict[str, Any]]:
        return [batch for batch in self.batches if batch["status"] in ("planned", "processing", "failed")]

    def summary(self, job: str, window: str) -> dict[str, Any]:
        """As of a run, where nothing is left to run."""
        done = sorted(self.succeeded, key=lambda batch: int(batch["batch_id"]))
        return {
            "run_id": self.runs[-1],
            "job": job,
            "window": window,
            "exit_status": 0,
            "iterations": 0,
            "succeeded": len(done),
            "failed": 0,
            "count": sum(batch["count"] for batch in done),
            "weight": sum(batch["weight"] or 0 for batch in done),
            "first_key": done[0]["first_key"] if done else None,
            "last_key": done[-1]["last_key"] if done else None,
            "batches": done[-100:],
        }


def first_try(context: Mapping[str, Any], retries: int) -> int:
    """Clearing a task counts its tries on and allows `retries` more of them."""
    most = getattr(context["ti"], "max_tries", None)
    return max(1, int(most) - retries + 1) if most is not None else 1


def earlier_tries(program: TrancheProgram, job: str, window: str, context: Mapping[str, Any], retries: int) -> EarlierTries:
    ti = context["ti"]
    first = first_try(context, retries)
    if ti.try_number <= first:
        return EarlierTries()
    names = [f"dag_id={ti.dag_id}", f"dag_run_id={ti.run_id}", f"task_id={ti.task_id}"]
    found = EarlierTries()
    for run in reversed(program.json("runs", *flags(job=job, identity=names, limit=0))):
        known = run["identity"]
        number = int(known.get("try_number", 0))
        if run["window"] == window and known.get("map_index") == map_index(context) and first <= number < ti.try_number:
            found.runs.append(run["run_id"])
            found.batches += program.json("run-info", run["run_id"])["batches"]
    return found
