"""The plugin's rules, run against the kernel in memory: `python3 -m unittest`."""

import unittest
from pathlib import Path

from plugin import notes, plugin
from tiwizi import Answer, Request, native

MANIFEST = Path(__file__).parent.parent / "manifest.json"
MEMBER = "00000000-0000-7000-8000-00000000000a"
OTHER = "00000000-0000-7000-8000-00000000000b"


def call(request: Request) -> Answer:
    return native.call(plugin, request)


class Notes(unittest.TestCase):
    def setUp(self) -> None:
        native.start(MANIFEST)
        native.as_member(MEMBER)

    def test_a_member_adds_and_deletes_a_note(self) -> None:
        self.assertEqual(call(Request.post("/", text="Olives")).path, "/")
        [note] = native.ids("note")
        self.assertEqual(call(Request.post(f"/notes/{note}/delete")).path, "/")
        self.assertEqual(native.bodies("note"), [])

    def test_nobody_sees_or_deletes_the_note_of_another(self) -> None:
        call(Request.post("/", text="Olives"))
        [note] = native.ids("note")
        native.as_member(OTHER)
        self.assertEqual(call(Request.get("/")).data["notes"], [])
        self.assertEqual(call(Request.post(f"/notes/{note}/delete")).status, 404)
        self.assertEqual(len(native.bodies("note")), 1)

    def test_a_wrong_form_comes_back_with_its_faults(self) -> None:
        answer = call(Request.post("/", text=" "))
        self.assertEqual(answer.status, 422)
        self.assertEqual(answer.data["form"]["faults"]["text"], "required")

    def test_what_an_earlier_version_kept_is_brought_into_form(self) -> None:
        notes.insert({"person": MEMBER, "text": " Olives "})
        self.assertEqual(native.upgrade(plugin, "0.0.1"), 1)
        self.assertEqual(native.bodies("note"), [{"person": MEMBER, "text": "Olives"}])

    def test_without_its_grant_the_plugin_says_so(self) -> None:
        native.deny("store")
        self.assertEqual(call(Request.get("/")).status, 403)
