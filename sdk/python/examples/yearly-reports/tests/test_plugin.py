"""The plugin's rules, run against the kernel in memory: `python3 -m unittest`."""

import unittest
from pathlib import Path

from plugin import plugin, reports
from rules import faults_of
from tiwizi import Refuse, Request, native

MANIFEST = Path(__file__).parent.parent / "manifest.json"
REPORT = {
    "name": "Taitmatine",
    "year": 2025,
    "revenue_mad": 90_000,
    "costs_mad": 70_000,
    "surplus_mad": 20_000,
    "members_before": 12,
    "joined": 3,
    "left": 1,
    "members_after": 14,
    "assembly_on": "2026-03-14",
}


class Reports(unittest.TestCase):
    def setUp(self) -> None:
        native.start(MANIFEST)
        native.as_holder("registrar")

    def test_each_number_is_held_to_the_others(self) -> None:
        self.assertEqual(list(faults_of(REPORT)), [])
        wrong = {"surplus_mad": 2_000, "members_after": 15, "assembly_on": "2025-12-31"}
        found = {fault.field: fault.expected for fault in faults_of({**REPORT, **wrong})}
        self.assertEqual(found, {"surplus_mad": "20000", "members_after": "14", "assembly_on": "2026-01-01"})
        self.assertEqual([fault.code for fault in faults_of({**REPORT, "left": 20, "members_after": -5})], ["more-left"])

    def test_a_report_that_does_not_agree_is_refused_with_what_would(self) -> None:
        def proposed(**changed: object) -> object:
            return native.propose(plugin, "yearly-reports/report", None, {**REPORT, **changed})

        self.assertEqual(proposed(), REPORT)
        refused = proposed(surplus_mad=2_000)
        self.assertIsInstance(refused, Refuse)
        self.assertEqual((refused.pointer, refused.message), ("/surplus_mad", "Recettes moins dépenses : 20000."))

    def test_the_page_shows_the_reports_of_a_year(self) -> None:
        reports.insert(REPORT)
        reports.insert({**REPORT, "name": "Afra", "surplus_mad": 5_000})
        data = native.call(plugin, Request.get("/")).data
        self.assertEqual((data["total"], [row["name"] for row in data["reports"]]), (25_000, ["Afra", "Taitmatine"]))
        self.assertEqual(native.call(plugin, Request.get("/").with_query("year", "2024")).data["reports"], [])
        self.assertEqual(native.call(plugin, Request.get("/").with_query("year", "soon")).status, 422)
        native.as_public()
        self.assertEqual(native.call(plugin, Request.get("/")).status, 403)
