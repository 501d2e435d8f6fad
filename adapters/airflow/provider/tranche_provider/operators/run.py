"""`tranche run` as a task."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Union

from tranche_provider.arguments import Command, command_words, flags
from tranche_provider.assets import tell_assets
from tranche_provider.child import ChildProcess
from tranche_provider.compat import AirflowFailException, AirflowSkipException, Context
from tranche_provider.earlier import EarlierTries, earlier_tries, without_tokens
from tranche_provider.endings import reason
from tranche_provider.exceptions import TrancheError
from tranche_provider.lineage import RunLineage
from tranche_provider.links.tranche import RUN_LINK_KEY, TrancheRunLink, run_link
from tranche_provider.operators.base import TrancheOperator
from tranche_provider.program import NOTHING_TO_DO, TrancheProgram

Duration = Union[str, timedelta, None]

# Airflow 3 sends SIGKILL 5 s after its SIGTERM, so `tranche` gives a batch back within 4.
STOP_SECONDS = 4.5
_REFUSED = 2
# Of `tranche run`; named because the iterations of the earlier tries are taken from it.
_DEFAULT_ITERATIONS = "1"
_TEMPLATES = ("max_count", "max_weight", "min_count", "target_duration", "iterations", "jobs", "for_", "max_rate", "while_")


class TrancheRunOperator(RunLineage, TrancheOperator):
    """Runs a command over batches of a job's assets; its XCom is the summary of the run.

    A run that finds nothing to do skips the task. A retry continues: it takes first what the earlier try left, and
    `iterations` and the result count over all tries.

    :param command: a list of words, or a string for a shell; `{first_key}` and its like are replaced by tranche
    :param iterations: how many batches, or "all"; default: 1
    :param jobs: commands at once
    :param empty_exit_code: 0 lets the task succeed where nothing was handed out; default: 99, which skips it
    :param adapter: further adapters, such as "openlineage"

    The other arguments are the options of `tranche run`; `for_` and `while_` are --for and --while.
    """

    template_fields: Sequence[str] = (*TrancheOperator.template_fields, "command", *_TEMPLATES)
    template_fields_renderers: ClassVar[dict[str, str]] = {**TrancheOperator.template_fields_renderers, "command": "bash"}
    operator_extra_links = (TrancheRunLink(),)

    def __init__(
        self,
        *,
        command: Command,
        max_count: int | str | None = None,
        max_weight: int | str | None = None,
        min_count: int | str | None = None,
        max_wait: Duration = None,
        target_duration: Duration = None,
        iterations: int | str | None = None,
        jobs: int | str | None = None,
        retry: str | None = None,
        ordered: bool = False,
        follow: bool = False,
        poll: Duration = None,
        for_: Duration = None,
        min_interval: Duration = None,
        max_rate: int | str | None = None,
        while_: str | None = None,
        timeout: Duration = None,
        grace: Duration = None,
        lease: Duration = None,
        start_retries: int | None = None,
        max_failures: int | None = None,
        empty_exit_code: int | None = None,
        items0: bool = False,
        log_dir: str | None = None,
        adapter: str | Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.command = command
        self.max_count = max_count
        self.max_weight = max_weight
        self.min_count = min_count
        self.max_wait = max_wait
        self.target_duration = target_duration
        self.iterations = iterations
        self.jobs = jobs
        self.retry = retry
        self.ordered = ordered
        self.follow = follow
        self.poll = poll
        self.for_ = for_
        self.min_interval = min_interval
        self.max_rate = max_rate
        self.while_ = while_
        self.timeout = timeout
        self.grace = grace
        self.lease = lease
        self.start_retries = start_retries
        self.max_failures = max_failures
        self.empty_exit_code = empty_exit_code
        self.items0 = items0
        self.log_dir = log_dir
        self.adapter = adapter
        self._child: ChildProcess | None = None

    def execute(self, context: Context) -> dict[str, Any]:
        program = self.program(context)
        command = command_words(self.command)
        earlier = earlier_tries(program, self.job, self.window, context, self.retries or 0)
        left = iterations_left(self.iterations, earlier)
        if left is None:
            self.log.info("The earlier tries have done all iterations")
            return self._finished(earlier.summary(self.job, self.window), context)
        with tempfile.TemporaryDirectory(prefix="tranche-") as folder:
            file = Path(folder) / "summary.json"
            status, last_lines = self._run(program, [*self._options(left, file), "--", *command])
            summary = read_summary(file)
        if summary is not None:
            self._tell_run(program, summary, context)
        if status == 0 and summary is not None:
            if not summary["iterations"]:  # empty_exit_code=0
                self._fail_unfinished(earlier)
            return self._finished(earlier.before(summary), context)
        if status == NOTHING_TO_DO:
            return self._finished(self._when_empty(earlier), context)
        message = reason(self.job, status, summary, last_lines)
        if status == _REFUSED and summary is None:  # said before it began, and would be said again
            raise AirflowFailException(message)
        raise TrancheError(message)

    def on_kill(self) -> None:
        if self._child is not None and not self._child.stop(STOP_SECONDS):
            self.log.warning("tranche has not ended %s s after SIGTERM; it ends its command by itself", STOP_SECONDS)

    def _options(self, iterations: str, summary: Path) -> list[str]:
        own = [self.adapter] if isinstance(self.adapter, str) else list(self.adapter)
        # auto: whoever the environment tells of, such as OpenLineage.
        adapters = ["airflow", "auto", *(name for name in own if name and name not in ("airflow", "auto"))]
        return ["run"] + flags(
            job=self.job,
            campaign=self.campaign,
            max_count=self.max_count,
            max_weight=self.max_weight,
            min_count=self.min_count,
            max_wait=self.max_wait,
            target_duration=self.target_duration,
            iterations=iterations,
            jobs=self.jobs,
            retry=self.retry,
            ordered=self.ordered,
            follow=self.follow,
            poll=self.poll,
            for_=self.for_,
            min_interval=self.min_interval,
            max_rate=self.max_rate,
            while_=self.while_,
            timeout=self.timeout,
            grace=self.grace,
            lease=self.lease,
            start_retries=self.start_retries,
            max_failures=self.max_failures,
            empty_exit_code=self.empty_exit_code,
            items0=self.items0,
            log_dir=self.log_dir,
            adapter=adapters,
            summary=str(summary),
        )

    def _run(self, program: TrancheProgram, words: list[str]) -> tuple[int, list[str]]:
        self._child = ChildProcess(program.command_line(*words), program.environment, self.log.info)
        try:
            status = self._child.wait()
        except BaseException:  # Airflow's time-out is raised in here
            self.on_kill()
            raise
        return status, list(self._child.last_lines)

    def _when_empty(self, earlier: EarlierTries) -> dict[str, Any]:
        self._fail_unfinished(earlier)
        if earlier.succeeded:
            return earlier.summary(self.job, self.window)
        raise AirflowSkipException(f"job {self.job!r}, window {self.window!r}: nothing to hand out")

    @staticmethod
    def _fail_unfinished(earlier: EarlierTries) -> None:
        """A failed task must not end well, or as skipped, because its batch cannot be handed out yet."""
        if earlier.unfinished:
            batch = earlier.unfinished[0]
            state = "exhausted, see tranche retry" if batch["exhausted"] else f"{batch['status']}, not handed out yet"
            message = f": {batch['message']}" if batch["message"] else ""
            raise TrancheError(f"batch {batch['batch_id']} of an earlier try is {state}{message}")

    def _finished(self, summary: dict[str, Any], context: Context) -> dict[str, Any]:
        self.lineage_summary = summary
        tell_assets(self.outlets or (), summary, context)
        return summary

    def _tell_run(self, program: TrancheProgram, summary: dict[str, Any], context: Context) -> None:
        """Where people look: the button's address, and the run as text at the end of the log."""
        self.lineage_summary = summary
        context["ti"].xcom_push(key=RUN_LINK_KEY, value=run_link(summary["run_id"], context["ti"]))
        if not summary["iterations"]:
            return
        try:
            text = program.ask("run-info", summary["run_id"])
        except TrancheError as error:  # what the command did stands all the same
            self.log.warning("%s", error)
            return
        for line in (text or "").splitlines():
            self.log.info(line)


def iterations_left(iterations: int | str | None, earlier: EarlierTries) -> str | None:
    """None: the earlier tries have done them all. What is no number of batches is left to tranche to refuse."""
    text = "" if iterations is None else str(iterations).strip()
    text = text or _DEFAULT_ITERATIONS
    if not text.isdecimal() or int(text) == 0:
        return text
    left = int(text) - earlier.iterations
    return str(left) if left > 0 else None


def read_summary(file: Path) -> dict[str, Any] | None:
    try:
        summary: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return {**summary, "batches": without_tokens(summary.get("batches", []))}
