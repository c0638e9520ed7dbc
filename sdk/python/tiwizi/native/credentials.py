"""Credentials of the kernel in memory. Nothing is signed here: it is kept what was to be signed, and a token that says so stands for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .memory import Memory, read_json, refusal

_CLAIMS_BYTES_MAX = 32 << 10
_REASON_CHARS_MAX = 1_000
_ASKED = ("id", "name", "description", "criteria")


@dataclass(frozen=True)
class Signed:
    """A credential that was to be signed."""

    id: str
    claims: dict[str, Any]
    #: Why it was taken back.
    revoked: str | None = None


def credentials(memory: Memory) -> dict[str, Callable[..., Any]]:
    def issue(text: str) -> str:
        if len(text.encode()) > _CLAIMS_BYTES_MAX:
            raise refusal("over-limit", "the claims of a credential have at most 32 KiB")
        claims = read_json(text)
        achievement, subject = _object(claims, "achievement"), _object(claims, "subject")
        for field in _ASKED:
            if field not in achievement:
                raise refusal("invalid", f"/achievement/{field} of a credential is missing")
        if "name" not in subject and "hashed" not in subject:
            raise refusal("invalid", "/subject of a credential: has a name or something hashed")
        id = f"{len(memory.unit.signed) + 1:032x}"
        memory.unit.signed.append(Signed(id, claims))
        address = f"https://registre.example.org/verify/credential/{id}"
        return json.dumps({"id": id, "address": address, "token": f"in-memory.{id}.in-memory"})

    def revoke(id: str, reason: str) -> None:
        if not 1 <= len(reason.strip()) <= _REASON_CHARS_MAX:
            raise refusal("invalid", "a reason has 1 to 1,000 characters")
        for at, signed in enumerate(memory.unit.signed):
            if signed.id == id:
                memory.unit.signed[at] = replace(signed, revoked=signed.revoked or reason.strip())
                return
        raise refusal("not-found", "the plugin had no such credential issued")

    return {"issue": issue, "revoke": revoke}


def _object(claims: Any, field: str) -> dict[str, Any]:
    found = claims.get(field) if isinstance(claims, dict) else None
    return found if isinstance(found, dict) else {}
