"""A request as a plugin sees it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .problem import Problem

if TYPE_CHECKING:
    from .form import Filled, Form

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """A request below the plugin's address."""

    method: str
    path: str
    query: Pairs = field(default_factory=list)
    headers: Pairs = field(default_factory=list)
    language: str = "fr"
    body: bytes = b""
    form: Pairs = field(default_factory=list)
    #: What the route's parts in braces stood for.
    parameters: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def get(path: str) -> Request:
        """A GET of a path, as tests write it."""
        return Request("GET", path)

    @staticmethod
    def post(path: str, **fields: str | int | list[str]) -> Request:
        """A POST of a form, as tests write it; a list sends a field several times."""
        pairs = [
            (name, str(one)) for name, value in fields.items() for one in (value if isinstance(value, list) else [value])
        ]
        return Request("POST", path, form=pairs)

    @staticmethod
    def post_json(path: str, body: Any) -> Request:
        """A POST of a JSON document, as tests write it."""
        return Request("POST", path, body=json.dumps(body).encode())

    def in_language(self, tag: str) -> Request:
        """The same request in another language."""
        return replace(self, language=tag)

    def with_query(self, name: str, value: str) -> Request:
        """The same request with a value in its query."""
        return replace(self, query=[*self.query, (name, value)])

    def parameter(self, name: str) -> str:
        """A part of the path that the route names in braces; empty when it names none so."""
        return self.parameters.get(name, "")

    def query_value(self, name: str) -> str | None:
        """A value of the query."""
        return _first(self.query, name)

    def form_value(self, name: str) -> str | None:
        """A field of the form."""
        return _first(self.form, name)

    def header(self, name: str) -> str | None:
        """A header, by its name in small letters."""
        return _first(self.headers, name)

    def json(self) -> Any:
        """The body, read as JSON."""
        try:
            return json.loads(self.body)
        except ValueError as cause:
            raise Problem.bad_request(f"the body is not understood: {cause}") from None

    def read_form(self, rules: Form) -> Filled:
        """The form, held to its rules."""
        return rules.read(self.form)

    def read_query(self, rules: Form) -> Filled:
        """What stands behind the `?`, held to rules."""
        return rules.read(self.query)


def _first(pairs: Pairs, wanted: str) -> str | None:
    return next((value for name, value in pairs if name == wanted), None)
