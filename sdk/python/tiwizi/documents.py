"""Documents as PDF, set by the kernel from a template of the bundle. Capability `documents`, and `blobs` beside it."""

from __future__ import annotations

import json
from typing import Any

from .kernel import ask


def make(template: str, language: str, data: dict[str, Any]) -> str:
    """Sets a document of the manifest in a language and keeps it as a file of the plugin; answers the file's id. The template knows `data`."""
    return ask("documents", "make", template, language, json.dumps(data, ensure_ascii=False))


def link(id: str, seconds: int, name: str) -> str:
    """A path under which anybody may see the document for so many seconds, one day at most, and save it under this name, without an ending."""
    return ask("documents", "link", id, seconds, name)
