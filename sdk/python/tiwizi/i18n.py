"""Words, numbers and days in a language: for what no template makes, a file, a message, a word in a record."""

from __future__ import annotations

from typing import Any

from .kernel import ask


def translate(key: str, language: str | None = None, **values: Any) -> str:
    """A message of the plugin's locales with its values, in a language or in the nearest that has it; without one in the call's own."""
    return ask("i18n", "translate", key, [(name, str(value)) for name, value in values.items()], language)


def number(value: float, decimals: int = 0, language: str | None = None) -> str:
    """A number as the language writes it, with at most so many digits after the point."""
    return ask("i18n", "format_number", float(value), decimals, language)


def date(at: int, language: str | None = None) -> str:
    """The day of a moment, in milliseconds since 1970, in Morocco and in words."""
    return ask("i18n", "format_date", at, language)
