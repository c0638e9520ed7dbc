"""Lists of the kernel in memory: which records answer a question, in which order, page by page."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from .memory import Memory, Row, refusal
from .question import CREATED, SUBJECT, Query, settled
from .records import entry, rules_of, subject_of
from .rights import Kind, class_of, most_of, reach_of, shown
from .schema import canonical

ROWS_DEFAULT = 50
ROWS_MAX = 100
PAGE_BYTES_MAX = 4 << 20
COUNT_MAX = 10_000


def find(memory: Memory, name: str, asked: Any) -> SimpleNamespace:
    kind = rules_of(memory, name, "read")
    query = settled(kind, name, asked)
    fields = [filter.field for filter in query.filters]
    fields += [query.sort.field] if query.sort else []
    fields += kind["search"] if query.text is not None else []
    least = class_of(kind, fields)
    if most_of(kind, memory, "read") < least:
        raise refusal("denied", "the caller may not ask about a field of this question")

    def show(id: str, row: Row) -> SimpleNamespace | None:
        reach = reach_of(kind, memory, "read", subject_of(kind, id, row.body))
        # A question about a hidden field tells nothing about the records in which it is hidden.
        return None if reach < least else entry(id, row, shown(kind, row.body, reach))

    return _page(memory, name, kind, query, show)


def count(memory: Memory, name: str, query: Any) -> int:
    if query.text is not None:
        raise refusal("not-indexed", "words are not counted")
    counted, cursor = 0, "0"
    while cursor is not None:
        asked = SimpleNamespace(filters=query.filters, sort=None, text=None, limit=ROWS_MAX, cursor=cursor)
        found = find(memory, name, asked)
        counted, cursor = counted + len(found.items), found.next
    return min(counted, COUNT_MAX)


def _page(memory: Memory, name: str, kind: Kind, query: Query, show: Callable[[str, Row], SimpleNamespace | None]) -> SimpleNamespace:
    """A page of the records that fit and are shown."""
    fitting = [(id, row) for id, row in memory.of(name) if _fits(kind, id, row, query)]
    found = [(id, row, seen) for id, row in fitting if (seen := show(id, row)) is not None]
    if query.sort:
        # Oldest first already, which is also the order of equals.
        if query.sort.field != CREATED:
            order = functools.cmp_to_key(_compare)
            found.sort(key=lambda one: order(_value(kind, query.sort.field, one[0], one[1])))
        if query.sort.descending:
            found.reverse()
    if not (query.cursor or "0").isdecimal():
        raise refusal("invalid", "no such cursor")
    skipped = int(query.cursor or 0)
    rows = ROWS_DEFAULT if query.limit == 0 else min(query.limit, ROWS_MAX)
    items, length = [], 0
    for _, row, seen in found[skipped : skipped + rows]:
        # A page ends with the record whose body passes its bytes.
        if length > PAGE_BYTES_MAX:
            break
        items.append(seen)
        length += len(json.dumps(row.body, ensure_ascii=False, separators=(",", ":")).encode())
    end = skipped + len(items)
    return SimpleNamespace(items=items, next=str(end) if len(found) > end else None)


def _value(kind: Kind, field: str, id: str, row: Row) -> Any:
    """What a record has in a field; a record that is its own subject has its id there."""
    return id if field == SUBJECT and kind.get("subject") == "self" else row.body.get(field)


def _fits(kind: Kind, id: str, row: Row, query: Query) -> bool:
    """Every word of a search begins a word of the search fields."""
    held = " ".join(str(row.body.get(field, "")) for field in kind.get("search", [])).lower().split()
    words = (query.text or "").lower().split()
    passing = all(_passes(_value(kind, filter.field, id, row), filter.comparison, filter.value) for filter in query.filters)
    return passing and all(any(there.startswith(word) for there in held) for word in words)


def _passes(found: Any, comparison: str, value: Any) -> bool:
    if found is None:
        return False
    order = _compare(found, value)
    passes = {"equal": order == 0, "above": order > 0, "at-least": order >= 0, "below": order < 0, "at-most": order <= 0}
    return passes[comparison]


def _compare(one: Any, other: Any) -> int:
    """What is missing stands behind all that is there."""
    if one is None or other is None:
        return (one is None) - (other is None)
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other))
    left, right = (one, other) if numbers else (value if isinstance(value, str) else canonical(value) for value in (one, other))
    return (left > right) - (left < right)
