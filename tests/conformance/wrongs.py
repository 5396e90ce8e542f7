"""Ways in which a good server can be made wrong."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from tests.conformance.good_data import Item, stamp
from tests.conformance.good_server import GoodServer, Mutation, json_of

Change = Callable[[Item], None]


def objects(listing: str, change: Change, *, only: int | None = None) -> Mutation:
    """Change every object of a listing, or one of them."""

    def mutate(server: GoodServer) -> None:
        for place, each in enumerate(server.objects[listing]):
            if only is None or only == place:
                change(each)

    return mutate


def put(**members: object) -> Change:
    return lambda each: each.update(members)


def drop(*names: str) -> Change:
    return lambda each: [each.pop(name, None) for name in names] and None


def metadata(change: Change) -> Mutation:
    return lambda server: change(server.metadata)


def scopes(change: Change) -> Mutation:
    def mutate(server: GoodServer) -> None:
        for scope in server.metadata["cds_scope_descriptions"].values():
            change(scope)

    return mutate


def fields(change: Callable[[list[Item]], None]) -> Mutation:
    return scopes(lambda scope: change(scope["authorization_details_fields_supported"]))


def answers(change: Callable[[str, str, httpx.Response], httpx.Response]) -> Mutation:
    return lambda server: server.before_sending.append(change)


def bodies(change: Callable[[str, str, Item], None]) -> Mutation:
    """Change the body of every successful listing."""

    def mutate(path: str, who: str, response: httpx.Response) -> httpx.Response:
        if response.status_code != 200 or not who or not response.content:
            return response
        body = json.loads(response.content)
        change(path, who, body)
        return json_of(body)

    return answers(mutate)


def formats(change: Change) -> Mutation:
    """Change every value format of every segment."""
    return objects("usage_segments", lambda each: in_copy(each, change))


def in_copy(segment: Item, change: Change) -> None:
    segment["formats"] = [dict(each) for each in segment["formats"]]
    for each in segment["formats"]:
        change(each)


def values(change: Callable[[list[Any]], list[Any]]) -> Mutation:
    """Change the value sets of every segment."""
    return objects("usage_segments", lambda each: each.update(values=change([*each["values"]])))


def ignoring(*names: str) -> Mutation:
    """Do not know these parameters."""

    def mutate(server: GoodServer) -> None:
        page = server.page
        server.page = lambda name, who, query: page(  # type: ignore[method-assign]
            name, who, {key: text for key, text in query.items() if key not in names}
        )

    return mutate


def reversed_listing(name: str) -> Mutation:
    return lambda server: server.objects[name].reverse()


def opened(who: str) -> Mutation:
    """Answer a token as the one that opens everything."""

    def mutate(server: GoodServer) -> None:
        server.tokens = {key: "all" if name == who else name for key, name in server.tokens.items()}

    return mutate


def twice_in_body(path: str, who: str, response: httpx.Response) -> httpx.Response:
    if response.status_code != 200:
        return response
    return httpx.Response(200, content=response.content.replace(b'"next"', b'"next": null, "next"'))


def answer_everybody(server: GoodServer) -> None:
    answer = server.answer
    server.answer = lambda path, who, query: answer(path, who or "all", query)  # type: ignore[method-assign]


def answer_unknown_tokens(server: GoodServer) -> None:
    class Everybody(dict[str, str]):
        def get(self, key: str, default: Any = None) -> Any:
            return super().get(key, "all" if key else default)

    server.tokens = Everybody(server.tokens)


def pages_of_fifty(server: GoodServer) -> None:
    page = server.page

    def cut(name: str, who: str, query: dict[str, str]) -> Item:
        body = page(name, who, query)
        return body | {name: body[name][:50]}

    server.page = cut  # type: ignore[method-assign]


def overlapping_pages(server: GoodServer) -> None:
    link = server.link
    server.link = lambda name, query, at: link(name, query, max(0, at - 1))  # type: ignore[method-assign]


def filter_on_first_page_only(server: GoodServer) -> None:
    page = server.page

    def forgetful(name: str, who: str, query: dict[str, str]) -> Item:
        return page(name, who, {"at": query["at"]} if "at" in query else query)

    server.page = forgetful  # type: ignore[method-assign]


def moving(name: str, content: str | None = None) -> Mutation:
    """Let a stamp (and a content with it) move at every call."""

    def mutate(server: GoodServer) -> None:
        def change(path: str, who: str, body: Item) -> None:
            for each in body.get("accounts", []):
                each[name] = stamp(100 if content else 10, server.calls)
                if content:
                    each[name] = stamp(100)
                    each[content] = f"Name {server.calls}"

        bodies(change)(server)

    return mutate


def ids_moving(server: GoodServer) -> None:
    def change(path: str, who: str, body: Item) -> None:
        for each in body.get("eacs", []):
            each["cds_eac_id"] += str(server.calls)

    bodies(change)(server)


def previous_of_itself(path: str, who: str, body: Item) -> None:
    if body.get("previous"):
        body["previous"] = body["previous"].replace("at=0", "at=100")


def next_without_token(server: GoodServer) -> None:
    answer = server.answer

    def careless(path: str, who: str, query: dict[str, str]) -> httpx.Response:
        return answer(path, who or ("all" if "at" in query else ""), query)

    server.answer = careless  # type: ignore[method-assign]


def names_searched_for_all(server: GoodServer) -> None:
    named = server.named
    server.named = lambda each, part, who: named(each, part, "all")  # type: ignore[method-assign]


def case_matters(server: GoodServer) -> None:
    server.named = (  # type: ignore[method-assign]
        lambda each, part, who: part is None or part in each.get("account_name", "")
    )


def exclusive(key: str) -> Mutation:
    """Let a bound leave out what it touches."""

    def mutate(server: GoodServer) -> None:
        within = server.within

        def strict(name: str, each: Item, query: dict[str, str]) -> bool:
            touched = query.get(key) in {each.get("segment_start"), each.get("segment_end"),
                                         each.get("contract_start_date"),
                                         each.get("contract_end_date")}  # fmt: skip
            return within(name, each, query) and not (query.get(key) and touched)

        server.within = strict  # type: ignore[method-assign]

    return mutate


def without_account_numbers(server: GoodServer) -> None:
    matches = server.matches
    server.matches = lambda name, each, query, who: (
        matches(  # type: ignore[method-assign]
            name, each, {k: t for k, t in query.items() if k != "contract_numbers"}, who
        )
        and not (name == "usage_segments" and "contract_numbers" in query)
    )


def union(server: GoodServer) -> None:
    """Take the union over parameters where the intersection is meant."""
    matches = server.matches
    server.matches = lambda name, each, query, who: (
        not query
        or any(  # type: ignore[method-assign]
            matches(name, each, {key: text}, who) for key, text in query.items()
        )
    )


def all_segments_for_one_meter(server: GoodServer) -> None:
    visible = server.visible
    server.visible = lambda name, who: visible(  # type: ignore[method-assign]
        name, "all" if name == "usage_segments" else who
    )


def other_order_of_equal_starts(server: GoodServer) -> None:
    segments = server.objects["usage_segments"]
    segments[0], segments[1] = segments[1], segments[0]


def undescribed_value_type(described: Item) -> None:
    described["cds_usagesegments_additional_value_types"]["good_forecast"].pop("name")


def bare(path: str, who: str, body: Item) -> None:
    body.pop("previous", None)
    body.pop("next", None)


def longer_month(segment: Item) -> None:
    if segment["interval"] > 900_000:
        segment["values"].append([None, None])
