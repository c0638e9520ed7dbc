"""The records of the plugin's own kinds. Writes are gathered and become durable together after the call has answered well; reads
of the same call see them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from .kernel import ask

_COMPARISONS = ("equal", "above", "at_least", "below", "at_most")


@dataclass
class Entry:
    """A record: its header and its body."""

    id: str
    version: int
    created_at: int
    changed_at: int
    body: dict[str, Any]


@dataclass
class Entries:
    """Some records, and the cursor of the next ones."""

    items: list[Entry]
    next: str | None


class Store:
    """The records of one kind, by the name that the manifest gives it.

        notes = Store("note")
        entry = notes.insert({"person": person, "text": "Olives"})
        page = notes.find(equal={"person": person}, sort="-written", limit=20)
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def get(self, id: str) -> Entry | None:
        """One record; None when there is none, or the caller may not know of it."""
        return entry(ask("store", "get", self.kind, id))

    def find(self, **find: Any) -> Entries:
        """Some records: see `query`. What no index of the manifest answers is refused."""
        return entries(ask("store", "find", self.kind, query(**find)))

    def first(self, **find: Any) -> Entry | None:
        """The first record that fits."""
        return next(iter(self.find(**find, limit=1).items), None)

    def count(self, **find: Any) -> int:
        """How many records fulfil the conditions; 10,000 stands for as many or more."""
        return ask("store", "count", self.kind, query(**find))

    def insert(self, body: dict[str, Any]) -> Entry:
        """Writes a new record."""
        return _written(ask("store", "insert", self.kind, _text(body)))

    def put(self, changed: Entry) -> Entry:
        """Writes an entry's changed body back; `stale` when somebody else has written it meanwhile."""
        return _written(ask("store", "put", self.kind, changed.id, changed.version, _text(changed.body)))

    def patch(self, id: str, patch: dict[str, Any], version: int | None = None) -> Entry:
        """Applies a JSON Merge Patch; to whatever version when none is named."""
        return _written(ask("store", "patch", self.kind, id, version, _text(patch)))

    def delete(self, seen: Entry) -> None:
        """Deletes an entry; `stale` when somebody else has written it meanwhile."""
        ask("store", "delete", self.kind, seen.id, seen.version)


def query(
    *, sort: str | None = None, text: str | None = None, limit: int = 0, after: str | None = None, **conditions: dict[str, Any]
) -> SimpleNamespace:
    """Conditions are `equal`, `above`, `at_least`, `below` and `at_most`, each with fields and values; `sort` is a field, with a
    hyphen before it for a falling order; `after` is the `next` of the page before."""
    filters = []
    for word, fields in conditions.items():
        if word not in _COMPARISONS:
            raise TypeError(f"{word} is no condition; {', '.join(_COMPARISONS)} are")
        filters += [
            SimpleNamespace(field=field, comparison=word.replace("_", "-"), value=_text(value))
            for field, value in fields.items()
        ]
    order = None if sort is None else SimpleNamespace(field=sort.removeprefix("-"), descending=sort.startswith("-"))
    return SimpleNamespace(filters=filters, sort=order, text=text, limit=limit, cursor=after)


def entry(found: Any) -> Entry | None:
    """An entry of the contract as the kit shows it."""
    return None if found is None else _written(found)


def entries(page: Any) -> Entries:
    """A page of the contract as the kit shows it."""
    return Entries([_written(item) for item in page.items], page.next)


def _written(found: Any) -> Entry:
    return Entry(found.id, found.version, found.created_at, found.changed_at, json.loads(found.body))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
