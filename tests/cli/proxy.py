"""Stands between a runner and PostgreSQL on a Unix or a loopback socket, and can go away and come back."""

import os
import shutil
import socket
import struct
import tempfile
import threading
import urllib.parse

PORT = 5432
EXECUTE = b"E\x00\x00\x00\x09\x00\x00\x00\x00\x00"  # all rows of the unnamed portal



def message(kind, severity, sqlstate, text):
    fields = b"".join(b"%c%s\0" % (name, value.encode()) for name, value in zip(b"SVCM", [severity, severity, sqlstate, text]))
    return kind + struct.pack("!I", len(fields) + 5) + fields + b"\0"


def fatal(sqlstate, text):
    """The server's last words on a connection."""
    return message(b"E", "FATAL", sqlstate, text)


CRASHED = message(b"N", "WARNING", "57P02", "terminating connection because of crash of another server process")


# How a server that is going or coming treats who connects: what it answers instead of, and what behind, its greeting.
UNWELCOMING = {
    "says nothing": (b"", None),
    "is starting": (fatal("57P03", "the database system is starting up"), None),
    "is full": (fatal("53300", "sorry, too many clients already"), None),
    "ends it": (None, fatal("57P01", "terminating connection due to administrator command")),
}


def server_address(url):
    """Where the server of a libpq URI listens."""
    parts = urllib.parse.urlsplit(url)
    options = dict(urllib.parse.parse_qsl(parts.query))
    host = options.get("host") or parts.hostname or os.environ.get("PGHOST") or "/var/run/postgresql"
    port = int(options.get("port") or parts.port or os.environ.get("PGPORT") or PORT)
    return f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port)


def connect(address):
    server = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
    server.connect(address)
    return server


def hang_up(*sockets):
    for one in sockets:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Commits:
    """Of one connection; those of transactions that write are counted over all."""

    def __init__(self, proxy):
        self.proxy = proxy
        self.writing = False
        self.cut = False
        self.answered = threading.Event()

    def is_cut(self, data, server):
        if EXECUTE in data and (b"_hand_over" in data or b"taken AS" in data):
            self.proxy.hand_overs += 1
            return self.is_chosen(data, server, self.proxy.cut_hand_over, self.proxy.hand_overs)
        self.writing = self.writing or b"BEGIN" in data and b"READ WRITE" in data
        if not self.writing or b"COMMIT\0" not in data:
            return False
        self.writing = False
        self.proxy.commits += 1
        return self.is_chosen(data, server, self.proxy.cut_at, self.proxy.commits)

    def is_chosen(self, data, server, chosen, number):
        if not chosen or chosen[0] != number:
            return False
        self.proxy.cuts += 1
        self.cut = True
        if chosen[1] == "after":
            server.sendall(data)
            self.answered.wait(60)
        return True


class Proxy:
    def __init__(self, url):
        self.address = server_address(url)
        self.folder = tempfile.mkdtemp(prefix="tranche-proxy.", dir="/tmp")  # a socket's path holds 107 bytes
        self.path = f"{self.folder}/.s.PGSQL.{PORT}"
        self.url = f"{url}{'&' if '?' in url else '?'}host={self.folder}&port={PORT}"
        self.listener = None
        self.cut_at = None  # (number of the writing commit, "before" or "after" the server has done it)
        self.cut_hand_over = None  # the same of statements that end one batch and take the next, which commit themselves
        self.hand_overs = 0
        self.commits = 0
        self.cuts = 0
        self.unwelcome = None  # (a word of UNWELCOMING, for how many connections)
        self.open = []
        self.clients = []
        self.passing = threading.Event()  # cleared: everybody is let in, and nobody hears an answer
        self.passing.set()
        self.come_back()

    def tcp_port(self):
        """Of one more way in, for what only TCP has."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.open.append(listener)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener.getsockname()[1]

    def come_back(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(64)
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def go_away(self):
        """Breaks every connection and refuses new ones."""
        os.unlink(self.path)
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        hang_up(*self.open)
        self.open = []

    def move(self, url):
        """Breaks every connection; new ones reach another server."""
        self.address = server_address(url)
        hang_up(*self.open)

    def crash(self):
        """Breaks every connection as a server does where one of its processes died: those that ask nothing find a warning."""
        for client in self.clients:
            try:
                client.sendall(CRASHED)
            except OSError:
                pass
        hang_up(*self.open)

    def close(self):
        self.passing.set()
        if os.path.exists(self.path):
            self.go_away()
        shutil.rmtree(self.folder)

    def _accept(self, listener):
        try:
            while True:
                client, _ = listener.accept()
                server = connect(self.address)
                self.open += [client, server]
                self.clients.append(client)
                commits = Commits(self)
                threading.Thread(target=self._carry, args=(client, server, commits), daemon=True).start()
                threading.Thread(target=self._answer, args=(server, client, commits), daemon=True).start()
        except OSError:
            pass

    def _carry(self, client, server, commits):
        try:
            while data := client.recv(65536):
                self.passing.wait()
                if commits.is_cut(data, server):
                    break
                server.sendall(data)
        except OSError:
            pass
        hang_up(client, server)

    def _turn_away(self, server, client):
        """Whether this was one of those that are not let in."""
        if not self.unwelcome or self.unwelcome[1] == 0:
            return False
        manner, times = self.unwelcome
        self.unwelcome = (manner, times - 1)
        greeting = server.recv(65536)
        instead, behind = UNWELCOMING[manner]
        client.sendall(greeting + behind if instead is None else instead)
        return True

    def _answer(self, server, client, commits):
        try:
            if self._turn_away(server, client):
                hang_up(client, server)
                return
            while data := server.recv(65536):
                self.passing.wait()
                if commits.cut:
                    commits.answered.set()
                else:
                    client.sendall(data)
        except OSError:
            pass
        hang_up(client, server)
