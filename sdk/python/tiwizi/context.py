"""Who asks, when and in which language. The kernel says it; nothing here can be set."""

from __future__ import annotations

from dataclasses import dataclass, field

from .kernel import ask


@dataclass(frozen=True)
class Caller:
    """Who asks."""

    #: `public`, `account` or `system`.
    kind: str
    account_id: str | None = None
    #: The record of the person that the account belongs to.
    person: str | None = None
    name: str = ""
    roles: list[str] = field(default_factory=list)

    @property
    def is_signed_in(self) -> bool:
        return self.kind == "account"


def caller() -> Caller:
    """Who asks."""
    found = ask("context", "caller")
    return Caller(found.kind, found.account_id, found.person, found.name, list(found.roles))


def request_id() -> str:
    """The id that also stands in the kernel's log and in problems that a user sees."""
    return ask("context", "request_id")


def language() -> str:
    """The tag of the language that the page is asked in."""
    return ask("context", "language")


def now() -> int:
    """The time, in milliseconds since 1970-01-01T00:00:00Z."""
    return ask("context", "now")


def deadline_left_ms() -> int:
    """How much of the call's time by the clock is left."""
    return ask("context", "deadline_left_ms")


@dataclass(frozen=True)
class Instance:
    """The instance that the plugin runs in."""

    id: str
    name: str
    #: The codes of the provinces that it serves.
    provinces: list[str]


def instance() -> Instance:
    """The instance that the plugin runs in."""
    found = ask("context", "instance")
    return Instance(found.id, found.name, list(found.provinces))


def address() -> str | None:
    """Where the instance is reached from outside, without a slash at its end: what is printed leads there for years. None when its operator
    has not said it."""
    return ask("context", "address")


def plugin_id() -> str:
    """The plugin's own id."""
    return ask("context", "plugin_id")


def plugin_version() -> str:
    """The plugin's own version."""
    return ask("context", "plugin_version")
