"""Lines in the kernel's log and numbers among its metrics, for the operator; never with personal data. Without the capability
`telemetry` they are dropped.
"""

from __future__ import annotations

from typing import Any

from .kernel import ask


def debug(message: str, **fields: Any) -> None:
    """Something that only the plugin's author wants to see."""
    _log("debug", message, fields)


def info(message: str, **fields: Any) -> None:
    """Something that the operator may want to see."""
    _log("info", message, fields)


def warn(message: str, **fields: Any) -> None:
    """Something that the operator should look at."""
    _log("warn", message, fields)


def error(message: str, **fields: Any) -> None:
    """Something that does not work."""
    _log("error", message, fields)


def count(name: str, delta: int = 1) -> None:
    """Adds to a counter that the manifest declares."""
    ask("telemetry", "count", name, delta)


def observe(name: str, value: float) -> None:
    """Notes one value of a histogram that the manifest declares."""
    ask("telemetry", "observe", name, float(value))


def _log(level: str, message: str, fields: dict[str, Any]) -> None:
    ask("telemetry", "log", level, message, [(name, str(value)) for name, value in fields.items()])
