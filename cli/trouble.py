"""Expected trouble: a cause and a next step instead of a traceback."""

#: How a program exits that Ctrl-C has ended.
STOPPED = 130


class TroubleError(Exception):
    """What went wrong and what to do about it, for the person at the terminal."""

    def __init__(self, cause: str, fix: str | None = None, *, code: int = 1) -> None:
        """Keep them; `fix` names the setting or the command that helps, `code` is how it exits."""
        super().__init__(cause)
        self.cause = cause
        self.fix = fix
        self.code = code

    def __str__(self) -> str:
        """Return the cause and, on a line of its own, the next step."""
        return f"{self.cause}\n{self.fix}" if self.fix else self.cause
