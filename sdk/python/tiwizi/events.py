"""What other people's writes and other plugins' doings lead to, and the plugin's own events. Capability `events`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .kernel import ask


@dataclass(frozen=True)
class Event:
    """Something that happened."""

    #: The same each time that this event is told.
    id: str
    #: The subscription's name in the manifest.
    subscription: str
    #: A kind, for changes of its records, or `plugin/topic`.
    topic: str
    #: For changes: `create`, `change` or `delete`.
    operation: str | None = None
    #: For changes: the record, and the version that was made.
    record: str | None = None
    version: int | None = None
    #: The record's id, or the key that the other plugin gave.
    key: str = ""
    #: The record as it stood then, or what the other plugin sent; None for a deleted record.
    payload: Any = None
    #: In milliseconds since 1970.
    at: int = 0
    #: 1 the first time.
    attempt: int = 1
    #: How many reactions led to it.
    depth: int = 0


def emit(topic: str, key: str, payload: Any = None) -> None:
    """Tells the subscribers of a topic of the manifest, together with the call's writes. Events with the same key arrive in their order."""
    ask("events", "emit", topic, key, json.dumps(payload, ensure_ascii=False))


def event_of(found: Any) -> Event:
    """An event of the contract as a plugin's function sees it."""
    return Event(
        found.id,
        found.subscription,
        found.topic,
        found.operation,
        found.record,
        found.version,
        found.key,
        json.loads(found.payload),
        found.at,
        found.attempt,
        found.depth,
    )
