"""JSON Schema as the kinds of manifests use it, with the kernel's codes for what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .formats import FORMATS, expression, is_format

#: Keywords that the real kernel knows and this one does not: they would pass in silence.
_UNKNOWN = ("unevaluatedItems", "unevaluatedProperties")

Fault = dict[str, str]


def faults_of(schema: Any, value: Any) -> list[Fault]:
    """The faults of a value: a pointer, a code and a sentence each."""
    return list(_faults(schema, value, "", schema))


def _faults(schema: Any, value: Any, pointer: str, root: Any) -> Iterator[Fault]:
    if schema is True or schema is None:
        return
    if schema is False:
        yield _fault(pointer, "unknown-field", "nothing may stand here")
        return
    rules = _known(schema)
    if "$ref" in rules:
        yield from _faults(_definition(root, rules["$ref"]), value, pointer, root)
    types = rules.get("type")
    types = types if isinstance(types, list) or types is None else [types]
    if types is not None and not any(_is_of(one, value) for one in types):
        yield _fault(pointer, "type", f"{json.dumps(value)} is not of type {' or '.join(types)}")
        return
    if "enum" in rules and canonical(value) not in map(canonical, rules["enum"]):
        yield _fault(pointer, "enum", "it is none of the words")
    if "const" in rules and canonical(value) != canonical(rules["const"]):
        yield _fault(pointer, "enum", "it is another value")
    yield from _combined(rules, value, pointer, root)
    if isinstance(value, str):
        yield from (_fault(pointer, code, f"{value!r} breaks a rule") for code in _text(rules, value))
    elif _is_of("number", value):
        yield from (_fault(pointer, code, f"{value} breaks a rule") for code in _number(rules, value))
    elif isinstance(value, list):
        yield from _items(rules, value, pointer, root)
    elif isinstance(value, dict):
        yield from _members(rules, value, pointer, root)


def _combined(rules: dict[str, Any], value: Any, pointer: str, root: Any) -> Iterator[Fault]:
    def fits(inside: Any) -> bool:
        return not any(True for _ in _faults(inside, value, pointer, root))

    for inside in rules.get("allOf", []):
        yield from _faults(inside, value, pointer, root)
    if "anyOf" in rules and not any(map(fits, rules["anyOf"])):
        yield _fault(pointer, "no-match", "it fits none")
    if "oneOf" in rules and sum(map(fits, rules["oneOf"])) != 1:
        yield _fault(pointer, "no-match", "it fits none, or several")
    if "not" in rules and fits(rules["not"]):
        yield _fault(pointer, "no-match", "it fits what it must not")
    for name, inside in rules.get("dependentSchemas", {}).items():
        if isinstance(value, dict) and name in value:
            yield from _faults(inside, value, pointer, root)
    if "if" in rules:
        yield from _faults(rules.get("then" if fits(rules["if"]) else "else"), value, pointer, root)


def _text(rules: dict[str, Any], value: str) -> Iterator[str]:
    if len(value) < rules.get("minLength", 0):
        yield "too-short"
    if len(value) > rules.get("maxLength", len(value)):
        yield "too-long"
    if "pattern" in rules and expression(rules["pattern"]).search(value) is None:
        yield "pattern"
    if "format" in rules and not is_format(rules["format"], value):
        yield "format"


def _number(rules: dict[str, Any], value: float) -> Iterator[str]:
    if value < rules.get("minimum", value) or ("exclusiveMinimum" in rules and value <= rules["exclusiveMinimum"]):
        yield "too-small"
    if value > rules.get("maximum", value) or ("exclusiveMaximum" in rules and value >= rules["exclusiveMaximum"]):
        yield "too-large"
    if "multipleOf" in rules and not (value / rules["multipleOf"]).is_integer():
        yield "multiple"


def _items(rules: dict[str, Any], value: list[Any], pointer: str, root: Any) -> Iterator[Fault]:
    if len(value) < rules.get("minItems", 0):
        yield _fault(pointer, "too-few", f"{rules['minItems']} at least")
    if len(value) > rules.get("maxItems", len(value)):
        yield _fault(pointer, "too-many", f"{rules['maxItems']} at most")
    if rules.get("uniqueItems") and len(set(map(canonical, value))) < len(value):
        yield _fault(pointer, "repeated", "no two may be the same")
    if "contains" in rules:
        held = sum(not any(True for _ in _faults(rules["contains"], item, "", root)) for item in value)
        if not rules.get("minContains", 1) <= held <= rules.get("maxContains", held):
            yield _fault(pointer, "too-few", "it lacks what is expected")
    first = rules.get("prefixItems", [])
    for index, item in enumerate(value):
        yield from _faults(first[index] if index < len(first) else rules.get("items"), item, f"{pointer}/{index}", root)


def _members(rules: dict[str, Any], value: dict[str, Any], pointer: str, root: Any) -> Iterator[Fault]:
    properties, others = rules.get("properties", {}), rules.get("additionalProperties")
    for name in rules.get("required", []):
        if name not in value:
            yield _fault(f"{pointer}/{name}", "required", f"{name} is missing")
    for name, member in value.items():
        fitting = [inside for pattern, inside in rules.get("patternProperties", {}).items() if expression(pattern).search(name)]
        fitting += [properties[name]] if name in properties else []
        if not fitting and others is False:
            yield _fault(f"{pointer}/{name}", "unknown-field", f"{name} is not known")
        for inside in fitting or [others if others is not False else None]:
            yield from _faults(inside, member, f"{pointer}/{name}", root)
    if any(True for name in value for _ in _faults(rules.get("propertyNames"), name, "", root)):
        yield _fault(pointer, "unknown-field", "it has a field whose name is not allowed")
    for name, needed in rules.get("dependentRequired", {}).items():
        missing = [other for other in needed if other not in value] if name in value else []
        yield from (_fault(f"{pointer}/{other}", "required", f"{other} is missing") for other in missing)
    if len(value) < rules.get("minProperties", 0):
        yield _fault(pointer, "too-few", f"{rules['minProperties']} at least")
    if len(value) > rules.get("maxProperties", len(value)):
        yield _fault(pointer, "too-many", f"{rules['maxProperties']} at most")


def _is_of(name: str, value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    match name:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case "integer":
            return is_number and float(value).is_integer()
        case _:
            return is_number


def _definition(root: Any, reference: str) -> Any:
    name = reference.removeprefix("#/$defs/")
    if name not in root.get("$defs", {}):
        raise LookupError(f"the schema has no definition {reference}")
    return root["$defs"][name]


def _known(rules: dict[str, Any]) -> dict[str, Any]:
    unknown = [keyword for keyword in _UNKNOWN if keyword in rules]
    unknown += [f"the format {rules['format']}"] if rules.get("format", "date") not in FORMATS else []
    for keyword in unknown:
        raise LookupError(f"the kernel in memory does not know {keyword}; test such a kind with `tiwizi plugin test`")
    return rules


def canonical(value: Any) -> str:
    """JSON in which the order of members makes no difference."""
    return json.dumps(value, sort_keys=True)


def _fault(pointer: str, code: str, message: str) -> Fault:
    return {"pointer": pointer, "code": code, "message": message}
