"""What the earlier tries of a task did, so that a retry continues their work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    def iterations(self) -> int:
        """That succeeded. What a command reported as done of a batch that then failed is a batch, but no iteration."""
        return sum(not (batch.get("straggler") and batch.get("parent_batch_id")) for batch in self.succeeded)

    @property
    def unfinished(self) -> list[dict[str, Any]]:
        return [batch for batch in self.batches if batch["status"] in ("planned", "processing", "failed")]

    def summary(self, job: str, window: str) -> dict[str, Any]:
        """As of a run, where nothing is left to run."""
        nothing = {"exit_status": 0, "iterations": 0, "succeeded": 0, "failed": 0, "count": 0, "weight": 0, "first_key": None, "last_key": None}
        return self.before({"run_id": self.runs[-1], "job": job, "window": window, **nothing, "batches": []})

    def before(self, summary: Mapping[str, Any]) -> dict[str, Any]:
        """The summary of a run that went on from here, with what these tries did. How it ended is the run's own."""
        done = sorted(self.succeeded, key=lambda batch: int(batch["batch_id"]))
        # Keys of one job are all numbers, or texts whose order is that of the keys.
        firsts = [key for key in (*(batch["first_key"] for batch in done), summary["first_key"]) if key is not None]
        lasts = [key for key in (*(batch["last_key"] for batch in done), summary["last_key"]) if key is not None]
        return {
            **summary,
            "succeeded": summary["succeeded"] + self.iterations,
            "count": summary["count"] + sum(batch["count"] for batch in done),
            "weight": summary["weight"] + sum(batch["weight"] or 0 for batch in done),
            "first_key": min(firsts, default=None),
            "last_key": max(lasts, default=None),
            "batches": without_tokens([*done, *summary["batches"]])[-100:],
        }


def without_tokens(batches: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """XComs are shown to everybody; a lease's token lets its holder end the batch."""
    return [{name: value for name, value in batch.items() if name != "lease_token"} for batch in batches]


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
