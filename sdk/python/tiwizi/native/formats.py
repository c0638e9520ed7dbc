"""The formats and the patterns that the kernel in memory knows, as strict as the kernel is."""

from __future__ import annotations

import functools
import re
from datetime import date

_TIME = r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:[zZ]|([+-])([0-9]{2}):([0-9]{2}))"
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_SIGN = "(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
_PLACE = rf"//(?:(?:{_SIGN}|:)*@)?(?:\[[0-9A-Fa-f:.]+\]|{_SIGN}*)(?::[0-9]*)?(?=[/?#]|\Z)"
_TAIL = rf"(?:\?(?:{_SIGN}|[:@/?])*)?(?:#(?:{_SIGN}|[:@/?])*)?"
_PATTERNS = {
    "email": rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+",
    "uri": rf"[A-Za-z][A-Za-z0-9+.-]*:(?:{_PLACE})?(?:{_SIGN}|[:@/])*{_TAIL}",
    "uuid": r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",
}

FORMATS = {"date", "date-time", *_PATTERNS}

#: What ECMA-262 takes for white space.
_SPACE = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
#: What means something else to Python, outside a class of characters and inside.
_OUTSIDE = {"$": r"\Z", ".": r"[^\n\r\u2028\u2029]", r"\s": f"[{_SPACE}]", r"\S": f"[^{_SPACE}]"}
_INSIDE = {r"\s": _SPACE}


def is_format(name: str, value: str) -> bool:
    if name == "date":
        return _is_day(value)
    if name == "date-time":
        return value[10:11] in ("T", "t") and _is_day(value[:10]) and _is_time(value[11:])
    return re.fullmatch(_PATTERNS[name], value) is not None


@functools.cache
def expression(pattern: str) -> re.Pattern[str]:
    """A pattern, if the kernel takes it: its engine neither looks around nor refers back. An end is the end, and not what stands before a
    last line break; letters and digits are those of ASCII."""
    parts, inside = [], False
    for part in re.findall(r"\\.|\(\?<?[=!]|.", pattern, re.DOTALL):
        looks_around = part.startswith("(?") and not inside
        if looks_around or (not inside and re.fullmatch(r"\\[1-9k]", part)):
            raise LookupError(f"the kernel takes no pattern that looks around or refers back: {pattern}")
        inside = part == "[" or (inside and part != "]")
        parts.append((_INSIDE if inside else _OUTSIDE).get(part, part))
    return re.compile("".join(parts), re.ASCII)


def _is_day(value: str) -> bool:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is None:
        return False
    try:
        return bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_time(value: str) -> bool:
    """A time with its offset. A leap second stands at the end of a day of UTC."""
    found = re.fullmatch(_TIME, value)
    if found is None:
        return False
    hour, minute, second = (int(found[group]) for group in (1, 2, 3))
    sign, hours, minutes = -1 if found[4] == "-" else 1, int(found[5] or 0), int(found[6] or 0)
    is_clock = hour < 24 and minute < 60 and second <= 60 and hours < 24 and minutes < 60
    utc = hour * 60 + minute - sign * (hours * 60 + minutes)
    return is_clock and (second < 60 or utc % 1_440 == 1_439)
