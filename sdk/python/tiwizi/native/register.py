"""The kernel's own kinds as its manifest declares them: whom they show, and how much of them. `cargo xtask docs` writes register.json."""

from __future__ import annotations

import json
from pathlib import Path

from .rights import Kind

_MANIFEST = json.loads(Path(__file__).with_name("register.json").read_text(encoding="utf-8"))
_NAMESPACE = f"{_MANIFEST['id']}/"

COOPERATIVE = _NAMESPACE + "cooperative"
PERSON = _NAMESPACE + "person"

#: By their full names. A test may put fields there that the kind does not declare, and the kernel would show nobody.
KINDS: dict[str, Kind] = {_NAMESPACE + kind["name"]: {**kind, "is_closed": True} for kind in _MANIFEST["kinds"]}


def is_of_kernel(name: str) -> bool:
    """Whether a kind is the kernel's."""
    return name.startswith(_NAMESPACE)
