"""Credentials (Open Badges 3.0) that the instance signs and anybody verifies. Capability `credentials`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .kernel import ask


@dataclass(frozen=True)
class Credential:
    """A credential as it is handed out. The kernel keeps no copy: whoever shall have it later keeps the token."""

    #: What it is taken back by; the end of its address, which nobody can guess.
    id: str
    #: Where anybody verifies it.
    address: str
    #: The signed credential, a compact JWT.
    token: str


def issue(claims: dict[str, Any]) -> Credential:
    """Signs a credential of a subject's achievement. docs/write-a-plugin.md says what the claims hold."""
    issued = json.loads(ask("credentials", "issue", json.dumps(claims, ensure_ascii=False)))
    return Credential(issued["id"], issued["address"], issued["token"])


def revoke(id: str, reason: str) -> None:
    """Takes back a credential that the plugin had issued in an earlier call. The reason is kept, and not shown to the public."""
    ask("credentials", "revoke", id, reason)
