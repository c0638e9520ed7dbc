"""Requests to the hosts that the capability `http-out` names. A request is sent at once: what it did elsewhere is done, also when
this call fails afterwards.
"""

from __future__ import annotations

import json as _json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from .kernel import ask


@dataclass
class Reply:
    """What the other side answered."""

    status: int
    url: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that name, in small letters."""
        return next((value for found, value in self.headers if found == name), None)

    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        return _json.loads(self.body)


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    json: Any = None,
    secrets: dict[str, tuple[str, str]] | None = None,
    timeout_ms: int = 0,
    bytes_max: int = 0,
    redirects_max: int = 0,
) -> Reply:
    """Sends a request. Any status is an answer.

    `json` is a body written as JSON. `secrets` names for each header a prefix and a secret of the manifest, which the kernel puts in:
    `{"authorization": ("Bearer ", "rates-token")}`. `timeout_ms` and `bytes_max` are the kernel's where they are left out; redirects
    are followed `redirects_max` times, 5 at most.
    """
    pairs = list((headers or {}).items())
    if json is not None:
        pairs.append(("content-type", "application/json"))
        body = _json.dumps(json, ensure_ascii=False).encode()
    hidden = [
        SimpleNamespace(header=header, prefix=prefix, secret=secret) for header, (prefix, secret) in (secrets or {}).items()
    ]
    request = SimpleNamespace(method=method, url=url, headers=pairs, body=body)
    options = SimpleNamespace(timeout_ms=timeout_ms, bytes_max=bytes_max, redirects_max=redirects_max, secrets=hidden)
    reply = ask("http-out", "fetch", request, options)
    return Reply(reply.status, reply.url, [tuple(pair) for pair in reply.headers], reply.body)
