"""The plugin's work in the background, and work that it puts aside for later. Capability `jobs`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .kernel import ask


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


def enqueue(name: str, payload: Any = None, *, at: int | None = None, once: str | None = None, attempts: int = 0) -> str:
    """Puts a job of the manifest aside, together with the call's writes, and answers its id. It runs not before `at`, in milliseconds since
    1970; while one with the key `once` waits, another one is not made; and it is tried so many times."""
    options = {"run_at": at, "dedupe_key": once, "attempts_max": attempts}
    return ask("jobs", "enqueue", name, json.dumps({} if payload is None else payload, ensure_ascii=False), options)


def cancel(id: str) -> bool:
    """Takes a waiting job back; False when it runs, is done, or there is none."""
    return ask("jobs", "cancel", id)


def progress(done: int, total: int, note: str = "") -> None:
    """Says how far the job that calls has come."""
    ask("jobs", "progress", done, total, note)


def job_of(found: Any) -> Job:
    """A job of the contract as a plugin's function sees it."""
    return Job(found.id, found.name, json.loads(found.payload), found.due_at, found.attempt)
