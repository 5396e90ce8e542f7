"""Sockets whose peer may go silent: the kernel ends them, and reports how long they were quiet."""

import socket
import struct
from contextlib import suppress

#: A quiet connection is probed after IDLE_SECONDS, then every TRY_SECONDS, and ended after TRIES
#: unanswered probes.
IDLE_SECONDS, TRY_SECONDS, TRIES = 10, 5, 3
#: Sent data that is not acknowledged within this time ends the connection.
UNACKNOWLEDGED_SECONDS = 20.0
#: `struct tcp_info` of Linux: eight bytes, then numbers of 32 bits.
_INFO = struct.Struct("=8x13I")
_LAST_SENT, _LAST_RECEIVED = 9, 11


def end_when_silent(
    connection: socket.socket, unacknowledged_seconds: float = UNACKNOWLEDGED_SECONDS
) -> None:
    """Let the kernel end a connection if its peer's machine no longer answers."""
    if connection.family not in (socket.AF_INET, socket.AF_INET6):
        return
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):  # Linux, and macOS from Python 3.13 on
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, IDLE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, TRY_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, TRIES)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        milliseconds = int(unacknowledged_seconds * 1000)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)


def quiet_seconds(connection: socket.socket) -> float | None:
    """Return how long no data has gone either way; None if the system does not report it."""
    if hasattr(socket, "TCP_INFO"):  # Linux
        with suppress(OSError, struct.error):
            told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO.size)
            milliseconds: tuple[int, ...] = _INFO.unpack(told)
            return min(milliseconds[_LAST_SENT], milliseconds[_LAST_RECEIVED]) / 1000
    return None
