"""A PostgreSQL server of the tests' own: on loopback, in a temporary folder, not as root."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


def programs() -> Path | None:
    """Folder of ``initdb`` and ``postgres``, where PostgreSQL is installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = installed[-1] if installed else shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def server(where: Path) -> Iterator[str]:
    """Run a server; gives the address of its database ``postgres``."""
    folder = Path(tempfile.mkdtemp(prefix="efficace-postgresql-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str) -> None:
        done = subprocess.run(command, check=False, user=user, cwd=folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    data = folder / "data"
    run(str(where / "initdb"), "-D", str(data), "-U", "efficace", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    options = ("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off")
    with (folder / "log").open("w") as log:
        command = (str(where / "postgres"), "-D", str(data), "-p", str(port), *options)
        running = subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log)
    address = f"postgresql://efficace@127.0.0.1:{port}/postgres"
    try:
        _await(address, folder / "log")
        yield address
    finally:
        running.send_signal(signal.SIGQUIT)  # at once: nothing in it is worth saving
        running.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def _await(address: str, log: Path) -> None:
    for _attempt in range(300):
        try:
            psycopg.connect(address, connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(log.read_text(encoding="utf-8"))


def new_database(address: str, name: str) -> str:
    """An empty database on the server; gives its address."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return address.removesuffix("/postgres") + f"/{name}"
