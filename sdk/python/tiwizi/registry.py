"""The register of cooperatives, to read, with the rights of the caller. Capability `registry.read`."""

from __future__ import annotations

import json
from typing import Any

from .kernel import ask
from .store import Entries, Entry, entries, entry, query


def cooperative(id: str) -> Entry | None:
    """A cooperative; None when there is none, or the caller may not know of it."""
    return entry(ask("registry", "cooperative", id))


def person(id: str) -> Entry | None:
    """A person."""
    return entry(ask("registry", "person", id))


def cooperatives(**find: Any) -> Entries:
    """Some cooperatives; conditions are those of `Store.find`. The register's indexes are: court and number; ICE; French name; Arabic
    name; province and French name; sector and French name; province, sector and French name; status and day of registration."""
    return entries(ask("registry", "cooperatives", query(**find)))


def acts_for() -> list[Entry]:
    """The cooperatives that the caller acts for as an officer, in the order of their ids; the first 100."""
    found = [entry(one) for one in ask("registry", "acts_for")]
    return [one for one in found if one is not None]


def founding(kind: str, id: str) -> Entry | None:
    """Where the founding file stands that the caller opened from a record of the plugin's own kind, which its page links to as
    `founding/new?from=plugin/kind/id`: the body has `step`, `since`, `waits_for`, and `cooperative` once it is registered. None when none was
    opened, and for a caller who takes no part in it."""
    return entry(ask("registry", "founding", kind, id))


def founding_rules() -> dict[str, Any]:
    """The rules of today by which a cooperative is founded: `founders_min`, `capital_min_mad`…"""
    return json.loads(ask("registry", "founding_rules"))
