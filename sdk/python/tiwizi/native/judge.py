"""What the kernel would not pass on of an answer."""

from __future__ import annotations

import re
from typing import Any

from ..answer import Answer, Document, File, Page, Redirect
from ..problem import Problem
from ..ui import Fragment
from .exact import fault_of_json
from .memory import Memory
from .records import known_kind
from .schema import faults_of

#: What has no body; a redirection has its own answer.
_BODILESS = {204, 205, *range(300, 400)}


def judge(memory: Memory, answer: Answer | Fragment | None) -> None:
    """Raises what the kernel would answer in the place of an answer that it does not accept. A manifest that lists no templates is not
    asked about them."""
    if isinstance(answer, Redirect) and not is_path_below(answer.path):
        raise _failed(f"it redirects to {answer.path}, which is no plain path below the plugin")
    if isinstance(answer, Page | Document) and (answer.status not in range(200, 600) or answer.status in _BODILESS):
        raise _failed(f"its status {answer.status} does not fit such an answer")
    if isinstance(answer, Page | Fragment) and answer.template not in memory.manifest.get("templates", [answer.template]):
        raise _failed(f"the bundle holds no template {answer.template}")
    held = {"data": answer.data} if isinstance(answer, Page | Fragment) else {"document": answer.body} if isinstance(answer, Document) else {}
    for part, value in held.items():
        if (fault := fault_of_json(value)) is not None:
            raise _failed(f"its {part} is not acceptable JSON: {fault}")
    if isinstance(answer, File) and answer.path not in memory.assets:
        raise _failed(f"the bundle holds no asset {answer.path}; native.add_asset says which there are")


def fault_of_amendment(memory: Memory, name: str, operation: str, body: Any) -> str | None:
    """What is wrong with what a hook puts in the place of a content; None when nothing is."""
    if operation == "delete":
        return "a deletion has no content to amend"
    fault = fault_of_json(body)
    if fault is not None:
        return fault
    kind = known_kind(memory, name)
    faults = [] if kind is None else faults_of(kind.get("schema"), body)
    return f"{faults[0]['pointer']}: {faults[0]['message']}" if faults else None


def is_path_below(path: str) -> bool:
    """Whether a path stays below the plugin: one slash at its beginning, printable ASCII, no step upwards."""
    is_plain = re.fullmatch(r"/(?!/)[!-~]*", path) is not None and re.search(r'[\\"<>]', path) is None
    parts = re.split(r"[?#]", path)[0].lower().replace("%2e", ".").split("/")
    return is_plain and "." not in parts and ".." not in parts


def _failed(fault: str) -> Problem:
    return Problem(502, "plugin-failed", f"the plugin's answer is not acceptable: {fault}")
