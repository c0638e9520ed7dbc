"""Forms and queries, held to rules, with a fault for each field that is wrong.

>>> from tiwizi import Form, Request, text, whole
>>> new_note = Form(text=text(max=20), stars=whole(min=1, max=5, optional=True))
>>> Request.post("/", text=" Olives ", stars="3").read_form(new_note).value
{'text': 'Olives', 'stars': 3}
>>> filled = Request.post("/", text=" ", stars="9").read_form(new_note)
>>> filled.value, filled.faults
(None, {'text': 'required', 'stars': 'too-large'})
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from .problem import Problem
from .request import Pairs


class Fault(Exception):
    """Why a field is refused: a word that the kernel uses for the same fault of a record."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Rules:
    """The rules of one field."""

    read: Callable[[str], Any]
    optional: bool = False
    absent: Any = None
    #: For a field that may come several times: how often.
    times: tuple[int, float] | None = None

    def read_all(self, texts: list[str]) -> Any:
        sent = [found for found in texts if found != ""]
        if self.times is not None:
            items = [self.read(found) for found in sent]
            return _within(items, len(items), *self.times, ("too-few", "too-many"))
        if sent and texts[0] != "":
            return self.read(texts[0])
        if self.optional:
            return self.absent
        raise Fault("required")


def text(*, min: int = 0, max: float = float("inf"), optional: bool = False) -> Rules:
    """Some text, without the blanks around it."""
    return Rules(lambda found: _within(found, len(found), min, max, ("too-short", "too-long")), optional)


def whole(*, min: float = float("-inf"), max: float = float("inf"), optional: bool = False) -> Rules:
    """A whole number."""
    return Rules(lambda found: _number(found, r"-?[0-9]+", int, min, max), optional)


def number(*, min: float = float("-inf"), max: float = float("inf"), optional: bool = False) -> Rules:
    """Any number."""
    return Rules(lambda found: _number(found, r"-?[0-9]+(\.[0-9]+)?", float, min, max), optional)


def day(*, optional: bool = False) -> Rules:
    """A day: `2026-02-28`."""
    return Rules(_day, optional)


def choice(words: Sequence[str], *, optional: bool = False) -> Rules:
    """One of these words."""
    return Rules(lambda found: _one_of(found, words), optional)


def checkbox() -> Rules:
    """A checkbox: one that was not sent is not checked."""
    return Rules(_checked, optional=True, absent=False)


def several(rules: Rules, *, min: int = 0, max: float = float("inf")) -> Rules:
    """Every field of the name."""
    return Rules(rules.read, times=(min, max))


def _within(value: Any, measure: float, low: float, high: float, codes: tuple[str, str]) -> Any:
    if measure < low:
        raise Fault(codes[0])
    if measure > high:
        raise Fault(codes[1])
    return value


def _number(found: str, pattern: str, kind: Callable[[str], float], low: float, high: float) -> float:
    if re.fullmatch(pattern, found) is None:
        raise Fault("type")
    try:
        value = kind(found)
    except ValueError:
        # Python reads so many digits of a whole number and no more.
        raise Fault("type") from None
    if abs(value) == float("inf"):
        raise Fault("type")
    return _within(value, value, low, high, ("too-small", "too-large"))


def _day(found: str) -> str:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", found):
            return date.fromisoformat(found).isoformat()
    except ValueError:
        pass
    raise Fault("format")


def _one_of(found: str, words: Sequence[str]) -> str:
    if found not in words:
        raise Fault("enum")
    return found


def _checked(found: str) -> bool:
    if found in ("on", "true", "1", "yes"):
        return True
    if found in ("off", "false", "0", "no"):
        return False
    raise Fault("type")


class Form:
    """The rules of a form: the fields by name."""

    def __init__(self, **fields: Rules) -> None:
        self.fields = fields

    def read(self, pairs: Pairs) -> Filled:
        """Reads the fields; what is wrong stands in the form that comes back."""
        filled, value = Filled(**dict(pairs)), {}
        for name, rules in self.fields.items():
            try:
                value[name] = rules.read_all([sent.strip() for found, sent in pairs if found == name])
            except Fault as fault:
                filled.refuse(name, fault.code)
        filled.value = None if filled.faults else value
        return filled


class Filled:
    """A form as somebody filled it in, with the faults of its fields: what a template shows again as `form.values.text` and
    `form.faults.text`."""

    def __init__(self, /, **values: str) -> None:
        # A field may be called `self` too: whoever sends a form chooses the names.
        self.values: dict[str, str] = values
        self.faults: dict[str, str] = {}
        #: What was read, by the names of the fields; none when a field is wrong.
        self.value: dict[str, Any] | None = None

    @property
    def is_good(self) -> bool:
        return not self.faults

    def refuse(self, name: str, code: str) -> Filled:
        """Adds a fault that only the plugin knows."""
        self.faults[name] = code
        return self

    def refused_by(self, problem: Problem) -> Filled:
        """Adds the faults that the kernel found when the record was written. Raises the problem when it is none about fields."""
        found = problem.details.get("fields") or [] if problem.code in ("invalid", "duplicate") else []
        named = 0
        for fault in found:
            name, code = (fault, problem.code) if isinstance(fault, str) else _fault_of(fault)
            if name:
                self.refuse(name, code)
                named += 1
        if named == 0:
            raise problem
        return self

    def problem(self) -> Problem:
        """For a caller that is a program: `invalid`, with a pointer and a code for each field."""
        fields = [{"pointer": f"/{name}", "code": code} for name, code in self.faults.items()]
        return Problem.invalid(f"these fields are wrong: {', '.join(self.faults)}").having(fields=fields)

    def or_raise(self) -> dict[str, Any]:
        """The values when all is good."""
        if self.value is None:
            raise self.problem()
        return self.value

    def plain(self) -> dict[str, Any]:
        """What a template reads."""
        return {"values": self.values, "faults": self.faults}


def _fault_of(fault: dict[str, str]) -> tuple[str, str]:
    parts = fault.get("pointer", "").split("/")
    return (parts[1] if len(parts) > 1 else ""), fault.get("code", "invalid")
