"""The file that a command reads; `-` is standard input."""

import os
import sys
from pathlib import Path

import typer


def readable(file: Path) -> Path:
    """Return the file if it can be read; otherwise the command line is wrong."""
    if is_stdin(file) or (file.is_file() and os.access(file, os.R_OK)):
        return file
    raise typer.BadParameter(f"there is no file {file} that can be read")


def is_stdin(file: Path) -> bool:
    """Return whether the file stands for standard input."""
    return str(file) == "-"


def spelled(file: Path) -> str:
    """Return the file's name for a message."""
    return "<stdin>" if is_stdin(file) else str(file)


def content(file: Path) -> bytes:
    """Return the file's whole content."""
    return sys.stdin.buffer.read() if is_stdin(file) else file.read_bytes()
