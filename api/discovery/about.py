"""What both documents, OpenAPI and AsyncAPI, say of the program and of who runs it."""

from gridfeed.settings import Settings

#: The program's, not the data's.
LICENSE = {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"}


def contact(settings: Settings) -> dict[str, str]:
    """Return whom the settings name as publisher, and a page for questions if they name one."""
    page = settings.api_support or settings.api_website
    return {"name": settings.api_name} | ({"url": page} if page else {})
