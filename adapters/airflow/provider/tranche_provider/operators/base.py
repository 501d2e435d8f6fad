"""What all of tranche's operators share: the inventory that they ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tranche_provider.arguments import checked_environment
from tranche_provider.compat import BaseOperator
from tranche_provider.hooks.tranche import TrancheHook
from tranche_provider.identity import identity_environment
from tranche_provider.program import TrancheProgram


class TrancheOperator(BaseOperator):
    """
    :param job: the job's name
    :param campaign: one of its campaigns; default: its incremental window
    :param conn_id: a connection of type `tranche`
    :param db: the inventory's URL instead. It is no template and should hold no password: Airflow shows a DAG's arguments
    :param env: added to the environment of `tranche` and of what it runs
    """

    template_fields: Sequence[str] = ("job", "campaign", "conn_id", "env")
    template_fields_renderers: ClassVar[dict[str, str]] = {"env": "json"}
    ui_color = "#d5ebe4"

    def __init__(
        self,
        *,
        job: str,
        campaign: str | None = None,
        conn_id: str | None = None,
        db: str | None = None,
        env: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.job = job
        self.campaign = campaign
        self.conn_id = conn_id
        self.db = db
        self.env = env

    def program(self, context: Mapping[str, Any]) -> TrancheProgram:
        environment = {**identity_environment(context), **checked_environment(self.env)}
        return TrancheHook(self.conn_id, db=self.db).get_conn(environment)

    @property
    def window(self) -> str:
        return self.campaign or "incremental"
