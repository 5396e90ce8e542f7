"""`gridfeed doctor`: prints every setting, and checks the services that the settings name."""

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

import typer
from pydantic import SecretStr

from cli import session, terminal
from cli.doctor.check import Check
from cli.doctor.every import check_all
from gridfeed.settings import Settings

app = terminal.commands()


@app.command()
def doctor(as_json: terminal.AsJson = False) -> None:
    """Print every setting and check everything on the way from a reading to an answer.

    It checks Kafka and its topics, lag, workers, dead letters of the last day; the database, its
    migrations, privileges and clock; meters without data; the API; and GRIDFEED_* variables that
    are not settings. Every problem comes with its fix. The exit code is 1 if there is a problem.
    Passwords are masked.

    \b
    Examples:
      gridfeed doctor
      GRIDFEED_DATABASE_URL=postgresql://me@db.example/gridfeed gridfeed doctor --json
    """
    settings = session.start()
    checks = asyncio.run(check_all(settings))
    healthy = all(check.ok for check in checks)
    if as_json:
        terminal.print_json(
            {
                "ok": healthy,
                "settings": [
                    {"name": name, "value": value, "source": source}
                    for name, value, source in described(settings)
                ],
                "checks": [
                    {
                        "name": each.name,
                        "ok": each.ok,
                        "state": each.state,
                        "seen": each.seen,
                        "fix": each.fix,
                    }
                    for each in checks
                ],
            }
        )
    else:
        terminal.print_table(("setting", "value", "from"), described(settings))
        for check in checks:
            typer.echo(_line(check))
    if not healthy:
        raise typer.Exit(1)


def described(settings: Settings) -> Iterator[tuple[str, str | None, str]]:
    """Yield each setting's variable, its value without secrets, and the source of the value."""
    for name in Settings.model_fields:
        source = "environment" if name in settings.model_fields_set else "default"
        yield f"GRIDFEED_{name.upper()}", masked(getattr(settings, name)), source


def masked(value: object) -> str | None:
    """Return a setting as text for people. Passwords and queries of addresses are left out."""
    if value is None:
        return None
    secret = isinstance(value, SecretStr)
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    try:
        address = urlsplit(text)
        host = address.hostname
    except ValueError:
        return "***"
    if secret and not host:
        return "***"
    user, at, place = address.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    hidden = address._replace(netloc=f"{name}{colon and ':***'}{at}{place}")
    if not (secret or at):
        return text
    return hidden._replace(query="", fragment="").geturl()


def _line(check: Check) -> str:
    state = "PROBLEM" if check.state == "problem" else check.state
    lines = [f"{state:8}{check.name}: {terminal.printable(check.seen)}"]
    lines += [f"        fix: {terminal.printable(fix)}" for fix in (check.fix or "").splitlines()]
    return "\n".join(lines)
