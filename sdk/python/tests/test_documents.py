"""Documents in the kernel in memory: kept as files, listed for the test, denied without a grant."""

from __future__ import annotations

import unittest

from tiwizi import Problem, blobs, documents, native

MANIFEST = {
    "id": "notes",
    "capabilities": [{"name": "blobs"}, {"name": "documents"}],
    "documents": [{"name": "card", "file": "card.typ"}],
}


class Documents(unittest.TestCase):
    def setUp(self) -> None:
        native.start(MANIFEST)

    def refused(self, code: str, work: object, *values: object) -> None:
        with self.assertRaises(Problem) as raised:
            work(*values)
        self.assertEqual(raised.exception.code, code)

    def test_a_document_is_kept_as_a_file_and_linked_by_its_name(self) -> None:
        id = documents.make("card", "shi", {"name": "Fadma"})
        self.assertEqual(blobs.stat(id).media_type, "application/pdf")
        self.assertEqual([(made.language, made.data) for made in native.documents()], [("shi", {"name": "Fadma"})])
        self.assertIn("&name=my%20card&key=", documents.link(id, 60, "my card"))
        self.refused("invalid", documents.link, id, 60, "a/b")

    def test_what_is_not_listed_or_not_granted_is_refused(self) -> None:
        self.refused("not-found", documents.make, "other", "fr", {})
        self.refused("invalid", documents.make, "card", "xx", {})
        native.deny("documents")
        self.refused("denied", documents.make, "card", "fr", {})
