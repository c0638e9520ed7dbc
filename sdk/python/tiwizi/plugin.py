"""What a plugin is made of. Each part has an answer already, so that a plugin writes only what it does otherwise.

>>> from tiwizi import Plugin, Request, json
>>> plugin = Plugin()
>>> @plugin.get("/lessons/{lesson}")
... def lesson(request):
...     return json(request.parameter("lesson"))
>>> plugin.handle(Request.get("/lessons/3")).body
'3'
>>> plugin.handle(Request.post("/lessons/3")).status
405
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from .answer import Answer, Document, File, Page, Redirect
from .events import Event
from .hooks import Proposal, Verdict
from .jobs import Job
from .outcome import Outcome, Reject, outcome_of
from .problem import Problem
from .request import Request
from .ui import Fragment

Handler = Callable[[Request], Answer]
Hook = Callable[[Proposal], Verdict]
Task = Callable[[], None]
Step = Callable[[str, str | None], str | None]
Reaction = Callable[[Event], Outcome]
Work = Callable[[Job], Outcome]
Method = Callable[[Any, str], Any]
Part = Callable[[dict[str, Any]], Fragment | None]
Function = TypeVar("Function", bound=Callable[..., Any])


class Plugin:
    """A plugin, which its main module holds under the name `plugin`."""

    def __init__(self) -> None:
        self.routes: list[tuple[str, str, Handler]] = []
        self._init: Task = _nothing
        self._health: Task = _nothing
        self._migrate: Step = _no_step
        self.hooks: dict[str, Hook] = {}
        self.events: dict[str, Reaction] = {}
        self.jobs: dict[str, Work] = {}
        self.methods: dict[tuple[str, str], Method] = {}
        self.slots: dict[str, Part] = {}

    def get(self, pattern: str) -> Callable[[Handler], Handler]:
        """Answers GET. A part in braces stands for any one part of the path: `/courses/{course}`."""
        return self._route("GET", pattern)

    def post(self, pattern: str) -> Callable[[Handler], Handler]:
        """Answers POST."""
        return self._route("POST", pattern)

    def init(self, task: Task) -> Task:
        """Runs once, when the plugin is installed, as the system: it writes the first records."""
        self._init = task
        return task

    def health(self, task: Task) -> Task:
        """Raises what the plugin lacks."""
        self._health = task
        return task

    def hook(self, name: str) -> Callable[[Hook], Hook]:
        """Looks at the writes of a hook of the manifest: answers None, `Amend` or `Refuse`."""
        return _named(self.hooks, name)

    def event(self, subscription: str) -> Callable[[Reaction], Reaction]:
        """What follows from the events of a subscription of the manifest: answers None when it is done, `Retry` or `Reject`."""
        return _named(self.events, subscription)

    def job(self, name: str) -> Callable[[Work], Work]:
        """Does a job of the manifest: answers None when it is done, `Retry` or `Reject`."""
        return _named(self.jobs, name)

    def method(self, contract: str, name: str) -> Callable[[Method], Method]:
        """Answers other plugins, for a contract of the manifest: is given the payload and the id of the plugin that asks, answers with data."""
        return _named(self.methods, (contract, name))

    def slot(self, name: str) -> Callable[[Part], Part]:
        """Makes a part of one of the kernel's pages: is given what the page is about, answers a `Fragment`, or None."""
        return _named(self.slots, name)

    def migrate(self, step: Step) -> Step:
        """Brings what an earlier version left into the form that this one expects: a step, which is given that version and where it begins
        (None the first time) and answers where the next one begins, or None when all is done."""
        self._migrate = step
        return step

    def _route(self, method: str, pattern: str) -> Callable[[Handler], Handler]:
        def added(handler: Handler) -> Handler:
            self.routes.append((method, pattern, handler))
            return handler

        return added

    # What the kernel calls.

    def run_init(self) -> None:
        self._init()

    def run_health(self) -> None:
        self._health()

    def run_migrate(self, version: str, cursor: str | None) -> str | None:
        return self._migrate(version, cursor)

    def before(self, proposal: Proposal) -> Verdict:
        """Looks at a write before it happens."""
        return self._of(self.hooks, proposal.hook)(proposal)

    def on_event(self, event: Event) -> Outcome:
        """Is told of an event."""
        reaction = self.events.get(event.subscription, lambda _: Reject(f"nothing is done about {event.subscription}"))
        return outcome_of(lambda: reaction(event))

    def run_job(self, job: Job) -> Outcome:
        """Works in the background."""
        work = self.jobs.get(job.name, lambda _: Reject(f"nothing does {job.name}"))
        return outcome_of(lambda: work(job))

    def invoke(self, asker: str, contract: str, method: str, payload: Any) -> Any:
        """Answers another plugin, for a contract of one's own."""
        found = self.methods.get((contract.rpartition("/")[2], method))
        if found is None:
            raise Problem.not_found(f"nothing answers {method}")
        return found(payload, asker)

    def render(self, slot: str, about: dict[str, Any]) -> Fragment | None:
        """Makes a part of one of the kernel's pages."""
        part = self.slots.get(slot)
        return None if part is None else part(about)

    def handle(self, request: Request) -> Answer:
        """Answers a request with the first route that fits; a problem that was raised is the answer too."""
        try:
            answer = self._answer(request)
        except Problem as problem:
            return problem
        if isinstance(answer, Page | Document | Redirect | File | Problem):
            return answer
        return Problem.internal(f"{request.method} {request.path} answered {answer!r}")

    @staticmethod
    def _of(functions: dict[str, Function], name: str) -> Function:
        """The function for a name that the manifest declares. A fault of the author's when there is none."""
        if name not in functions:
            raise LookupError(f"the manifest names {name}, and the plugin has no function for it")
        return functions[name]

    def _answer(self, request: Request) -> Answer:
        wrong_method = False
        for method, pattern, handler in self.routes:
            parameters = _parameters(pattern, request.path)
            if parameters is None:
                continue
            if method == request.method:
                return handler(replace(request, parameters=parameters))
            wrong_method = True
        if wrong_method:
            raise Problem(405, "method", f"{request.method} is not answered here")
        raise Problem.not_found("there is no such page")


def _nothing() -> None:
    pass


def _no_step(version: str, cursor: str | None) -> None:
    pass


def _named(functions: dict[Any, Function], name: Any) -> Callable[[Function], Function]:
    def added(function: Function) -> Function:
        functions[name] = function
        return function

    return added


def _parameters(pattern: str, path: str) -> dict[str, str] | None:
    """What the braces stand for, or None when the pattern does not fit. A slash at the end makes no difference."""
    expected, found = pattern.strip("/").split("/"), path.strip("/").split("/")
    if len(expected) != len(found):
        return None
    parameters = {}
    for part, there in zip(expected, found, strict=True):
        if part.startswith("{") and part.endswith("}") and there:
            parameters[part[1:-1]] = there
        elif part != there:
            return None
    return parameters
