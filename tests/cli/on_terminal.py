"""Runs the `gridfeed` program on a terminal of its own."""

import os
import re
import subprocess
import termios

from tests.cli.up_process import COMMAND


def printed(columns: int, *arguments: str, **settings: object) -> str:
    """Return what it prints on a terminal of so many columns, unstyled; it must exit with 0."""
    ours, its = os.openpty()
    termios.tcsetwinsize(its, (40, columns))
    kept = {name: text for name, text in os.environ.items() if name not in ("COLUMNS", "LINES")}
    told = {f"GRIDFEED_{name.upper()}": str(value) for name, value in settings.items()}
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=its,
        env={**kept, **told, "TERM": "xterm", "NO_COLOR": "1"},
    )
    os.close(its)
    text = b""
    try:
        while part := os.read(ours, 65_536):
            text += part
    except OSError:  # how Linux says that nobody has it open any more
        pass
    finally:
        os.close(ours)
    assert process.wait(60) == 0
    return re.sub(r"\x1b\[[\d;]*m", "", text.decode()).replace("\r\n", "\n")
