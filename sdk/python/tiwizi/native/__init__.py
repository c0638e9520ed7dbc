"""A small kernel in memory, for tests of a plugin's rules on the machine itself, with `python3 -m unittest`.

It knows the manifest and goes by the kernel's rules: schemas, unique values, declared indexes, who may read and write what, classes of
fields, granted capabilities, milestones, settings, secrets. A call reads what it wrote, and a call that fails leaves nothing. Time
stands still until a test moves it, and ids come in order. It has no limits, and takes every role to be held over the whole nation;
those need a test against the real kernel.

>>> from tiwizi import Plugin, Request, Store, native, redirect
>>> plugin = Plugin()
>>> @plugin.post("/")
... def add(request):
...     Store("note").insert({"text": request.form_value("text")})
...     return redirect("/")
>>> note = {"name": "note", "schema": {"required": ["text"]}, "access": {"create": ["plugin"]}}
>>> native.start({"id": "notes", "capabilities": [{"name": "store"}], "kinds": [note]})
>>> native.call(plugin, Request.post("/", text="Olives"))
Redirect(path='/')
>>> native.bodies("note")
[{'text': 'Olives'}]
>>> native.deny("store")
>>> native.call(plugin, Request.post("/", text="Almonds")).status
403
"""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..answer import Answer
from ..context import Caller
from ..events import Event
from ..hooks import Amend, Body, Proposal, Refuse
from ..kernel import attach
from ..outcome import Outcome
from ..plugin import Plugin
from ..problem import Problem
from ..request import Request
from ..ui import Fragment
from . import queue
from .credentials import Signed
from .documents import Made
from .founding import put_founding
from .interfaces import interfaces_of
from .judge import fault_of_amendment, judge
from .memory import Memory, Notice
from .records import known_kind
from .register import COOPERATIVE, PERSON
from .rights import amended_by_hook, for_hook

_memory = Memory({})


def start(manifest: dict[str, Any] | str | Path) -> None:
    """Begins anew with a manifest, as a dictionary or the path of its file: no records, a public caller, French, the first of January
    2026. Every capability that the manifest asks for is granted. Beside the file lie the bundle's `assets/`."""
    global _memory
    folder = None if isinstance(manifest, dict) else Path(manifest).parent / "assets"
    _memory = Memory(manifest if isinstance(manifest, dict) else json.loads(Path(manifest).read_text(encoding="utf-8")))
    for file in [] if folder is None else folder.rglob("*"):
        if file.is_file():
            add_asset(file.relative_to(folder).as_posix())
    attach(interfaces_of(_memory))


def add_asset(path: str) -> None:
    """Puts a file into the bundle, by its path below `assets/`. An answer with another one is the problem `plugin-failed`."""
    _memory.assets.add(path)


def as_public() -> None:
    """The next calls come from the public."""
    become(Caller("public"))


def as_member(person: str) -> None:
    """The next calls come from a signed-in person."""
    become(Caller("account", f"account-of-{person}", person, person, ["member"]))


def as_holder(*roles: str) -> None:
    """The next calls come from somebody who holds these roles and belongs to no person of the register."""
    become(Caller("account", f"account-of-{'-'.join(roles)}", None, ", ".join(roles), list(roles)))


def become(caller: Caller) -> None:
    """The next calls come from this caller."""
    _memory.caller = caller
    _memory.acts_for = set()


def act_for(cooperative: str) -> None:
    """The caller of the next calls acts for this cooperative too, as its officer: its records are their own."""
    _memory.acts_for.add(cooperative)


def at_address(address: str) -> None:
    """The instance is reached at this address from outside."""
    _memory.address = address


def at(now: int) -> None:
    """The next calls happen at this time, in milliseconds since 1970."""
    _memory.now = now


def advance(duration_ms: int) -> None:
    """Lets time pass."""
    _memory.now += duration_ms


def grant(capability: str) -> None:
    """Grants a capability."""
    _memory.granted.add(capability)


def deny(capability: str) -> None:
    """Takes a capability back."""
    _memory.granted.discard(capability)


def add_cooperative(body: dict[str, Any]) -> str:
    """Puts a cooperative into the register, and answers its id."""
    return _memory.add(COOPERATIVE, body)


def add_person(body: dict[str, Any]) -> str:
    """Puts a person into the register, and answers the id."""
    return _memory.add(PERSON, body)


def set_founding(kind: str, id: str, step: str, people: list[str], cooperative: str | None = None) -> None:
    """Puts a founding file at a step of its path, as if these persons took part in it and one of them had opened it from a record of the
    plugin's. Putting it again moves it on."""
    put_founding(_memory, kind, id, step, cooperative, people)


def lay_out_founding_rules(rules: dict[str, Any]) -> None:
    """Lays out the rules that `registry.founding_rules` reads."""
    _memory.founding_rules = rules


def set_setting(name: str, value: Any) -> None:
    """Sets a setting, as an administrator does."""
    if name not in _memory.settings:
        raise KeyError(f"the manifest declares no setting {name}")
    _memory.settings[name] = value


def set_secret(name: str, secret: str) -> None:
    """Sets a secret, as an administrator does."""
    if name not in _memory.secrets:
        raise KeyError(f"the manifest names no secret {name}")
    _memory.secrets[name] = secret


def lay_out(method: str, url: str, status: int, body: Any) -> None:
    """Lays out what the outside answers to a request. What is not laid out cannot be reached."""
    _memory.laid.append((method, url, status, body if isinstance(body, bytes) else json.dumps(body).encode()))


def asked() -> list[tuple[str, str]]:
    """The requests that went out: method and address. They stay when the call fails."""
    return list(_memory.asked)


def install(plugin: Plugin) -> None:
    """Installs the plugin: calls its `init` as the system. What it raises is raised, and its writes are gone then."""
    _memory.as_system(plugin.run_init)


def upgrade(plugin: Plugin, version: str) -> int:
    """Upgrades the plugin from a version: calls `migrate` until it has nothing left to do, then `health`; both reach all records of the
    plugin's own kinds, its values by key, settings and the log, and all else is `unavailable`. Answers the number of steps. What they raise is raised, and their writes are gone then."""

    def steps() -> int:
        done, cursor = 1, plugin.run_migrate(version, None)
        while cursor is not None:
            done, cursor = done + 1, plugin.run_migrate(version, cursor)
        plugin.run_health()
        return done

    _memory.is_migrating = True
    try:
        return _memory.as_system(steps)
    finally:
        _memory.is_migrating = False


def call(plugin: Plugin, request: Request) -> Answer:
    """Sends the plugin a request, as the kernel does: a call that answers a problem leaves no writes, and an answer that the kernel would
    not pass on is the problem `plugin-failed`."""
    _memory.language = request.language

    def answered() -> Answer:
        answer = plugin.handle(request)
        if isinstance(answer, Problem):
            raise answer
        judge(_memory, answer)
        return answer

    try:
        return _memory.during(answered)
    except Problem as problem:
        return problem


def propose(plugin: Plugin, kind: str, before: Body | None, after: Body | None) -> Body | Refuse | None:
    """Asks every hook that the manifest declares for such a write, as the kernel does: `before` is None for a new record, `after` for one
    that is deleted. Answers what shall stand there in the end, or the refusal. An amendment is held to the schema where the kind is the
    plugin's own or the kernel's: a hook whose amendment breaks it has failed, and the write passes without it or is refused with
    `hook-failed`, as the manifest says."""
    operation = "create" if before is None else "delete" if after is None else "change"
    hooks = sorted(_memory.manifest.get("hooks", []), key=lambda hook: hook.get("order", 100))
    id = None if before is None else "00000000-0000-7000-8000-000000000000"
    rules = known_kind(_memory, kind)
    for hook in hooks:
        looks = kind in hook["kinds"] and operation in hook["operations"] and "hooks" in _memory.granted
        if not looks:
            continue
        _memory.only_looks = True
        try:
            seen = [copy.deepcopy(for_hook(rules, body)) for body in (before, after)]
            verdict = plugin.before(Proposal(hook["name"], kind, id, operation, *seen))
        finally:
            _memory.only_looks = False
        if isinstance(verdict, Refuse):
            return verdict
        if isinstance(verdict, Amend):
            body = amended_by_hook(rules, after, verdict.body)
            fault = fault_of_amendment(_memory, kind, operation, body)
            if fault is None:
                after = copy.deepcopy(body)
            elif hook.get("on_failure") != "pass":
                message = f"the hook {hook['name']} must look at this and failed: its amendment is not acceptable: {fault}"
                return Refuse("hook-failed", message)
    return after


def tell(plugin: Plugin, topic: str, **event: Any) -> list[Outcome]:
    """Tells the plugin of an event, through every subscription of the manifest that wants it: `operation`, `record`, `version`, `key`,
    `payload`. Answers what each said; what was written is kept only where that was None."""
    told = {"id": "00000000-0000-7000-8000-0000000000e0", "subscription": "", "key": event.get("record", ""), **event}
    return queue.tell(_memory, plugin, Event(topic=topic, **told))


def run_jobs(plugin: Plugin) -> list[tuple[str, Outcome]]:
    """Does every job that is due, and answers how each ended. What is to be tried again waits."""
    return queue.run_jobs(_memory, plugin)


def emitted() -> list[tuple[str, str, Any]]:
    """The events that the plugin emitted: topic, key and payload."""
    return copy.deepcopy(_memory.unit.emitted)


def lay_out_contract(contract: str, major: int, method: str, answer: Any) -> None:
    """Lays out what another plugin answers to a question. What is not laid out is `unavailable`."""
    _memory.contracts[contract, major, method] = answer


def invoke(plugin: Plugin, asker: str, contract: str, method: str, payload: Any = None) -> Any:
    """Asks the plugin as another one does, through a contract of its manifest, named without the plugin's id. What it raises is raised."""
    provided = {one["contract"]: one["methods"] for one in _memory.manifest.get("provides", [])}
    if method not in provided.get(contract, []):
        raise Problem.invalid(f"the manifest provides no method {method} of {contract}")
    full = f"{_memory.manifest['id']}/{contract}"
    return _memory.during(lambda: plugin.invoke(asker, full, method, {} if payload is None else payload))


def render(plugin: Plugin, slot: str, about: dict[str, Any] | None = None) -> Fragment | None:
    """Asks the plugin for its part of a page, as the kernel does: what it writes is refused. One that would be left out is raised as a
    problem."""
    _memory.only_looks = True
    try:
        part = plugin.render(slot, about or {})
        judge(_memory, part)
        return part
    finally:
        _memory.only_looks = False


def told() -> list[Notice]:
    """The notices that were sent, in their order."""
    return list(_memory.unit.told)


def add_messages(language: str, **messages: str) -> None:
    """Adds messages to a language, by key: what the kernel reads in the bundle's locales."""
    _memory.messages.setdefault(language, {}).update(messages)


def in_instance(name: str, *provinces: str) -> None:
    """Puts the plugin into an instance of that name and these provinces."""
    _memory.instance = replace(_memory.instance, name=name, provinces=list(provinces))


def counted(name: str) -> list[float]:
    """What was added to a counter or noted of a histogram, in order."""
    return list(_memory.counted.get(name, []))


def bodies(kind: str) -> list[dict[str, Any]]:
    """The bodies of all records of a kind, oldest first."""
    return [row.body for _, row in _memory.of(kind)]


def ids(kind: str) -> list[str]:
    """The ids of all records of a kind, oldest first."""
    return [id for id, _ in _memory.of(kind)]


def reached() -> list[tuple[str, str]]:
    """The milestones that were reached: code and id of the proof."""
    return list(_memory.unit.reached)


def credentials() -> list[Signed]:
    """The credentials that were to be signed; those of a call that failed are gone."""
    return list(_memory.unit.signed)


def reached_for() -> list[tuple[str, str, str]]:
    """The milestones of cooperatives that were reached: whose, code and id of the proof."""
    return list(_memory.unit.reached_for)


def documents() -> list[Made]:
    """The documents that were to be set; those of a call that failed are gone."""
    return list(_memory.unit.made)


def logged() -> list[tuple[str, str, dict[str, str]]]:
    """What was logged: level, message and fields."""
    return list(_memory.logged)
