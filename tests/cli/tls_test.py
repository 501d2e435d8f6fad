"""TLS to PostgreSQL: what the URL says of it is libpq's to obey."""

import os
import pathlib
import socket
import subprocess

import pytest

SERVER = pathlib.Path(__file__).resolve().parents[1] / "support" / "postgres.sh"


@pytest.fixture(scope="module")
def server():
    """(folder, URL) of a server whose certificate is its own and made out to db.example."""
    if not os.environ.get("TRANCHE_TEST_POSTGRES"):
        pytest.skip("TRANCHE_TEST_POSTGRES is not set")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = subprocess.run([SERVER, "start", "--fsync", "off", "--owner", str(os.getpid()), "--tls", str(port)],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    folder = done.stdout.strip()
    yield folder, f"postgresql://tranche:secret@127.0.0.1:{port}/tranche_test"
    subprocess.run([SERVER, "stop", folder], check=True)


def test_an_encrypted_connection_is_made(tranche, server):
    folder, url = server
    for number, mode in enumerate(("require", f"verify-ca&sslrootcert={folder}/server.crt")):
        made = tranche("--db", f"{url}?sslmode={mode}", "--schema", f"tls_{number}", "db", "migrate")
        assert made.returncode == 0, made.stderr
        assert "secret" not in made.stdout + made.stderr
    # The rest of the program with a database that takes nothing else.
    hba = pathlib.Path(folder) / "data" / "pg_hba.conf"
    hba.write_text("local all all trust\nhostssl all all 127.0.0.1/32 trust\n")
    subprocess.run(["psql", "-Xqd", url, "-c", "SELECT pg_reload_conf(); CREATE TABLE assets (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);"
                    " INSERT INTO assets DEFAULT VALUES"], check=True, capture_output=True)  # fmt: skip
    env = {"TRANCHE_DB": f"{url}?sslmode=require"}
    assert tranche("job", "create", "flights", "--table", "assets", "--key", "id", env=env).returncode == 0
    assert tranche("run", "--job", "flights", "--", "true", env=env).returncode == 0


def proven(server):
    """A URL by which the certificate's name and root are checked, and hold."""
    folder, url = server
    return f"{url.replace('@127.0.0.1', '@db.example')}?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert={folder}/server.crt"


def settings(server):
    """The same in libpq's variables, with a URL that says nothing of TLS."""
    folder, url = server
    return {"TRANCHE_DB": url.replace("@127.0.0.1", "@db.example"), "PGHOSTADDR": "127.0.0.1", "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": f"{folder}/server.crt"}  # fmt: skip


@pytest.mark.parametrize("way", ["url", "environment"])
def test_a_server_that_proves_its_name_is_used(tranche, server, way):
    env = {"TRANCHE_DB": proven(server)} if way == "url" else settings(server)
    schema = f"proven_{way}"
    made = tranche("--schema", schema, "db", "migrate", env=env)
    assert made.returncode == 0, made.stderr
    # The inventory's and the source's connections both, or the server would refuse one.
    subprocess.run(["psql", "-Xqd", server[1], "-c", f"CREATE TABLE {schema}.assets (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);"
                    f" INSERT INTO {schema}.assets DEFAULT VALUES"], check=True, capture_output=True)  # fmt: skip
    for args in (["job", "create", "flights", "--table", f"{schema}.assets", "--key", "id"], ["run", "--job", "flights", "--", "true"]):
        done = tranche("--schema", schema, *args, env=env)
        assert done.returncode == 0, done.stderr
        assert "secret" not in done.stdout + done.stderr


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    """A root certificate that signed nothing here."""
    path = tmp_path_factory.mktemp("tls") / "stranger.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=db.example", "-keyout", path.with_suffix(".key"), "-out", path], check=True, capture_output=True)  # fmt: skip
    return path


@pytest.mark.parametrize("way", ["url", "environment"])
@pytest.mark.parametrize("args", [["db", "status"], ["db", "migrate"], ["run", "--job", "flights", "--", "true"]])
def test_a_server_of_another_root_is_refused(tranche, server, stranger, refused, way, args):
    own = f"{server[0]}/server.crt"
    if way == "url":
        env = {"TRANCHE_DB": proven(server).replace(own, str(stranger))}
    else:
        env = {**settings(server), "PGSSLROOTCERT": str(stranger)}
    line = refused(tranche(*args, env=env), 125)
    assert "certificate verify failed" in line and "secret" not in line


def test_a_server_that_cannot_prove_its_name_is_refused(tranche, server, refused):
    folder, url = server
    line = refused(tranche("--db", f"{url}?sslmode=verify-full&sslrootcert={folder}/server.crt", "db", "status"), 125)
    assert 'server certificate for "db.example"' in line and 'does not match host name "127.0.0.1"' in line
    assert "secret" not in line


def test_a_missing_root_certificate_is_told(tranche, server, refused):
    _, url = server
    line = refused(tranche("--db", f"{url}?sslmode=verify-full&sslrootcert=/nowhere.crt", "db", "status"), 125)
    assert "/nowhere.crt" in line
