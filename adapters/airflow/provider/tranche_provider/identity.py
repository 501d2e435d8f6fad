"""What Airflow calls the task that runs, in the names that `tranche` stores with a run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from tranche_provider.compat import conf


def map_index(context: Mapping[str, Any]) -> str | None:
    index = getattr(context["ti"], "map_index", None)
    return str(index) if index is not None and int(index) >= 0 else None


def identity_environment(context: Mapping[str, Any]) -> dict[str, str]:
    """Airflow sets some of this itself, but not in every version and never the map index."""
    ti = context["ti"]
    names: dict[str, Any] = {
        "AIRFLOW_CTX_DAG_ID": ti.dag_id,
        "AIRFLOW_CTX_DAG_RUN_ID": ti.run_id,
        "AIRFLOW_CTX_TASK_ID": ti.task_id,
        "AIRFLOW_CTX_TRY_NUMBER": ti.try_number,
        "AIRFLOW_CTX_LOGICAL_DATE": _logical_date(context),
        "TRANCHE_IDENTITY_MAP_INDEX": map_index(context),
        "AIRFLOW__API__BASE_URL": os.environ.get("AIRFLOW__API__BASE_URL") or _configured("api", "base_url"),
        **_openlineage_parents(ti),
    }
    return {name: str(value) for name, value in names.items() if value not in (None, "")}


def _logical_date(context: Mapping[str, Any]) -> str | None:
    dag_run = context.get("dag_run")
    date = getattr(dag_run, "logical_date", None)  # null in runs that no schedule made
    return date.isoformat() if date is not None else None


def _configured(section: str, option: str) -> str:
    return conf.get(section, option, fallback="") or ""


def _openlineage_parents(ti: Any) -> dict[str, str | None]:
    """The task and the root of its lineage, which is known where Airflow's provider tells it. Those of the worker hold."""
    if os.environ.get("OPENLINEAGE_PARENT_ID"):
        return {}
    return {
        "OPENLINEAGE_PARENT_ID": _openlineage_macro("lineage_parent_id", ti),
        "OPENLINEAGE_ROOT_PARENT_ID": _openlineage_macro("lineage_root_parent_id", ti),
    }


def _openlineage_macro(name: str, ti: Any) -> str | None:
    try:
        from airflow.providers.openlineage.plugins import macros

        return str(getattr(macros, name)(ti))
    except Exception:  # not installed, or too old for the macro: lineage is told if it can be and never fails a task
        return None
