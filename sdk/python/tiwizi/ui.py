"""Parts of the kernel's own pages."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fragment:
    """Data for a template of the bundle, under a heading; an empty one for none."""

    template: str
    title: str
    data: dict[str, Any] = field(default_factory=dict)


def for_kernel(fragment: Fragment | None) -> dict[str, Any] | None:
    """The part as the contract has it; None where the slot stays empty."""
    if fragment is None:
        return None
    return {"template": fragment.template, "title": fragment.title, "data": json.dumps(fragment.data, ensure_ascii=False)}
