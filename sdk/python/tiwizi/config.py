"""The settings that the manifest declares, as the administrator set them, or their defaults."""

from __future__ import annotations

import json
from typing import Any

from .kernel import ask


def get(name: str) -> Any:
    """One setting; `not-found` when the manifest declares none of that name."""
    return json.loads(ask("config", "get", name))


def all() -> dict[str, Any]:
    """Every setting, by name."""
    return json.loads(ask("config", "get_all"))
