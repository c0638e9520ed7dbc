"""The outside of the kernel in memory: the answers that a test has laid out, of hosts that the manifest names."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from .memory import Memory, refusal

_PORTS = {"http": 80, "https": 443}


def fetch_laid(memory: Memory, opened: Callable[[Memory, str], str], request: Any, options: Any) -> SimpleNamespace:
    """Nothing is ever sent: a request is given the answer that the test has laid out."""
    scheme, host, port = _place(request.url)
    if scheme not in _PORTS or not host:
        raise refusal("invalid", f"{request.url} is no address")
    if not any(_holds(named, (scheme, host, port)) for named in _hosts(memory.manifest)):
        origin = f"{scheme}://{host}" if port == _PORTS[scheme] else f"{scheme}://{host}:{port}"
        message = f"the manifest does not name {origin} among the hosts of http-out"
        raise refusal("denied", message, capability="http-out", origin=origin)
    for hidden in options.secrets:
        opened(memory, hidden.secret)
    memory.asked.append((request.method, request.url))
    for method, url, status, body in memory.laid:
        if (method, url) == (request.method, request.url):
            return SimpleNamespace(status=status, url=url, headers=[], body=body)
    raise refusal("unavailable", f"no test has laid out an answer for {request.url}")


def _hosts(manifest: dict[str, Any]) -> list[str]:
    return [host for asked in manifest.get("capabilities", []) if asked["name"] == "http-out" for host in asked.get("hosts", [])]


def _place(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "", "", None


def _holds(named: str, asked: tuple[str, str, int | None]) -> bool:
    """`api.example.org`, `*.example.org`, `api.example.org:8443`, `http://old.example.org`: each with its scheme and its port."""
    scheme, name, port = _place(named if "://" in named else f"https://{named}")
    is_meant = asked[1].endswith(name[1:]) if name.startswith("*.") else asked[1] == name
    return is_meant and (scheme, port) == (asked[0], asked[2])
