"""The operators' arguments against the options of the commands that they start, by the real program's help."""

import inspect
import os
import re
import subprocess

import pytest
from conftest import batch, context

from tranche_provider.operators.tranche import (
    TrancheAcquireOperator,
    TrancheCampaignOperator,
    TranchePlanOperator,
    TrancheReleaseOperator,
    TrancheRunOperator,
)
from tranche_provider.sensors.tranche import TrancheBacklogSensor

COMMANDS = {
    "run": TrancheRunOperator,
    "acquire": TrancheAcquireOperator,
    "release": TrancheReleaseOperator,
    "plan": TranchePlanOperator,
    "campaign create": TrancheCampaignOperator,
    "backlog": TrancheBacklogSensor,
}
# What an operator decides by itself, or what is for a person at a terminal.
NOT_TAKEN = {
    "run": {"summary", "progress", "dry-run", "output"},
    "acquire": {"output", "output-dir"},
    "release": {"token"},
    "plan": {"output"},
    "campaign create": {"output", "dry-run", "save", "parallel"},
    "backlog": {"output"},
}
# Names that differ: of Airflow's own making, or of what an operator's result is called.
OF_AIRFLOW = {"conn_id", "db", "env", "command", "batch", "min_ready", "deferrable"}
RENAMED = {"from_key": "from", "to_key": "to", "outputs": "output"}


def options(command):
    program = os.environ.get("TRANCHE_BINARY")
    if not program:
        pytest.skip("TRANCHE_BINARY is not set")
    text = subprocess.run([program, *command.split(), "--help"], check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    return set(re.findall(r"^  (?:-\w, )?--([a-z0-9-]+)", text, re.MULTILINE))


def arguments(operator):
    """As options. What a class leaves to its bases by **kwargs is theirs."""
    names = set()
    for one in operator.__mro__:
        if one.__module__.startswith("tranche_provider.") and "__init__" in vars(one):
            names |= {name for name, it in inspect.signature(one.__init__).parameters.items() if it.kind is it.KEYWORD_ONLY}
    own = names - OF_AIRFLOW
    if operator is TrancheCampaignOperator:
        own -= {"campaign"}  # the command's argument
    return {RENAMED.get(name, name.rstrip("_").replace("_", "-")) for name in own}


@pytest.mark.parametrize("command", COMMANDS)
def test_an_operator_takes_the_options_of_its_command(command):
    assert options(command) - arguments(COMMANDS[command]) - NOT_TAKEN[command] == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_an_operators_arguments_are_options_of_its_command(command):
    assert arguments(COMMANDS[command]) - options(command) == set()


def values(operator):
    """One for each argument that an operator may be given."""
    given = {}
    for name, it in inspect.signature(operator.__init__).parameters.items():
        if it.kind is it.KEYWORD_ONLY and name not in OF_AIRFLOW | {"outputs"}:
            given[name] = True if it.default is False else ["x"] if it.default == () else "7"
    return given


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "backlog"])
def test_every_argument_reaches_the_command(fake, command):
    operator = COMMANDS[command]
    fake.answer("plan", [])
    fake.answer("acquire", batch())
    fake.answer("campaign show", status=125)
    fake.answer("campaign create", {})
    own = {"run": {"command": "true", "job": "j"}, "release": {"batch": batch(), "outputs": {"rows": 7}}}.get(command, {"job": "j"})
    own |= {"status": "failed"} if command == "release" else {"campaign": "may"}
    operator(task_id="task", **{**values(operator), **own}).execute(context())
    words = fake.calls(command.split()[0])[-1]["words"]
    assert {f"--{option}" for option in arguments(operator)} - set(words) == set()


def test_an_option_that_is_a_word_of_python_ends_with_a_line(fake):
    TrancheRunOperator(task_id="load", job="flights", command="true", for_="2h", while_="test -e go", max_rate="1MB/s").execute(context())
    assert "--for 2h --max-rate 1MB/s --while test -e go" in " ".join(fake.words("run"))
