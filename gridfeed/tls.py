"""Reads the certificates named in settings, for every client that connects over TLS."""

import ssl
from pathlib import Path

from gridfeed.settings import BadSettingsError


def trusting(ca_file: Path | None, setting: str) -> ssl.SSLContext:
    """Return a context that trusts the CA of a PEM file, or the system's CAs without a file.

    Raises BadSettingsError, which names the setting.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError:
        raise BadSettingsError(f"{setting}={str(ca_file)!r}: holds no certificate in PEM") from None
    except OSError as error:
        raise BadSettingsError(unreadable(setting, ca_file, error)) from None


def unreadable(setting: str, path: Path | None, error: OSError) -> str:
    """Return the error about a file that a setting names but that cannot be read."""
    return f"{setting}={str(path)!r}: cannot be read: {error.strerror}"
