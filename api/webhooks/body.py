"""What a client writes about a subscription; read strictly, every fault is said."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError
from pydantic.json_schema import SkipJsonSchema

from api.web.json_faults import fault_in
from api.web.problems import ProblemError
from api.webhooks.address import LONGEST_URL
from api.webhooks.own import Chosen
from api.webhooks.shapes import Filters, Subscription
from gridfeed.domain.words import ChangeKind, ProductionFormat

MOST_BYTES = 64 * 1024
MOST_WORDS = 1000
DAY = 86_400

Word = Annotated[str, Field(pattern=r"^[^\s\x00]+$", max_length=200)]
Words = Annotated[list[Word], Field(min_length=1, max_length=MOST_WORDS)]
Formats = Annotated[list[ProductionFormat], Field(min_length=1, max_length=MOST_WORDS)]
Kinds = Annotated[list[ChangeKind], Field(min_length=1, max_length=MOST_WORDS)]
Url = Annotated[str, Field(max_length=LONGEST_URL)]
B = TypeVar("B", bound="Body")

_KEPT_AS = {
    "cds_productionproject_ids": "projects",
    "meter_numbers": "meter_numbers",
    "production_formats": "production_formats",
    "kinds": "kinds",
}
_PROJECTS = "cds_productionproject_id of projects whose changes to send; null: all visible ones"
_METERS = "numbers of meters whose changes to send; null: all visible ones"
_FORMATS = "production formats whose changes to send; null: all visible ones"
_KINDS = "kinds of change to send; null: all"
_VALUES = "whether changes carry the new values, as they do in /v1/stream?include=values"
_COALESCE = (
    "whether a slow receiver gets one change for several updates of an open interval (`coalesced`"
    " counts them); creations, corrections and finalisations are never combined"
)
_AFTER = "send the changes after this change_id; 0: from the oldest kept; omitted: only new changes"


class Body(BaseModel):
    """A JSON object that has no other members than these."""

    model_config = ConfigDict(extra="forbid")


class NewWebhook(Body):
    """POST /v1/webhooks."""

    url: Url = Field(description="https URL to post to", examples=["https://example.com/hook"])
    cds_productionproject_ids: Words | None = Field(None, description=_PROJECTS)
    meter_numbers: Words | None = Field(None, description=_METERS)
    production_formats: Formats | None = Field(None, description=_FORMATS)
    kinds: Kinds | None = Field(None, description=_KINDS)
    include_values: StrictBool = Field(default=False, description=_VALUES)
    coalesce: StrictBool = Field(default=False, description=_COALESCE)
    after: Word | SkipJsonSchema[None] = Field(None, description=_AFTER)

    def chosen(self) -> Chosen:
        """Return what the subscription is to be."""
        filters = {kept: _words(getattr(self, name)) for name, kept in _KEPT_AS.items()}
        return Chosen(self.url, Filters(**filters), self.include_values, self.coalesce)


class ChangedWebhook(Body):
    """PATCH /v1/webhooks/{webhook_id}: omitted members stay as they are."""

    url: Url | SkipJsonSchema[None] = Field(None, description="new https URL to post to")
    cds_productionproject_ids: Words | None = Field(None, description=_PROJECTS)
    meter_numbers: Words | None = Field(None, description=_METERS)
    production_formats: Formats | None = Field(None, description=_FORMATS)
    kinds: Kinds | None = Field(None, description=_KINDS)
    include_values: StrictBool | SkipJsonSchema[None] = Field(None, description=_VALUES)
    coalesce: StrictBool | SkipJsonSchema[None] = Field(None, description=_COALESCE)
    state: Literal["active", "paused"] | SkipJsonSchema[None] = Field(
        None, description="paused: send nothing; active: continue at once from the cursor"
    )

    def over(self, now: Subscription) -> Chosen:
        """Return what a subscription is to be."""
        filters = {
            kept: _words(getattr(self, name))
            for name, kept in _KEPT_AS.items()
            if name in self.model_fields_set
        }
        return Chosen(
            self.url or now.url,
            replace(now.filters, **filters),
            now.include_values if self.include_values is None else self.include_values,
            now.coalesced if self.coalesce is None else self.coalesce,
        )


class Rotation(Body):
    """POST /v1/webhooks/{webhook_id}/rotate."""

    overlap_seconds: StrictInt = Field(
        DAY, ge=0, le=7 * DAY, description="how long the former secret also signs"
    )


class Replay(Body):
    """POST /v1/webhooks/{webhook_id}/replay."""

    after: Word = Field(
        description="send the changes after this change_id again; 0: from the oldest kept"
    )


async def read(request: Request, kind: type[B]) -> B:
    """Return the request's body; nothing sent is an empty object.

    Raises ProblemError 400 for one that does not parse, 413 for one that is too long.
    """
    text = bytearray()
    async for part in request.stream():
        text += part
        if len(text) > MOST_BYTES:
            raise ProblemError(413, f"The body is longer than {MOST_BYTES} bytes.")
    try:
        return kind.model_validate_json(bytes(text) or b"{}")
    except ValidationError as error:
        fault = fault_in(error.errors(include_url=False)[0], kind)
        if not fault.where:
            raise ProblemError(400, fault.text) from None
        raise ProblemError(400, fault.text, parameter=fault.where) from None


def _words(words: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if words is None else tuple(dict.fromkeys(str(word) for word in words))
