"""The change feed from a position on."""

from api.query.database import Session
from api.shapes import Change


async def after(session: Session, position: tuple[int, int], limit: int) -> list[Change]:
    """Return at most `limit` changes behind (xid, seq), in feed order."""
    return [Change(**row) for row in await session.fetch("changes", *position, limit)]
