"""Validators of answers: the entity tag, the last modification, the time a client may keep it."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import blake2b
from urllib.parse import parse_qs

from api.reading.cursor import without_instant
from gridfeed.domain.calendar.instants import read_instant

_LINKS = b',"next":'
_CURSOR = re.compile(rb"(?<=[?&]cursor=)[\w-]+")
_OF_THE_MOMENT = re.compile(rb'"(?:cds_synced|t_published)":"[^"]*"')
_MODIFIED = re.compile(rb'"cds_modified":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)')
_TAGS = re.compile(r'(?:W/)?("[^"]*")')

#: An answer about an instant this long ago changes only with the present declarations, so a client
#: may keep it for this many seconds.
PAST, KEPT_SECONDS = timedelta(hours=1), 300
REVALIDATE = "private, no-cache"


def entity_tag(body: bytes) -> str:
    """Return a weak entity tag of an answer's text.

    It is weak, because it stands for the answer in every encoding, and because answers count as
    equal if they differ only in cds_synced, whose change is not a modification (CDS-WG3-01 10.x.1),
    in the t_published of changes, or in the instant at which the listing of their `next` began.
    """
    head, links, tail = body.rpartition(_LINKS)
    digest = blake2b(_OF_THE_MOMENT.sub(b"", head) + links, digest_size=16)
    digest.update(_CURSOR.sub(lambda match: without_instant(match[0].decode()).encode(), tail))
    return f'W/"{digest.hexdigest()}"'


def matches(if_none_match: str, tag: str) -> bool:
    """Return whether an If-None-Match names the tag, by weak comparison (RFC 9110 8.8.3.2)."""
    if if_none_match.strip() == "*":
        return True
    return tag.removeprefix("W/") in _TAGS.findall(if_none_match)


def last_modified(body: bytes) -> str | None:
    """Return the newest `cds_modified` of a listing's objects as an HTTP date; None if none has it.

    It does not change when an object leaves the answer, so it only informs; the entity tag
    validates.
    """
    newest = max(_MODIFIED.findall(body), default=None)
    if newest is None:
        return None
    at = datetime.fromisoformat(newest.decode()).replace(tzinfo=UTC)
    return format_datetime(at, usegmt=True)


def cache_control(query_string: bytes, now: datetime) -> str:
    """Return the Cache-Control of a 200: the time that the client may keep it without asking."""
    if b"as_of=" not in query_string:
        return REVALIDATE
    texts = parse_qs(query_string.decode("latin-1")).get("as_of", [])
    try:
        (as_of,) = (read_instant(text.strip()) for text in texts)
    except ValueError:
        return REVALIDATE
    return f"private, max-age={KEPT_SECONDS}" if as_of < now - PAST else REVALIDATE
