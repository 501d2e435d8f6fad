"""What `tranche template render` prints, for the tests beside it."""

import json
import os
import pathlib
import subprocess
import sys

import pytest
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "examples/argo"))
import pods as pods_module  # noqa: E402

VALUES = {"job": "headers", "image": "registry.example/load:1", "spark_image": "registry.example/spark:1", "campaign": "may"}
TEMPLATES = json.loads(subprocess.run([os.environ["TRANCHE_BINARY"], "template", "list", "-o", "json"], capture_output=True, check=True).stdout)


def names(kind):
    return [one["name"] for one in TEMPLATES if one["name"].startswith(kind + "-")]


@pytest.fixture(scope="session")
def render():
    """render(name, *command, parameter=value…) -> the text, with VALUES where a parameter is needed."""

    def call(name, /, *command, **values):
        (one,) = [one for one in TEMPLATES if one["name"] == name]
        given = {**{p["name"]: VALUES[p["name"]] for p in one["parameters"] if p["required"]}, **values}
        settings = [word for pair in given.items() for word in ("--set", "=".join(pair))]
        words = [os.environ["TRANCHE_BINARY"], "template", "render", name, *settings, *(["--", *command] if command else [])]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    return call


@pytest.fixture
def templates(render):
    """templates(name, …) -> the templates of a workflow by their names."""

    def call(name, /, *command, **values):
        found = yaml.safe_load_all(render(name, *command, db="sqlite:/data/inventory.db", **values))
        (workflow,) = [one for one in found if one["kind"] != "ConfigMap"]
        spec = workflow["spec"].get("workflowSpec", workflow["spec"])
        return {one["name"]: one for one in spec["templates"]}

    return call


@pytest.fixture
def pods(tmp_path):
    made = pods_module.Pods(tmp_path)
    yield made
    made.close()


@pytest.fixture
def tried_again():
    """tried_again(template, exit_code) -> whether Argo starts another pod."""
    return pods_module.tried_again


@pytest.fixture
def goes_on():
    """Whether a step with this `when` is executed."""
    return lambda text: pods_module.condition("when", text)
