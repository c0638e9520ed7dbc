"""The kernel's interfaces, answered from memory, in the words of the contract."""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from . import lists, others, queue, records
from .blobs import blobs
from .credentials import credentials
from .documents import documents
from .founding import founding_of
from .memory import Memory, read_json, record_id, refusal
from .outside import fetch_laid
from .register import COOPERATIVE, PERSON

_KEYS_DEFAULT = 50
_KEYS_MAX = 1_000


def interfaces_of(memory: Memory) -> dict[str, Any]:
    """Every interface of the contract, by its name."""
    return {
        "context": _context(memory),
        "store": _granted(memory, "store", _store(memory), ("insert", "put", "patch", "delete")),
        "kv": _granted(memory, "kv", _kv(memory), ("set", "delete", "cas", "increment")),
        "blobs": _granted(memory, "blobs", blobs(memory), ("begin", "write_chunk", "finish", "delete")),
        "documents": _granted(memory, "documents", documents(memory), ("make",)),
        "credentials": _granted(memory, "credentials", credentials(memory), ("issue", "revoke")),
        "events": _granted(memory, "events", queue.events(memory), ("emit",)),
        "jobs": _granted(memory, "jobs", queue.jobs(memory), ("enqueue", "cancel", "progress")),
        "calls": _granted(memory, "calls", others.calls(memory)),
        "notify": _granted(memory, "notify", others.notify(memory), ("to_person", "to_role")),
        "registry": _granted(memory, "registry.read", _registry(memory)),
        "milestones": _granted(memory, "milestones", _milestones(memory), ("reach", "reach_for")),
        "config": _config(memory),
        "i18n": _i18n(memory),
        "secrets": _secrets(memory),
        "http-out": _granted(memory, "http-out", {"fetch": lambda *values: fetch_laid(memory, _opened, *values)}),
        "telemetry": _telemetry(memory),
    }


def _granted(
    memory: Memory, capability: str, functions: dict[str, Callable[..., Any]], writing: tuple[str, ...] = ()
) -> SimpleNamespace:
    """The same functions, each refused where the capability is not granted; those that write also while a hook looks."""

    def guarded(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def function(*values: Any) -> Any:
            memory.require(capability)
            if name in writing:
                memory.require_writing()
            return work(*values)

        return function

    return SimpleNamespace(**{name: guarded(name, work) for name, work in functions.items()})


def _context(memory: Memory) -> SimpleNamespace:
    return SimpleNamespace(
        request_id=lambda: "request-in-memory",
        language=lambda: memory.language,
        caller=lambda: memory.caller,
        now=lambda: memory.now,
        # Time stands still here, so a call has always all of it.
        deadline_left_ms=lambda: 5_000,
        instance=lambda: memory.instance,
        address=lambda: memory.address,
        plugin_id=lambda: memory.manifest.get("id", ""),
        plugin_version=lambda: memory.manifest.get("version", ""),
    )


def _store(memory: Memory) -> dict[str, Callable[..., Any]]:
    functions = {
        "get": lambda kind, id: records.get(memory, kind, id),
        "find": lambda kind, query: lists.find(memory, kind, query),
        "count": lambda kind, query: lists.count(memory, kind, query),
        "insert": lambda kind, body: records.insert(memory, kind, read_json(body)),
        "put": lambda kind, id, version, body: records.write(memory, kind, id, version, lambda _: read_json(body)),
        "patch": lambda kind, id, version, patch: records.patch(memory, kind, id, version, read_json(patch)),
        "delete": lambda kind, id, version: records.remove(memory, kind, id, version),
    }
    return {name: _of_own_kind(memory, work) for name, work in functions.items()}


def _of_own_kind(memory: Memory, work: Callable[..., Any]) -> Callable[..., Any]:
    return lambda kind, *values: work(records.own_kind(memory, kind), *values)


def _kv(memory: Memory) -> dict[str, Callable[..., Any]]:
    def get(key: str) -> bytes | None:
        value, until = memory.unit.values.get(key, (None, 0))
        return value if until > memory.now else None

    def put(key: str, value: bytes, ttl_ms: int | None) -> None:
        if ttl_ms is not None and ttl_ms < 1:
            raise refusal("invalid", "a value must live for at least a millisecond")
        memory.unit.values[key] = (value, float("inf") if ttl_ms is None else memory.now + ttl_ms)

    def cas(key: str, expected: bytes | None, value: bytes, ttl_ms: int | None) -> None:
        if get(key) != expected:
            raise refusal("stale", f"another value stands under {key}", retryable=True)
        put(key, value, ttl_ms)

    def increment(key: str, delta: int) -> int:
        found = get(key)
        try:
            total = (0 if found is None else int(found)) + delta
        except ValueError:
            raise refusal("invalid", f"no whole number stands under {key}") from None
        until = float("inf") if found is None else memory.unit.values[key][1]
        memory.unit.values[key] = (str(total).encode(), until)
        return total

    def list_keys(prefix: str, limit: int, cursor: str | None) -> SimpleNamespace:
        most = _KEYS_DEFAULT if limit == 0 else min(limit, _KEYS_MAX)
        live = sorted(key for key in memory.unit.values if get(key) is not None and key.startswith(prefix))
        asked = [key for key in live if cursor is None or key > cursor]
        return SimpleNamespace(keys=asked[:most], next=asked[most - 1] if len(asked) > most else None)

    def delete(key: str) -> None:
        memory.unit.values.pop(key, None)

    keyed = {"get": get, "set": put, "delete": delete, "cas": cas, "increment": increment}
    return {**{name: _of_key(work) for name, work in keyed.items()}, "list_keys": list_keys}


def _of_key(work: Callable[..., Any]) -> Callable[..., Any]:
    """The same for keys that can be stored."""

    def function(key: str, *values: Any) -> Any:
        if not key or any(unicodedata.category(letter) == "Cc" for letter in key):
            raise refusal("invalid", "a key has at least a letter and no control characters")
        return work(key, *values)

    return function


def _registry(memory: Memory) -> dict[str, Callable[..., Any]]:
    return {
        "cooperative": lambda id: records.get(memory, COOPERATIVE, id),
        "person": lambda id: records.get(memory, PERSON, id),
        "cooperatives": lambda query: lists.find(memory, COOPERATIVE, query),
        "acts_for": lambda: [
            found for id in sorted(memory.acts_for) if (found := records.get(memory, COOPERATIVE, id)) is not None
        ],
        "founding": lambda kind, id: founding_of(memory, records.own_kind(memory, kind), id),
        "founding_rules": lambda: json.dumps(memory.founding_rules),
    }


def _milestones(memory: Memory) -> dict[str, Callable[..., Any]]:
    return {
        "reach": lambda *values: _reach(memory, *values),
        "reach_for": lambda *values: _reach_for(memory, *values),
    }


def _check_milestone(memory: Memory, code: str) -> None:
    if code not in [milestone["code"] for milestone in memory.manifest.get("milestones", [])]:
        raise refusal("invalid", f"the manifest declares no milestone {code}")


def _reach_for(memory: Memory, cooperative: str, code: str, kind: str, id: str) -> None:
    _check_milestone(memory, code)
    if record_id(cooperative) not in memory.acts_for:
        raise refusal("denied", f"the caller does not act for the cooperative {cooperative}")
    short = records.own_kind(memory, kind)
    if records.get(memory, short, id) is None:
        raise refusal("not-found", f"there is no record {id}")
    subject = next(one.get("subject") for one in memory.manifest["kinds"] if one["name"] == short)
    if (id if subject == "self" else memory.unit.rows[id].body.get(subject)) != cooperative:
        raise refusal("invalid", f"the record {id} does not belong to {cooperative}")
    if (cooperative, code, id) not in memory.unit.reached_for:
        memory.unit.reached_for.append((cooperative, code, id))


def _reach(memory: Memory, code: str, kind: str, id: str) -> None:
    _check_milestone(memory, code)
    if memory.caller.person is None:
        raise refusal("invalid", "the caller's account belongs to no person")
    if records.get(memory, records.own_kind(memory, kind), id) is None:
        raise refusal("not-found", f"there is no record {id}")
    if (code, id) not in memory.unit.reached:
        memory.unit.reached.append((code, id))


def _config(memory: Memory) -> SimpleNamespace:
    def get(name: str) -> str:
        if name not in memory.settings:
            raise refusal("not-found", f"the manifest declares no setting {name}")
        return json.dumps(memory.settings[name])

    return SimpleNamespace(get=get, get_all=lambda: json.dumps(memory.settings))


def _secret(memory: Memory, name: str) -> str | None:
    """A secret, or None when it is not set."""
    if name not in memory.secrets:
        raise refusal("not-found", f"the manifest names no secret {name}")
    return memory.secrets[name]


def _opened(memory: Memory, name: str) -> str:
    secret = _secret(memory, name)
    if secret is None:
        raise refusal("not-found", f"the secret {name} is not set")
    return secret


def _secrets(memory: Memory) -> SimpleNamespace:
    """Whether one is set is asked without a grant, as in the real kernel."""
    secrets = _granted(memory, "secrets", {"reveal": lambda name: _opened(memory, name)})
    secrets.is_set = lambda name: _secret(memory, name) is not None
    return secrets


#: The nearest languages first, as the kernel goes through them.
_NEAREST = {
    "ar": ("ar", "ary", "fr"),
    "ary": ("ary", "ar", "fr"),
    "fr": ("fr", "ar"),
    "zgh": ("zgh", "shi", "tzm", "rif", "fr", "ar"),
    "shi": ("shi", "zgh", "tzm", "fr", "ar"),
    "tzm": ("tzm", "zgh", "shi", "fr", "ar"),
    "rif": ("rif", "zgh", "shi", "tzm", "fr", "ar"),
}


def _i18n(memory: Memory) -> SimpleNamespace:
    """Messages are filled plainly, without forms; numbers and days are written as `1234.5` and `2026-01-01`."""

    def translate(key: str, args: list[tuple[str, str]], language: str | None) -> str:
        tag = language or memory.language
        if tag not in _NEAREST:
            raise refusal("invalid", f"{tag} is no language")
        found = next((memory.messages[near][key] for near in _NEAREST[tag] if key in memory.messages.get(near, {})), None)
        if found is None:
            raise refusal("not-found", f"no locale has the message {key}")
        for name, value in args:
            found = re.sub(rf"\{{ *\${re.escape(name)} *\}}", lambda _, value=value: value, found)
        return found

    def format_number(value: float, decimals: int, language: str | None) -> str:
        text = f"{value:.{decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    def format_date(at: int, language: str | None) -> str:
        return datetime.fromtimestamp(at / 1_000, UTC).date().isoformat()

    return SimpleNamespace(translate=translate, format_number=format_number, format_date=format_date)


def _telemetry(memory: Memory) -> SimpleNamespace:
    def log(level: str, message: str, fields: list[tuple[str, str]]) -> None:
        """What is not granted is dropped, as the real kernel does."""
        if "telemetry" in memory.granted:
            memory.logged.append((level, message, dict(fields)))

    def add(type: str, name: str, value: float) -> None:
        is_declared = any((metric["name"], metric["type"]) == (name, type) for metric in memory.manifest.get("metrics", []))
        if is_declared and "telemetry" in memory.granted:
            memory.counted.setdefault(name, []).append(value)

    return SimpleNamespace(log=log, count=functools.partial(add, "counter"), observe=functools.partial(add, "histogram"))
