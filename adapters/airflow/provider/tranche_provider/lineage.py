"""What OpenLineage's listener asks of an operator. Airflow's provider of it need not be there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tranche_provider.hooks.tranche import TrancheHook

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage


class RunLineage:
    """Names the source's table with the range that was read."""

    job: str
    conn_id: str | None
    db: str | None
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
        program = TrancheHook(self.conn_id, db=self.db).get_conn()
        definition = program.json("job", "show", self.job)
        source = definition["source"] or program.environment.get("TRANCHE_DB", "")
        namespace, name = dataset_names(source, definition["table"])
        facets = _subset(definition["key_column"], summary)
        if not facets:
            return OperatorLineage(inputs=[Dataset(namespace=namespace, name=name)])
        from openlineage.client.event_v2 import InputDataset

        return OperatorLineage(inputs=[InputDataset(namespace=namespace, name=name, inputFacets=facets)])


def dataset_names(source: str, table: str) -> tuple[str, str]:
    """Namespace and name as OpenLineage writes them, without user and password, and as `--adapter openlineage` does.

    A table without a schema is taken to be in `public`: only a connection knows better.
    """
    if source.startswith("sqlite:"):
        return "sqlite:" + os.path.abspath(source.removeprefix("sqlite:")), table
    qualified = table if "." in table else f"public.{table}"
    parts = urlsplit(source)
    if parts.scheme in ("postgres", "postgresql") and parts.hostname:
        database = parts.path.lstrip("/")
        return f"postgres://{parts.hostname}:{parts.port or 5432}", ".".join(part for part in (database, qualified) if part)
    return "postgres", qualified


def _subset(column: str, summary: Mapping[str, Any] | None) -> dict[str, Any]:
    if summary is None or summary["first_key"] is None:
        return {}
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
