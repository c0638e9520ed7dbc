"""Values that the plugin keeps by key: a cache, a counter, the place where it stopped. They are no records."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .kernel import ask


@dataclass
class Keys:
    """Some keys, in the order of their bytes, and the cursor of the next ones."""

    keys: list[str]
    next: str | None


def get(key: str) -> Any:
    """The value under a key, read from JSON; None when there is none."""
    found = get_bytes(key)
    return None if found is None else json.loads(found)


def set(key: str, value: Any, *, ttl_ms: int | None = None) -> None:
    """Writes a value as JSON, whatever stands there; for so many milliseconds, or for good."""
    set_bytes(key, _bytes(value), ttl_ms=ttl_ms)


def swap(key: str, expected: Any, value: Any, *, ttl_ms: int | None = None) -> None:
    """Writes a value as JSON when `expected` stands there, or nothing where `expected` is None; else `stale`."""
    ask("kv", "cas", key, None if expected is None else _bytes(expected), _bytes(value), ttl_ms)


def get_bytes(key: str) -> bytes | None:
    """The value under a key, as it is."""
    return ask("kv", "get", key)


def set_bytes(key: str, value: bytes, *, ttl_ms: int | None = None) -> None:
    """Writes a value as it is."""
    ask("kv", "set", key, value, ttl_ms)


def delete(key: str) -> None:
    """Forgets a value; there need not be one."""
    ask("kv", "delete", key)


def increment(key: str, delta: int = 1) -> int:
    """Adds to a whole number and answers the sum; where nothing stands it counts from 0. No two calls are given the same sum."""
    return ask("kv", "increment", key, delta)


def list_keys(prefix: str = "", *, limit: int = 0, after: str | None = None) -> Keys:
    """The keys that begin with `prefix`."""
    page = ask("kv", "list_keys", prefix, limit, after)
    return Keys(list(page.keys), page.next)


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
