"""What the numbers of a yearly report must say together. Nothing here knows the kernel."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Fault:
    """A field that does not agree with the others, and what would."""

    field: str
    code: str
    expected: str


def faults_of(report: dict[str, Any]) -> Iterator[Fault]:
    """Every place where the numbers do not agree."""
    surplus = report["revenue_mad"] - report["costs_mad"]
    if report["surplus_mad"] != surplus:
        yield Fault("surplus_mad", "surplus", str(surplus))
    members = report["members_before"] + report["joined"] - report["left"]
    if report["members_after"] != members:
        yield Fault("members_after", "members", str(members))
    if report["left"] > report["members_before"] + report["joined"]:
        yield Fault("left", "more-left", str(report["members_before"] + report["joined"]))
    if date.fromisoformat(report["assembly_on"]) <= date(report["year"], 12, 31):
        yield Fault("assembly_on", "too-early", date(report["year"] + 1, 1, 1).isoformat())
