"""Ports for servers that must be told theirs before they start."""

import secrets
import socket
from contextlib import closing

PORTS = range(10_000, 30_000)
"""Below those that the system lends to outgoing connections: nobody takes one in between."""


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    while True:
        port = secrets.choice(PORTS)
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
