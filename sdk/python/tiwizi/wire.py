"""Between the kit's plain values and the types that componentize-py makes of the contract.

The generated functions carry their types as annotations. A converter is made of each annotation, once, while the component is built; so a
new interface of the contract needs nothing here. Plain values are: a string for a case of an enum, a pair of a case's name and its value
for a variant, anything with the right attributes (or a dictionary) for a record.
"""

from __future__ import annotations

import sys
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any

Convert = Callable[[Any], Any]


def parameters(function: Callable[..., Any]) -> list[Convert]:
    """The converters of a function's parameters to the contract's types, `self` apart."""
    hints = typing.get_type_hints(function)
    return [lower(hint) for name, hint in hints.items() if name != "return"]


def result(function: Callable[..., Any]) -> Any:
    """The type of what a function answers."""
    return typing.get_type_hints(function).get("return", NoneType)


def lower(hint: Any) -> Convert:
    """Makes the contract's value of a plain one."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, UnionType):
        if NoneType in inside:
            convert = lower(next(one for one in inside if one is not NoneType))
            return lambda value: None if value is None else convert(value)
        return _lower_variant(inside)
    if origin is list:
        convert = lower(inside[0])
        return lambda value: [convert(one) for one in value]
    if origin is tuple:
        converts = [lower(one) for one in inside]
        return lambda value: tuple(convert(one) for convert, one in zip(converts, value, strict=True))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda word: hint[word.upper().replace("-", "_")]
    if is_dataclass(hint):
        return _lower_record(hint)
    return lambda value: value


def _lower_record(record: Any) -> Convert:
    hints = typing.get_type_hints(record)
    converts = [(field.name, lower(hints[field.name])) for field in fields(record)]

    def convert(value: Any) -> Any:
        read = value.__getitem__ if isinstance(value, dict) else lambda name: getattr(value, name)
        return record(*[convert(read(name)) for name, convert in converts])

    return convert


def _lower_variant(cases: tuple[Any, ...]) -> Convert:
    made = {}
    for case in cases:
        hint = typing.get_type_hints(case).get("value")
        made[_word(case)] = (case, None if hint is None else lower(hint))

    def convert(value: tuple[str, Any]) -> Any:
        case, inside = made[value[0]]
        return case() if inside is None else case(inside(value[1]))

    return convert


def _word(case: type) -> str:
    """`Answer_Page` is the case `page`."""
    letters = case.__name__.partition("_")[2]
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in letters).lstrip("-")


def lift(hint: Any) -> Convert:
    """Makes a plain value of the contract's: enums become words, records keep their attributes."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, UnionType) and NoneType in inside:
        convert = lift(next(one for one in inside if one is not NoneType))
        return lambda value: None if value is None else convert(value)
    if origin is list:
        convert = lift(inside[0])
        return lambda value: [convert(one) for one in value]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value: value.name.lower().replace("_", "-")
    if is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        converts = [(field.name, lift(hints[field.name])) for field in fields(hint)]
        return lambda value: _lift_record(value, converts)
    return lambda value: value


def _lift_record(value: Any, converts: list[tuple[str, Convert]]) -> Any:
    for name, convert in converts:
        setattr(value, name, convert(getattr(value, name)))
    return value


def functions(module: Any) -> dict[str, Callable[..., Any]]:
    """The functions that an interface's module defines."""
    own = vars(sys.modules[module.__name__]).items()
    return {name: value for name, value in own if callable(value) and getattr(value, "__module__", "") == module.__name__ and not isinstance(value, type)}
