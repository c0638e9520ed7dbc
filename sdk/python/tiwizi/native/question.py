"""Questions to a list, held to their kind: fields that it has, values of their types, an index that answers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from ..kernel import Refusal
from .memory import read_json, record_id, refusal
from .rights import Kind

#: The name of the order in which records were made, and those by which every kind is asked about its subject and its province.
CREATED, SUBJECT, _PROVINCE = "created", "subject", "province"
_REFERENCES_MAX = 32
_TYPES = {"string": "text", "number": "number", "integer": "number", "boolean": "flag"}
_EXPECTED = {"text": "a text is expected", "number": "a number is expected", "flag": "true or false is expected"}


@dataclass(frozen=True)
class Filter:
    """A condition on a field that the kind has, with a value of its type."""

    field: str
    comparison: str
    value: Any


@dataclass(frozen=True)
class Order:
    """By which field, and whether the greatest comes first."""

    field: str
    descending: bool


@dataclass(frozen=True)
class Query:
    """A question that an index answers."""

    filters: list[Filter]
    sort: Order | None
    text: str | None
    limit: int
    cursor: str | None


def settled(kind: Kind, name: str, asked: Any) -> Query:
    """The question with the declared names of its fields and with values of their types."""
    if asked.text is not None and not kind.get("search"):
        raise refusal("invalid", f"the kind {name} has no search fields")
    filters = [_condition(kind, filter) for filter in asked.filters]
    sort = Order(asked.sort.field, asked.sort.descending) if asked.sort else None
    if sort is not None and asked.text is None and sort.field != CREATED:
        sort = Order(_declared_name(kind, sort.field), sort.descending)
    query = Query(filters, sort, asked.text, asked.limit, asked.cursor)
    check = _check_indexed if query.text is None else _check_searched
    check(kind, query)
    return query


def _condition(kind: Kind, filter: Any) -> Filter:
    field = _declared_name(kind, filter.field)

    def wrong(message: str) -> Refusal:
        return refusal("invalid", f"the filter on {filter.field} cannot be used: {message}")

    scalar = _scalar_of(_property(kind, field)) or "text"
    value = _read(scalar, read_json(filter.value))
    if value is None:
        raise wrong(_EXPECTED[scalar])
    if field == (_subject_name(kind) or SUBJECT):
        try:
            return Filter(field, filter.comparison, record_id(str(value)).lower())
        except Refusal:
            raise wrong("an id is expected") from None
    if field == kind.get("province") and re.fullmatch(r"[0-9]{2}\.[0-9]{3}", str(value)) is None:
        raise wrong("a province code is expected, as in 09.541")
    return Filter(field, filter.comparison, value)


def _read(scalar: str, value: Any) -> Any:
    """A value as the type of the field; a text is read as one, as from an address. None when it is none."""
    if scalar == "number" and isinstance(value, str):
        is_number = re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", value) is not None
        return json.loads(value) if is_number else None
    if scalar == "flag" and value in ("true", "false"):
        return value == "true"
    return value if _type_of(value) == scalar else None


def _type_of(value: Any) -> str | None:
    if isinstance(value, bool):
        return "flag"
    return "text" if isinstance(value, str) else "number" if isinstance(value, int | float) else None


def _scalar_of(schema: Any) -> str | None:
    """What a schema allows besides null; None when it is not one simple type."""
    if not isinstance(schema, dict):
        return None
    types = schema.get("type")
    if isinstance(types, str):
        allowed = {_TYPES.get(types)}
    elif isinstance(types, list):
        allowed = {_TYPES.get(word) for word in types if word != "null"}
    else:
        words = schema.get("enum", [schema["const"]] if "const" in schema else [])
        allowed = {_type_of(word) for word in words if word is not None}
    return allowed.pop() if len(allowed) == 1 else None


def _property(kind: Kind, name: str) -> Any:
    """The schema of a field, behind its references."""
    schema = kind.get("schema", {})
    found = schema.get("properties", {}).get(name)
    for _ in range(_REFERENCES_MAX):
        if not isinstance(found, dict) or "$ref" not in found:
            return found
        found = schema.get("$defs", {}).get(found["$ref"].removeprefix("#/$defs/"))
    return None


def _declared_name(kind: Kind, field: str) -> str:
    if field == SUBJECT and kind.get("subject"):
        return _subject_name(kind) or SUBJECT
    if field == _PROVINCE and kind.get("province"):
        return kind["province"]
    named = {*kind.get("classes", {}), *kind.get("schema", {}).get("properties", {}), *kind.get("search", [])}
    named.update(*_indexes(kind), {kind.get("subject"), kind.get("province")})
    if field not in named:
        raise refusal("invalid", f"there is no field {field} to ask about")
    return field


def _subject_name(kind: Kind) -> str | None:
    """The name by which a record is asked for its subject."""
    return SUBJECT if kind.get("subject") == "self" else kind.get("subject")


def _indexes(kind: Kind) -> list[list[str]]:
    return [index["fields"] for index in kind.get("unique", []) + kind.get("indexes", [])]


def _check_indexed(kind: Kind, query: Query) -> None:
    """Equality on the first fields of one index, then at most one range or order on the next. Subject and province are indexes too, the
    subject without ranges. The order of creation is that of the records under one whole key."""
    equal = [filter.field for filter in query.filters if filter.comparison == "equal"]
    ranged = {filter.field for filter in query.filters if filter.comparison != "equal"}
    has_range, is_by_creation = bool(ranged), query.sort is not None and query.sort.field == CREATED
    if query.sort and not is_by_creation and query.sort.field not in equal:
        ranged.add(query.sort.field)
    implied = [[field] for field in (None if has_range else _subject_name(kind), kind.get("province")) if field]

    def answers(fields: list[str]) -> bool:
        head, rest = fields[: len(equal)], fields[len(equal) :]
        is_head = len(head) == len(equal) and all(field in equal for field in head)
        return is_head and not (is_by_creation and rest) and (not ranged or ranged == set(rest[:1]))

    if (equal or ranged) and not any(map(answers, _indexes(kind) + implied)):
        raise _not_indexed(kind, f"{', '.join(equal)} then {', '.join(ranged)}")


def _check_searched(kind: Kind, query: Query) -> None:
    """Words are searched by age, among what indexed fields say."""
    indexed = {_subject_name(kind), kind.get("province")}.union(*_indexes(kind))
    is_by_age = query.sort is None or (query.sort.field == CREATED and not query.sort.descending)
    if not is_by_age or any(filter.field not in indexed for filter in query.filters):
        raise _not_indexed(kind, "words by age, with conditions on its fields")


def _not_indexed(kind: Kind, asked: str) -> Refusal:
    return refusal("not-indexed", f"no index answers {asked}", indexes=_indexes(kind))
