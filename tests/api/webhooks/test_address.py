"""Where webhooks may lead: public addresses, judged after resolution, connected to as judged."""

import socket
import ssl
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from time import monotonic

import pytest

from api.webhooks.address import (
    NoPublicAddressError,
    RefusedTargetError,
    Resolve,
    Rule,
    SystemResolver,
    checked_url,
    is_public,
    target,
)
from api.webhooks.send import Message, Outcome, Sender
from gridfeed import clock
from tests.api.webhooks.receiver import Receiver

#: A certificate of hooks.example.com that signed itself, made for these tests.
TLS = Path(__file__).parent / "tls"
PRIVATE = (
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1",
    "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1",
    "100::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::1", "2001::1",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8", "2002:808:808::1")


def resolving(*addresses: str) -> Resolve:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return resolve


@pytest.mark.parametrize("address", PRIVATE)
async def test_an_address_that_is_not_public_is_refused_whatever_name_leads_to_it(
    address: str,
) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(RefusedTargetError, match="GRIDFEED_WEBHOOK_NETWORKS"):
        await target("https://example.com/", Rule(), resolving(address))


@pytest.mark.parametrize("address", PUBLIC)
async def test_a_public_address_is_accepted(address: str) -> None:
    found = await target("https://example.com/", Rule(), resolving(address))
    assert found.addresses == (address,)


async def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(NoPublicAddressError):
        await target("https://example.com/", Rule(), resolving("8.8.8.8", "10.0.0.1"))


@pytest.mark.parametrize("found", [("10.0.0.1",), ("8.8.8.8", "fd00::1"), ("127.0.0.1",), ()])
async def test_a_refusal_does_not_tell_internal_names_from_those_that_there_are_not(
    found: tuple[str, ...],
) -> None:
    async def nowhere(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    texts = []
    for resolve in (resolving(*found), nowhere):
        with pytest.raises(NoPublicAddressError) as refused:
            await target("https://db.internal/", Rule(), resolve)
        texts.append(str(refused.value))
    assert texts[0] == texts[1]
    assert not [address for address in found if address in texts[0]]


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]",
                                  "[::ffff:127.0.0.1]", "localhost"])  # fmt: skip
async def test_however_this_machine_is_written_it_is_refused(host: str) -> None:
    with pytest.raises(RefusedTargetError):
        await target(f"https://{host}/", Rule(), SystemResolver())


@pytest.mark.parametrize(
    ("address", "allowed"), [("10.1.2.3", True), ("10.2.0.1", False), ("::ffff:10.1.2.3", True)]
)
async def test_a_network_that_is_named_is_allowed_and_no_other(address: str, allowed: bool) -> None:
    rule = Rule(networks=(ip_network("10.1.0.0/16"), ip_network("fd00::/8")))
    try:
        await target("https://example.com/", rule, resolving(address))
    except RefusedTargetError:
        assert not allowed
    else:
        assert allowed


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "ftp://example.com/", "//example.com/", "example.com", "https:///x",
     "https://user:pw@example.com/", "https://example.com/#here", "https://exa mple.com/",
     "https://example.com:99999/", "https://example.com/\n", "https://[::1/",
     "https://example.com/" + "x" * 2048, ""],
)  # fmt: skip
async def test_what_is_no_plain_https_url_is_refused(url: str) -> None:
    with pytest.raises(RefusedTargetError):
        await target(url, Rule(), resolving("8.8.8.8"))


def test_http_is_accepted_only_where_it_is_allowed() -> None:
    assert checked_url("http://example.com/x", Rule(allow_http=True)).scheme == "http"
    with pytest.raises(RefusedTargetError, match="GRIDFEED_WEBHOOK_ALLOW_HTTP=true"):
        checked_url("http://example.com/x", Rule())


async def test_a_host_without_an_address_is_refused() -> None:
    with pytest.raises(NoPublicAddressError):
        await target("https://nowhere.invalid/", Rule(), SystemResolver())


async def deliver(
    rule: Rule, resolve: Resolve, host: str, tls: ssl.SSLContext | None = None
) -> tuple[Outcome, Receiver]:
    """Send a message to a name of the receiver that runs on this machine."""
    receiver = Receiver()
    await receiver.start(tls)
    try:
        sender = Sender(rule, resolve, 4.0, monotonic)
        url = f"{'https' if tls else 'http'}://{host}:{receiver.port}/hook"
        message = Message("msg_1", b"{}")
        return await sender.send(url, [b"secret"], message, clock.now()), receiver
    finally:
        await receiver.stop()


class Rebinding:
    """A name server that says something harmless first and this machine afterwards."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return [self.answers.pop(0)]


async def test_the_connection_goes_to_the_address_that_was_judged_and_the_name_is_asked_once() -> (
    None
):
    """127.0.0.1 stands for the allowed address; a second answer would have led elsewhere."""
    rule = Rule(allow_http=True, networks=(ip_network("127.0.0.1/32"),))
    names = Rebinding("127.0.0.1", "10.0.0.1")
    outcome, receiver = await deliver(rule, names, "hooks.example.com")
    assert (outcome.status, outcome.error) == (200, None)
    assert names.asked == [("hooks.example.com", receiver.port)]
    (message,) = receiver.received
    assert message.headers["host"] == f"hooks.example.com:{receiver.port}"


async def test_a_name_that_changes_to_this_machine_after_creation_is_refused_at_delivery() -> None:
    names = Rebinding("8.8.8.8", "127.0.0.1")
    rule = Rule(allow_http=True)
    await target("http://hooks.example.com/", rule, names)
    outcome, receiver = await deliver(rule, names, "hooks.example.com")
    assert outcome.result == "refused"
    assert outcome.status is None
    assert receiver.received == []


async def test_where_one_address_does_not_connect_the_next_is_tried() -> None:
    rule = Rule(allow_http=True, allow_private=True)
    outcome, receiver = await deliver(rule, resolving("127.0.0.2", "127.0.0.1"), "two.example.com")
    assert outcome.error is None
    assert len(receiver.received) == 1
    assert outcome.duration < timedelta(seconds=4)


@pytest.mark.parametrize(
    ("host", "delivered"), [("hooks.example.com", True), ("other.example.com", False)]
)
async def test_the_certificate_is_judged_by_the_name_though_the_connection_goes_to_an_address(
    monkeypatch: pytest.MonkeyPatch, host: str, delivered: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "hooks.pem"))
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(TLS / "hooks.pem", TLS / "hooks.key")
    outcome, receiver = await deliver(
        Rule(allow_private=True), resolving("127.0.0.1"), host, served
    )
    assert len(receiver.received) == delivered
    if delivered:
        assert outcome.error is None
    else:
        assert outcome.result == "unreachable"
        assert "certificate is not valid for 'other.example.com'" in str(outcome.error)
