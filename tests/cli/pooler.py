"""A pgbouncer between tranche and the test server, with few server connections."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.parse

from background import wait_for
from proxy import server_address

PORT = 6432
SETTINGS = """[databases]
* = host={host} port={port}
[pgbouncer]
pool_mode = {mode}
default_pool_size = {servers}
max_client_conn = 200
unix_socket_dir = {folder}
listen_port = {pooler_port}
auth_type = trust
auth_file = {folder}/users
admin_users = tranche
"""


def program():
    return shutil.which("pgbouncer", path=os.environ["PATH"] + ":/usr/sbin")


class Pooler:
    def __init__(self, url, servers=3, mode="transaction"):
        address = server_address(url)
        host, port = (os.path.dirname(address), address.rpartition(".")[2]) if isinstance(address, str) else address
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tranche-pooler.", dir="/tmp"))  # a socket's path holds 107 bytes
        user = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query)).get("user", "tranche")
        (self.folder / "users").write_text(f'"{user}" ""\n')
        (self.folder / "ini").write_text(SETTINGS.format(host=host, port=port, servers=servers, mode=mode, folder=self.folder, pooler_port=PORT))
        self.url = f"{url}{'&' if '?' in url else '?'}host={self.folder}&port={PORT}"
        command = [program(), self.folder / "ini"]
        if os.getuid() == 0:  # it refuses to run as root
            shutil.chown(self.folder, "postgres")
            command[1:1] = ["-u", "postgres"]
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        wait_for(self.listens, "the pooler")

    def listens(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(f"{self.folder}/.s.PGSQL.{PORT}") == 0

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder)
