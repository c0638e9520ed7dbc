"""The records of the kernel in memory: schemas, unique values, rights, classes, versions."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from .memory import Memory, Row, record_id, refusal
from .register import KINDS
from .rights import Kind, is_above, most_of, reach_of, shown
from .schema import faults_of

Body = dict[str, Any]


def rules_of(memory: Memory, name: str, action: str) -> Kind:
    """The rules of a kind, if the caller may do this with any of its records."""
    kind = KINDS.get(name) or next(kind for kind in memory.manifest["kinds"] if kind["name"] == name)
    if most_of(kind, memory, action) < 0:
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
    kind, row = rules_of(memory, name, "read"), memory.unit.rows.get(record_id(id))
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


def patch(memory: Memory, name: str, id: str, seen: int | None, changes: Any) -> SimpleNamespace:
    """A JSON Merge Patch. It names no field that its writer may not see, not even to take it away."""
    body, kind = _seen(memory, name, id, seen).body, rules_of(memory, name, "change")
    if not isinstance(changes, dict):
        raise refusal("invalid", "a merge patch must be an object")
    reach = reach_of(kind, memory, "change", subject_of(kind, id, body))
    if reach < 0:
        raise _not_allowed(memory, name, "change")
    hidden = next((field for field in changes if is_above(kind, field, reach)), None)
    if hidden is not None:
        raise _hidden_field(hidden)
    return write(memory, name, id, seen, lambda before: _merge(before, changes))


def _merge(target: Any, changes: Any) -> Any:
    """RFC 7396."""
    if not isinstance(changes, dict):
        return changes
    merged = target if isinstance(target, dict) else {}
    for name, value in changes.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merge(merged.get(name), value)
    return merged


def _hidden_field(field: str) -> Exception:
    message = f"{field} cannot be changed by somebody who may not see it"
    fault = {"pointer": f"/{field}", "code": "hidden-field", "message": message}
    return refusal("invalid", f"/{field}: {message}", fields=[fault])


def _restored(memory: Memory, name: str, id: str, before: Body, after: Body) -> Body:
    """What was left out by somebody who may not see it stays as it was."""
    kind = rules_of(memory, name, "change")
    reach = reach_of(kind, memory, "change", subject_of(kind, id, before))
    hidden = {field: value for field, value in before.items() if is_above(kind, field, reach)}
    return after if reach < 0 else {**hidden, **after}


def remove(memory: Memory, name: str, id: str, seen: int | None) -> None:
    row, kind = _seen(memory, name, id, seen), rules_of(memory, name, "delete")
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
    kind = rules_of(memory, name, action)
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
            raise _hidden_field(hidden)
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
