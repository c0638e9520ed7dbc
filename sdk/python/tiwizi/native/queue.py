"""Events and jobs, as the kernel tells and does them, in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..context import Caller
from ..events import Event
from ..jobs import Job
from ..outcome import Outcome, Retry
from ..plugin import Plugin
from .memory import Memory, Waiting, read_json, refusal
from .records import known_kind, subject_of
from .register import is_of_kernel
from .rights import reach_for, shown

#: How often a job is tried that says nothing of it, and how often at most.
_ATTEMPTS, _ATTEMPTS_MAX = 5, 10
#: When a job is tried again that does not say when.
_RETRY_S = 5


def events(memory: Memory) -> dict[str, Callable[..., Any]]:
    def emit(topic: str, key: str, payload: str) -> None:
        own = f"{memory.manifest['id']}/"
        name = topic.removeprefix(own)
        if name not in [declared["name"] for declared in memory.manifest.get("topics", [])]:
            raise refusal("denied", f"{memory.manifest['id']} declares no topic {name}")
        memory.unit.emitted.append((own + name, key, read_json(payload)))

    return {"emit": emit}


def jobs(memory: Memory) -> dict[str, Callable[..., Any]]:
    def enqueue(name: str, payload: str, options: dict[str, Any]) -> str:
        declared = next((job for job in memory.manifest.get("jobs", []) if job["name"] == name), None)
        if declared is None:
            raise refusal("denied", f"{memory.manifest['id']} declares no job {name}")
        once = options["dedupe_key"]
        for waiting in memory.unit.waiting:
            if once is not None and (waiting.job.name, waiting.once) == (name, once):
                return waiting.job.id
        memory.minted += 1
        id = f"00000000-0000-7000-9000-{memory.minted:012}"
        due_at = max(options["run_at"] or 0, memory.now)
        asked = options["attempts_max"]
        attempts_max = min(asked, _ATTEMPTS_MAX) if asked else declared.get("attempts", _ATTEMPTS)
        memory.unit.waiting.append(Waiting(Job(id, name, read_json(payload), due_at), once, attempts_max))
        return id

    def cancel(id: str) -> bool:
        before = len(memory.unit.waiting)
        memory.unit.waiting = [waiting for waiting in memory.unit.waiting if waiting.job.id != id]
        return len(memory.unit.waiting) != before

    def progress(done: int, total: int, note: str) -> None:
        if not memory.is_working:
            raise refusal("invalid", "only a job says how far it has come")

    return {"enqueue": enqueue, "cancel": cancel, "progress": progress}


def tell(memory: Memory, plugin: Plugin, event: Event) -> list[Outcome]:
    """Tells every subscription that wants it of an event, and answers what they said."""

    def wants(subscription: dict[str, Any]) -> bool:
        operations = subscription.get("operations", [])
        return event.topic in subscription["topics"] and (event.operation is None or not operations or event.operation in operations)

    may_know = not is_of_kernel(event.topic) or "registry.read" in memory.granted
    subscriptions = memory.manifest.get("events", []) if "events" in memory.granted and may_know else []
    shown_to = _shown_to_plugin(memory, event)
    if shown_to is None:
        return []
    event = shown_to
    told = [replace(event, subscription=one["name"], at=memory.now) for one in subscriptions if wants(one)]
    return [_kept_if_done(memory, lambda event=event: plugin.on_event(event)) for event in told]


def _shown_to_plugin(memory: Memory, event: Event) -> Event | None:
    """A record is told as far as the plugin may read it when it acts by itself; None when it may not."""
    kind, body = known_kind(memory, event.topic), event.payload
    if kind is None:
        return event
    subject = subject_of(kind, event.record or event.key, body if isinstance(body, dict) else {})
    reach = reach_for(kind, Caller("system"), "read", subject)
    if reach < 0:
        return None
    return replace(event, payload=shown(kind, body, reach)) if isinstance(body, dict) else event


def run_jobs(memory: Memory, plugin: Plugin) -> list[tuple[str, Outcome]]:
    """Does every job that is due, also those that they put aside meanwhile. What is to be tried again waits, unless it was its last try.
    Without its capability nothing is done, and the try has failed."""
    ended, again = [], []
    while (waiting := _next_due(memory)) is not None:
        job = waiting.job
        outcome = _work(memory, plugin, job) if "jobs" in memory.granted else Retry()
        if isinstance(outcome, Retry) and job.attempt < waiting.attempts_max:
            due_at = memory.now + (outcome.seconds or _RETRY_S) * 1_000
            again.append(Waiting(replace(job, due_at=due_at, attempt=job.attempt + 1), waiting.once, waiting.attempts_max))
        ended.append((job.name, outcome))
    memory.unit.waiting.extend(again)
    return ended


def _work(memory: Memory, plugin: Plugin, job: Job) -> Outcome:
    memory.is_working = True
    try:
        return _kept_if_done(memory, lambda: plugin.run_job(job))
    finally:
        memory.is_working = False


def _next_due(memory: Memory) -> Waiting | None:
    for at, waiting in enumerate(memory.unit.waiting):
        if waiting.job.due_at <= memory.now:
            return memory.unit.waiting.pop(at)
    return None


class _GivenUp(Exception):
    """What was written is given up."""


def _kept_if_done(memory: Memory, work: Callable[[], Outcome]) -> Outcome:
    """Work in the background leaves nothing unless it is done."""
    outcome: Outcome = None

    def done() -> None:
        nonlocal outcome
        outcome = work()
        if outcome is not None:
            raise _GivenUp

    try:
        memory.as_system(done)
    except _GivenUp:
        pass
    return outcome
