"""The page at `/`, for a person who opens the address in a browser; pure."""

from html import escape

from api.discovery.value_types_page import STYLE

PATH = "/"
#: Where to go on, what it is called, and what is there. /docs shows the paths below it.
LINKS = (
    ("/docs", "Documentation", "every path; try them with a token"),
    ("/openapi.json", "OpenAPI", "the same paths, for programs"),
    ("/asyncapi.json", "AsyncAPI", "topics, streams and webhooks, for programs"),
    ("/docs/value-types", "Value types", "the value types that only this server has"),
    ("/.well-known/cds-server-metadata.json", "Server metadata", "the publisher (CDS-WG1-01)"),
    ("/readyz", "Status", "whether the API can answer, and if not, why"),
)


def page(name: str, version: str) -> str:
    """Return the whole page. name: who publishes; version: of the program."""
    # Without the slash: behind a proxy the API may stand below a path.
    links = "".join(
        f'<li><a href=".{escape(path)}">{escape(title)}</a>: {escape(what)}</li>'
        for path, title, what in LINKS
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(name)}</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(name)}</h1>"
        "<p>Production data of power plants, in the shapes of the Connected Data Specifications"
        f" (CDS-WG3-01). Gridfeed {escape(version)}.</p><ul>{links}</ul>"
        "<p>Data needs a token: <code>gridfeed clients create NAME</code> makes one; send it as"
        " <code>Authorization: Bearer TOKEN</code>.</p></body></html>"
    )
