"""The plugin's work in the background."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Job:
    """Work in the background."""

    id: str
    #: The job's name in the manifest.
    name: str
    payload: Any
    #: When it should have run, in milliseconds since 1970.
    due_at: int
    #: 1 the first time.
    attempt: int = 1


def job_of(found: Any) -> Job:
    """A job of the contract as a plugin's function sees it."""
    return Job(found.id, found.name, json.loads(found.payload), found.due_at, found.attempt)
