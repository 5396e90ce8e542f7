"""/v1/webhooks: what a client may do with its own subscriptions, and that others' do not exist."""

import asyncio

import asyncpg
import pytest

from api.webhooks.own import MOST
from tests.api.application import Application, settings_for
from tests.api.builders import Store
from tests.api.discovery.documented import SCHEMAS, component
from tests.api.webhooks.requests import (
    PUBLIC,
    STRANGE,
    WEBHOOKS,
    done,
    refused,
    send,
)


async def test_the_secret_is_shown_once_and_never_again(hooked: Application) -> None:
    made = done(await send(hooked, "POST", body={"url": PUBLIC}), 201)
    secret, path = made.pop("secret"), f"/{made['webhook_id']}"
    for method, where, body in (
        ("GET", "", None), ("GET", path, None), ("PATCH", path, {"include_values": True}),
        ("GET", f"{path}/deliveries", None),
    ):  # fmt: skip
        assert secret not in done(await send(hooked, method, where, body)).__repr__()
    assert done(await send(hooked, "GET", path)) == made | {
        "include_values": True,
        "modified_at": done(await send(hooked, "GET", path))["modified_at"],
    }


@pytest.mark.parametrize("named", ["x", "q"], ids=["not there", "not granted"])
async def test_a_project_that_nothing_would_come_of_is_refused(
    feed: Store, hooked: Application, named: str
) -> None:
    await feed.client("of p", projects=["p"])
    chosen = {"cds_productionproject_ids": ["p", named]}
    mine = done(await send(hooked, "POST", "", {"url": PUBLIC}, "of p"), 201)["webhook_id"]
    for method, path, body in (("POST", "", {"url": PUBLIC}), ("PATCH", f"/{mine}", {})):
        problem = refused(await send(hooked, method, path, body | chosen, "of p"), 404)
        assert problem["detail"] == f"There is no project {named}, or the token may not see it."
    assert len(done(await send(hooked, "GET", token="of p"))["webhooks"]) == 1


async def test_another_client_s_subscription_does_not_exist(
    feed: Store, hooked: Application
) -> None:
    webhook_id = done(await send(hooked, "POST", body={"url": PUBLIC}), 201)["webhook_id"]
    assert done(await send(hooked, "GET", token="other")) == {"webhooks": []}
    for method, path, body in (
        ("GET", "", None), ("PATCH", "", {"url": PUBLIC}), ("DELETE", "", None),
        ("POST", "/rotate", {}), ("POST", "/test", None), ("GET", "/deliveries", None),
        ("POST", "/replay", {"after": "0"}),
    ):  # fmt: skip
        theirs = refused(await send(hooked, method, f"/{webhook_id}{path}", body, "other"), 404)
        nobodys = refused(await send(hooked, method, f"/{STRANGE}{path}", body, "other"), 404)
        assert theirs == nobodys
    kept = done(await send(hooked, "GET", f"/{webhook_id}"))
    assert (kept["url"], kept["former_secret_until"]) == (PUBLIC, None)
    assert done(await send(hooked, "GET", f"/{webhook_id}/deliveries"))["deliveries"] == []


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", ""), ("DELETE", f"/{STRANGE}")])
async def test_without_a_token_there_is_nothing(
    hooked: Application, method: str, path: str
) -> None:
    answer = await send(hooked, method, path, token=None)
    refused(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("body", "parameter", "word"),
    [
        ({}, "url", "required"),
        ({"url": 7}, "url", "string"),
        ({"url": "ftp://example.com"}, "url", "https"),
        ({"url": "https://u:p@example.com/"}, "url", "password"),
        ({"url": "https://nowhere.invalid/"}, "url", "no public address"),
        ({"url": PUBLIC, "kinds": ["GUESSED"]}, "kinds.0", "CREATED"),
        ({"url": PUBLIC, "production_formats": []}, "production_formats", "at least 1"),
        ({"url": PUBLIC, "meter_numbers": ["a b"]}, "meter_numbers.0", "pattern"),
        ({"url": PUBLIC, "meter_numbers": ["m\0"]}, "meter_numbers.0", "pattern"),
        ({"url": PUBLIC, "cds_productionproject_ids": "p"}, "cds_productionproject_ids", "array"),
        ({"url": PUBLIC, "include_values": "yes"}, "include_values", 'true or false; seen: "yes"'),
        ({"url": PUBLIC, "coalesce": None}, "coalesce", "seen: null"),
        ({"url": PUBLIC, "after": "yesterday"}, "after", "change_id"),
        ({"url": PUBLIC, "color": "red"}, "color", "accepted keys: url (required), cds_"),
    ],
)
async def test_a_body_that_is_wrong_is_refused_by_the_name_of_the_member(
    hooked: Application, body: object, parameter: str, word: str
) -> None:
    assert refused(await send(hooked, "POST", body=body), 400, word)["parameter"] == parameter
    assert done(await send(hooked, "GET")) == {"webhooks": []}


@pytest.mark.parametrize(("text", "code"), [(b"{", 400), (b"[]", 400), (b"{}" + b" " * 70000, 413)])
async def test_what_is_no_json_object_or_is_too_long_is_refused(
    hooked: Application, text: bytes, code: int
) -> None:
    headers = {"Authorization": "Bearer all"}
    word = "accepted keys: url (required)" if code == 400 else "longer than"
    refused(await hooked._client.post(WEBHOOKS, content=text, headers=headers), code, word)


async def test_an_address_that_is_not_public_is_refused_unless_it_is_allowed(
    feed: Store, database_url: str
) -> None:
    async with Application(settings_for(database_url)) as strict:
        await strict.wait_until_ready()
        for url in ("https://127.0.0.1/", "https://localhost/", "https://[::1]/"):
            problem = refused(
                await send(strict, "POST", body={"url": url}), 400, "no public address"
            )
            assert problem["parameter"] == "url"
        problem = refused(await send(strict, "POST", body={"url": "http://93.184.216.34/"}), 400)
        assert "GRIDFEED_WEBHOOK_ALLOW_HTTP" in problem["detail"]
        made = done(await send(strict, "POST", body={"url": PUBLIC}), 201)
        answer = await send(strict, "PATCH", f"/{made['webhook_id']}", {"url": "https://10.0.0.1/"})
        refused(answer, 400, "no public address")


async def test_a_patch_changes_what_it_names_and_null_takes_a_filter_away(
    hooked: Application,
) -> None:
    body = {"url": PUBLIC, "meter_numbers": ["m", "m"], "kinds": ["CORRECTED"]}
    made = done(await send(hooked, "POST", body=body), 201)
    assert made["meter_numbers"] == ["m"]
    path = f"/{made['webhook_id']}"
    changed = done(
        await send(hooked, "PATCH", path, {"kinds": None, "production_formats": ["scada"]})
    )
    assert (changed["kinds"], changed["production_formats"]) == (None, ["scada"])
    assert (changed["meter_numbers"], changed["url"]) == (["m"], PUBLIC)
    paused = done(await send(hooked, "PATCH", path, {"state": "paused"}))
    assert paused["state"] == "paused"
    assert done(await send(hooked, "PATCH", path, {"state": "active"}))["state"] == "active"
    refused(await send(hooked, "PATCH", path, {"state": "ended"}), 400, "active")


async def test_what_is_deleted_is_gone(hooked: Application) -> None:
    path = f"/{done(await send(hooked, 'POST', body={'url': PUBLIC}), 201)['webhook_id']}"
    assert (await send(hooked, "DELETE", path)).status_code == 204
    refused(await send(hooked, "GET", path), 404)
    refused(await send(hooked, "DELETE", path), 404)


async def test_a_client_has_a_bounded_number_also_when_it_asks_all_at_once(
    hooked: Application,
) -> None:
    async def many() -> list[int]:
        headers = {"Authorization": "Bearer all"}
        posts = (
            hooked._client.post(WEBHOOKS, json={"url": PUBLIC}, headers=headers, timeout=30)
            for _ in range(MOST + 5)
        )
        return [answer.status_code for answer in await asyncio.gather(*posts)]

    codes = await many()
    assert (codes.count(201), codes.count(409)) == (MOST, 5)
    assert (await send(hooked, "POST", body={"url": PUBLIC}, token="other")).status_code == 201


async def test_the_role_that_writes_webhooks_can_do_nothing_else(database_url: str) -> None:
    async def try_all() -> None:
        connection = await asyncpg.connect(
            database_url, server_settings={"role": "gridfeed_pusher"}
        )
        for statement in (
            "SELECT token_sha256 FROM client", "SELECT FROM interval_value", "SELECT FROM change",
            "SELECT FROM granted.feed", "DELETE FROM client", "UPDATE project SET name = ''",
            "CREATE TABLE t ()", "SELECT granted.authenticate('')",
        ):  # fmt: skip
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        await connection.close()
        reader = await asyncpg.connect(database_url, server_settings={"role": "gridfeed_reader"})
        for table in ("webhook", "webhook_secret", "webhook_attempt"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.execute(f"SELECT FROM {table}")
        await reader.close()

    await try_all()


async def test_every_operation_is_documented_with_body_answer_and_problems(
    hooked: Application,
) -> None:
    paths = (await hooked.get("/openapi.json", token=None)).json()["paths"]
    operations = {
        (method, path): operation
        for path, methods in paths.items()
        if path.startswith(WEBHOOKS)
        for method, operation in methods.items()
    }
    assert len(operations) == 9
    for (method, path), operation in operations.items():
        assert operation["security"] == [{"bearer": []}]
        assert {"400", "401", "503"} <= operation["responses"].keys()
        names_something = "{webhook_id}" in path or method == "post"
        assert ("404" in operation["responses"]) == names_something
        if method in ("post", "patch") and not path.endswith("test"):
            content = operation["requestBody"]["content"]["application/json"]
            assert SCHEMAS[component(content["schema"])]["additionalProperties"] is False
        if method != "delete":
            code = "201" if operation["responses"].get("201") else "200"
            answer = operation["responses"][code]["content"]["application/json"]
            required = SCHEMAS[component(answer["schema"])]["required"]
            assert answer["example"].keys() == set(required)
