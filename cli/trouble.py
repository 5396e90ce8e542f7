"""Expected trouble: a cause and a next step instead of a traceback."""

#: The exit code of a program that Ctrl-C ended.
STOPPED = 130


class TroubleError(Exception):
    """An error for the person at the terminal: its cause and what to do about it."""

    def __init__(self, cause: str, fix: str | None = None, *, code: int = 1) -> None:
        """fix: names the setting or the command that helps. code: the exit code."""
        super().__init__(cause)
        self.cause = cause
        self.fix = fix
        self.code = code

    def __str__(self) -> str:
        """Return the cause and, on a separate line, the next step."""
        return f"{self.cause}\n{self.fix}" if self.fix else self.cause
