"""The one place that knows where Airflow 2 and 3 keep things."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.sdk import BaseHook as BaseHook
    from airflow.sdk import BaseOperator as BaseOperator
    from airflow.sdk import BaseOperatorLink as BaseOperatorLink
    from airflow.sdk import BaseSensorOperator as BaseSensorOperator
    from airflow.sdk import Connection as Connection
    from airflow.sdk import Context as Context
    from airflow.sdk import PokeReturnValue as PokeReturnValue
    from airflow.sdk import XComArg as XComArg
    from airflow.sdk.bases.decorator import DecoratedOperator as DecoratedOperator
    from airflow.sdk.bases.decorator import TaskDecorator as TaskDecorator
    from airflow.sdk.bases.decorator import task_decorator_factory as task_decorator_factory
    from airflow.sdk.configuration import conf as conf
    from airflow.sdk.definitions.context import context_merge as context_merge
    from airflow.sdk.exceptions import AirflowException as AirflowException
    from airflow.sdk.exceptions import AirflowFailException as AirflowFailException
    from airflow.sdk.exceptions import AirflowSkipException as AirflowSkipException
    from airflow.sdk.execution_time.xcom import XCom as XCom
    from airflow.triggers.base import BaseTrigger as BaseTrigger
    from airflow.triggers.base import TriggerEvent as TriggerEvent
else:
    from airflow.triggers.base import BaseTrigger, TriggerEvent

    try:
        from airflow.providers.common.compat.sdk import (
            AirflowException,
            AirflowFailException,
            AirflowSkipException,
            BaseHook,
            BaseOperator,
            BaseOperatorLink,
            BaseSensorOperator,
            Connection,
            Context,
            DecoratedOperator,
            PokeReturnValue,
            TaskDecorator,
            XCom,
            XComArg,
            conf,
            context_merge,
            task_decorator_factory,
        )
    except ImportError:  # the common-compat of Airflow 2.9 and 2.10 has no sdk, or not all of it
        from airflow.configuration import conf
        from airflow.decorators.base import DecoratedOperator, TaskDecorator, task_decorator_factory
        from airflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException
        from airflow.hooks.base import BaseHook
        from airflow.models.baseoperator import BaseOperator
        from airflow.models.baseoperatorlink import BaseOperatorLink
        from airflow.models.connection import Connection
        from airflow.models.xcom import XCom
        from airflow.models.xcom_arg import XComArg
        from airflow.sensors.base import BaseSensorOperator, PokeReturnValue
        from airflow.utils.context import Context, context_merge

__all__ = [
    "AirflowException",
    "AirflowFailException",
    "AirflowSkipException",
    "BaseHook",
    "BaseOperator",
    "BaseOperatorLink",
    "BaseSensorOperator",
    "BaseTrigger",
    "Connection",
    "Context",
    "DecoratedOperator",
    "PokeReturnValue",
    "TaskDecorator",
    "TriggerEvent",
    "XCom",
    "XComArg",
    "conf",
    "context_merge",
    "task_decorator_factory",
]
