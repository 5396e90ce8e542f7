"""What Kubernetes and KEDA say of their objects, as the JSON schemas that kubeconform reads.

The document of Kubernetes is its OpenAPI 2.0; KEDA's is the definition of its resource. Fields that
they do not name are refused.
"""

import json
import re
from pathlib import Path
from typing import Any

import yaml

#: What kubeconform is given as the place of a schema.
LOCATION = "{{.ResourceKind}}{{.KindSuffix}}.json"
#: Formats of Kubernetes that hold a number or a text.
EITHER = {"oneOf": [{"type": "string"}, {"type": "number"}]}
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
REFERENCE = "#/definitions/"
GROUP_VERSION_KIND = "x-kubernetes-group-version-kind"


def write_schemas(documents: Path, folder: Path) -> None:
    """Write a schema for each kind of object."""
    swagger = json.loads((documents / "swagger.json").read_text("utf-8"))
    definitions = {name: strict(each) for name, each in swagger["definitions"].items()}
    definitions |= {INT_OR_STRING: EITHER, QUANTITY: EITHER}
    for name, definition in definitions.items():
        kinds = definition.get(GROUP_VERSION_KIND, [])
        if len(kinds) == 1:
            needed = {each: definitions[each] for each in _needed(name, definitions)}
            schema = {"$ref": f"{REFERENCE}{name}", "definitions": needed}
            _write(folder, schema, **kinds[0])
    _write_keda(documents, folder)


def _needed(name: str, definitions: dict[str, Any]) -> set[str]:
    """Return the names of a definition and of all that it refers to."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        found.add(each := waiting.pop())
        text = json.dumps(definitions[each])
        waiting += {*re.findall(rf'"{REFERENCE}([^"]+)"', text)} - found
    return found


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
