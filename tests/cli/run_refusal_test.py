"""`run`: what it refuses, and what it never prints."""

import pytest

SECRET = "s3cr3t-pass"


@pytest.mark.parametrize("arguments", [
    ("run", "--", "true"),
    ("run", "--job", "flights"),
    ("run", "--job", "flights", "--"),
    ("run", "--job", "flights", "true"),
    ("run", "--job", "flights", "--no-such-option", "--", "true"),
    ("run", "--job", "flights", "--iterations", "0", "--", "true"),
    ("run", "--job", "flights", "--iterations", "-1", "--", "true"),
    ("run", "--job", "flights", "--iterations", "some", "--", "true"),
    ("run", "--job", "flights", "--jobs", "0", "--", "true"),
    ("run", "--job", "flights", "--jobs", "100000", "--", "true"),
    ("run", "--job", "flights", "--max-count", "0", "--", "true"),
    ("run", "--job", "flights", "--max-weight", "-1", "--", "true"),
    ("run", "--job", "flights", "--max-weight", "heavy", "--", "true"),
    ("run", "--job", "flights", "--retry", "never", "--", "true"),
    ("run", "--job", "flights", "--timeout", "soon", "--", "true"),
    ("run", "--job", "flights", "--timeout", "-5s", "--", "true"),
    ("run", "--job", "flights", "--grace", "10", "x", "--", "true"),
    ("run", "--job", "flights", "--lease", "1ms", "--", "true"),
    ("run", "--job", "flights", "--poll", "0s", "--", "true"),
    ("run", "--job", "flights", "--start-retries", "-1", "--", "true"),
    ("run", "--job", "flights", "--max-failures", "-1", "--", "true"),
    ("run", "--job", "flights", "--empty-exit-code", "256", "--", "true"),
    ("run", "--job", "flights", "--adapter", "no-such-adapter", "--", "true"),
])  # fmt: skip
def test_a_malformed_command_line_is_2_and_opens_nothing(tranche, refused, arguments, tmp_path):
    line = refused(tranche("--db", f"sqlite:{tmp_path}/none.db", *arguments), 2)
    assert "run" in line or "--" in line
    assert list(tmp_path.iterdir()) == []


def test_a_job_or_campaign_that_is_missing_is_125_and_changes_nothing(world, unchanged):
    world.job()
    assert "'trains' not found; jobs here: flights" in unchanged(125, "run", "--job", "trains", "--", "true")
    assert "campaign 'again' not found" in unchanged(125, "run", "--job", "flights", "--campaign", "again", "--", "true")


def test_a_weight_limit_without_a_weight_is_125_and_changes_nothing(world, unchanged):
    world.assets()
    world.ok("job", "create", "flights", "--table", world.name("assets"), "--key", "id")
    assert "--weight" in unchanged(125, "run", "--job", "flights", "--max-weight", "5", "--", "true")


def test_an_inventory_that_is_missing_is_125_and_is_not_made(tranche, refused, tmp_path):
    line = refused(tranche("--db", f"sqlite:{tmp_path}/none.db", "run", "--job", "flights", "--", "true"), 125)
    assert "none.db" in line
    assert list(tmp_path.iterdir()) == []


def test_an_unreachable_server_is_125_without_its_password(tranche, refused, tmp_path):
    url = f"postgresql://u:{SECRET}@/x?host={tmp_path}"
    line = refused(tranche("--db", url, "run", "--job", "flights", "--", "true"), 125)
    assert SECRET not in line and str(tmp_path) in line


def test_a_password_in_the_command_is_neither_printed_nor_stored(world, tmp_path):
    world.job("flights", "--retry-delay", "0s")
    url = f"postgresql://user:{SECRET}@host/db"
    command = ["sh", "-c", 'test "$1" = "$2" && exit 3', "sh", url, url, f"--password={SECRET}", f"password={SECRET}"]
    result = world("--log-level", "debug", "run", "--job", "flights", "--iterations", "2",
                   "--summary", tmp_path / "summary", "--", *command)  # fmt: skip
    # The command itself has it.
    assert result.returncode == 3
    assert SECRET not in result.stdout + result.stderr
    assert SECRET not in (tmp_path / "summary").read_text()
    assert SECRET not in str(world.dump())
    result = world("run", "--job", "flights", "--start-retries", "0", "--", url)
    assert (result.returncode, SECRET in result.stderr) == (127, False)
    assert SECRET not in str(world.dump())


def test_a_password_that_the_command_prints_is_not_stored(world, run):
    world.job("flights", "--retry-delay", "0s")
    url = f"postgresql://user:{SECRET}@host/db"
    result = run(f"echo 'cannot connect to {url}' >&2; exit 3")
    # What the command prints is its own; what tranche keeps is not.
    assert SECRET in result.stderr
    assert SECRET not in str(world.dump())
