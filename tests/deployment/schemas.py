"""What Kubernetes and KEDA say of their objects, as the JSON schemas that kubeconform reads.

The document of Kubernetes is its OpenAPI 2.0; KEDA's is the definition of its resource. Fields that
they do not name are refused.
"""

import json
from pathlib import Path
from typing import Any

import yaml

#: What kubeconform is given as the place of a schema.
LOCATION = "{{.ResourceKind}}{{.KindSuffix}}.json"
#: Formats of Kubernetes that hold a number or a text.
EITHER = {"oneOf": [{"type": "string"}, {"type": "number"}]}
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
GROUP_VERSION_KIND = "x-kubernetes-group-version-kind"


def write_schemas(documents: Path, folder: Path) -> None:
    """Write a schema for each kind of object."""
    swagger = json.loads((documents / "swagger.json").read_text("utf-8"))
    definitions = {name: strict(each) for name, each in swagger["definitions"].items()}
    definitions |= {INT_OR_STRING: EITHER, QUANTITY: EITHER}
    (folder / "definitions.json").write_text(json.dumps({"definitions": definitions}))
    for name, definition in definitions.items():
        kinds = definition.get(GROUP_VERSION_KIND, [])
        if len(kinds) == 1:
            reference = {"$ref": f"definitions.json#/definitions/{name}"}
            _write(folder, reference, **kinds[0])
    _write_keda(documents, folder)


def _write_keda(documents: Path, folder: Path) -> None:
    text = (documents / "keda.sh_scaledobjects.yaml").read_text("utf-8")
    resource = yaml.safe_load(text)["spec"]
    (version,) = resource["versions"]
    schema = strict(version["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object"}
    kind = resource["names"]["kind"]
    _write(folder, schema, group=resource["group"], version=version["name"], kind=kind)


def _write(folder: Path, schema: dict[str, Any], *, group: str, version: str, kind: str) -> None:
    parts = [kind, *group.split(".")[:1], version] if group else [kind, version]
    (folder / f"{'-'.join(parts).lower()}.json").write_text(json.dumps(schema))


def strict(schema: Any) -> Any:
    """Return the schema such that an object has no other fields than those that it names."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string"):
        return EITHER
    made = {name: strict(each) for name, each in schema.items()}
    if "properties" in made and "additionalProperties" not in made:
        made["additionalProperties"] = bool(made.get("x-kubernetes-preserve-unknown-fields"))
    return made
