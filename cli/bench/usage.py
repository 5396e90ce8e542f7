"""CPU and memory that processes of this machine used, as Linux counts them."""

import os
import resource
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cli.bench.place import Connection, sql


@dataclass(frozen=True, slots=True)
class Usage:
    """The resources that a process used: seconds of CPU, and bytes of resident memory."""

    cpu_seconds: float
    memory_bytes: int

    @classmethod
    def of(cls, pid: int) -> Self:
        """Read the usage of a process from Linux."""
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return cls(ticks / os.sysconf("SC_CLK_TCK"), pages * resource.getpagesize())


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of CPU; None without Linux, and for a database that is not on this machine."""

    server: float | None
    database: float | None


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds of CPU that a server, and each process of its database, had used at an instant."""

    server: float | None
    database: Mapping[int, float]

    @classmethod
    async def read(cls, pid: int, connection: Connection) -> Self:
        """Read the usage of a server and of its database, except the connection's own process."""
        rows = await connection.fetch(*sql("backends"))
        here = [row["pid"] for row in rows if _shows(row["pid"], row["database"])]
        used = {backend: _cpu_seconds(backend) for backend in here}
        database = {backend: seconds for backend, seconds in used.items() if seconds is not None}
        return cls(_cpu_seconds(pid), database)

    def since(self, before: "Cpu") -> Spent:
        """Return what was used since an earlier instant."""
        server = None
        if self.server is not None and before.server is not None:
            server = self.server - before.server
        used = [seconds - before.database.get(pid, 0.0) for pid, seconds in self.database.items()]
        return Spent(server, sum(used) if used else None)


def _cpu_seconds(pid: int) -> float | None:
    try:
        return Usage.of(pid).cpu_seconds
    except FileNotFoundError:
        return None


def _shows(pid: int, database: str) -> bool:
    """Tell whether the process is on this machine: PostgreSQL names the database in its title."""
    try:
        return database in Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except FileNotFoundError:
        return False
