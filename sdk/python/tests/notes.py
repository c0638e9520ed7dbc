"""A plugin with notes and wishes, for the tests of the kernel in memory."""

import unittest
from contextlib import contextmanager

from tiwizi import Plugin, Problem, Request, Store, fetch, json, milestones, native, redirect, telemetry

ONE = "00000000-0000-7000-8000-00000000000a"
OTHER = "00000000-0000-7000-8000-00000000000b"
RATE = "https://rates.example.org/mad"

NOTE = {
    "name": "note",
    "schema": {
        "type": "object",
        "additionalProperties": False,
        "required": ["code", "shelf", "rank"],
        "properties": {
            "code": {"type": "string"},
            "shelf": {"enum": ["low", "high"]},
            "rank": {"type": "integer", "minimum": 0},
            "secret": {"type": "string", "maxLength": 5},
        },
    },
    "classes": {"code": "internal", "shelf": "internal", "rank": "internal", "secret": "sensitive"},
    "unique": [{"fields": ["code"]}],
    "indexes": [{"fields": ["shelf", "rank"]}],
    "search": ["code"],
    "access": {action: ["plugin"] for action in ("read", "create", "change", "delete")},
}
WISH = {
    "name": "wish",
    "subject": "person",
    "schema": {
        "required": ["person", "text"],
        "properties": {"person": {"type": "string", "format": "uuid"}, "text": {"maxLength": 10}},
    },
    "classes": {"person": "personal", "text": "personal"},
    "access": {"read": ["own", "role:trainer"], "create": ["plugin:own"], "delete": ["own"]},
}
CAPABILITIES = ["store", "kv", "milestones", "telemetry", "registry.read", "http-out", "secrets"]
HOSTS = ["rates.example.org", "*.sms.example.org", "http://old.example.org:8080"]
MANIFEST = {
    "id": "notes",
    "version": "1.2.3",
    "capabilities": [{"name": name, "hosts": HOSTS} if name == "http-out" else {"name": name} for name in CAPABILITIES],
    "settings": {"properties": {"size": {"type": "integer", "default": 3}}},
    "secrets": [{"name": "token"}],
    "milestones": [{"code": "written"}],
    "kinds": [NOTE, WISH],
}

notes, wishes, subject = Store("note"), Store("wish"), Plugin()


def note(rank: int) -> dict:
    return {"code": f"n{rank}", "shelf": "low", "rank": rank}


def wish(person: str) -> dict:
    return {"person": person, "text": "olives"}


@subject.init
def init() -> None:
    for rank in range(3):
        notes.insert(note(rank))


@subject.post("/write")
def write(request: Request):
    milestones.reach("written", "note", notes.insert(note(9)).id)
    return redirect("/")


@subject.post("/fail")
def fail(request: Request):
    assert notes.get(notes.insert(note(9)).id), "the call sees its own write"
    telemetry.info("wrote", rank=9)
    raise Problem.invalid("and then it failed")


@subject.get("/rate")
def rate(request: Request):
    return json(fetch(RATE, secrets={"authorization": ("Bearer ", "token")}).json())


class Kernel(unittest.TestCase):
    """Begins each test anew."""

    def setUp(self):
        native.start(MANIFEST)

    @contextmanager
    def refused(self, code: str):
        with self.assertRaises(Problem) as caught:
            yield caught
        self.assertEqual(caught.exception.code, code)
