"""The records of the kernel in memory: schemas, unique values, declared indexes, rights, classes, versions."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from .memory import Memory, Row, record_id, refusal
from .register import KINDS
from .rights import Kind, class_of, is_above, may_any, reach_of, shown
from .schema import canonical, faults_of

ROWS_DEFAULT = 50
ROWS_MAX = 100
COUNT_MAX = 10_000

Body = dict[str, Any]


def _rules(memory: Memory, name: str, action: str) -> Kind:
    """The rules of a kind, if the caller may do this with any of its records."""
    kind = KINDS.get(name) or next(kind for kind in memory.manifest["kinds"] if kind["name"] == name)
    if not may_any(kind, memory, action):
        raise _not_allowed(memory, name, action)
    return kind


def own_kind(memory: Memory, name: str) -> str:
    """The short name of a kind of the plugin's own."""
    id = memory.manifest.get("id")
    short = name.removeprefix(f"{id}/")
    if short not in [kind["name"] for kind in memory.manifest.get("kinds", [])]:
        raise refusal("denied", f"{id} declares no kind {short}")
    return short


def known_kind(memory: Memory, name: str) -> Kind | None:
    """The rules of a kind that a plugin may hear of: its own, and the kernel's."""
    id, kinds = memory.manifest.get("id"), memory.manifest.get("kinds", [])
    return KINDS.get(name) or next((kind for kind in kinds if f"{id}/{kind['name']}" == name), None)


def _not_allowed(memory: Memory, name: str, action: str) -> Exception:
    full = name if name in KINDS else f"{memory.manifest.get('id')}/{name}"
    return refusal("denied", f"{full} may not be {action} by this caller")


def subject_of(kind: Kind, id: str, body: Body) -> str | None:
    return id if kind.get("subject") == "self" else body.get(kind.get("subject") or "")


def entry(id: str, row: Row, body: Body | None = None) -> SimpleNamespace:
    """A record as the contract shows it."""
    text = json.dumps(row.body if body is None else body, ensure_ascii=False)
    return SimpleNamespace(id=id, version=row.version, created_at=row.created_at, changed_at=row.changed_at, body=text)


def get(memory: Memory, name: str, id: str) -> SimpleNamespace | None:
    kind, row = _rules(memory, name, "read"), memory.unit.rows.get(record_id(id))
    if row is None or row.kind != name:
        return None
    reach = reach_of(kind, memory, "read", subject_of(kind, id, row.body))
    return None if reach < 0 else entry(id, row, shown(kind, row.body, reach))


def insert(memory: Memory, name: str, body: Body) -> SimpleNamespace:
    seen = _check(memory, name, "", "create", None, body)
    id = memory.add(name, body)
    return entry(id, memory.unit.rows[id], seen)


def write(memory: Memory, name: str, id: str, seen: int | None, change: Callable[[Body], Body]) -> SimpleNamespace:
    """Writes what `change` makes of a body, if the record is still at the version that was seen."""
    row = _seen(memory, name, id, seen)
    body = _restored(memory, name, id, row.body, change(copy.deepcopy(row.body)))
    shown_to_caller = _check(memory, name, id, "change", row.body, body)
    written = Row(name, row.version + 1, row.created_at, memory.now, body)
    memory.unit.rows[id] = written
    return entry(id, written, shown_to_caller)


def _restored(memory: Memory, name: str, id: str, before: Body, after: Body) -> Body:
    """What was left out by somebody who may not see it stays as it was."""
    kind = _rules(memory, name, "change")
    reach = reach_of(kind, memory, "change", subject_of(kind, id, before))
    hidden = {field: value for field, value in before.items() if is_above(kind, field, reach)}
    return after if reach < 0 else {**hidden, **after}


def remove(memory: Memory, name: str, id: str, seen: int | None) -> None:
    row, kind = _seen(memory, name, id, seen), _rules(memory, name, "delete")
    if reach_of(kind, memory, "delete", subject_of(kind, id, row.body)) < 0:
        raise _not_allowed(memory, name, "delete")
    del memory.unit.rows[id]


def _seen(memory: Memory, name: str, id: str, seen: int | None) -> Row:
    """A record that the caller may see, of the version that was seen."""
    if get(memory, name, id) is None:
        raise refusal("not-found", f"there is no record {id}")
    row = memory.unit.rows[id]
    if seen is not None and seen != row.version:
        raise refusal("stale", f"version {seen} was seen, {row.version} is there", retryable=True)
    return row


def _check(memory: Memory, name: str, id: str, action: str, before: Body | None, after: Body) -> Body:
    """Right, schema and unique values of a body that is to be written. A change asks for where the record lies and where it will lie.
    Answers what of it the caller is shown."""
    kind = _rules(memory, name, action)
    faults = faults_of(kind.get("schema"), after)
    if faults:
        raise refusal("invalid", f"{faults[0]['pointer']}: {faults[0]['message']}", fields=faults)
    for body in [after] if before is None else [before, after]:
        reach = reach_of(kind, memory, action, subject_of(kind, id, body))
        if reach < 0:
            raise _not_allowed(memory, name, action)
        changed = [field for field in after if (before or {}).get(field) != after[field]]
        hidden = next((field for field in changed if is_above(kind, field, reach)), None)
        if hidden is not None:
            message = f"{hidden} cannot be changed by somebody who may not see it"
            fault = {"pointer": f"/{hidden}", "code": "hidden-field", "message": message}
            raise refusal("invalid", f"/{hidden}: {message}", fields=[fault])
    for index in kind.get("unique", []):
        _check_unique(memory, name, id, index["fields"], after)
    return shown(kind, after, reach)


def _check_unique(memory: Memory, name: str, id: str, fields: list[str], body: Body) -> None:
    # A record without the first field takes no place in the index.
    if body.get(fields[0]) is None:
        return
    for other, row in memory.of(name):
        if other != id and all(row.body.get(field) == body.get(field) for field in fields):
            raise refusal("duplicate", f"there is one with the same {', '.join(fields)}", fields=fields)


def find(memory: Memory, name: str, query: Any) -> SimpleNamespace:
    kind = _rules(memory, name, "read")
    _check_indexed(kind, query)
    search = kind.get("search", [])
    if query.text is not None and not search:
        raise refusal("invalid", f"the kind {name} has no search fields")
    asked = [filter.field for filter in query.filters]
    asked += [query.sort.field] if query.sort else []
    asked += search if query.text is not None else []

    least = class_of(kind, asked)

    def show(id: str, row: Row) -> SimpleNamespace | None:
        reach = reach_of(kind, memory, "read", subject_of(kind, id, row.body))
        # A question about a hidden field tells nothing about the records in which it is hidden.
        return None if reach < least else entry(id, row, shown(kind, row.body, reach))

    return _page(memory, name, query, search, show)


def count(memory: Memory, name: str, query: Any) -> int:
    if query.text is not None:
        raise refusal("not-indexed", "words are not counted")
    counted, cursor = 0, "0"
    while cursor is not None:
        asked = SimpleNamespace(filters=query.filters, sort=None, text=None, limit=ROWS_MAX, cursor=cursor)
        found = find(memory, name, asked)
        counted, cursor = counted + len(found.items), found.next
    return min(counted, COUNT_MAX)


def _check_indexed(kind: Kind, query: Any) -> None:
    """Equality on the first fields of one index, then at most one range or order on the next. Subject and province are indexes too, the
    subject without ranges. The order of creation is that of the records under one whole key."""
    equal = [filter.field for filter in query.filters if filter.comparison == "equal"]
    ranged = {filter.field for filter in query.filters if filter.comparison != "equal"}
    has_range, is_by_creation = bool(ranged), bool(query.sort) and query.sort.field == "created"
    if query.sort and not is_by_creation and query.sort.field not in equal:
        ranged.add(query.sort.field)
    declared = [index["fields"] for index in kind.get("unique", []) + kind.get("indexes", [])]
    implied = [[field] for field in (None if has_range else kind.get("subject"), kind.get("province")) if field]

    def answers(fields: list[str]) -> bool:
        head, rest = fields[: len(equal)], fields[len(equal) :]
        is_head = len(head) == len(equal) and all(field in equal for field in head)
        return is_head and not (is_by_creation and rest) and (not ranged or ranged == set(rest[:1]))

    if (equal or ranged) and not any(map(answers, declared + implied)):
        message = f"no index answers {', '.join(equal)} then {', '.join(ranged)}"
        raise refusal("not-indexed", message, indexes=declared)


def _page(
    memory: Memory, name: str, query: Any, search: list[str], show: Callable[[str, Row], SimpleNamespace | None]
) -> SimpleNamespace:
    """A page of the records that fit and are shown."""
    fitting = [(id, row) for id, row in memory.of(name) if _fits(row.body, query, search)]
    found = [(row, seen) for id, row in fitting if (seen := show(id, row)) is not None]
    if query.sort:
        # Oldest first already, which is also the order of equals.
        if query.sort.field != "created":
            field = query.sort.field
            found.sort(key=functools.cmp_to_key(lambda one, other: _compare(one[0].body.get(field), other[0].body.get(field))))
        if query.sort.descending:
            found.reverse()
    if not (query.cursor or "0").isdecimal():
        raise refusal("invalid", "no such cursor")
    skipped = int(query.cursor or 0)
    rows = ROWS_DEFAULT if query.limit == 0 else min(query.limit, ROWS_MAX)
    items = [seen for _, seen in found[skipped : skipped + rows]]
    return SimpleNamespace(items=items, next=str(skipped + rows) if len(found) > skipped + rows else None)


def _fits(body: Body, query: Any, search: list[str]) -> bool:
    """Every word of a search begins a word of the search fields."""
    held = " ".join(str(body.get(field, "")) for field in search).lower().split()
    words = (query.text or "").lower().split()
    return all(_passes(body, filter) for filter in query.filters) and all(
        any(there.startswith(word) for there in held) for word in words
    )


def _passes(body: Body, filter: Any) -> bool:
    found = body.get(filter.field)
    if found is None:
        return False
    order = _compare(found, json.loads(filter.value))
    passes = {"equal": order == 0, "above": order > 0, "at-least": order >= 0, "below": order < 0, "at-most": order <= 0}
    return passes[filter.comparison]


def _compare(one: Any, other: Any) -> int:
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other))
    left, right = (one, other) if numbers else (value if isinstance(value, str) else canonical(value) for value in (one, other))
    return (left > right) - (left < right)
