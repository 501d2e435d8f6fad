"""Airflow provider of tranche."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"

_INTEGRATION = "Tranche"


def _modules(kind: str) -> list[dict[str, Any]]:
    return [{"integration-name": _INTEGRATION, "python-modules": [f"tranche_provider.{kind}.tranche"]}]


def get_provider_info() -> dict[str, Any]:
    """What Airflow asks of a provider; it must import nothing of Airflow."""
    return {
        "package-name": "airflow-provider-tranche",
        "name": _INTEGRATION,
        "description": "Runs batches of data assets by `tranche`, waits for a backlog, plans mapped tasks.",
        "versions": [__version__],
        "integrations": [{"integration-name": _INTEGRATION, "tags": ["software"]}],
        "operators": _modules("operators"),
        "sensors": _modules("sensors"),
        "hooks": _modules("hooks"),
        "triggers": _modules("triggers"),
        "connection-types": [_CONNECTION],
        "extra-links": ["tranche_provider.links.tranche.TrancheRunLink"],
        "task-decorators": [
            {"name": "tranche", "class-name": "tranche_provider.decorators.tranche.tranche_task"},
        ],
        "config": {"tranche": {"description": "Where workers find tranche and people its runs.", "options": _OPTIONS}},
    }


_CONNECTION = {
    "connection-type": "tranche",
    "hook-class-name": "tranche_provider.hooks.tranche.TrancheHook",
    "hook-name": "Tranche",
    "ui-field-behaviour": {
        "hidden-fields": [],
        "relabeling": {"schema": "Database", "host": "PostgreSQL host"},
        "placeholders": {"extra": '{"db": "sqlite:/data/inventory.db", "inventory_schema": "tranche"}'},
    },
}


def _option(description: str, default: str, example: str) -> dict[str, Any]:
    return {"description": description, "version_added": "0.1.0", "type": "string", "example": example, "default": default}


_OPTIONS = {
    "program": _option("The tranche executable, a path or a name on PATH.", "tranche", "/opt/tranche/bin/tranche"),
    "run_url": _option(
        "A run's page, with {run_id} in it; empty: the task's log, which tells the run.",
        "",
        "https://tranche.example/runs/{run_id}",
    ),
}
