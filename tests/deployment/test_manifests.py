"""Kubernetes accepts what kustomize makes of the folder k8s."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deployment.files import COMPOSE, K8S, OVERLAYS
from tests.deployment.schemas import LOCATION

PROD = K8S / "overlays" / "prod"
COMPONENT = "components/private-ca"
#: What kube-score is not asked about: a limit of CPU, for a throttled worker misses its heartbeats;
#: a pull at each start, because an image that is pinned does not change.
NOT_ASKED = ("--ignore-container-cpu-limit", "--ignore-test=container-image-pull-policy")
#: Where brokers and database are is the operator's to say.
NOT_KNOWN = "The pod does not have a matching egress NetworkPolicy"


def built(programs: Path, folder: Path) -> str:
    done = run(programs / "kustomize", "build", folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(*command: object, given: str | None = None, **variables: str) -> Any:
    return subprocess.run(
        [*map(str, command)],
        input=given,
        env=variables or None,
        capture_output=True,
        text=True,
        check=False,
    )


def verdicts(programs: Path, schemas: Path, manifests: str) -> dict[str, str]:
    """Return what kubeconform says of each object."""
    location = f"{schemas}/{LOCATION}"
    options = ("-strict", "-verbose", "-output=json", f"-schema-location={location}")
    done = run(programs / "kubeconform", *options, given=manifests)
    return {
        f"{each['kind']} {each['name']}": f"{each['status']} {each['msg']}".strip()
        for each in json.loads(done.stdout)["resources"]
    }


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_every_object_of_an_overlay_is_one_that_kubernetes_understands(
    programs: Path, schemas: Path, overlay: Path
) -> None:
    found = verdicts(programs, schemas, built(programs, overlay))
    assert len(found) >= 10
    assert set(found.values()) == {"statusValid"}, found


def test_a_misspelt_field_is_refused(programs: Path, schemas: Path) -> None:
    manifests = built(programs, PROD).replace("readinessProbe", "readynessProbe")
    found = verdicts(programs, schemas, manifests.replace("maxReplicaCount", "maxReplicas"))
    wrong = {name for name, verdict in found.items() if verdict.startswith("statusInvalid")}
    assert wrong == {"Deployment gridfeed-api", "ScaledObject gridfeed-worker"}


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_an_overlay_has_the_namespace_that_its_objects_are_in(
    programs: Path, overlay: Path
) -> None:
    objects = [*yaml.safe_load_all(built(programs, overlay))]
    (namespace,) = [each for each in objects if each["kind"] == "Namespace"]
    used = {each["metadata"].get("namespace") for each in objects if each is not namespace}
    assert used == {namespace["metadata"]["name"]}


def test_production_is_what_kube_score_asks_for(programs: Path) -> None:
    options = (*NOT_ASKED, "--output-format=ci", "--kubernetes-version=v1.34")
    done = run(programs / "kube-score", "score", *options, "-", given=built(programs, PROD))
    said = [line for line in done.stdout.splitlines() if not line.startswith(("[OK]", "[SKIPPED]"))]
    assert [line for line in said if NOT_KNOWN not in line] == []
    assert len(said) < len(done.stdout.splitlines())
    assert done.returncode == 0


def test_the_component_for_a_private_ca_reaches_every_pod(programs: Path, tmp_path: Path) -> None:
    base, component = (os.path.relpath(K8S / each, tmp_path) for each in ("base", COMPONENT))
    listed = {"resources": [base], "components": [component]}
    (tmp_path / "kustomization.yaml").write_text(json.dumps(listed))
    objects = [*yaml.safe_load_all(built(programs, tmp_path))]
    pods = [
        each["spec"]["template"]["spec"] for each in objects if "template" in each.get("spec", {})
    ]
    assert len(pods) == 4
    for pod in pods:
        assert {"name": "ca", "secret": {"secretName": "gridfeed-ca"}} in pod["volumes"]
        (container,) = pod["containers"]
        assert "/etc/gridfeed" in {each["mountPath"] for each in container["volumeMounts"]}


def test_compose_understands_its_file_and_asks_for_a_password(programs: Path) -> None:
    refused = run(programs / "compose", COMPOSE, PATH="/usr/bin")
    assert refused.returncode == 1
    assert "POSTGRES_PASSWORD is missing a value: put it into .env" in refused.stderr
    accepted = run(programs / "compose", COMPOSE, PATH="/usr/bin", POSTGRES_PASSWORD="secret")
    assert accepted.returncode == 0, accepted.stderr
    settings = json.loads(accepted.stdout)["services"]["worker"]["environment"]
    assert ":secret@database:5432/" in settings["GRIDFEED_DATABASE_URL"]
