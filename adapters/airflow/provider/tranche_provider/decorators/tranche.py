"""`@task.tranche`: a function returns the command that `tranche run` runs over batches."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

from tranche_provider.compat import (
    Context,
    DecoratedOperator,
    TaskDecorator,
    context_merge,
    task_decorator_factory,
)
from tranche_provider.operators.run import TrancheRunOperator


class TrancheDecoratedOperator(DecoratedOperator, TrancheRunOperator):
    template_fields: Sequence[str] = (*DecoratedOperator.template_fields, *TrancheRunOperator.template_fields)
    template_fields_renderers: ClassVar[dict[str, str]] = {
        **DecoratedOperator.template_fields_renderers,
        **TrancheRunOperator.template_fields_renderers,
    }
    custom_operator_name = "@task.tranche"
    overwrite_rtif_after_execution = True

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("multiple_outputs", None)  # the result is the run's summary, one value
        super().__init__(
            python_callable=python_callable,
            op_args=op_args,
            op_kwargs=op_kwargs,
            command="",
            multiple_outputs=False,
            **kwargs,
        )

    def execute(self, context: Context) -> Any:
        context_merge(context, self.op_kwargs)
        given = arguments(self.python_callable, self.op_args, self.op_kwargs, context)
        self.command = self.python_callable(*self.op_args, **given)
        context["ti"].render_templates()
        return super().execute(context)


def arguments(
    function: Callable[..., Any], positional: Collection[Any], named: Mapping[str, Any], context: Mapping[str, Any]
) -> dict[str, Any]:
    """What the function asks for: its own arguments, and of Airflow's context what it names."""
    signature = inspect.signature(function)
    if any(one.kind is one.VAR_KEYWORD for one in signature.parameters.values()):
        wanted = set(context)
    else:
        wanted = set(signature.parameters)
    wanted -= set(signature.bind_partial(*positional).arguments)
    return {**{name: context[name] for name in wanted if name in context}, **named}


def tranche_task(python_callable: Callable[..., Any] | None = None, **kwargs: Any) -> TaskDecorator:
    """Arguments are those of TrancheRunOperator but `command`."""
    return task_decorator_factory(python_callable=python_callable, decorated_operator_class=TrancheDecoratedOperator, **kwargs)
