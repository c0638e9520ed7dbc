"""The kit's own parts: forms, router, answers, the world, the examples in the documentation."""

import doctest
import importlib
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tiwizi import Event, Filled, Form, Fragment, Job, Plugin, Problem, Reject, Request, Retry, checkbox, choice, day, json
from tiwizi import number, page, several, text, whole

SDK = Path(__file__).resolve().parent.parent
sys.path.append(str(SDK / "build"))
import build  # noqa: E402

search = Form(
    words=text(max=5, optional=True),
    state=choice(["in-work", "done"]),
    urgent=checkbox(),
    page=whole(min=1, max=10),
    due=day(optional=True),
    language=several(choice(["ar", "fr", "zgh"]), max=2),
)

echo = Plugin()


@echo.get("/")
def home(request: Request):
    return page("home", "Home", {"form": Filled(a="1")})


@echo.get("/courses/{course}/lessons/{lesson}")
def lesson(request: Request):
    return json([request.parameter("course"), request.parameter("lesson")])


@echo.post("/send")
def send(request: Request):
    return json(request.json())


@echo.get("/silent")
def silent(request: Request):
    pass


class Forms(unittest.TestCase):
    def test_a_good_form_becomes_its_values(self):
        sent = {"words": " abc ", "state": "in-work", "page": "2", "due": "2028-02-29", "language": ["ar", "zgh"]}
        value = Request.post("/", **sent).read_form(search).value
        self.assertEqual(value, {**sent, "words": "abc", "urgent": False, "page": 2})

    def test_every_wrong_field_has_its_fault_and_every_value_is_kept(self):
        sent = {"words": "abcdef", "state": "none", "urgent": "maybe", "page": "11", "due": "2026-02-29", "language": "de"}
        filled = Request.post("/", **sent).read_form(search)
        faults = ["too-long", "enum", "type", "too-large", "format", "enum"]
        self.assertEqual((filled.value, filled.faults), (None, dict(zip(sent, faults))))
        self.assertEqual(filled.values["words"], "abcdef")
        self.assertEqual(Request.post("/", self="1").read_form(search).values, {"self": "1"})
        endless = Form(whole=whole(), number=number())
        found = Request.post("/", whole="9" * 5_000, number="9" * 5_000).read_form(endless)
        self.assertEqual(found.faults, {"whole": "type", "number": "type"})
        problem = Request.post("/").read_form(search).problem()
        pointers = [field["pointer"] for field in problem.details["fields"]]
        self.assertEqual((problem.status, pointers), (422, ["/state", "/page"]))

    def test_faults_that_the_kernel_finds_reach_their_fields(self):
        invalid = Problem.invalid("wrong").having(fields=[{"pointer": "/tags/0", "code": "pattern"}])
        self.assertEqual(Filled().refused_by(invalid).faults, {"tags": "pattern"})
        duplicate = Problem(409, "duplicate", "taken", details={"fields": ["code"]})
        self.assertEqual(Filled().refused_by(duplicate).faults, {"code": "duplicate"})
        with self.assertRaises(Problem):
            Filled().refused_by(Problem.denied("no"))


class Answers(unittest.TestCase):
    def test_a_path_finds_its_route_and_fills_the_braces(self):
        self.assertEqual(echo.handle(Request.get("/courses/founding/lessons/vote/")).body, ["founding", "vote"])
        self.assertEqual(echo.handle(Request.get("")).template, "home")
        for path in ["/courses", "/courses//lessons/vote", "/courses/a/lessons/b/c"]:
            self.assertEqual(echo.handle(Request.get(path)).status, 404, path)
        self.assertEqual(echo.handle(Request.post("/")).status, 405)

    def test_an_answer_is_what_json_makes_of_it(self):
        self.assertEqual(echo.handle(Request.get("/")).data, {"form": {"values": {"a": "1"}, "faults": {}}})
        self.assertEqual(echo.handle(Request("POST", "/send", body=b"{")).status, 400)
        self.assertEqual(echo.handle(Request.post_json("/send", {"text": "زيتون"})).body, {"text": "زيتون"})
        self.assertIn("None", echo.handle(Request.get("/silent")).message)


worker = Plugin()


@worker.event("members")
@worker.job("count")
def work(given):
    match given.payload:
        case "later":
            return Retry(10)
        case "busy":
            raise Problem(503, "unavailable", "later", retryable=True)
        case "broken":
            raise Problem.invalid("no")


@worker.method("prices", "price")
def price(payload, asker):
    return {"price": 12, "for": [payload, asker]}


@worker.slot("home")
def home_part(about):
    return Fragment("part", "Part", about)


class Background(unittest.TestCase):
    def test_work_is_done_tried_again_or_rejected(self):
        expected = {"": None, "later": Retry(10), "busy": Retry(), "broken": Reject("invalid: no")}
        for payload, outcome in expected.items():
            event = Event("e", "members", "a/b", "create", "r", 1, "r", payload, 0)
            self.assertEqual(worker.on_event(event), outcome, payload)
            self.assertEqual(worker.run_job(Job("j", "count", payload, 0)), outcome, payload)

    def test_what_a_plugin_has_no_function_for_is_rejected(self):
        self.assertEqual(Plugin().run_job(Job("j", "count", None, 0)), Reject("nothing does count"))
        event = Event("e", "members", "a/b", None, None, None, "k", None, 0)
        self.assertEqual(Plugin().on_event(event), Reject("nothing is done about members"))

    def test_others_are_answered_and_pages_have_their_parts(self):
        self.assertEqual(worker.invoke("shop", "market/prices", "price", 1), {"price": 12, "for": [1, "shop"]})
        with self.assertRaises(Problem):
            worker.invoke("shop", "market/prices", "cost", 1)
        self.assertEqual(worker.render("home", {"a": 1}), Fragment("part", "Part", {"a": 1}))
        self.assertIsNone(worker.render("account", {}))


class Building(unittest.TestCase):
    def test_the_first_module_takes_the_world_as_it_stands(self):
        imports, exports = build.world_of(SDK.parent / "wit/v1")
        entry = build.entry_of("plugin", imports, exports)
        for name in imports:
            self.assertIn(f"{name!r}: interface({name.replace('-', '_')})", entry)
        for name in exports:
            self.assertIn(f"export({name!r}, ", entry)
        self.assertTrue("store" in imports and "http-handler" in exports)

    def test_a_component_s_libraries_are_the_kit_its_maker_and_the_packages_beside_the_plugin(self):
        with tempfile.TemporaryDirectory() as folder:
            about = Path(folder) / "days-2.0.dist-info/METADATA"
            about.parent.mkdir()
            about.write_text("Metadata-Version: 2.4\nName: days\nVersion: 2.0\nLicense-Expression: MIT\n", encoding="utf-8")
            beside = list(build.metadata.distributions(path=[folder]))
            with mock.patch.object(build.metadata, "distribution", return_value=beside[0]):
                kit, maker, days = build.libraries_of(Path(folder))
        self.assertEqual((kit["ecosystem"], kit["name"], kit["licence"]), ("generic", "tiwizi", "EUPL-1.2"))
        self.assertEqual(days, {"ecosystem": "pypi", "name": "days", "version": "2.0", "licence": "MIT"})
        self.assertEqual(maker, days)

    def test_the_lock_names_no_registry(self):
        lock = (SDK / "requirements.lock").read_text(encoding="utf-8")
        self.assertIn("--hash=sha256:", lock)
        self.assertNotIn("://", lock)


def load_tests(loader, tests, pattern):
    """The examples in the documentation of the modules run too."""
    for name in ("tiwizi.form", "tiwizi.plugin", "tiwizi.native"):
        tests.addTests(doctest.DocTestSuite(importlib.import_module(name)))
    return tests
