"""The range that was processed, told to the assets that a task names as outlets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_TOLD = ("run_id", "job", "window", "succeeded", "count", "weight", "first_key", "last_key")


def range_extra(summary: Mapping[str, Any]) -> dict[str, Any]:
    return {name: summary[name] for name in _TOLD if name in summary}


def tell_assets(outlets: Iterable[Any], summary: Mapping[str, Any], context: Mapping[str, Any]) -> None:
    events = context.get("outlet_events")  # since Airflow 2.10
    if events is None:
        return
    for outlet in outlets:
        if getattr(outlet, "uri", None):  # an alias has none
            events[outlet].extra = {"tranche": range_extra(summary)}
