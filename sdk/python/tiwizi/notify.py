"""Notices to people, each in their own language. Capability `notify`."""

from __future__ import annotations

from typing import Any

from .kernel import ask


def to_person(person: str, key: str, *, link: str | None = None, **values: Any) -> None:
    """Tells the accounts of a person: a message of the plugin's locales, with its values, and a path below the plugin where it leads."""
    ask("notify", "to_person", person, _message(key, values, link))


def to_role(role: str, key: str, *, province: str | None = None, link: str | None = None, **values: Any) -> None:
    """Tells those who hold a role on a scope that covers a province; without one, wherever they hold it."""
    ask("notify", "to_role", role, province, _message(key, values, link))


def _message(key: str, values: dict[str, Any], link: str | None) -> dict[str, Any]:
    return {"key": key, "args": [(name, str(value)) for name, value in values.items()], "link": link}
