"""Founding files that people open from the plugin's records, and the rules by which they found: what a test lays out."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .memory import Memory

#: The rules that stand until a test lays out others.
RULES: dict[str, Any] = {
    "pack": "in-memory/1",
    "founders_min": 5,
    "capital_min_mad": 1000,
    "share_min_mad": 100,
    "paid_at_subscription": {"numerator": 1, "denominator": 4},
    "to_verify": [],
}

_WAITS_FOR = {"name": "founders", "file": "founders", "registered": None}


def founding_of(memory: Memory, kind: str, id: str) -> SimpleNamespace | None:
    """The file that was opened from a record, for those who take part in it."""
    opened, people = memory.foundings.get((kind, id), (None, []))
    return opened if memory.caller.person in people else None


def put_founding(memory: Memory, kind: str, id: str, step: str, cooperative: str | None, people: list[str]) -> None:
    """Puts a file at a step, opened from a record."""
    said = {"step": step, "since": memory.now, "waits_for": _WAITS_FOR.get(step, "office"), "cooperative": cooperative}
    body = json.dumps({name: value for name, value in said.items() if value is not None})
    file = f"00000000-0000-7000-9000-{len(memory.foundings) + 1:012}"
    opened = SimpleNamespace(id=file, version=1, created_at=memory.now, changed_at=memory.now, body=body)
    memory.foundings[kind, id] = (opened, people)
