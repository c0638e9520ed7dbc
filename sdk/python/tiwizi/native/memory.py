"""What the kernel in memory remembers."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, TypeVar

from ..context import Caller, Instance
from ..jobs import Job
from ..kernel import Refusal
from .exact import parse
from .founding import RULES

#: The first of January 2026.
NOW = 1_767_225_600_000

#: What a migration may use: nothing that others would notice, since it may be given up.
_MIGRATING = ("store", "kv", "telemetry")

Outcome = TypeVar("Outcome")


@dataclass
class Row:
    """A record."""

    kind: str
    version: int
    created_at: int
    changed_at: int
    body: dict[str, Any]


@dataclass(frozen=True)
class Notice:
    """A notice that was sent, to a person or to those who hold a role."""

    person: str | None
    role: str | None
    province: str | None
    key: str
    values: dict[str, str]
    link: str | None


@dataclass(frozen=True)
class Waiting:
    """A job that waits."""

    job: Job
    once: str | None
    attempts_max: int


@dataclass
class Unit:
    """What a call writes, and what is gone when it fails."""

    rows: dict[str, Row] = field(default_factory=dict)
    values: dict[str, tuple[bytes, float]] = field(default_factory=dict)
    reached: list[tuple[str, str]] = field(default_factory=list)
    reached_for: list[tuple[str, str, str]] = field(default_factory=list)
    files: dict[str, tuple[SimpleNamespace, bytes]] = field(default_factory=dict)
    told: list[Notice] = field(default_factory=list)
    #: Documents that were to be set.
    made: list[Any] = field(default_factory=list)
    #: Credentials that were to be signed.
    signed: list[Any] = field(default_factory=list)
    emitted: list[tuple[str, str, Any]] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)


class Memory:
    """The records, the values and the settings of one plugin, and who calls it."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        self.manifest = manifest
        self.caller = Caller("public")
        #: The cooperatives that the caller acts for.
        self.acts_for: set[str] = set()
        #: The public address of the instance.
        self.address: str | None = None
        self.language = "fr"
        self.now = NOW
        self.granted = {asked["name"] for asked in manifest.get("capabilities", [])}
        properties = manifest.get("settings", {}).get("properties", {})
        self.settings = {name: setting.get("default") for name, setting in properties.items()}
        self.secrets: dict[str, str | None] = {secret["name"]: None for secret in manifest.get("secrets", [])}
        #: The files of the bundle below `assets/`.
        self.assets: set[str] = set()
        self.laid: list[tuple[str, str, int, bytes]] = []
        self.asked: list[tuple[str, str]] = []
        self.logged: list[tuple[str, str, dict[str, str]]] = []
        self.counted: dict[str, list[float]] = {}
        self.messages: dict[str, dict[str, str]] = {}
        self.instance = Instance("00000000-0000-7000-8000-000000000000", "Instance in memory", ["09.541", "09.551"])
        #: While a hook looks, or a part of a page is made, which may not write.
        self.only_looks = False
        #: While a migration runs, which reaches all of the plugin's own records.
        self.is_migrating = False
        #: While a job runs, which may say how far it has come.
        self.is_working = False
        #: What other plugins answer.
        self.contracts: dict[tuple[str, int, str], Any] = {}
        #: Founding files that were opened from the plugin's records: the entry, and who takes part.
        self.foundings: dict[tuple[str, str], tuple[SimpleNamespace, list[str]]] = {}
        self.founding_rules: dict[str, Any] = dict(RULES)
        #: Files that are being written.
        self.open: dict[int, tuple[str, bytearray]] = {}
        self.begun = 0
        self.minted = 0
        self.unit = Unit()

    def during(self, work: Callable[[], Outcome]) -> Outcome:
        """Does some work; what it wrote is gone when it raises. What it logged and sent stays."""
        before = copy.deepcopy(self.unit)
        try:
            return work()
        except Exception:
            self.unit = before
            raise
        finally:
            self.open.clear()

    def as_system(self, work: Callable[[], Outcome]) -> Outcome:
        """The same, as the system."""
        caller, acts_for = self.caller, self.acts_for
        self.caller, self.acts_for = Caller("system"), set()
        try:
            return self.during(work)
        finally:
            self.caller, self.acts_for = caller, acts_for

    def of(self, kind: str) -> list[tuple[str, Row]]:
        """The records of a kind, oldest first."""
        return [(id, row) for id, row in self.unit.rows.items() if row.kind == kind]

    def add(self, kind: str, body: dict[str, Any]) -> str:
        self.minted += 1
        id = f"00000000-0000-7000-8000-{self.minted:012}"
        self.unit.rows[id] = Row(kind, 1, self.now, self.now, copy.deepcopy(body))
        return id

    def require_writing(self) -> None:
        """Refuses what a hook may not do."""
        if self.only_looks:
            raise refusal("denied", "this call only looks, and may not write")

    def require(self, capability: str) -> None:
        """Refuses what was not granted, and what is not there while a migration runs."""
        if self.is_migrating and capability not in _MIGRATING:
            raise refusal("unavailable", f"{capability} is not there while a plugin is upgraded")
        if capability not in self.granted:
            message = f"the capability {capability} is not granted; an administrator may grant it"
            raise refusal("denied", message, capability=capability)


def record_id(text: str) -> str:
    """The id of a record, as the contract writes one."""
    if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is None:
        raise refusal("invalid", f"{text} is no id")
    return text


def read_json(text: str) -> Any:
    """JSON that goes to the kernel."""
    try:
        return parse(text)
    except ValueError as fault:
        raise refusal("invalid", f"not acceptable JSON: {fault}") from None


def refusal(code: str, message: str, *, retryable: bool = False, **details: Any) -> Refusal:
    """An error of the contract."""
    return Refusal(SimpleNamespace(code=code, message=message, retryable=retryable, details=json.dumps(details)))
