"""Who may do what with a kind's records, and how much of them is shown: the kernel's rules, on one machine. Roles are held over the
whole nation here.
"""

from __future__ import annotations

from typing import Any

from ..context import Caller
from .memory import Memory

#: How private a field is; each class covers those before it.
_CLASSES = ("public", "internal", "personal", "sensitive")
_ROLES = {"registrar": "sensitive", "officer": "sensitive", "trainer": "personal", "observer": "personal"}

Kind = dict[str, Any]


def _rank(word: str) -> int:
    """A word that is none is taken for the safest."""
    return _CLASSES.index(word) if word in _CLASSES else len(_CLASSES) - 1


def reach_of(kind: Kind, memory: Memory, action: str, subject: str | None) -> int:
    """Up to which class the caller may do this with a record of that subject; -1 when not at all. A migration reaches all."""
    if memory.is_migrating:
        return _rank("sensitive")
    if subject in memory.acts_for:
        return _most(kind, memory.caller, action, is_own=True)
    return reach_for(kind, memory.caller, action, subject)


def reach_for(kind: Kind, caller: Caller, action: str, subject: str | None) -> int:
    """The same for a caller, without a migration. What is sensitive of the kernel's kinds is shown to no plugin."""
    return _most(kind, caller, action, is_own=subject is not None and caller.person == subject)


def _most(kind: Kind, caller: Caller, action: str, *, is_own: bool) -> int:
    grantees = kind.get("access", {}).get(action, [])
    most = max((_given(grantee, caller, is_own) for grantee in grantees), default=-1)
    return min(most, _rank("personal")) if kind.get("is_closed") else most


def _given(grantee: str, caller: Caller, is_own: bool) -> int:
    if caller.kind == "system" and grantee.startswith("plugin"):
        return _rank("sensitive")
    if grantee == "public" or (grantee == "signed-in" and caller.is_signed_in):
        return _rank("public")
    if grantee == "plugin":
        return _rank("internal")
    if grantee in ("own", "plugin:own"):
        return _rank("sensitive") if is_own else -1
    role = grantee.removeprefix("role:")
    return _rank(_ROLES.get(role, "internal")) if role != grantee and role in caller.roles else -1


def most_of(kind: Kind, memory: Memory, action: str) -> int:
    """Up to which class the caller may do this with any record at all; -1 when with none."""
    return reach_of(kind, memory, action, memory.caller.person or next(iter(memory.acts_for), None))


def is_above(kind: Kind, field: str, reach: int) -> bool:
    """Whether a field is above that class."""
    return _rank(kind.get("classes", {}).get(field, "sensitive" if kind.get("is_closed") else "public")) > reach


def class_of(kind: Kind, fields: list[str]) -> int:
    """The class that a question about some fields is held to; what is no field, as the order of creation, tells nothing."""
    return max((_rank(kind.get("classes", {}).get(field, "public")) for field in fields), default=0)


def for_hook(kind: Kind | None, body: dict[str, Any] | None) -> dict[str, Any] | None:
    """A content as a hook is shown it: without what is declared to be sensitive, where the kind is the kernel's."""
    if kind is None or not kind.get("is_closed") or not isinstance(body, dict):
        return body
    return {field: value for field, value in body.items() if kind.get("classes", {}).get(field) != "sensitive"}


def amended_by_hook(kind: Kind | None, whole: dict[str, Any] | None, body: Any) -> Any:
    """An amendment, with what the hook was not shown as it stands."""
    if not isinstance(whole, dict) or not isinstance(body, dict):
        return body
    seen = for_hook(kind, whole)
    hidden = {field: value for field, value in whole.items() if field not in seen}
    return {**hidden, **body} if hidden else body


def shown(kind: Kind, body: dict[str, Any], reach: int) -> dict[str, Any]:
    """A body without the fields that are above that class."""
    return {field: value for field, value in body.items() if not is_above(kind, field, reach)}
