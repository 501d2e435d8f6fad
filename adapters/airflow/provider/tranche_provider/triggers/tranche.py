"""Waits for a backlog in the triggerer, without a worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async

from tranche_provider.arguments import flags
from tranche_provider.compat import BaseTrigger, TriggerEvent
from tranche_provider.exceptions import TrancheError
from tranche_provider.hooks.tranche import TrancheHook

# A database may be away for a moment in hours of waiting.
_FAILURES_ALLOWED = 2


class TrancheBacklogTrigger(BaseTrigger):
    """Fires when `min_ready` assets can be handed out, with the backlog.

    :param poll_interval: seconds
    """

    def __init__(
        self,
        *,
        job: str,
        campaign: str | None = None,
        conn_id: str | None = None,
        db: str | None = None,
        min_ready: int = 1,
        poll_interval: float = 60.0,
    ) -> None:
        super().__init__()
        self.job = job
        self.campaign = campaign
        self.conn_id = conn_id
        self.db = db
        self.min_ready = min_ready
        self.poll_interval = poll_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        names = ("job", "campaign", "conn_id", "db", "min_ready", "poll_interval")
        return f"{type(self).__module__}.{type(self).__qualname__}", {name: getattr(self, name) for name in names}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        failures = 0
        while True:
            try:
                backlog = await self._backlog()
                failures = 0
                if backlog["ready"] >= self.min_ready:
                    yield TriggerEvent({"status": "ready", "backlog": backlog})
                    return
            except (TrancheError, ValueError) as error:
                failures += 1
                if failures > _FAILURES_ALLOWED:
                    yield TriggerEvent({"status": "error", "message": str(error)})
                    return
            await asyncio.sleep(self.poll_interval)

    async def _backlog(self) -> dict[str, Any]:
        # A connection is looked up by calls that block.
        program = await sync_to_async(TrancheHook(self.conn_id, db=self.db).get_conn)()
        backlog: dict[str, Any] = await program.json_async("backlog", *flags(job=self.job, campaign=self.campaign))
        return backlog
