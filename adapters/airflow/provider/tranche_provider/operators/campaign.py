"""A campaign as a task, so that a backfill of Airflow becomes one of tranche."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tranche_provider.arguments import flags
from tranche_provider.compat import Context
from tranche_provider.exceptions import TrancheError
from tranche_provider.operators.base import TrancheOperator

_OPTIONS = (
    "from_time",
    "to_time",
    "filter",
    "only_missing",
    "version",
    "newest_first",
    "max_count",
    "max_weight",
    "max_in_flight",
    "halt_after",
    "plan",
)


class TrancheCampaignOperator(TrancheOperator):
    """Creates the campaign where it is not there yet; its XCom is the campaign. A retry or a run again changes nothing.

    :param campaign: its name: letters, digits, '.', '_' and '-', such as "day-{{ data_interval_start | ds_nodash }}"
    :param from_key: default: the table's first
    :param to_key: default: the newest settled key now
    :param plan: a file on the worker that `tranche campaign create --dry-run --save` wrote

    The other arguments are the options of `tranche campaign create`.
    """

    template_fields: Sequence[str] = (*TrancheOperator.template_fields, "from_key", "to_key", *_OPTIONS)

    def __init__(
        self,
        *,
        campaign: str,
        from_key: int | str | None = None,
        to_key: int | str | None = None,
        from_time: str | None = None,
        to_time: str | None = None,
        filter: str | None = None,
        only_missing: bool = False,
        version: int | str | None = None,
        newest_first: bool = False,
        max_count: int | str | None = None,
        max_weight: int | str | None = None,
        max_in_flight: int | str | None = None,
        halt_after: int | str | None = None,
        plan: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(campaign=campaign, **kwargs)
        self.from_key = from_key
        self.to_key = to_key
        self.from_time = from_time
        self.to_time = to_time
        self.filter = filter
        self.only_missing = only_missing
        self.version = version
        self.newest_first = newest_first
        self.max_count = max_count
        self.max_weight = max_weight
        self.max_in_flight = max_in_flight
        self.halt_after = halt_after
        self.plan = plan

    def execute(self, context: Context) -> dict[str, Any]:
        program = self.program(context)
        names = [str(self.campaign), *flags(job=self.job)]
        try:
            campaign: dict[str, Any] = program.json("campaign", "show", *names)
            self.log.info("Campaign %r is there already", self.campaign)
        except TrancheError:  # not there, or what creating it tells
            options = {name: getattr(self, name) for name in _OPTIONS}
            campaign = program.json("campaign", "create", *names, *flags(from_=self.from_key, to=self.to_key, **options))
        return campaign
