"""Founding files in the kernel in memory: told to those who take part, and the rules by which they found."""

from __future__ import annotations

import unittest

from tiwizi import Problem, native, registry

MANIFEST = {"id": "bank", "capabilities": [{"name": "registry.read"}], "kinds": [{"name": "start", "schema": {}}]}
RECORD = "00000000-0000-7000-8000-000000000001"
ONE = "00000000-0000-7000-8000-00000000000a"


class Founding(unittest.TestCase):
    def setUp(self) -> None:
        native.start(MANIFEST)

    def test_who_takes_part_is_told_where_the_file_stands_and_nobody_else(self) -> None:
        native.set_founding("start", RECORD, "name-asked", [ONE])
        native.as_member(ONE)
        told = registry.founding("start", RECORD).body
        self.assertEqual((told["step"], told["waits_for"]), ("name-asked", "office"))
        native.set_founding("start", RECORD, "registered", [ONE], cooperative=ONE)
        self.assertEqual(registry.founding("bank/start", RECORD).body["cooperative"], ONE)
        native.as_member("00000000-0000-7000-8000-00000000000b")
        self.assertIsNone(registry.founding("start", RECORD))
        with self.assertRaises(Problem) as raised:
            registry.founding("other/start", RECORD)
        self.assertEqual(raised.exception.code, "denied")

    def test_the_rules_can_be_laid_out_and_need_the_grant(self) -> None:
        self.assertEqual(registry.founding_rules()["founders_min"], 5)
        native.lay_out_founding_rules({**registry.founding_rules(), "founders_min": 7})
        self.assertEqual(registry.founding_rules()["founders_min"], 7)
        native.deny("registry.read")
        with self.assertRaises(Problem) as raised:
            registry.founding_rules()
        self.assertEqual(raised.exception.code, "denied")
