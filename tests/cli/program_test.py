"""What holds for every command: help, global options, refusals, operators."""

import json
import os
import stat
import subprocess

import pytest


def make_operator(folder, name, script):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"tranche-{name}"
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_version(tranche):
    result = tranche("--version")
    assert (result.returncode, result.stdout, result.stderr) == (0, "tranche 0.1.0\n", "")
    assert tranche("version").stdout == result.stdout
    assert tranche("help", "--version").stdout == result.stdout


@pytest.mark.parametrize("args", [("--help",), ("-h",), ("help",)])
def test_general_help_goes_to_stdout(tranche, args):
    result = tranche(*args)
    assert result.returncode == 0 and result.stderr == ""
    assert "Exit status:" in result.stdout and "(env: TRANCHE_DB)" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_no_command_is_refused_with_the_help(tranche):
    result = tranche()
    assert result.returncode == 2 and result.stdout == ""
    assert result.stderr == tranche("help").stdout


def test_every_command_has_help_with_an_example_in_80_columns(tranche):
    for name in command_names(tranche):
        result = tranche(*name.split(), "--help")
        assert result.returncode == 0, result
        assert result.stdout == tranche("help", *name.split()).stdout
        assert "Example:\n  " in result.stdout
        # An example is one line to copy, however long.
        body = result.stdout.split("\nExample:")[0]
        assert max(map(len, body.splitlines())) <= 80, result.stdout


def command_names(tranche):
    page = tranche("help", "--man").stdout
    lines = [line for line in page.splitlines() if line.startswith(".SS tranche ")]
    names = []
    for line in lines:
        words = line.removeprefix(".SS tranche ").replace("\\-", "-").split()
        name = words[0]
        if len(words) > 1 and words[1][0].islower():
            name += " " + words[1]
        names.append(name)
    assert "help" in names and "version" in names
    return names


def test_unknown_words_suggest_the_nearest(tranche, refused):
    assert refused(tranche("verison")) == "tranche: unknown command 'verison'; did you mean version?"
    assert refused(tranche("frobnicate")) == "tranche: unknown command 'frobnicate'; see tranche help"
    assert refused(tranche("--dbb", "x", "version")) == "tranche: unknown option --dbb; did you mean --db?"
    assert refused(tranche("help", "--mn")) == "tranche: help: unknown option --mn; did you mean --man?"
    assert "unknown command 'verison'" in refused(tranche("help", "verison"))


def test_global_options_stand_before_or_behind_the_command_but_once(tranche, refused):
    assert tranche("--schema", "s", "version").returncode == 0
    assert tranche("version", "--schema", "s").returncode == 0
    assert refused(tranche("--schema", "s", "version", "--schema", "t")).endswith("--schema is given twice")
    assert refused(tranche("version", "--log-level", "loud")).startswith("tranche: --log-level: 'loud' is unknown; use")


def test_environment_is_checked_under_its_own_name(tranche, refused):
    line = refused(tranche("version", env={"TRANCHE_LOG_LEVEL": "loud"}))
    assert line.startswith("tranche: TRANCHE_LOG_LEVEL: 'loud' is unknown; use one of error")
    assert tranche("version", env={"TRANCHE_LOG_LEVEL": ""}).returncode == 0
    assert tranche("version", "--log-level", "debug", env={"TRANCHE_LOG_LEVEL": "loud"}).returncode == 0


def test_a_refusal_never_shows_a_password(tranche, refused):
    assert "secret" not in refused(tranche("version", "postgresql://u:secret@h/db"))
    assert "secret" not in refused(tranche("postgresql://u:secret@h/db"))


def test_a_refusal_is_one_line_whatever_the_argument(tranche, refused):
    assert refused(tranche("version", "a\nb\x1b[2J")) == "tranche: version: unexpected argument 'a; b\\x1b[2J'"


def test_an_operator_on_path_runs_with_its_arguments_and_status(tranche, tranche_env, tmp_path):
    make_operator(tmp_path / "plugins", "shout", 'echo "$TRANCHE_DB|$TRANCHE_SCHEMA|$*"; exit 7\n')
    path = {"PATH": f"{tmp_path / 'plugins'}:{tranche_env['PATH']}"}
    result = tranche("--db", "sqlite:x", "shout", "--db", "y", "-h", "--", "z", env=path)
    assert (result.returncode, result.stdout) == (7, "sqlite:x||--db y -h -- z\n")
    assert tranche("shout", env={**path, "TRANCHE_DB": "sqlite:e"}).stdout == "sqlite:e||\n"
    assert "Operators:\n  shout" in tranche("help", env=path).stdout
    assert tranche("help", "shout", env=path).stdout == "||--help\n"
    assert "did you mean shout?" in tranche("shuot", env=path).stderr


def test_an_operator_is_found_beside_tranche_and_in_libexec(tranche_binary, tranche_env, tmp_path):
    copy = tmp_path / "prefix" / "bin" / "tranche"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(tranche_binary.read_bytes())
    copy.chmod(0o755)
    make_operator(copy.parent, "near", "echo beside\n")
    make_operator(tmp_path / "prefix" / "libexec" / "tranche", "far", "echo libexec\n")
    make_operator(tmp_path / "prefix" / "libexec" / "tranche", "near", "echo hidden\n")
    for name, said in (("near", "beside\n"), ("far", "libexec\n")):
        assert subprocess.run([copy, name], env=tranche_env, capture_output=True, text=True).stdout == said


def test_operators_are_never_taken_from_the_current_folder(tranche, tranche_env, refused, tmp_path):
    make_operator(tmp_path, "here", "echo wrong\n")
    make_operator(tmp_path / "tranche-sub", "here", "echo wrong\n")
    refused(tranche("here", env={"PATH": f":.:{tranche_env['PATH']}"}))
    refused(tranche("sub/tranche-here", env={"PATH": f"{tmp_path}:{tranche_env['PATH']}"}))


def test_an_operator_that_cannot_be_executed_is_our_failure(tranche, refused, tmp_path):
    (make_operator(tmp_path / "p", "broken", "")).write_text("#!/no/such/interpreter\n")
    assert "cannot be executed" in refused(tranche("broken", env={"PATH": str(tmp_path / "p")}), 125)


def test_a_full_disk_is_reported(tranche_binary, tranche_env):
    with open("/dev/full", "w") as full:
        result = subprocess.run([tranche_binary, "help"], env=tranche_env, stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 125
    assert result.stderr == "tranche: cannot write to standard output: No space left on device\n"


@pytest.mark.parametrize("ignored", [False, True])
def test_a_closed_pipe_ends_quietly(tranche_binary, tranche_env, ignored):
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run(
        [tranche_binary, "help"], env=tranche_env, stdout=writer, stderr=subprocess.PIPE, restore_signals=not ignored
    )
    os.close(writer)
    assert result.returncode in (141, -13) and result.stderr == b""


def test_a_closed_stderr_changes_no_status(tranche_binary, tranche_env):
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run([tranche_binary, "nonsense"], env=tranche_env, stderr=writer)
    os.close(writer)
    assert result.returncode == 2


def test_json_log_lines(tranche):
    result = tranche("--log-format", "json", "help", "nonsense")
    line = json.loads(result.stderr)
    assert result.returncode == 2 and line["level"] == "error" and "nonsense" in line["message"]


@pytest.mark.parametrize(
    "args, env",
    [
        (("--log-format", "json", "batches", "--limit", "many"), {}),
        (("batches", "--no-such-option", "--log-format=json"), {}),
        (("--log-level", "loud", "--log-format", "json", "version"), {}),
        (("nonsense",), {"TRANCHE_LOG_FORMAT": "json"}),
        (("job",), {"TRANCHE_LOG_FORMAT": "json"}),
    ],
)
def test_what_is_wrong_with_the_command_line_is_told_as_json_too(tranche, args, env):
    result = tranche(*args, env=env)
    assert result.returncode == 2 and result.stdout == ""
    line = json.loads(result.stderr)
    assert line["level"] == "error" and line["message"]


def test_the_log_format_of_a_command_behind_dashes_is_not_ours(tranche):
    result = tranche("run", "--no-such-option", "--", "tool", "--log-format", "json")
    assert result.returncode == 2 and result.stderr.startswith("tranche: ")
