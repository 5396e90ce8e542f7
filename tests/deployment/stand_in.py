"""Does what docker, kubectl or kind would do, as far as docs/deploying.md asks, without an engine.

What would run in a container runs here: the program of the image (PROGRAM), or a client of
PostgreSQL, with the settings of ENVIRONMENT. What would be started runs already. Everything else is
compared with the files; what is not known ends with an error.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

SETTINGS = json.loads(os.environ["ENVIRONMENT"])
IN_PLACE = {"gridfeed": os.environ["PROGRAM"]}


def main(words: list[str]) -> None:
    """Find out what is asked and do it."""
    line = " ".join(words)
    if found := re.match(r"docker compose exec -T (\w+) ", line):
        run_in(found[1], words[5:])
    elif line.startswith("docker compose up ") and "--detach" in words:
        compose_starts(words)
    elif line.startswith("docker run --rm --env "):
        name, value = words[4].split("=", 1)
        program(["gridfeed", *words[6:]], {name: value})
    elif found := re.match(r"kubectl exec (?:--stdin )?deployment/(\S+) -- ", line):
        assert found[1] in objects("Deployment"), found[1]
        program(words[words.index("--") + 1 :])
    elif line.startswith("kubectl"):
        kubectl(words)
    else:
        assert re.match(KNOWN, line), f"nobody knows: {line}"


KNOWN = (
    r"docker build --tag \S+ \.|docker push \S+|docker buildx imagetools inspect \S+ --format \S+"
    r"|kind create cluster|kind load docker-image gridfeed:dev"
)


def compose_starts(words: list[str]) -> None:
    """Every variable that has no default is in .env; what is scaled is a service."""
    text = Path("docker-compose.yml").read_text("utf-8")
    asked = set(re.findall(r"\$\{(\w+):\?", text))
    given = dict(line.split("=", 1) for line in Path(".env").read_text("utf-8").splitlines())
    assert asked <= {name for name, value in given.items() if value}, asked
    scaled = [word.split("=")[0] for word in words if re.fullmatch(r"\w+=\d+", word)]
    assert {*scaled} <= services().keys(), scaled


def services() -> dict[str, object]:
    """Return the services of the compose file."""
    return dict(yaml.safe_load(Path("docker-compose.yml").read_text("utf-8"))["services"])


def run_in(service: str, command: list[str]) -> None:
    """Run a command that would run in a service's container."""
    assert service in services(), service
    if command[0] == "gridfeed":
        program(command)
    else:  # a client of PostgreSQL, beside its server
        url = SETTINGS["GRIDFEED_DATABASE_URL"]
        options = [word for word in command if not word.startswith("--username=")]
        program([url if word == "gridfeed" else word for word in options])


def program(command: list[str], other: dict[str, str] | None = None) -> None:
    """Run a program of the image and end as it ends."""
    environment = SETTINGS | {"PATH": os.environ["PATH"]} | (other or {})
    command = [IN_PLACE.get(command[0], command[0]), *command[1:]]
    sys.exit(subprocess.run(command, env=environment, check=False).returncode)


def kubectl(words: list[str]) -> None:
    """What is applied is there, and what is looked at is in it."""
    line = " ".join(words)
    if found := re.fullmatch(r"kubectl apply --(?:kustomize|filename) (\S+)", line):
        assert Path(found[1]).exists(), found[1]
    elif found := re.match(r"kubectl rollout (?:status|restart) (.*)", line):
        names = re.findall(r"deployment/(\S+)", found[1])
        assert names
        assert {*names} <= objects("Deployment"), names
    elif found := re.match(r"kubectl port-forward service/(\S+) 8080:http$", line):
        assert found[1] in objects("Service"), found[1]
    elif found := re.match(r"kubectl create secret generic (\S+) --from-", line):
        assert found[1] in secrets(), found[1]
    else:
        found = re.fullmatch(r"kubectl config set-context --current --namespace=(\S+)", line)
        assert found, f"nobody knows: {line}"
        assert found[1] in objects("Namespace"), found[1]


def objects(kind: str) -> set[str]:
    """Return the names of the objects of a kind in the folder k8s."""
    return {
        each["metadata"]["name"]
        for path in Path("k8s").resolve().rglob("*.yaml")
        for each in yaml.safe_load_all(path.read_text("utf-8"))
        if each and each.get("kind") == kind and "metadata" in each
    }


def secrets() -> set[str]:
    """Return the names of the secrets that the folder k8s speaks of."""
    text = "\n".join(path.read_text("utf-8") for path in Path("k8s").resolve().rglob("*.yaml"))
    named = re.findall(
        r"secretName: (\S+)|secretKeyRef: {name: (\w+)|secretRef:\s+name: (\S+)", text
    )
    return {name for names in named for name in names if name}


if __name__ == "__main__":
    main(sys.argv[1:])
