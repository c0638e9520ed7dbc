"""Other plugins and people, as the kernel in memory knows them: what the test lays out, and what was sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .judge import is_path_below
from .memory import Memory, Notice, record_id, refusal

_ROLES = ("administrator", "registrar", "trainer", "observer", "officer", "member")


def calls(memory: Memory) -> dict[str, Callable[..., Any]]:
    """Questions to other plugins."""

    def call(contract: str, major: int, method: str, payload: str) -> str:
        required = [(one["contract"], one["major"]) for one in memory.manifest.get("requires", [])]
        if (contract, major) not in required:
            raise refusal("denied", f"the manifest requires no contract {contract} {major}")
        if (contract, major, method) not in memory.contracts:
            raise refusal("unavailable", f"nobody answers for the contract {contract}", contract=contract, cause="missing")
        return json.dumps(memory.contracts[contract, major, method])

    return {"call": call}


def notify(memory: Memory) -> dict[str, Callable[..., Any]]:
    """Notices to people. It knows no accounts: it keeps what was sent, and to whom."""

    def tell(person: str | None, role: str | None, province: str | None, message: Any) -> None:
        key, args, link = message["key"], message["args"], message["link"]
        if not any(key in messages for messages in memory.messages.values()):
            raise refusal("invalid", f"no locale has the message {key}")
        if link is not None and not is_path_below(link):
            raise refusal("invalid", "a link is a path below the plugin, as in `/orders/17`")
        memory.unit.told.append(Notice(person, role, province, key, dict(args), link))

    def to_role(role: str, province: str | None, message: Any) -> None:
        if role not in _ROLES:
            raise refusal("invalid", f"{role} is not a role")
        tell(None, role, province, message)

    return {"to_person": lambda person, message: tell(record_id(person), None, None, message), "to_role": to_role}
