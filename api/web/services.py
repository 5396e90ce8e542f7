"""The services that an application's routes and middleware use: one service of each type."""

from typing import TypeVar

from fastapi import FastAPI
from starlette.requests import HTTPConnection

T = TypeVar("T")


def provide(app: FastAPI, *services: object) -> None:
    """Register services, so that routes and middleware find each one by its type."""
    app.state.services = {type(each): each for each in services}


def provided(app: FastAPI, kind: type[T]) -> T:
    """Return the application's service of a type."""
    found = app.state.services[kind]
    assert isinstance(found, kind)
    return found


def service(connection: HTTPConnection, kind: type[T]) -> T:
    """Return the service of a type for a request or a WebSocket."""
    return provided(connection.app, kind)
