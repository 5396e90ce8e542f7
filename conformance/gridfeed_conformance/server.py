"""The server under test as the checks see it: tokens, addresses, answers."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from gridfeed_conformance.exchange import Answer, NoJsonError
from gridfeed_conformance.listings import LISTINGS, Listing

Objects = list[dict[str, Any]]

#: Where the documents stand that say what a server offers (CDS-WG1-01 3.1, RFC 8414).
METADATA_PATHS = (
    "/.well-known/cds-server-metadata.json",
    "/.well-known/oauth-authorization-server",
)
SECONDS = 60.0


@dataclass(frozen=True)
class Tokens:
    """Access tokens by what they open; only `all` is needed.

    minimal: the same scopes without optional fields. one_meter: limited to one meter. other:
    another owner's data. empty: a grant without objects. accounts: only the accounts scope.
    ended: its grant was revoked or expired.
    """

    all: str
    minimal: str | None = None
    one_meter: str | None = None
    other: str | None = None
    empty: str | None = None
    accounts: str | None = None
    ended: str | None = None


@dataclass
class Server:
    """Asks a server and remembers its answers, so that a check may ask again for nothing.

    most_pages: of a listing that are read. prefixes: of the words that the server's documentation
    adds to the specification's enumerations. metadata: what its `documents` say, merged. asked: the
    answers that were looked at, each once; whoever wants to know of whom clears it first.
    """

    base_url: str
    tokens: Tokens
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=SECONDS))
    most_pages: int = 5
    prefixes: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    documents: tuple[Answer, ...] = ()
    asked: list[Answer] = field(default_factory=list)
    _known: dict[tuple[str, str | None], Answer] = field(default_factory=dict)

    def discover(self) -> None:
        """Read the metadata documents that there are."""
        for path in METADATA_PATHS:
            self._merge(self.get(self.base_url.rstrip("/") + path, None))
        linked = self.metadata.get("oauth_metadata")
        if isinstance(linked, str):
            self._merge(self.get(linked, None))
        self.documents = tuple(self.asked)

    def token(self, who: str) -> str | None:
        """Return the token of that name."""
        token: str | None = getattr(self.tokens, who)
        return token

    def url(self, listing: Listing) -> str:
        """Return where a listing is: as announced, else at its usual path."""
        announced = self.metadata.get(listing.metadata_key)
        if isinstance(announced, str):
            return announced
        return f"{self.base_url.rstrip('/')}/cds/v1/{listing.usual_path}"

    def offered(self) -> list[Listing]:
        """Return the listings that are announced; without metadata those that do not answer 404."""
        if any(listing.metadata_key in self.metadata for listing in LISTINGS):
            return [each for each in LISTINGS if each.metadata_key in self.metadata]
        return [each for each in LISTINGS if self.get(self.url(each)).status != 404]

    def get(self, url: str, who: str | None = "all", **parameters: str) -> Answer:
        """Return the answer to a GET, from memory if it was asked before."""
        asked = str(httpx.URL(url).copy_merge_params(parameters)) if parameters else url
        if (asked, who) not in self._known:
            self._known[asked, who] = self.ask(asked, who)
        return self._looked_at(self._known[asked, who])

    def forget(self) -> None:
        """Ask again for whatever is asked for from now on."""
        self._known.clear()

    def ask(self, url: str, who: str | None, *, token: str | None = None) -> Answer:
        """Return the answer to a GET that is really sent; `token` instead of the named one."""
        sent = token or (self.token(who) if who else None)
        headers = {"Authorization": f"Bearer {sent}"} if sent else {}
        response = self.http.get(url, headers=headers)
        answer = Answer(url, who, response.status_code, response.headers, response.text)
        return self._looked_at(answer)

    def pages(self, listing: Listing, who: str = "all", **parameters: str) -> Iterator[Answer]:
        """Yield the pages of a listing, at most `most_pages`."""
        answer = self.get(self.url(listing), who, **parameters)
        for _ in range(self.most_pages):
            yield answer
            following = answer.body.get("next") if answer.is_success else None
            if not isinstance(following, str):
                return
            answer = self.get(following, who)

    def objects(self, listing: Listing, who: str = "all", **parameters: str) -> Objects:
        """Return the objects of a listing, of at most `most_pages` pages."""
        return [
            each
            for page in self.pages(listing, who, **parameters)
            for each in page.body.get(listing.name, [])
        ]

    def is_whole(self, listing: Listing, who: str = "all", **parameters: str) -> bool:
        """Tell whether `objects` returns all there are."""
        last = list(self.pages(listing, who, **parameters))[-1]
        return last.body.get("next") is None

    def knows(self, word: object, listed: Collection[str]) -> bool:
        """Tell whether a word is listed, or a documented extension (section 11.7)."""
        extension = isinstance(word, str) and bool(self.prefixes) and word.startswith(self.prefixes)
        return word in listed or extension

    @property
    def is_on_loopback(self) -> bool:
        """Tell whether the server runs on this machine, where nobody asks for encryption."""
        return urlsplit(self.base_url).hostname in {"localhost", "127.0.0.1", "::1"}

    def _looked_at(self, answer: Answer) -> Answer:
        if not any(each is answer for each in self.asked):
            self.asked.append(answer)
        return answer

    def _merge(self, answer: Answer) -> None:
        if not answer.is_success:
            return
        try:
            found: Mapping[str, Any] = answer.body
        except NoJsonError:
            return
        self.metadata |= found
