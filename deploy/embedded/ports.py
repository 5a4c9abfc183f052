"""Ports: which are free, and who holds the one that is not."""

from __future__ import annotations

import random
import socket

import psutil

from deploy.embedded.obstacles import PortTaken

LOOPBACK = "127.0.0.1"
# Below the range from which the kernel takes the near end of outgoing connections (32768 and up).
_FREE_RANGE = range(20_000, 32_000)


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Tell whether a server could listen on this port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(avoid: frozenset[int] = frozenset()) -> int:
    """Return a port on loopback that nobody listens on, outside the range for outgoing connections."""
    for port in random.sample(_FREE_RANGE, len(_FREE_RANGE)):
        if port not in avoid and is_free(port):
            return port
    raise PortTaken("No port between 20000 and 32000 is free.", "Stop what listens there: ss -ltnp")


def holder(port: int) -> str:
    """Name who listens on a port, as far as this user may know: `java (pid 12)`, `another process`."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except (psutil.AccessDenied, OSError):
        return "another process"
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.NoSuchProcess:
                return "another process"
    return "another process"


def require_free(what: str, port: int, host: str = LOOPBACK) -> None:
    """Raise PortTaken if `what` could not listen on this port."""
    if not is_free(port, host):
        raise PortTaken(
            f"Port {port} ({what}) is taken by {holder(port)}.",
            "Stop it, or choose other ports: liandong up --port-base 18080",
        )
