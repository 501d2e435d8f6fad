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
        "OPENLINEAGE_PARENT_ID": os.environ.get("OPENLINEAGE_PARENT_ID") or _openlineage_parent(ti),
    }
    return {name: str(value) for name, value in names.items() if value not in (None, "")}


def _logical_date(context: Mapping[str, Any]) -> str | None:
    dag_run = context.get("dag_run")
    date = getattr(dag_run, "logical_date", None)  # null in runs that no schedule made
    return date.isoformat() if date is not None else None


def _configured(section: str, option: str) -> str:
    return conf.get(section, option, fallback="") or ""


def _openlineage_parent(ti: Any) -> str | None:
    try:
        from airflow.providers.openlineage.plugins.macros import lineage_parent_id
    except ImportError:
        return None
    try:
        return str(lineage_parent_id(ti))
    except Exception:  # lineage is told if it can be and never fails a task
        return None
