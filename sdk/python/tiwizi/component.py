"""What makes a component of a plugin: for each export of the contract a class whose methods answer the kernel.

`build/build.py` writes the component's first module, which hands in what the world of `sdk/wit/v1` imports and takes from here what it
exports. A new interface of the world needs a line in `exported`, and nothing where the kit has no part for it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from componentize_py_types import Err

from . import answer, hooks, outcome, ui, wire
from .events import event_of
from .jobs import job_of
from .kernel import Refusal, attach
from .plugin import Plugin
from .problem import Problem
from .request import Request


def exported(plugin: Plugin) -> dict[str, dict[str, Callable[..., Any]]]:
    """The functions of each export, by their names in the contract, in the kit's plain values."""
    return {
        "lifecycle": {"init": plugin.run_init, "health": plugin.run_health, "migrate": plugin.run_migrate},
        "http-handler": {"handle": lambda request: answer.for_kernel(plugin.handle(_request(request)))},
        "hooks": {"before": lambda found: hooks.for_kernel(plugin.before(hooks.proposal_of(found)))},
        "event-handler": {"on_event": lambda found: outcome.for_kernel(plugin.on_event(event_of(found)))},
        "job-handler": {"run": lambda found: outcome.for_kernel(plugin.run_job(job_of(found)))},
        "contract-provider": {"invoke": _invoke(plugin)},
        "ui": {"render": lambda slot, found: ui.for_kernel(plugin.render(slot, json.loads(found)))},
    }


def _invoke(plugin: Plugin) -> Callable[..., str]:
    def invoke(asker: str, contract: str, method: str, payload: str) -> str:
        return json.dumps(plugin.invoke(asker, contract, method, json.loads(payload)), ensure_ascii=False)

    return invoke


def _request(found: Any) -> Request:
    pairs = [[tuple(pair) for pair in part] for part in (found.query, found.headers, found.form)]
    return Request(found.method, found.path, pairs[0], pairs[1], found.language, found.body, pairs[2])


def export(name: str, protocol: type, answers: dict[str, dict[str, Callable[..., Any]]], interfaces: dict[str, Any]) -> type:
    """The class of one export: each method of the contract, answered by the plugin."""
    if name not in answers:
        raise SystemExit(f"the kit for Python does not know the export {name}")
    methods = {}
    for method, declared in vars(protocol).items():
        if getattr(declared, "__isabstractmethod__", False):
            methods[method] = _method(declared, answers[name][method], interfaces)
    return type(protocol.__name__, (), methods)


def _method(declared: Callable[..., Any], work: Callable[..., Any], interfaces: dict[str, Any]) -> Callable[..., Any]:
    hints = [hint for name, hint in wire.typing.get_type_hints(declared).items() if name != "return"]
    lifts, lower = [wire.lift(hint) for hint in hints], wire.lower(wire.result(declared))
    error = wire.lower(_error_type())

    def method(self: Any, *values: Any) -> Any:
        attach(interfaces)
        # The numbers of the module `random` would begin alike in each call: its state was kept when the component was built.
        random.seed()
        try:
            return lower(work(*[lift(value) for lift, value in zip(lifts, values, strict=True)]))
        except Problem as problem:
            raise Err(error(problem.for_kernel())) from problem

    return method


def _error_type() -> type:
    from wit_world.imports import types

    return types.Error


def interface(module: Any) -> SimpleNamespace:
    """The functions of an imported interface, taking and giving plain values."""
    return SimpleNamespace(**{name: _imported(function) for name, function in wire.functions(module).items()})


def _imported(function: Callable[..., Any]) -> Callable[..., Any]:
    lowers, lift = wire.parameters(function), wire.lift(wire.result(function))

    def imported(*values: Any) -> Any:
        try:
            return lift(function(*[lower(value) for lower, value in zip(lowers, values, strict=True)]))
        except Err as refused:
            raise Refusal(refused.value) from None

    return imported
