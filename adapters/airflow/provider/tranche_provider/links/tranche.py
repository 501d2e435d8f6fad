"""The button of a task that leads to its run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tranche_provider.compat import BaseOperatorLink, XCom, conf

if TYPE_CHECKING:
    from airflow.sdk.types import TaskInstanceKey

RUN_LINK_KEY = "tranche_run_link"


class TrancheRunLink(BaseOperatorLink):
    """The run's page ([tranche] run_url), else the log of the task, which ends with `tranche run-info`."""

    name = "Tranche run"

    def get_link(self, operator: Any, *, ti_key: TaskInstanceKey) -> str:
        return XCom.get_value(key=RUN_LINK_KEY, ti_key=ti_key) or ""


def run_link(run_id: str, ti: Any) -> str:
    pattern = conf.get("tranche", "run_url", fallback="") or ""
    if pattern:
        return pattern.replace("{run_id}", run_id)
    return str(getattr(ti, "log_url", None) or "")
