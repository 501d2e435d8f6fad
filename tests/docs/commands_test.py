"""What README, ARCHITECTURE, CHANGELOG, CONTRIBUTING and the help tell a reader to type: it is accepted, and it works."""

import os
import pathlib
import re
import subprocess

import pytest
from text import blocks, commands, console, inline, shell_text

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md",
         "adapters/README.md", "adapters/airflow/README.md", "adapters/argo/README.md",
         "adapters/kubernetes/README.md", "adapters/openlineage/README.md", "adapters/opentelemetry/README.md",
         "adapters/prometheus/README.md", "adapters/spark/README.md"]  # fmt: skip
SPARK = """#!/bin/sh
[ $# -ge 2 ] && [ "$1" = job.py ] && [ -s "$2" ] || exit 3
"""


def binary_path():
    path = os.environ.get("TRANCHE_BINARY")
    if not path:
        path = next((p for p in (ROOT / "build-dev/bin/tranche", ROOT / "build/bin/tranche") if p.exists()), None)
    assert path, "no tranche binary; build one or set TRANCHE_BINARY"
    return pathlib.Path(path).resolve()


@pytest.fixture
def env(tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("TRANCHE_")}
    env["PATH"] = f"{binary_path().parent}:{env['PATH']}"
    env["XDG_DATA_HOME"] = str(tmp_path / "data")
    env["TMPDIR"] = str(tmp_path)
    return env


@pytest.fixture
def tranche(env):
    def run(*args):
        return subprocess.run(["tranche", *args], env=env, capture_output=True, text=True, timeout=120)

    return run


def page(name):
    return (ROOT / name).read_text()


def refusal(tranche, words):
    """What tranche says against a command line, without carrying it out; empty: it is accepted."""
    own = words[: words.index("--")] if "--" in words else words
    result = tranche(*own, "--help")
    return "" if result.returncode == 0 else f"tranche {' '.join(words)}: {result.stderr}"


def refusals(tranche, text):
    return [said for words in commands(text) if (said := refusal(tranche, words))]


def unknown_options(text):
    """Options that a script of the project is called with and does not know."""
    found = []
    for script, rest in re.findall(r"^\s*(?:\./|bash )?((?:tests|tools|examples)/[\w/]+\.sh|bootstrap\.sh)(.*)$", text, re.M):
        known = (ROOT / script).read_text()
        for option in re.findall(r"(?<= )(--?[\w-]+)", rest.split("#")[0].split(" -- ")[0]):
            if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", known):
                found.append(f"{script} {option}")
    return found


def all_commands(tranche):
    names = []
    for line in tranche("help", "--man").stdout.replace("\\-", "-").splitlines():
        if line.startswith(".SS tranche "):
            names.append(re.match(r"((?:[a-z][a-z-]* ?)+)", line.removeprefix(".SS tranche ")).group(1).strip())
    return names


@pytest.mark.parametrize("name", PAGES)
def test_every_call_of_tranche_in_a_page_is_accepted(tranche, name):
    assert refusals(tranche, shell_text(page(name))) == []


def test_the_readme_shows_the_commands_that_a_reader_needs(tranche):
    shown = {words[0] for words in commands(shell_text(page("README.md")))}
    assert shown >= {"register", "job", "run", "backlog", "batches", "asset", "retry", "campaign", "acquire", "release"}


@pytest.mark.parametrize("old, new", [("--max-weight 10GiB", "--max-wait 10GiB"), ("--batches 3", "--batches three"),
                                      ("tranche backlog --job", "tranche backlogs --job"), ("--jobs 4", "--jobs four")])
def test_a_wrong_call_in_a_page_is_found(tranche, old, new):
    text = page("README.md")
    assert old in text
    assert refusals(tranche, shell_text(text.replace(old, new))) != []


@pytest.mark.parametrize("name", PAGES)
def test_every_script_in_a_page_knows_its_options(name):
    assert unknown_options(shell_text(page(name))) == []


def test_a_wrong_option_of_a_script_is_found():
    text = page("CONTRIBUTING.md")
    assert unknown_options(shell_text(text.replace("--preset dev", "--presets dev"))) != []


@pytest.mark.parametrize("name", PAGES)
def test_every_link_in_a_page_leads_to_a_file(name):
    for target in re.findall(r"\]\(([^)#]+)\)", page(name)):
        assert target.startswith("https://") or (ROOT / name).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("name", PAGES)
def test_every_file_named_in_a_page_exists(name):
    named = re.findall(r"(?<![\w/])((?:sdk|runner|tests|examples|tools|cmake|\.ci)/[\w./-]*\w)", inline(page(name)))
    missing = [path for path in named if not (ROOT / path).exists()]
    assert missing == []


def test_every_example_in_the_help_is_accepted(tranche):
    names = all_commands(tranche)
    assert len(names) > 30
    for name in names:
        text = tranche("help", *name.split()).stdout
        example = text.split("\nExample:\n")[1].split("\nAs with every command")[0]
        assert any(name in " ".join(words) for words in commands(example)), text
        assert refusals(tranche, example) == []


def test_the_environment_that_the_readme_promises_is_there(tranche, env, tmp_path):
    make_world(tmp_path, env)
    shell(env, tmp_path, "tranche job create load --table flights --key id --item item")
    given = shell(env, tmp_path, "tranche run --job load -- env").stdout
    promised = set(re.findall(r"`(TRANCHE_[A-Z_]+)`", page("README.md"))) - {"TRANCHE_DB"}
    assert len(promised) > 8
    assert {name for name in promised if f"\n{name}=" not in "\n" + given} == set()


def test_the_manual_page_lists_the_environment_of_the_command(tranche, env, tmp_path):
    make_world(tmp_path, env)
    shell(env, tmp_path, "tranche job create load --table flights --key id --item item")
    given = shell(env, tmp_path, "tranche run --job load -- env").stdout
    section = tranche("help", "--man").stdout.split(".SH ENVIRONMENT OF THE COMMAND")[1]
    listed = re.findall(r"^\\fB(\w+)\\fR$", section, re.M)
    added = re.findall(r"^(TRANCHE_\w+|TRACEPARENT)=", given, re.M)
    assert len(added) > 20 and sorted(listed) == sorted(added)


def shell(env, folder, script):
    result = subprocess.run(["bash", "-euo", "pipefail", "-c", script], env=env, cwd=folder, capture_output=True,
                            text=True, stdin=subprocess.DEVNULL, timeout=120)
    assert result.returncode == 0, f"{script}\n{result.stdout}{result.stderr}"
    return result


def arrive(folder, number):
    file = folder / "landing" / f"flights-{number:02}.parquet"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"x" * 1000)
    os.utime(file, (1_700_000_000 + number, 1_700_000_000 + number))


def make_world(folder, env):
    """A landing folder with files that are registered, and a spark-submit that wants a file of items."""
    for number in range(1, 7):
        arrive(folder, number)
    (folder / "bin").mkdir()
    (folder / "bin" / "spark-submit").write_text(SPARK)
    (folder / "bin" / "spark-submit").chmod(0o755)
    env["PATH"] = f"{folder / 'bin'}:{env['PATH']}"
    shell(env, folder, "tranche register --table flights landing")


def test_the_readme_s_shell_blocks_run_one_after_the_other(env, tmp_path):
    make_world(tmp_path, env)
    scripts = blocks(page("README.md"), "sh")
    assert len(scripts) >= 5
    for number, script in enumerate(scripts, start=10):
        shell(env, tmp_path, script)
        # There is always something new in the morning.
        arrive(tmp_path, number)
        shell(env, tmp_path, "tranche register --table flights landing")
    assert '"failed":0' in shell(env, tmp_path, "tranche backlog --job load -o jsonl").stdout


def like(text):
    """Without what differs from machine to machine."""
    return " ".join(re.sub(r"\b[0-9a-f]{8}\b|\d+(\.\d+)?[a-zA-Z]*", "N", text).split())


def missing_lines(pasted, real):
    """Lines of a console block that do not stand in the real output, in order; … at the end of one leaves out its rest."""
    missing = []
    for line in pasted:
        start = like(line.removesuffix("…"))
        whole = not line.endswith("…")
        at = next((n for n, other in enumerate(real) if (like(other) == start if whole else like(other).startswith(start))), None)
        if at is None:
            missing.append(line)
        else:
            real = real[at + 1:]
    return missing


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory):
    env = {name: value for name, value in os.environ.items() if not name.startswith("TRANCHE_")}
    env |= {"TRANCHE_BINARY": str(binary_path()), "TMPDIR": str(tmp_path_factory.mktemp("quickstart"))}
    result = subprocess.run(["bash", ROOT / "examples/quickstart.sh"], env=env, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL, timeout=120)
    assert result.returncode == 0, result.stdout
    return dict_of_steps(result.stdout)


def dict_of_steps(output):
    steps = console("$ \n" + output)
    return [(like(command), lines) for command, lines in steps]


def not_shown(text, quickstart):
    """What the console block of the readme shows and the quickstart does not."""
    (block,) = blocks(text, "console")
    left = quickstart
    wrong = []
    for command, pasted in console(block):
        at = next((n for n, (real, _) in enumerate(left) if real == like(command)), None)
        if at is None:
            wrong.append(command)
            continue
        wrong += missing_lines(pasted, left[at][1])
        left = left[at + 1:]
    return wrong


def test_the_readme_shows_what_the_quickstart_prints(quickstart):
    assert not_shown(page("README.md"), quickstart) == []


@pytest.mark.parametrize("old, new", [("--status failed\n", "--status broken\n"), ("(exit status 65, that", "(exit status, that"),
                                      ("BATCHES  16 succeeded", "BATCHES  16 failed")])
def test_output_that_the_quickstart_does_not_print_is_found(quickstart, old, new):
    text = page("README.md")
    assert old in text
    assert not_shown(text.replace(old, new), quickstart) != []
