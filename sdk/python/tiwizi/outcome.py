"""How work in the background ended: what a function for an event or a job answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .problem import Problem


@dataclass(frozen=True)
class Retry:
    """It failed for now: again after so many seconds, or when the kernel thinks fit. What it wrote is given up."""

    seconds: int | None = None


@dataclass(frozen=True)
class Reject:
    """It will never work, for this reason: an administrator looks at it. What it wrote is given up."""

    reason: str


#: None means that it is done.
Outcome = Retry | Reject | None


def outcome_of(work: Callable[[], Outcome]) -> Outcome:
    """What some work ended with: a problem that may pass is tried again, any other one is rejected."""
    try:
        return work()
    except Problem as problem:
        return Retry() if problem.retryable else Reject(f"{problem.code}: {problem.message}")


def for_kernel(outcome: Outcome) -> tuple[str, Any]:
    """The outcome as the case of the contract's variant that it is."""
    match outcome:
        case None:
            return "done", None
        case Retry(seconds):
            return "retry", seconds
        case Reject(reason):
            return "reject", reason
    raise TypeError(f"{outcome!r} is no outcome; answer None, Retry or Reject")
