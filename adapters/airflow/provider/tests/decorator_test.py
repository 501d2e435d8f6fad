"""`@task.tranche`: the function returns the command."""

import pytest
from conftest import context

from tranche_provider.decorators.tranche import TrancheDecoratedOperator, arguments, tranche_task


def decorated(function, **more):
    return TrancheDecoratedOperator(task_id="load", job="flights", python_callable=function, **more)


def test_the_functions_result_is_the_command(fake):
    def load(day):
        return ["load.sh", day]

    task = context()
    assert decorated(load, op_args=["monday"], max_count=2).execute(task)["succeeded"] == 1
    words = fake.words("run")
    assert words[-3:] == ["--", "load.sh", "monday"] and "--max-count" in words
    assert task["ti"].rendered == 1


def test_a_function_that_returns_no_command_is_refused(fake):
    with pytest.raises(ValueError, match="command: None cannot be run"):
        decorated(lambda: None).execute(context())


def test_a_function_is_given_what_it_names_of_the_context():
    known = {"ti": 1, "params": 2}
    assert arguments(lambda ti, a: None, [], {"a": 3}, known) == {"ti": 1, "a": 3}
    assert arguments(lambda a, **rest: None, [4], {}, known) == known
    assert arguments(lambda ti: None, [4], {}, known) == {}


def test_the_decorator_makes_the_operator():
    assert tranche_task(job="flights")(lambda: "true").operator_class is TrancheDecoratedOperator
