"""What a plugin answers a request with."""

from __future__ import annotations

import json as _json
from dataclasses import dataclass
from typing import Any

from .problem import Problem


@dataclass(frozen=True)
class Page:
    """Data for a template of the bundle, which the kernel renders."""

    status: int
    template: str
    title: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Document:
    """A JSON document."""

    status: int
    body: Any


@dataclass(frozen=True)
class Redirect:
    """The browser goes on, with a GET, to this path below the plugin."""

    path: str


@dataclass(frozen=True)
class File:
    """A file of the bundle, by its path below `assets/`."""

    path: str


Answer = Page | Document | Redirect | File | Problem


def page(template: str, title: str, data: dict[str, Any] | None = None, *, status: int = 200) -> Page:
    """A page; the members of `data` are the template's variables."""
    return Page(status, template, title, _plain(data or {}))


def json(body: Any, *, status: int = 200) -> Document:
    """A JSON document."""
    return Document(status, _plain(body))


def redirect(path: str) -> Redirect:
    """Sends the browser on to a path below the plugin."""
    return Redirect(path)


def file(path: str) -> File:
    """A file of the bundle."""
    return File(path)


def _plain(value: Any) -> Any:
    """The value as JSON has it, so that a test sees what the template will see."""
    return _json.loads(_json.dumps(value, ensure_ascii=False, default=_shown))


def _shown(value: Any) -> Any:
    plain = getattr(value, "plain", None)
    if plain is None:
        raise TypeError(f"{type(value).__name__} has no place in JSON")
    return plain()


def for_kernel(answer: Answer) -> tuple[str, Any]:
    """The answer as the case of the contract's variant that it is."""
    match answer:
        case Page(status, template, title, data):
            text = _json.dumps(data, ensure_ascii=False)
            return "page", {"status": status, "template": template, "title": title, "data": text}
        case Document(status, body):
            return "json", {"status": status, "body": _json.dumps(body, ensure_ascii=False)}
        case Redirect(path):
            return "redirect", path
        case File(path):
            return "file", path
        case Problem():
            return "problem", {"status": answer.status, "error": answer.for_kernel()}
    raise Problem.internal(f"{answer!r} is no answer")
