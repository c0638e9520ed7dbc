"""The steps of a person's or a cooperative's path: skills, project, market. Capability `milestones`."""

from __future__ import annotations

from .kernel import ask


def reach(code: str, kind: str, id: str) -> None:
    """Notes that the caller's person has reached a milestone of the manifest; the record `id` of the plugin's own `kind` proves it."""
    ask("milestones", "reach", code, kind, id)


def reach_for(cooperative: str, code: str, kind: str, id: str) -> None:
    """Notes the same of a cooperative that the caller acts for as an officer; of any other it is `denied`. The record `id` that proves it
    belongs to that cooperative: it is its subject."""
    ask("milestones", "reach_for", cooperative, code, kind, id)
