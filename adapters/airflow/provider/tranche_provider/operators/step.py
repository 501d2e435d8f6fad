"""Acquire and release as tasks of their own, around work that is no command of `tranche run`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from tranche_provider.arguments import checked_environment, flags
from tranche_provider.compat import AirflowSkipException, BaseOperator, Context
from tranche_provider.hooks.tranche import TrancheHook
from tranche_provider.identity import identity_environment
from tranche_provider.operators.base import TrancheOperator
from tranche_provider.plan import planned_environment

_LIMITS = ("max_count", "max_weight", "min_count", "max_wait", "target_duration")
_STATUSES = ("succeeded", "failed", "returned")


def _beside_auto(adapter: str | Sequence[str]) -> list[str]:
    own = [adapter] if isinstance(adapter, str) else list(adapter)
    further = [name for name in own if name and name != "auto"]
    return ["auto", *further] if further else []


class TrancheAcquireOperator(TrancheOperator):
    """Takes one batch, which is its XCom, for the tasks that follow; skips where nothing can be acquired.

    :param lease: how long the batch is held; nobody extends it but `tranche heartbeat`
    :param adapter: further adapters, such as "openlineage"; the release needs the same
    """

    template_fields: Sequence[str] = (*TrancheOperator.template_fields, *_LIMITS, "lease")

    def __init__(
        self,
        *,
        max_count: int | str | None = None,
        max_weight: int | str | None = None,
        min_count: int | str | None = None,
        max_wait: str | timedelta | None = None,
        target_duration: str | timedelta | None = None,
        retry: str | None = None,
        ordered: bool = False,
        lease: str | timedelta | None = None,
        adapter: str | Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_count = max_count
        self.max_weight = max_weight
        self.min_count = min_count
        self.max_wait = max_wait
        self.target_duration = target_duration
        self.retry = retry
        self.ordered = ordered
        self.lease = lease
        self.adapter = adapter

    def execute(self, context: Context) -> dict[str, Any]:
        options = flags(
            job=self.job,
            campaign=self.campaign,
            max_count=self.max_count,
            max_weight=self.max_weight,
            min_count=self.min_count,
            max_wait=self.max_wait,
            target_duration=self.target_duration,
            retry=self.retry,
            ordered=self.ordered,
            lease=self.lease,
            adapter=_beside_auto(self.adapter),
        )
        batch: dict[str, Any] | None = self.program(context).json("acquire", *options)
        if batch is None:
            raise AirflowSkipException(f"job {self.job!r}, window {self.window!r}: nothing to acquire")
        self.log.info("Batch %s: keys %s to %s", batch["batch_id"], batch["first_key"], batch["last_key"])
        return batch


class TrancheReleaseOperator(BaseOperator):
    """Ends the processing of a batch; the same release again changes nothing, so it may be retried.

    :param batch: what TrancheAcquireOperator returned, `acquire.output`
    :param status: "succeeded", "failed" or "returned"; a template may choose
    :param outputs: kept with the attempt, as `--output` of the command
    :param report: a file on the worker with what is done of the batch, item by item
    :param adapter: further adapters, such as "openlineage"
    """

    template_fields: Sequence[str] = ("batch", "status", "exit_code", "message", "outputs", "report", "conn_id", "env")
    ui_color = TrancheOperator.ui_color

    def __init__(
        self,
        *,
        batch: Any,
        status: str = "succeeded",
        exit_code: int | str | None = None,
        message: str | None = None,
        outputs: dict[str, Any] | None = None,
        report: str | None = None,
        adapter: str | Sequence[str] = (),
        conn_id: str | None = None,
        db: str | None = None,
        env: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.batch = batch
        self.status = status
        self.exit_code = exit_code
        self.message = message
        self.outputs = outputs  # an operator's `output` is its XCom
        self.report = report
        self.adapter = adapter
        self.conn_id = conn_id
        self.db = db
        self.env = env

    def execute(self, context: Context) -> None:
        if self.batch is None:
            raise AirflowSkipException("nothing was acquired, so nothing is released")
        if not isinstance(self.batch, Mapping) or not self.batch.get("lease_token"):
            raise ValueError("batch: no batch with a lease_token; the XCom of a TrancheAcquireOperator is accepted")
        if self.status not in _STATUSES:
            raise ValueError(f"status: {self.status!r} is none of {', '.join(_STATUSES)}")
        environment = {
            **identity_environment(context),
            **checked_environment(self.env),
            "TRANCHE_BATCH_ID": str(self.batch["batch_id"]),
            "TRANCHE_LEASE_TOKEN": self.batch["lease_token"],
        }
        TrancheHook(self.conn_id, db=self.db).get_conn(environment).ask("release", *self._options())

    def _options(self) -> list[str]:
        outputs = [f"{name}={value}" for name, value in (self.outputs or {}).items()]
        return flags(
            status=self.status,
            exit_code=self.exit_code,
            message=self.message,
            output=outputs,
            report=self.report,
            adapter=_beside_auto(self.adapter),
        )


class TranchePlanOperator(TrancheOperator):
    """Its XCom is one environment a planned batch, for `TrancheRunOperator.partial(...).expand(env=plan.output)`.

    :param batches: how many at most
    """

    template_fields: Sequence[str] = (*TrancheOperator.template_fields, *_LIMITS, "batches")

    def __init__(
        self,
        *,
        max_count: int | str | None = None,
        max_weight: int | str | None = None,
        min_count: int | str | None = None,
        max_wait: str | timedelta | None = None,
        target_duration: str | timedelta | None = None,
        retry: str | None = None,
        batches: int | str = 10,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_count = max_count
        self.max_weight = max_weight
        self.min_count = min_count
        self.max_wait = max_wait
        self.target_duration = target_duration
        self.retry = retry
        self.batches = batches

    def execute(self, context: Context) -> list[dict[str, str]]:
        options = flags(
            job=self.job,
            campaign=self.campaign,
            max_count=self.max_count,
            max_weight=self.max_weight,
            min_count=self.min_count,
            max_wait=self.max_wait,
            target_duration=self.target_duration,
            retry=self.retry,
            batches=self.batches,
        )
        return planned_environment(self.program(context).json("plan", *options))
