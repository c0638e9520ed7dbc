"""The kernel in memory refuses and hides what the real one does."""

import json
import tempfile
from pathlib import Path

from tests.notes import MANIFEST, NOTE, ONE, Kernel, notes, subject, wishes
from tiwizi import Amend, Fragment, Plugin, Problem, Request, Retry, Store, file, jobs, native, page, registry
from tiwizi import json as document
from tiwizi.context import Caller


class Rules(Kernel):
    def test_a_record_of_the_register_is_reduced_by_its_classes_and_the_caller_s_role(self):
        whole = {"name_fr": "Fadma", "national_id_key": "AAAAAAAAAAAAAAAAAAAAAA", "province": "09.541"}
        person = native.add_person(whole)
        seen = {"name_fr": "Fadma", "province": "09.541"}
        for role in ("observer", "registrar"):
            native.as_holder(role)
            self.assertEqual(registry.person(person).body, seen)
        native.as_member(person)
        self.assertEqual(registry.person(person).body, seen)
        # A plugin that acts by itself is shown what the kind gives to plugins: nothing.
        for caller in (Caller("account", roles=["trainer"]), Caller("system")):
            native.become(caller)
            with self.refused("denied"):
                registry.person(person)
        with self.refused("denied"):
            Store("registry/person").get(person)

    def test_a_hook_is_shown_nothing_sensitive_of_the_register_and_leaves_it_as_it_stands(self):
        hook = {"name": "look", "kinds": ["registry/person"], "operations": ["create"]}
        native.start({**MANIFEST, "capabilities": [{"name": "hooks"}], "hooks": [hook]})
        namer, body = Plugin(), {"name_fr": "Fadma", "national_id_key": "AAAAAAAAAAAAAAAAAAAAAA", "province": "09.541"}

        @namer.hook("look")
        def look(proposal):
            self.assertNotIn("national_id_key", proposal.after)
            return Amend({**proposal.after, "name_fr": "Itto"})

        self.assertEqual(native.propose(namer, "registry/person", None, body), {**body, "name_fr": "Itto"})

    def test_what_the_register_does_not_declare_is_shown_to_nobody(self):
        id = native.add_cooperative({"name_fr": "Anfa", "turnover": 7})
        self.assertEqual(registry.cooperative(id).body, {"name_fr": "Anfa"})
        self.assertEqual([one.body for one in registry.cooperatives(sort="-created").items], [{"name_fr": "Anfa"}])
        with self.refused("not-indexed"):
            registry.cooperatives(equal={"commune": "Anfa"})

    def test_a_value_that_its_field_cannot_have_and_a_field_that_is_none_are_refused(self):
        native.install(subject)
        self.assertEqual(notes.count(equal={"code": "n1"}), 1)
        self.assertEqual(notes.count(equal={"shelf": "low"}, above={"rank": "0"}), 2)
        wrong = ({"code": 1}, {"code": None}, {"shelf": True}, {"colour": "red"}, {"shelf": "low", "rank": "one"})
        for equal in wrong:
            with self.subTest(equal=equal):
                with self.refused("invalid"):
                    notes.count(equal=equal)
                with self.refused("invalid"):
                    notes.find(equal=equal)
        with self.refused("invalid"):
            notes.find(sort="colour")
        native.as_member(ONE)
        with self.refused("invalid"):
            wishes.find(equal={"person": "one"})
        self.assertEqual(wishes.find(equal={"subject": ONE}).items, [])

    def test_a_question_about_a_field_that_the_caller_sees_nowhere_is_denied(self):
        kind = {**NOTE, "indexes": [{"fields": ["secret"]}, {"fields": ["shelf"]}], "search": ["secret"]}
        native.start({**MANIFEST, "kinds": [kind]})
        for question in ({"equal": {"secret": "gold"}}, {"sort": "secret"}, {"text": "gold"}):
            with self.subTest(question=question), self.refused("denied"):
                notes.find(**question)
        with self.refused("denied"):
            notes.count(equal={"secret": "gold"})
        self.assertEqual(notes.find(equal={"shelf": "low"}).items, [])
        native.become(Caller("system"))
        self.assertEqual(notes.find(sort="secret").items, [])

    def test_the_register_is_asked_by_its_own_indexes(self):
        id = native.add_cooperative({"name_fr": "Anfa", "commune": "Anfa", "province": "09.541"})

        def found(**question):
            return len(registry.cooperatives(**question).items)

        self.assertEqual(found(equal={"province": "09.541"}, sort="name_fr"), 1)
        self.assertEqual((found(equal={"subject": id}), found(text="anf", equal={"province": "09.541"})), (1, 1))
        for question, code in (
            ({"equal": {"province": "Anfa"}}, "invalid"),
            ({"equal": {"subject": "one"}}, "invalid"),
            ({"text": "anf", "sort": "name_fr"}, "not-indexed"),
        ):
            with self.subTest(question=question), self.refused(code):
                found(**question)

    def test_a_record_of_the_register_is_told_as_far_as_the_plugin_may_read_it(self):
        topics = ["registry/cooperative", "registry/person"]
        capabilities = [{"name": "events"}, {"name": "registry.read"}]
        native.start({"id": "keeper", "capabilities": capabilities, "events": [{"name": "made", "topics": topics}]})
        keeper, told = Plugin(), []
        keeper.event("made")(lambda event: told.append(event.payload))
        made = {"operation": "create", "record": "c1", "payload": {"name_fr": "Anfa", "turnover": 7}}
        self.assertEqual(native.tell(keeper, "registry/cooperative", **made), [None])
        self.assertEqual(told, [{"name_fr": "Anfa"}])
        self.assertEqual(native.tell(keeper, "registry/person", **made), [])
        native.deny("registry.read")
        self.assertEqual(native.tell(keeper, "registry/cooperative", **made), [])

    def test_an_amendment_is_held_to_the_schema_of_its_kind(self):
        meddler = Plugin()
        meddler.hook("look")(lambda proposal: Amend({**(proposal.after or {}), "text": 7}))

        def propose(kind, on_failure, before=None, after=None):
            hook = {"name": "look", "kinds": [kind], "operations": ["create", "delete"], "on_failure": on_failure}
            note = {"name": "note", "schema": {"properties": {"text": {"type": "string"}}}}
            native.start({"id": "notes", "capabilities": [{"name": "hooks"}], "hooks": [hook], "kinds": [note]})
            return native.propose(meddler, kind, before, after)

        body = {"text": "olives"}
        for kind in ("notes/note", "registry/cooperative"):
            self.assertEqual(propose(kind, "refuse", after=body).code, "hook-failed")
            self.assertEqual(propose(kind, "pass", after=body), body)
        self.assertEqual(propose("notes/note", "refuse", before=body).code, "hook-failed")
        self.assertEqual(propose("other/kind", "refuse", after=body), {"text": 7})

    def test_a_file_that_the_bundle_does_not_hold_is_not_answered(self):
        paths = ["audio/guide.opus", "audio/song.opus", "audio"]
        player = Plugin()
        for index, path in enumerate(paths):
            player.get(f"/{index}")(lambda _, path=path: file(path))

        def given():
            answers = [native.call(player, Request.get(f"/{index}")) for index in range(len(paths))]
            return [answer.code if isinstance(answer, Problem) else answer.path for answer in answers]

        native.add_asset(paths[0])
        self.assertEqual(given(), [paths[0], "plugin-failed", "plugin-failed"])
        with tempfile.TemporaryDirectory() as folder:
            song = Path(folder) / "assets" / paths[1]
            song.parent.mkdir(parents=True)
            song.touch()
            manifest = Path(folder) / "manifest.json"
            manifest.write_text(json.dumps(MANIFEST), encoding="utf-8")
            native.start(manifest)
            self.assertEqual(given(), ["plugin-failed", paths[1], "plugin-failed"])

    def test_a_job_is_not_done_without_its_capability(self):
        native.start({"id": "worker", "capabilities": [{"name": "jobs"}], "jobs": [{"name": "count"}]})
        worker, done = Plugin(), []
        worker.job("count")(lambda job: done.append(job.attempt))
        jobs.enqueue("count")
        native.deny("jobs")
        self.assertEqual((native.run_jobs(worker), done), ([("count", Retry())], []))
        native.grant("jobs")
        native.advance(5_000)
        self.assertEqual((native.run_jobs(worker), done), ([("count", None)], [2]))

    def test_formats_and_patterns_are_as_strict_as_the_kernel_s_and_what_is_not_known_is_refused(self):
        def fits(rules, value):
            kind = {"name": "any", "schema": {"properties": {"any": rules}}, "access": {"create": ["plugin"]}}
            native.start({"id": "notes", "capabilities": [{"name": "store"}], "kinds": [kind]})
            try:
                return bool(Store("any").insert({"any": value}))
            except Problem as problem:
                self.assertEqual(problem.code, "invalid")
                return False

        times = ["2026-01-01T23:59:60Z", "2026-01-01t09:00:00.5+01:00"]
        wrong_times = ["2026-01-01T25:00:00Z", "2026-01-01T09:00:00", "2026-01-01T09:00:60Z"]
        uris = ["https://a.ma:80/b?c#d", "urn:a:b", "http://[::1]/"]
        for name, right, wrong in (
            ("date", ["2026-02-28"], ["2026-02-29", "2026-2-1", "٢٠٢٦-٠٢-٢٨", "2026-02-28\n"]),
            ("date-time", times, wrong_times),
            ("email", ["a.b@coop.ma"], ["a..b@coop.ma", "a@-coop.ma", "a b@coop.ma"]),
            ("uri", uris, ["https://a.ma/b c", "https://a.ma/<b>", "a.ma", "http://[a"]),
            ("uuid", [ONE], [ONE + "0", ONE + "\n"]),
        ):
            with self.subTest(name):
                self.assertEqual([value for value in right + wrong if fits({"format": name}, value)], right)
        for pattern, right, wrong in (
            ("^[0-9]+$", ["12"], ["12\n"]),
            (r"^\d+$", ["12"], ["١٢", "12\n"]),
            (r"^[\w$.]+$", ["a$."], ["é", "a\n"]),
            (r"^a\$?.$", ["a$b"], ["a$\n", "a$b\n"]),
            (r"^\S+$", ["a"], ["\u00a0"]),
            (r"^[(?=]\(?=?$", ["=("], []),
        ):
            with self.subTest(pattern):
                self.assertEqual([value for value in right + wrong if fits({"pattern": pattern}, value)], right)
        for rules in ({"format": "hostname"}, {"pattern": "^(?=a)"}, {"pattern": r"(a)\1"}):
            with self.subTest(rules=rules), self.assertRaises(LookupError):
                fits(rules, "a")

    def test_a_number_that_json_has_no_word_for_or_that_others_would_round_is_refused(self):
        for number in (float("nan"), float("inf"), 2**53, 1e300):
            with self.subTest(number=number):
                with self.refused("invalid"):
                    notes.insert({"code": "n", "shelf": "low", "rank": number})
                with self.refused("invalid"):
                    notes.find(equal={"shelf": "low"}, above={"rank": number})
                careless = Plugin()
                careless.get("/page")(lambda _, number=number: page("home", "Home", {"rank": number}))
                careless.get("/json")(lambda _, number=number: document([number]))
                careless.slot("home")(lambda _, number=number: Fragment("home", "", {"rank": number}))
                for path in ("/page", "/json"):
                    self.assertEqual(native.call(careless, Request.get(path)).code, "plugin-failed")
                with self.refused("plugin-failed"):
                    native.render(careless, "home")

    def test_a_page_ends_once_its_bodies_pass_its_bytes(self):
        kind = {"name": "scan", "schema": {}, "access": {"read": ["plugin"], "create": ["plugin"]}}
        native.start({"id": "scans", "capabilities": [{"name": "store"}], "kinds": [kind]})
        scans = Store("scan")
        for _ in range(6):
            scans.insert({"text": "x" * (1 << 20)})
        first = scans.find()
        rest = scans.find(after=first.next)
        self.assertEqual((len(first.items), len(rest.items), rest.next, scans.count()), (4, 2, None, 6))
