"""Waits until a job has something to hand out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tranche_provider.compat import BaseSensorOperator, Context, PokeReturnValue, conf
from tranche_provider.exceptions import TrancheError
from tranche_provider.hooks.tranche import TrancheHook
from tranche_provider.triggers.tranche import TrancheBacklogTrigger


class TrancheBacklogSensor(BaseSensorOperator):
    """Waits for `min_ready` assets that can be handed out now; its XCom is the backlog.

    :param deferrable: wait in the triggerer; default: [operators] default_deferrable
    """

    template_fields: Sequence[str] = ("job", "campaign", "conn_id", "min_ready")
    ui_color = "#d5ebe4"

    def __init__(
        self,
        *,
        job: str,
        campaign: str | None = None,
        conn_id: str | None = None,
        db: str | None = None,
        min_ready: int | str = 1,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.job = job
        self.campaign = campaign
        self.conn_id = conn_id
        self.db = db
        self.min_ready = min_ready
        self.deferrable = deferrable

    def poke(self, context: Context) -> PokeReturnValue:
        backlog = TrancheHook(self.conn_id, db=self.db).backlog(self.job, self.campaign)
        self.log.info("Job %r: %s assets ready, %s wanted", self.job, backlog["ready"], self.min_ready)
        return PokeReturnValue(is_done=backlog["ready"] >= int(self.min_ready), xcom_value=backlog)

    def execute(self, context: Context) -> Any:
        if not self.deferrable:
            return super().execute(context)
        now = self.poke(context)  # what a worker can see at once needs no triggerer, and mistakes show here
        if now.is_done:
            return now.xcom_value
        trigger = TrancheBacklogTrigger(
            job=self.job,
            campaign=self.campaign,
            conn_id=self.conn_id,
            db=self.db,
            min_ready=int(self.min_ready),
            poll_interval=float(self.poke_interval),
        )
        self.defer(trigger=trigger, method_name="execute_complete", timeout=timedelta(seconds=float(self.timeout)))

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        if event["status"] != "ready":
            raise TrancheError(event["message"])
        return event["backlog"]
