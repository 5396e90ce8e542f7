"""The tables of GET /cds/v1/usage-segments: the whole selection as CSV, Arrow or Parquet."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import AsyncExitStack, aclosing
from hashlib import blake2b

from fastapi import Request, Response

import gridfeed
from api.reading.session import Grant
from api.segments.interval_length import refuse_unfit
from api.segments.parameters import SegmentParameters
from api.segments.tables.encoders import ENCODERS, SUFFIX, Encoder
from api.segments.tables.rows import record_batch
from api.segments.tables.selection import Selection
from api.web.access.admission import visit_of
from api.web.access.auth import database_of
from api.web.access.bearer import Answer, Bearer
from api.web.access.connections import Connections
from api.web.problems import ProblemError
from api.web.services import service
from api.web.transport.front import WITHOUT_BODY
from api.web.transport.room import Room
from api.web.transport.spool import spooled
from api.web.transport.streamed import Slots, StreamedResponse, WithdrawnError, in_pieces
from api.web.transport.validators import cache_control, matches
from gridfeed.clock import now
from gridfeed.domain.words import ReadingValidity
from gridfeed.settings import Settings

VARY = "Authorization, Accept"
NAME = "usage-segments"


async def table_response(
    request: Request, grant: Grant, asked: SegmentParameters, media_type: str
) -> Response:
    """Answer all segments that the filters choose, as of one instant.

    The first piece is made before the answer begins, so that an error can still become a problem
    document.
    """
    slots = service(request, Slots)
    visit = visit_of(request)
    visit.held.enter_context(slots.under_way(grant.client_id))
    async with AsyncExitStack() as held:
        await held.enter_async_context(slots.making(grant.client_id))
        session = await held.enter_async_context(database_of(request).granted(grant, asked.as_of))
        asked.refuse_future(session)
        filters = asked.filters()
        await refuse_unfit(asked, session, filters)
        await held.enter_async_context(session.one_snapshot())
        selection = await Selection.of(session, filters)
        await _refuse_too_large(asked, selection, service(request, Settings).table_values)
        tag = _entity_tag(request, grant, media_type, await selection.state())
        headers = {
            "ETag": tag,
            "Cache-Control": cache_control(request.scope["query_string"], now()),
            "Vary": VARY,
        }
        has = request.headers.get("if-none-match")
        if has and matches(has, tag):
            return Response(None, 304, headers | {"Vary": f"{VARY}, Accept-Encoding"})
        headers["Content-Disposition"] = f'attachment; filename="{NAME}.{SUFFIX[media_type]}"'
        if WITHOUT_BODY in request.scope:
            return StreamedResponse(_nothing(), headers, media_type)
        part = visit.held.enter_context(service(request, Room).part(grant.client_id))
        bearer = Bearer.of(grant, request.headers.get("authorization"))
        table = visit.held.enter_context(service(request, Connections).table(bearer))
        validities = filters.reading_validities or tuple(ReadingValidity)
        pieces = _pieces(selection, validities, ENCODERS[media_type]())
        first = await anext(pieces)
        until_made = held.pop_all()
        # If the client leaves before the answer begins, nothing else releases these resources.
        visit.held.push_async_callback(until_made.aclose)
        ahead = spooled(pieces, until_made, part)
        return StreamedResponse(_rest(first, ahead, table), headers, media_type)


async def _refuse_too_large(asked: SegmentParameters, selection: Selection, most: int) -> None:
    values = await selection.most_values(most)
    if values > most:
        detail = (
            f"The segments have up to {values:,} stored values, but a table has at most {most:,}"
            " (GRIDFEED_TABLE_VALUES). Ask for parts with after and before, meter_numbers,"
            " cds_productionproject_ids or production_formats."
        )
        raise ProblemError(400, detail, parameter="before", example=asked.example("before"))


def _entity_tag(request: Request, grant: Grant, media_type: str, state: str) -> str:
    """Return a tag of everything that determines the rows, since the rows are not read yet."""
    what = (gridfeed.__version__, grant, request.scope["query_string"], media_type, state)
    return f'W/"{blake2b(repr(what).encode(), digest_size=16).hexdigest()}"'


async def _nothing() -> AsyncGenerator[bytes, None]:
    yield b""  # forces an answer in pieces: a single message would be cached as the whole table


async def _pieces(
    selection: Selection, validities: Collection[ReadingValidity], encoder: Encoder
) -> AsyncGenerator[bytes, None]:
    async with aclosing(selection.pages()) as pages:
        async for segments in pages:
            # In a thread, so that other requests go on: a page takes tens of milliseconds.
            data = await asyncio.to_thread(
                lambda page: encoder.add(record_batch(page, validities)), segments
            )
            async for piece in in_pieces(data):
                yield piece
    async for piece in in_pieces(await asyncio.to_thread(encoder.finish)):
        yield piece


async def _rest(
    first: bytes, ahead: AsyncGenerator[bytes, None], table: Answer
) -> AsyncGenerator[bytes, None]:
    async with aclosing(ahead) as rest:
        yield first
        async for piece in rest:
            if table.goodbye:
                raise WithdrawnError(table.goodbye.detail)
            yield piece
