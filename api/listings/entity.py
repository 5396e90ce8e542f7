"""Companies of the electricity market (CDS-WG3-01 10.1.4)."""

from api.web.schema import members

ENTITY = members(
    "Entity",
    {
        "id": ("string", "unique and stable"),
        "types": ("string[]", "its roles: generator, distributor, ..."),
        "entity_number": ("string", "global identifier"),
        "entity_name": ("string", "full name"),
        "entity_abbreviation": ("string?", "usual abbreviation; null if there is none"),
    },
)
