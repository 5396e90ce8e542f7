"""Reads schemas by id from a Confluent-compatible schema registry."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import httpx
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from gridfeed.avro.references import Reference, Registered, whole
from gridfeed.settings import Settings
from gridfeed.tls import trusting

_NOTHING: Mapping[str, Any] = MappingProxyType({})
#: Error codes for an unknown subject, an unknown version, and an unknown id.
_NOT_FOUND = (40401, 40402, 40403)
_RETRIED = (429, 500, 502, 503, 504)


class RegistryError(Exception):
    """The registry does not answer, or its answer is no registry's; the records wait for it."""


class _BusyError(Exception):
    """An answer that may improve at a later attempt."""


class SchemaRegistry:
    """A client with a cache: the meaning of an id never changes."""

    def __init__(
        self,
        url: str,
        *,
        attempts: int = 5,
        first_wait_seconds: float = 0.2,
        access: Mapping[str, Any] = _NOTHING,
    ) -> None:
        """Take the base URL; a user and password in it are sent as basic authentication.

        access: the result of `registry_access`.
        """
        address = httpx.URL(url)
        if address.userinfo:
            access = {**access, "auth": (address.username, address.password)}
        self._client = httpx.AsyncClient(
            # httpx logs the address of each request, with any password in it.
            base_url=address.copy_with(userinfo=b""),
            **access,
            timeout=httpx.Timeout(5, pool=None),
            limits=httpx.Limits(max_connections=8),
        )
        self._attempts = attempts
        self._first_wait = first_wait_seconds
        self._texts: dict[int, str] = {}

    async def text(self, schema_id: int) -> str | None:
        """Return the JSON text of a schema, or None if the registry does not know the id.

        The text also defines the types of other subjects that it refers to. Raises
        UnresolvedReferenceError, and RegistryError if no attempt brought a registry's answer.
        """
        if schema_id not in self._texts:
            found = await self._ask(f"schemas/ids/{schema_id}")
            if found is None:
                return None
            self._texts[schema_id] = await whole(found, self._referenced)
        return self._texts[schema_id]

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _referenced(self, reference: Reference) -> Registered | None:
        subject = quote(reference.subject, safe="")
        # Includes deleted versions: messages written with them are still in the log.
        return await self._ask(f"subjects/{subject}/versions/{reference.version}?deleted=true")

    async def _ask(self, path: str) -> Registered | None:
        attempts = AsyncRetrying(
            retry=retry_if_exception_type((httpx.TransportError, _BusyError)),
            stop=stop_after_attempt(self._attempts),
            wait=wait_random_exponential(self._first_wait, max=5),
            reraise=True,
        )
        try:
            return await attempts(self._get, path)
        except (httpx.TransportError, _BusyError) as error:
            what = f"does not answer ({type(error).__name__}: {error})"
            untrusted = "CERTIFICATE_VERIFY_FAILED" in str(error)
            raise self._error(path, what, "CA_FILE" if untrusted else "URL") from error

    async def _get(self, path: str) -> Registered | None:
        response = await self._client.get(path)
        if response.status_code in _RETRIED:
            raise _BusyError(f"status {response.status_code}")
        try:
            answer = response.json()
            if response.status_code == 404 and answer["error_code"] in _NOT_FOUND:
                return None
            response.raise_for_status()
            return _registered(answer)
        # A 404 from a server that is no registry must not turn good records into dead letters.
        except (ValueError, KeyError, TypeError, AttributeError, httpx.HTTPStatusError) as error:
            what = f"answered with status {response.status_code} and no schema"
            refused = response.status_code in (401, 403)
            raise self._error(path, what, _SIGN_IN if refused else "URL") from error

    def _error(self, path: str, what: str, setting: str) -> RegistryError:
        return RegistryError(
            f"the schema registry at {self._client.base_url.host} {what} to GET /{path}; "
            f"check GRIDFEED_SCHEMA_REGISTRY_{setting}"
        )


def _registered(answer: Any) -> Registered:
    references = answer.get("references") or ()
    return Registered(
        str(answer["schema"]),
        tuple(Reference(str(each["subject"]), int(each["version"])) for each in references),
    )


#: The settings with which Gridfeed signs in.
_SIGN_IN = "USERNAME and _PASSWORD, or _TOKEN"


def registry_access(settings: Settings) -> dict[str, Any]:
    """Return httpx's options to sign in to the registry and to trust its CA.

    Raises BadSettingsError if the CA's file cannot be used.
    """
    user, password = settings.schema_registry_username, settings.schema_registry_password
    token, ca_file = settings.schema_registry_token, settings.schema_registry_ca_file
    access: dict[str, Any] = {}
    if user is not None and password is not None:
        access["auth"] = (user, password.get_secret_value())
    if token is not None:
        access["headers"] = {"Authorization": f"Bearer {token.get_secret_value()}"}
    if ca_file is not None:
        access["verify"] = trusting(ca_file, "GRIDFEED_SCHEMA_REGISTRY_CA_FILE")
    return access
