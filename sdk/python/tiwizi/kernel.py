"""The one place where the kit leaves the plugin.

Two kernels answer: the real one, through the component's imports, while it calls the plugin; and the one in memory, in a test.
Nobody answers while modules are loaded: a component is loaded once, when it is built, and its memory is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .problem import Problem


class Refusal(Exception):
    """An error of the contract, as an interface raises it."""

    def __init__(self, error: Any) -> None:
        super().__init__(f"{error.code}: {error.message}")
        self.error = error


_interfaces: Mapping[str, Any] | None = None


def attach(interfaces: Mapping[str, Any] | None) -> None:
    """Says who answers from now on: the interfaces of the contract by name."""
    global _interfaces
    _interfaces = interfaces


def ask(name: str, function: str, *values: Any) -> Any:
    """Asks the kernel. What it refuses is raised as a Problem."""
    if _interfaces is None:
        raise Problem.internal(f"{name} was asked while no call runs; in a test, begin with native.start()")
    interface = _interfaces.get(name)
    if interface is None:
        raise Problem.internal(f"this kernel has no {name}")
    try:
        return getattr(interface, function)(*values)
    except Refusal as refusal:
        raise Problem.of_kernel(refusal.error) from None
