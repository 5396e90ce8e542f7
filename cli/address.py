"""The address of this installation's API."""

from gridfeed.settings import Settings

#: A server that listens on all addresses is reached on the loopback address.
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - no address to listen on


def api_address(settings: Settings) -> str:
    """Return the base URL of the API from the settings."""
    host = _LOOPBACK.get(settings.api_host, settings.api_host)
    return settings.api_url or f"http://{host}:{settings.api_port}"
