"""JSON as the kernel reads it."""

from __future__ import annotations

import json
from typing import Any

#: The largest whole number that every reader of JSON keeps exactly.
INTEGER_MAX = 2**53 - 1


def parse(text: str) -> Any:
    """Reads a text. What JSON has no word for, and a number that other programs would read as a different one, is a `ValueError`."""
    return json.loads(text, parse_constant=_constant, parse_int=_whole, parse_float=_float)


def fault_of_json(value: Any) -> str | None:
    """What is wrong with a value that goes to the kernel; None when nothing is."""
    try:
        parse(json.dumps(value, ensure_ascii=False))
    except (TypeError, ValueError) as fault:
        return str(fault)
    return None


def _constant(name: str) -> Any:
    raise ValueError(f"JSON has no {name}")


def _whole(digits: str) -> int:
    value = int(digits)
    if abs(value) > INTEGER_MAX:
        raise ValueError(f"{digits} is beyond ±{INTEGER_MAX}, and other programs would round it; send it as a string")
    return value


def _float(digits: str) -> float:
    value = float(digits)
    if value.is_integer():
        _whole(str(int(value)))
    elif value in (float("inf"), float("-inf")):
        raise ValueError(f"{digits} is too large")
    return value
