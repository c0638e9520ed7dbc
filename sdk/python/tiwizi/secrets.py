"""The secrets that the manifest names. To send one to a service, let the kernel put it into the request by its name."""

from __future__ import annotations

from .kernel import ask


class Secret:
    """A secret. It prints as nothing."""

    __slots__ = ("_held",)

    def __init__(self, held: str) -> None:
        self._held = held

    def expose(self) -> str:
        """The secret itself."""
        return self._held

    def __repr__(self) -> str:
        return "Secret(…)"


def is_set(name: str) -> bool:
    """Whether an administrator has set the secret."""
    return ask("secrets", "is_set", name)


def reveal(name: str) -> Secret:
    """The secret; the kernel writes down that it was shown. Capability `secrets`."""
    return Secret(ask("secrets", "reveal", name))
