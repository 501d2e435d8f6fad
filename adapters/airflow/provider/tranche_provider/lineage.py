"""What OpenLineage's listener asks of an operator. Airflow's provider of it need not be there."""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tranche_provider.arguments import checked_environment
from tranche_provider.exceptions import TrancheError
from tranche_provider.hooks.tranche import TrancheHook

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage


class RunLineage:
    """Names the source's table with the range that was read."""

    job: str
    conn_id: str | None
    db: str | None
    env: dict[str, str] | None
    lineage_summary: dict[str, Any] | None = None

    def get_openlineage_facets_on_start(self) -> OperatorLineage[Any, Any]:
        return self._lineage(None)

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage[Any, Any]:
        return self._lineage(self.lineage_summary)

    def get_openlineage_facets_on_failure(self, task_instance: Any) -> OperatorLineage[Any, Any]:
        return self._lineage(self.lineage_summary)

    def _lineage(self, summary: Mapping[str, Any] | None) -> OperatorLineage[Any, Any]:
        from airflow.providers.common.compat.openlineage.facet import Dataset
        from airflow.providers.openlineage.extractors import OperatorLineage

        if summary is not None and not summary["iterations"] and not summary["succeeded"]:
            return OperatorLineage()  # skipped: nothing was read
        names = self._dataset_names()
        if names is None:
            return OperatorLineage()
        namespace, name = names
        facets = _subset(summary)
        if not facets:
            return OperatorLineage(inputs=[Dataset(namespace=namespace, name=name)])
        from openlineage.client.event_v2 import InputDataset

        return OperatorLineage(inputs=[InputDataset(namespace=namespace, name=name, inputFacets=facets)])

    def _dataset_names(self) -> tuple[str, str] | None:
        """None where tranche cannot tell: no dataset is better than a wrong one."""
        try:
            program = TrancheHook(self.conn_id, db=self.db).get_conn(checked_environment(self.env))
            return dataset_names(program.json("job", "show", self.job, "--place"))
        except (TrancheError, ValueError) as error:
            logging.getLogger(__name__).warning("The input of job %r is not told to OpenLineage: %s", self.job, error)
            return None


def dataset_names(place: Mapping[str, Any]) -> tuple[str, str]:
    """Namespace and name of where tranche says that the table is, as `--adapter openlineage` writes them."""
    if place["kind"] == "sqlite":
        return f"sqlite:{place['database']}", place["table"]
    host = place["host"]
    if host.startswith("/"):  # a Unix socket
        host = socket.gethostname()
    authority = f"[{host}]" if ":" in host else host
    return f"postgres://{authority}:{place['port'] or 5432}", f"{place['database']}.{place['schema']}.{place['table']}"


def _subset(summary: Mapping[str, Any] | None) -> dict[str, Any]:
    if summary is None or summary["first_key"] is None or not summary["batches"]:
        return {}
    column = summary["batches"][-1]["key_column"]
    try:
        from openlineage.client.facet_v2 import base_subset_dataset as subset
    except ImportError:  # a client from before the subset facets
        return {}

    def compare(key: Any, comparison: str) -> Any:
        return subset.CompareSubsetCondition(
            left=subset.FieldBaseCompareExpression(column),
            right=subset.LiteralCompareExpression(str(key)),
            comparison=comparison,
        )

    condition = subset.BinarySubsetCondition(
        left=compare(summary["first_key"], "GREATER_EQUAL_THAN"),
        right=compare(summary["last_key"], "LESS_EQUAL_THAN"),
        operator="AND",
    )
    return {"subset": subset.InputSubsetInputDatasetFacet(inputCondition=condition)}
