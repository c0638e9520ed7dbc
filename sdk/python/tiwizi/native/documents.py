"""Documents of the kernel in memory. Nothing is set here: it is kept what was to be set, and a file that says so stands for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from .blobs import blobs
from .memory import Memory, read_json, refusal

_LANGUAGES = ("ar", "ary", "fr", "zgh", "shi", "tzm", "rif")
_NAME_CHARS_MAX = 80


@dataclass(frozen=True)
class Made:
    """A document that was to be set."""

    template: str
    language: str
    data: dict[str, Any]
    #: The id of the file that stands for it.
    id: str


def documents(memory: Memory) -> dict[str, Callable[..., Any]]:
    files = blobs(memory)

    def make(template: str, language: str, text: str) -> str:
        memory.require("blobs")
        if language not in _LANGUAGES:
            raise refusal("invalid", f"{language} is no language")
        if template not in [document["name"] for document in memory.manifest.get("documents", [])]:
            raise refusal("not-found", f"the manifest lists no document {template}")
        data = read_json(text)
        if not isinstance(data, dict):
            raise refusal("invalid", "the data of a document is an object")
        upload = files["begin"]("application/pdf")
        files["write_chunk"](upload, f"%PDF-1.7\n% {template} {language} {text}\n".encode())
        made = Made(template, language, data, files["finish"](upload, None).id)
        memory.unit.made.append(made)
        return made.id

    def link(id: str, seconds: int, name: str) -> str:
        memory.require("blobs")
        plain = name.replace(" ", "").replace("-", "").replace("_", "")
        if not name[:1].isalnum() or len(name) > _NAME_CHARS_MAX or not plain.isalnum():
            raise refusal("invalid", "the name of a document is of letters, digits, spaces and hyphens")
        return files["link"](id, seconds).replace("&key=", f"&name={quote(name)}&key=")

    return {"make": make, "link": link}
