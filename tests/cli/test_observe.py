"""Logging: every library's lines go through one handler, as text or JSON."""

import json
import logging
from urllib.parse import quote

import pytest
import structlog
from aiokafka.protocol.admin import SaslAuthenticateRequest
from aiokafka.protocol.admin import SaslAuthenticateRequest_v0 as SASL_V0

from gridfeed import observe
from gridfeed.settings import Settings


@pytest.fixture(autouse=True)
def logging_as_it_was():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    for name in ("aiokafka", "uvicorn", "uvicorn.error", "faust"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize("name", ["aiokafka.consumer", "uvicorn.error", "faust.worker", "mine"])
def test_a_librarys_line_is_json_like_ours_and_printed_once(capsys, name):
    logging.getLogger("uvicorn").addHandler(logging.StreamHandler())
    observe.set_up(Settings(log_json=True))
    logging.getLogger(name).warning("lost %s", "a broker")
    structlog.get_logger("ours").warning("lost", topic="forecasts")
    theirs, ours = lines(capsys)
    assert (theirs["event"], theirs["level"], theirs["logger"]) == (
        "lost a broker",
        "warning",
        name,
    )
    assert (ours["event"], ours["topic"], ours["logger"]) == ("lost", "forecasts", "ours")
    assert theirs["timestamp"].endswith("Z")


def test_an_exception_is_part_of_its_json_line(capsys):
    observe.set_up(Settings(log_json=True))
    try:
        raise ValueError("why")
    except ValueError:
        structlog.get_logger().exception("failed")
    (line,) = lines(capsys)
    assert "ValueError: why" in line["exception"]


def test_lines_below_the_level_are_not_printed(capsys):
    observe.set_up(Settings(log_level="WARNING"))
    structlog.get_logger().info("quiet")
    logging.getLogger("faust").info("quiet")
    assert capsys.readouterr().err == ""


def test_what_is_silent_speaks_at_debug_only(capsys):
    observe.set_up(Settings(log_level="INFO"), silent=("aiokafka",))
    logging.getLogger("aiokafka").error("cannot connect")
    assert capsys.readouterr().err == ""
    observe.set_up(Settings(log_level="DEBUG"), silent=("aiokafka",))
    logging.getLogger("aiokafka").error("cannot connect")
    assert "cannot connect" in capsys.readouterr().err


def test_setting_up_again_does_not_double_the_lines(capsys):
    observe.set_up(Settings(log_json=True))
    observe.set_up(Settings(log_json=True))
    structlog.get_logger().info("once")
    assert len(lines(capsys)) == 1


@pytest.mark.parametrize("secret", ['a-long "secret"', "p@ss/word%20", "plain-password"])
@pytest.mark.parametrize("as_json", [True, False])
def test_a_secret_of_the_settings_is_masked_in_every_line(capsys, secret, as_json):
    settings = Settings(
        log_json=as_json,
        kafka_sasl_password=secret,
        database_url=f"postgresql://me:{quote(secret, safe='')}@host/db",
    )
    observe.set_up(settings)
    logging.getLogger("aiokafka").error("cannot use %s", secret)
    structlog.get_logger().warning("failed", cause=f"{settings.database_url.get_secret_value()}")
    printed = capsys.readouterr().err
    assert "cannot use ***" in printed
    assert secret not in printed
    assert quote(secret, safe="") not in printed


def test_what_aiokafka_sends_to_sign_in_is_never_logged(capsys):
    observe.set_up(Settings(log_level="DEBUG"))
    log = logging.getLogger("aiokafka.conn")
    log.debug("Request to %s: %s", "broker", SaslAuthenticateRequest(b"me").build(SASL_V0))
    log.debug("Request to %s: %s", "broker", "MetadataRequest")
    (line,) = capsys.readouterr().err.splitlines()
    assert "Request to broker: MetadataRequest" in line
