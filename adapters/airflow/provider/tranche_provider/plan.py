"""Planned batches as what dynamic task mapping maps over."""

from __future__ import annotations

from typing import Any

from tranche_provider.hooks.tranche import TrancheHook


def planned_environment(batches: list[dict[str, Any]]) -> list[dict[str, str]]:
    """One environment a batch, for `TrancheRunOperator.partial(...).expand(env=...)`.

    A plan changes nothing: it says how many tasks are worth starting and shows each its place. What a task then gets is
    what `tranche` hands out when it starts, each batch to one task.
    """
    return [
        {
            "TRANCHE_PLAN_INDEX": str(index),
            "TRANCHE_PLAN_FIRST_KEY": batch["first_key_text"],
            "TRANCHE_PLAN_LAST_KEY": batch["last_key_text"],
            "TRANCHE_PLAN_COUNT": str(batch["count"]),
            "TRANCHE_PLAN_WEIGHT": str(batch["weight"] or 0),
        }
        for index, batch in enumerate(batches)
    ]


def planned_batches(
    job: str, *, conn_id: str | None = None, db: str | None = None, batches: int = 10, **options: Any
) -> list[dict[str, str]]:
    """For a `@task` of one's own; options are those of `tranche plan` in snake_case."""
    return planned_environment(TrancheHook(conn_id, db=db).plan(job, batches=batches, **options))
