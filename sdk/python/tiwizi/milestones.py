"""The steps of a person's path: skills, project, market. Capability `milestones`."""

from __future__ import annotations

from .kernel import ask


def reach(code: str, kind: str, id: str) -> None:
    """Notes that the caller's person has reached a milestone of the manifest; the record `id` of the plugin's own `kind` proves it."""
    ask("milestones", "reach", code, kind, id)
