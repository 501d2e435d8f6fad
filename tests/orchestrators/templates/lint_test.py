"""What `tranche template render` prints, as linters and OpenLineage's own client read it."""

import json
import os
import subprocess
import sys

import pytest
from openlineage.client import OpenLineageClient

VALUES = {"job": "flights", "image": "registry.example/tranche:1", "campaign": "may", "dag_id": "load", "from": "1", "to": "9",
          "output": "s3://lake/results", "url": "https://lineage.example", "conn_id": "inventory"}  # fmt: skip


def tranche(*words):
    result = subprocess.run([os.environ["TRANCHE_BINARY"], *words], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


TEMPLATES = {row["name"]: row for row in json.loads(tranche("template", "list", "-o", "json"))}


def render(name, **values):
    """The file with what it needs, and `values`."""
    parameters = TEMPLATES[name]["parameters"]
    needed = {p["name"]: VALUES.get(p["name"], "5") for p in parameters if p["required"] and p["name"] != "command"} | values
    command = ["--", "spark-submit", "job.py"] if any(p["name"] == "command" for p in parameters) else []
    settings = [word for pair in needed.items() for word in ("--set", "=".join(pair))]
    return tranche("template", "render", name, *settings, *command)


def lint(program, *words, text):
    # Programs of the environment that runs this.
    result = subprocess.run([os.path.join(os.path.dirname(sys.executable), program), *words], input=text, capture_output=True, text=True)
    assert result.returncode == 0, f"{result.stdout}{result.stderr}\n{text}"


@pytest.mark.parametrize("name", [n for n, row in TEMPLATES.items() if row["file"].endswith(".py")])
def test_ruff_finds_nothing_in_a_rendered_program(name):
    text = render(name)
    lint("ruff", "check", "--isolated", "--select", "E,F,W,I,B,UP", "--line-length", "140", "-", text=text)


@pytest.mark.parametrize("name", [n for n, row in TEMPLATES.items() if row["file"].endswith((".yaml", ".yml"))])
def test_yamllint_finds_nothing_in_a_rendered_file(name):
    rules = "{extends: default, rules: {indentation: {indent-sequences: consistent}, document-start: disable, line-length: disable, braces: disable, brackets: disable}}"
    lint("yamllint", "--strict", "-d", rules, "-", text=render(name))


def test_the_linters_find_what_is_wrong():
    with pytest.raises(AssertionError, match="F401"):
        lint("ruff", "check", "--isolated", "-", text="import os\n")
    with pytest.raises(AssertionError, match="duplication"):
        lint("yamllint", "--strict", "-", text="---\na: 1\na: 2\n")


def test_openlineages_own_client_reads_its_settings(tmp_path, monkeypatch):
    file = tmp_path / "openlineage.yml"
    file.write_text(render("openlineage-http", endpoint="lineage/v1", timeout="7"))
    monkeypatch.setenv("OPENLINEAGE_CONFIG", str(file))
    transport = OpenLineageClient().transport
    assert transport.kind == "http"
    assert (transport.url, transport.endpoint, transport.timeout) == ("https://lineage.example", "lineage/v1", 7)
