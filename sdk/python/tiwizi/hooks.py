"""Looks at writes before they happen: let them pass, amend them or refuse them. A hook may read, and may not write."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True)
class Proposal:
    """A write that is about to happen, reduced to what its caller may see."""

    #: The hook's name in the manifest.
    hook: str
    #: `registry/cooperative`.
    kind: str
    id: str | None
    #: `create`, `change` or `delete`.
    operation: str
    before: Body | None
    after: Body | None


@dataclass(frozen=True)
class Amend:
    """Another content shall stand there: the whole, which is validated again."""

    body: Body


@dataclass(frozen=True)
class Refuse:
    """The write may not happen."""

    #: A word for programs: `capital-too-low`.
    code: str
    #: A sentence for the person who writes, in the call's language.
    message: str
    #: The JSON pointer of the field that is wrong; empty for the whole.
    pointer: str = ""


#: None lets the write pass.
Verdict = Amend | Refuse | None


def proposal_of(found: Any) -> Proposal:
    """A proposal of the contract as a hook sees it."""
    before, after = (None if body is None else json.loads(body) for body in (found.before, found.after))
    return Proposal(found.hook, found.kind, found.id, found.operation, before, after)


def for_kernel(verdict: Verdict) -> tuple[str, Any]:
    """The verdict as the case of the contract's variant that it is."""
    match verdict:
        case None:
            return "pass", None
        case Amend(body):
            return "amend", json.dumps(body, ensure_ascii=False)
        case Refuse(code, message, pointer):
            return "refuse", {"code": code, "message": message, "pointer": pointer}
    raise TypeError(f"{verdict!r} is no verdict of a hook")
