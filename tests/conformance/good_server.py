"""A server of CDS-WG3-01 in memory, to which mutations can be applied."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx

from tests.conformance.good_data import BASE, Item, objects
from tests.conformance.good_metadata import PATHS, metadata

PAGE = 100
HIDDEN = {
    "accounts": ("customer_number", "account_number", "account_entity", "account_name",
                 "account_address", "account_types", "account_status", "account_contacts"),
    "service_contracts": ("contract_number", "contract_entity", "contract_address",
                          "contract_start", "contract_end"),
    "service_points": ("premises", "servicepoint_address", "latitude", "longitude"),
    "meter_devices": ("meter_number", "meter_apps"),
}  # fmt: skip
#: Parameter to what of an object it is compared with: a field, or a field of related objects.
FIELDS = {
    "accounts": {"cds_account_ids": "cds_account_id", "account_numbers": "account_number",
                 "account_statuses": "account_status"},
    "service_contracts": {"cds_servicecontract_ids": "cds_servicecontract_id",
                          "contract_numbers": "contract_number",
                          "contract_statuses": "contract_status",
                          "contract_types": "contract_types", "service_types": "service_types"},
    "service_points": {"cds_servicepoint_ids": "cds_servicepoint_id",
                       "servicepoint_numbers": "servicepoint_number",
                       "current_servicecontracts": "current_servicecontracts"},
    "meter_devices": {"cds_meterdevice_ids": "cds_meterdevice_id", "meter_number": "meter_number",
                      "current_servicepoints": "current_servicepoints"},
    "usage_segments": {"cds_usagesegment_ids": "cds_usagesegment_id",
                       "cds_meterdevice_ids": "related_meterdevices",
                       "cds_account_ids": "related_accounts",
                       "cds_servicecontract_ids": "related_servicecontracts",
                       "cds_servicepoint_ids": "related_servicepoints",
                       "cds_productionproject_ids": "related_productionprojects",
                       "production_formats": "gridfeed_production_format"},
    "eacs": {"cds_eac_ids": "cds_eac_id", "eac_numbers": "eac_numbers",
             "beneficiaries": "beneficiaries"},
    "production_projects": {"cds_productionproject_ids": "cds_productionproject_id",
                            "meter_numbers": "meter_number",
                            "available_formats": "available_formats"},
}  # fmt: skip
#: Numbers of related objects, as ids.
NUMBERS = {"meter_numbers": "related_meterdevices", "contract_numbers": "related_servicecontracts",
           "servicepoint_numbers": "related_servicepoints"}  # fmt: skip
BOUNDS = {"usage_segments": ("segment_start", "segment_end"),
          "eacs": ("period_start", "period_end"),
          "production_projects": ("contract_start_date", "contract_end_date")}  # fmt: skip

Mutation = Callable[["GoodServer"], None]


class GoodServer(httpx.BaseTransport):
    """Answers as the specification says. A mutation may change any attribute or method."""

    def __init__(self) -> None:
        self.objects, self.metadata = objects(), metadata()
        self.calls = 0
        #: Changes an answer before it is sent: (listing or path, who, body or None, response).
        self.before_sending: list[Callable[[str, str, httpx.Response], httpx.Response]] = []
        self.tokens = {
            "t-all": "all", "t-minimal": "minimal", "t-one": "one_meter", "t-other": "other",
            "t-empty": "empty", "t-accounts": "accounts",
        }  # fmt: skip

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        path = request.url.path.strip("/")
        who = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "), "")
        response = self.answer(path, who, dict(parse_qsl(request.url.query.decode())))
        for change in self.before_sending:
            response = change(path, who, response)
        return response

    def answer(self, path: str, who: str, query: dict[str, str]) -> httpx.Response:
        if path in {".well-known/cds-server-metadata.json", "oauth-metadata"}:
            return json_of(self.metadata)
        if not who:
            return httpx.Response(401, headers={"WWW-Authenticate": "Bearer"})
        if path not in PATHS:
            return httpx.Response(200 if path.startswith("certificates") else 404)
        if who == "accounts" and path != "accounts":
            return httpx.Response(403)
        return json_of(self.page(path, who, query))

    def page(self, name: str, who: str, query: dict[str, str]) -> Item:
        found = [each for each in self.visible(name, who) if self.matches(name, each, query, who)]
        at = int(query.get("at", 0))
        shown = found[at : at + PAGE]
        return {
            name: [self.shown(name, each, who) for each in shown],
            "next": self.link(name, query, at + PAGE) if len(found) > at + PAGE else None,
            "previous": self.link(name, query, at - PAGE) if at else None,
        }

    def visible(self, name: str, who: str) -> list[Item]:
        if who in {"empty", "other"}:
            return []
        every = self.objects[name]
        if who == "one_meter":
            own = {"meter_devices": lambda e: e["cds_meterdevice_id"] == "M1",
                   "usage_segments": lambda e: e["related_meterdevices"] == ["M1"]}  # fmt: skip
            return list(filter(own.get(name, lambda _: True), every))
        return every

    def shown(self, name: str, each: Item, who: str) -> Item:
        if who == "minimal":
            return {key: each[key] for key in each if key not in HIDDEN.get(name, ())}
        if who == "one_meter" and name == "production_projects":
            return each | {"meter_number": [n for n in each["meter_number"] if n == "NM1"]}
        return each

    def matches(self, name: str, each: Item, query: dict[str, str], who: str) -> bool:
        for parameter, text in query.items():
            words = set(text.split())
            if parameter in FIELDS[name]:
                seen = each.get(FIELDS[name][parameter])
                if not words & set(seen if isinstance(seen, list) else [seen]):
                    return False
            elif name == "usage_segments" and parameter in NUMBERS:
                if not {word[1:] for word in words} & set(each[NUMBERS[parameter]]):
                    return False
            elif name == "usage_segments" and parameter == "account_numbers":
                numbers = {
                    e["cds_account_id"]: e["account_number"] for e in self.objects["accounts"]
                }
                if not words & {numbers[a] for a in each["related_accounts"]}:
                    return False
        return self.within(name, each, query) and self.named(each, query.get("q"), who)

    def within(self, name: str, each: Item, query: dict[str, str]) -> bool:
        start, end = (each.get(key) for key in BOUNDS.get(name, ("", "")))
        before, after = query.get("before"), query.get("after")
        fits_start = before is None or start is None or _at(start) <= _at(before)
        return fits_start and (after is None or end is None or _at(end) >= _at(after))

    def named(self, each: Item, part: str | None, who: str) -> bool:
        if part is None:
            return True
        name = each.get("account_name", "") if who != "minimal" else ""
        return part.lower() in name.lower()

    def link(self, name: str, query: dict[str, str], at: int) -> str:
        return f"{BASE}/{name}?{urlencode(query | {'at': str(at)})}"


def json_of(body: Any) -> httpx.Response:
    return httpx.Response(
        200, content=json.dumps(body), headers={"Content-Type": "application/json"}
    )


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
