"""`tranche run` looks at its source while a command takes its time, so that a load that begins meanwhile delays less."""

import subprocess

import pytest
from background import wait_for

on_postgres = pytest.mark.parametrize("world", ["postgres"], indirect=True)
HOLD = 'echo $TRANCHE_FIRST_KEY-$TRANCHE_LAST_KEY; while [ ! -e "$DIR/go" ]; do sleep 0.02; done'


class Writer:
    """A transaction that stays open."""

    def __init__(self, world):
        self.psql = subprocess.Popen(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", world.url],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip

    def run(self, statement):
        self.psql.stdin.write(f"{statement}; SELECT 'done';\n")
        self.psql.stdin.flush()
        assert self.psql.stdout.readline() == "done\n"

    def close(self):
        self.psql.stdin.close()
        self.psql.stdout.close()
        assert self.psql.wait() == 0


def insert(world):
    return f"INSERT INTO {world.name('assets')} (item, weight) VALUES ('new', 1)"


def points(world):
    """The newest key of each look that is stored."""
    return world.sql(f"SELECT jsonb_path_query(points::jsonb, '$.points[*].key') #>> '{{}}' FROM {world.inventory('horizon')}")


@on_postgres
def test_what_settled_while_a_command_ran_is_handed_out_at_its_end(world, background, tmp_path):
    world.job(count=2, max_count=10)
    world.sql(f"ALTER TABLE {world.name('assets')} ALTER id RESTART WITH 3")
    one = background("run", "--job", "flights", "--iterations", "2", "--lease", "1s", "--", "sh", "-c", HOLD)
    wait_for(lambda: "1-2\n" in one.stdout(), "the first batch")
    world.sql(insert(world))
    wait_for(lambda: ("3",) in points(world), "a look that sees key 3")
    load = Writer(world)
    load.run("BEGIN")
    load.run(insert(world))
    world.sql(insert(world))  # key 5, behind the load's key 4
    (tmp_path / "go").touch()
    assert one.end() == 0, one.stderr()
    assert one.stdout() == "1-2\n3-3\n"
    load.run("COMMIT")
    load.close()
    assert world.done()["last_key"] == 5


@on_postgres
def test_a_look_that_fails_fails_nothing(world, background, tmp_path):
    world.job(count=2, max_count=10)
    one = background("run", "--job", "flights", "--lease", "1s", "--", "sh", "-c", HOLD)
    wait_for(lambda: "1-2\n" in one.stdout(), "the batch")
    world.sql(f"ALTER TABLE {world.name('assets')} RENAME TO away")
    end = f"SELECT available_at FROM {world.inventory('batch')}"
    for _ in range(3):
        before = world.sql(end)
        wait_for(lambda: world.sql(end) != before, "a heartbeat")
    (tmp_path / "go").touch()
    assert one.end() == 0, one.stderr()
    assert "tranche: warning" not in one.stderr()


@on_postgres
def test_a_run_waits_for_a_source_that_is_locked_for_a_while(world, background):
    world.job(count=2, max_count=10)
    change = Writer(world)
    change.run("BEGIN")
    change.run(f"LOCK TABLE {world.name('assets')}")
    one = background("run", "--job", "flights", "--", "sh", "-c", "echo $TRANCHE_FIRST_KEY-$TRANCHE_LAST_KEY")
    wait_for(lambda: "trying again" in one.stderr(), "the first try")
    change.run("COMMIT")
    change.close()
    assert one.end() == 0, one.stderr()
    assert one.stdout() == "1-2\n"
