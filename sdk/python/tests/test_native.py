"""The kernel in memory behaves as the real one does."""

import unittest

from tests.notes import MANIFEST, ONE, OTHER, RATE, Kernel, note, notes, subject, wish, wishes
from tiwizi import Amend, Fragment, Plugin, Problem, Refuse, Request, Store, config, context, fetch, i18n, kv, milestones, native
from tiwizi import page, redirect, registry, secrets, telemetry
from tiwizi.context import Caller


class Native(Kernel):
    def test_a_call_that_fails_leaves_nothing_but_its_log(self):
        self.assertEqual(native.call(subject, Request.post("/fail")).status, 422)
        self.assertEqual((native.bodies("note"), native.logged()), ([], [("info", "wrote", {"rank": "9"})]))

    def test_a_call_that_answers_keeps_its_writes(self):
        native.as_member(ONE)
        self.assertEqual(native.call(subject, Request.post("/write")), redirect("/"))
        self.assertEqual((len(native.bodies("note")), len(native.reached())), (1, 1))

    def test_reads_go_by_declared_indexes_only(self):
        native.install(subject)
        low = {"equal": {"shelf": "low"}, "sort": "-rank", "limit": 2}
        first = notes.find(**low)
        self.assertEqual([entry.body["rank"] for entry in first.items], [2, 1])
        rest = notes.find(**low, after=first.next)
        self.assertEqual((len(rest.items), rest.next), (1, None))
        self.assertEqual(len(notes.find(equal={"shelf": "low"}, above={"rank": 0}).items), 2)
        self.assertEqual(notes.first(text="N1").body["rank"], 1)
        newest_first = [entry.body["rank"] for entry in notes.find(sort="-created").items]
        self.assertEqual(newest_first, [2, 1, 0])
        self.assertEqual(len(notes.find(equal={"code": "n1"}, sort="created").items), 1)
        native.as_holder("trainer")
        for unanswered in (
            lambda: notes.find(equal={"rank": 1}),
            lambda: notes.find(equal={"shelf": "low"}, sort="-created"),
            lambda: wishes.find(above={"person": ONE}),
        ):
            with self.refused("not-indexed"):
                unanswered()
        for wrong in (
            lambda: notes.find(after="somewhere"),
            lambda: notes.get("one"),
            lambda: kv.set("", 1),
            lambda: kv.get("two\nlines"),
            lambda: kv.set("brief", 1, ttl_ms=0),
        ):
            with self.refused("invalid"):
                wrong()

    def test_records_are_counted_by_the_same_conditions(self):
        native.install(subject)
        self.assertEqual(notes.count(equal={"shelf": "low"}, at_least={"rank": 1}), 2)
        with self.refused("not-indexed"):
            notes.count(text="n1")

    def test_an_upgrade_goes_on_until_it_has_nothing_left_to_do_or_leaves_nothing(self):
        native.install(subject)
        upgraded = Plugin()

        @upgraded.migrate
        def raise_ranks(version, cursor):
            page = notes.find(limit=2, after=cursor)
            for entry in page.items:
                notes.patch(entry.id, {"rank": entry.body["rank"] + 10})
            return page.next

        def ranks():
            return [body["rank"] for body in native.bodies("note")]

        self.assertEqual((native.upgrade(upgraded, "1.0.0"), ranks()), (2, [10, 11, 12]))

        @upgraded.health
        def missing():
            raise Problem.internal("something is missing")

        with self.refused("internal"):
            native.upgrade(upgraded, "1.0.0")
        self.assertEqual(ranks(), [10, 11, 12])

    def test_an_answer_that_the_kernel_would_not_pass_on_is_a_problem_and_its_writes_are_gone(self):
        native.start({**MANIFEST, "templates": ["home"]})
        careless = Plugin()
        answers = {
            "/home": lambda: page("home", "Home"),
            "/on": lambda: redirect("/notes?page=2#end"),
            "/other": lambda: page("hone", "Home"),
            "/status": lambda: page("home", "Home", status=304),
            "/away": lambda: redirect("//evil.example.org/"),
            "/up": lambda: redirect("/a/%2e%2e/b"),
        }
        for path, answer in answers.items():
            careless.get(path)(lambda _, answer=answer: (kv.increment("answers"), answer())[1])
        careless.slot("home")(lambda _: Fragment("hone", ""))
        given = [native.call(careless, Request.get(path)) for path in answers]
        self.assertFalse(any(isinstance(answer, Problem) for answer in given[:2]))
        self.assertEqual([answer.code for answer in given[2:]], ["plugin-failed"] * 4)
        self.assertEqual(kv.get("answers"), 2)
        with self.refused("plugin-failed"):
            native.render(careless, "home")

    def test_an_upgrade_reaches_nothing_that_others_would_notice(self):
        upgraded = Plugin()

        @upgraded.migrate
        def look_around(version, cursor):
            self.assertEqual(context.caller().account_id, None)
            for ask in (lambda: registry.cooperative(ONE), lambda: secrets.reveal("token"), lambda: fetch(RATE)):
                with self.refused("unavailable"):
                    ask()
            kv.set("migrated", True)

        native.as_member(ONE)
        native.upgrade(upgraded, "1.0.0")
        self.assertIs(kv.get("migrated"), True)

    def test_a_stale_or_duplicate_write_is_refused(self):
        entry = notes.insert(note(1))
        with self.refused("duplicate"):
            notes.insert(note(1))
        entry.body["rank"] = 2
        self.assertEqual(notes.put(entry).version, 2)
        with self.refused("stale"):
            notes.put(entry)
        self.assertEqual(notes.patch(entry.id, {"rank": 7}).body["rank"], 7)
        with self.refused("stale"):
            notes.delete(entry)

    def test_a_body_that_breaks_its_schema_is_refused_field_by_field(self):
        native.as_member(ONE)
        with self.refused("invalid") as caught:
            wishes.insert({**wish(ONE), "text": "more than ten"})
        fault = caught.exception.details["fields"][0]
        self.assertEqual((fault["pointer"], fault["code"]), ("/text", "too-long"))
        native.as_public()
        for wrong in ({"colour": "red"}, {"shelf": "middle"}, {"rank": 1.5}, {"rank": True}):
            with self.refused("invalid"):
                notes.insert({**note(1), **wrong})

    def test_schemas_are_held_to_what_the_real_kernel_holds_them_to(self):
        defs = {"short": {"maxLength": 3}, "code": {"$ref": "#/$defs/short", "pattern": "^a"}}
        either = {"if": {"const": 1}, "then": {"minimum": 5}, "else": {"maximum": 3}}
        first = {"prefixItems": [{"type": "string"}], "items": {"type": "integer"}}
        named = {"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": False}
        for schema, value, codes in (
            ({"$ref": "#/$defs/code"}, "abcd", ["too-long"]),
            ({"$ref": "#/$defs/code"}, "b", ["pattern"]),
            ({"$ref": "#/$defs/short", "maxLength": 9}, "abcd", ["too-long"]),
            ({"$ref": "#/$defs/code"}, "abc", []),
            (either, 1, ["too-small"]),
            (either, 4, ["too-large"]),
            (first, ["a", "b"], ["type"]),
            (first, ["a", 1], []),
            ({"contains": {"const": "a"}}, ["b"], ["too-few"]),
            ({"contains": {"const": "a"}, "maxContains": 1}, ["a", "a"], ["too-few"]),
            (named, {"xa": "1"}, ["type"]),
            (named, {"ya": 1}, ["unknown-field"]),
            ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, ["unknown-field"]),
            ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, ["required"]),
            ({"dependentSchemas": {"a": {"maxProperties": 1}}}, {"a": 1, "b": 1}, ["too-many"]),
            ({"not": {"const": 1}}, 1, ["no-match"]),
            (False, 1, ["unknown-field"]),
        ):
            kind = {"name": "any", "schema": {"properties": {"any": schema}, "$defs": defs}, "access": {"create": ["plugin"]}}
            native.start({"id": "notes", "capabilities": [{"name": "store"}], "kinds": [kind]})
            with self.subTest(schema=schema, value=value):
                found = []
                try:
                    Store("any").insert({"any": value})
                except Problem as problem:
                    found = [fault["code"] for fault in problem.details["fields"]]
                self.assertEqual(found, codes)

    def test_a_record_belongs_to_its_subject(self):
        native.as_member(ONE)
        entry = wishes.insert(wish(ONE))
        with self.refused("denied"):
            wishes.insert(wish(OTHER))
        native.as_member(OTHER)
        self.assertEqual((wishes.get(entry.id), wishes.find().items), (None, []))
        native.as_holder("trainer")
        self.assertEqual(len(wishes.find(equal={"person": ONE}).items), 1)
        with self.refused("denied"):
            wishes.delete(entry)
        native.as_public()
        with self.refused("denied"):
            wishes.get(entry.id)

    def test_a_field_above_the_caller_s_classes_is_not_set_not_shown_and_not_lost(self):
        with self.refused("invalid"):
            notes.insert({**note(1), "secret": "gold"})
        native.become(Caller("system"))
        id = notes.insert({**note(1), "secret": "gold"}).id
        native.as_public()
        seen = notes.get(id)
        seen.body["rank"] = 2
        self.assertEqual(notes.put(seen).body, {**note(1), "rank": 2})
        for secret in ("none", None, "gold"):
            with self.refused("invalid") as caught:
                notes.patch(id, {"secret": secret})
            self.assertEqual(caught.exception.details["fields"][0]["code"], "hidden-field")
        with self.refused("invalid"):
            notes.patch(id, [1])
        self.assertEqual(native.bodies("note"), [{**note(1), "rank": 2, "secret": "gold"}])

    def test_a_milestone_of_a_cooperative_is_noted_by_who_acts_for_it_with_a_record_of_its_own(self):
        cooperative, other = (native.add_cooperative({"name_fr": name}) for name in ("Tamount", "Tiwizi"))
        native.as_member(ONE)
        self.assertEqual(registry.acts_for(), [])
        native.act_for(cooperative)
        self.assertEqual([one.id for one in registry.acts_for()], [cooperative])
        id = wishes.insert(wish(cooperative)).id
        for _ in range(2):
            milestones.reach_for(cooperative, "written", "wish", id)
        self.assertEqual(native.reached_for(), [(cooperative, "written", id)])
        with self.refused("denied"):
            milestones.reach_for(other, "written", "wish", id)
        native.act_for(other)
        with self.refused("invalid"):
            milestones.reach_for(other, "written", "wish", id)
        native.as_member(ONE)
        with self.refused("denied"):
            milestones.reach_for(cooperative, "written", "wish", id)

    def test_an_instance_has_an_address_when_its_operator_said_it(self):
        self.assertIsNone(context.address())
        native.at_address("https://registre.example.org")
        self.assertEqual(context.address(), "https://registre.example.org")

    def test_what_is_not_granted_is_denied_by_name(self):
        questions = {
            "store": lambda: notes.find(),
            "kv": lambda: kv.get("x"),
            "milestones": lambda: milestones.reach("written", "note", ONE),
            "registry.read": lambda: registry.cooperative(ONE),
            "secrets": lambda: secrets.reveal("token"),
            "http-out": lambda: fetch(RATE),
        }
        for capability, ask in questions.items():
            native.deny(capability)
            with self.refused("denied") as caught:
                ask()
            self.assertEqual(caught.exception.details, {"capability": capability})
        native.deny("telemetry")
        telemetry.info("dropped")
        self.assertEqual(native.logged(), [])

    def test_values_by_key_are_kept_counted_and_swapped(self):
        kv.set("greeting", "ⴰⵣⵓⵍ", ttl_ms=1_000)
        self.assertEqual(kv.get("greeting"), "ⴰⵣⵓⵍ")
        native.advance(1_000)
        self.assertIsNone(kv.get("greeting"))
        self.assertEqual([kv.increment("b/1"), kv.increment("b/1", 2), kv.increment("b/2")], [1, 3, 1])
        kv.swap("turn", None, "fadma")
        with self.refused("stale"):
            kv.swap("turn", "hassan", "omar")
        first = kv.list_keys("b/", limit=1)
        self.assertEqual((first.keys, kv.list_keys("b/", after=first.next).keys), (["b/1"], ["b/2"]))
        kv.delete("b/1")
        self.assertIsNone(kv.get("b/1"))

    def test_settings_secrets_and_the_outside_answer_what_a_test_has_laid_out(self):
        self.assertEqual(config.get("size"), 3)
        native.set_setting("size", 5)
        self.assertEqual(config.all(), {"size": 5})
        with self.refused("not-found"):
            config.get("colour")
        ask = Request.get("/rate")
        self.assertEqual((secrets.is_set("token"), native.call(subject, ask).code), (False, "not-found"))
        native.set_secret("token", "s3cret")
        self.assertEqual(native.call(subject, ask).code, "unavailable")
        native.lay_out("GET", RATE, 200, 10.8)
        self.assertEqual((native.call(subject, ask).body, native.asked()), (10.8, [("GET", RATE)] * 2))
        secret = secrets.reveal("token")
        self.assertEqual((secret.expose(), f"{secret}"), ("s3cret", "Secret(…)"))

    def test_only_hosts_that_the_manifest_names_are_asked_with_their_scheme_and_port(self):
        for url in (RATE, "https://one.sms.example.org/a", "http://old.example.org:8080/"):
            with self.refused("unavailable"):
                fetch(url)
        for url in (
            "https://other.example.org/",
            "http://rates.example.org/mad",
            "https://rates.example.org:8443/mad",
            "https://sms.example.org/",
            "https://badsms.example.org/",
            "http://old.example.org/",
        ):
            native.lay_out("GET", url, 200, 1)
            with self.subTest(url), self.refused("denied") as caught:
                fetch(url)
            self.assertEqual(caught.exception.details["capability"], "http-out")
        with self.refused("invalid"):
            fetch("rates")
        self.assertEqual(len(native.asked()), 3)

    def test_a_person_of_the_register_is_seen_by_that_person_and_its_keepers(self):
        person = native.add_person({"name_fr": "x"})
        with self.refused("denied"):
            registry.person(person)
        native.as_member(ONE)
        self.assertIsNone(registry.person(person))
        native.as_member(person)
        self.assertEqual(registry.person(person).body, {"name_fr": "x"})
        native.add_cooperative({"name_fr": "Anfa"})
        self.assertEqual(len(registry.cooperatives(text="anf").items), 1)

    def test_the_context_is_what_the_test_says(self):
        native.as_member(ONE)
        native.at(5)
        caller = context.caller()
        self.assertEqual((context.now(), context.language(), context.plugin_id()), (5, "fr", "notes"))
        self.assertEqual((context.plugin_version(), caller.person, caller.is_signed_in), ("1.2.3", ONE, True))

    def test_words_come_from_the_nearest_language(self):
        native.add_messages("fr", only="Seulement { $who }")
        native.add_messages("ar", only="فقط {$who}")
        self.assertEqual(i18n.translate("only", "ary", who="Itto"), "فقط Itto")
        self.assertEqual(i18n.translate("only", who=3), "Seulement 3")
        with self.refused("not-found"):
            i18n.translate("other")
        with self.refused("invalid"):
            i18n.translate("only", "en")
        self.assertEqual((i18n.number(1234.5, 2), i18n.date(0)), ("1234.5", "1970-01-01"))

    def test_numbers_count_when_the_manifest_declares_them(self):
        native.start({"capabilities": [{"name": "telemetry"}], "metrics": [{"name": "sold", "type": "counter"}]})
        telemetry.count("sold", 2)
        telemetry.observe("other", 1.5)
        native.in_instance("Oujda", "02.411")
        self.assertEqual((native.counted("sold"), native.counted("other")), ([2], []))
        self.assertEqual((context.instance().provinces, context.deadline_left_ms() > 0), (["02.411"], True))


HOOKS = {
    "id": "looker",
    "capabilities": [{"name": "hooks"}, {"name": "kv"}],
    "hooks": [
        {"name": "second", "kinds": ["a/b"], "operations": ["create", "change"], "order": 2, "on_failure": "pass"},
        {"name": "first", "kinds": ["a/b"], "operations": ["create"], "order": 1, "on_failure": "pass"},
    ],
}
looker = Plugin()


@looker.hook("first")
@looker.hook("second")
def look(proposal):
    try:
        kv.set("a", 1)
        return Refuse("wrote", "A hook has written.")
    except Problem:
        pass
    if proposal.after["text"] == "no":
        return Refuse("no", "Non.", "/text")
    if proposal.after["text"] == "yes":
        return Amend({**proposal.after, "seen": proposal.after.get("seen", "") + proposal.hook})


class Hooks(unittest.TestCase):
    def test_hooks_look_in_their_order_and_at_their_writes_only_and_may_not_write(self):
        native.start(HOOKS)

        def propose(before, text):
            return native.propose(looker, "a/b", before, {"text": text})

        self.assertEqual(propose(None, "yes")["seen"], "firstsecond")
        self.assertEqual(propose({}, "yes")["seen"], "second")
        self.assertEqual(propose(None, "no"), Refuse("no", "Non.", "/text"))
        self.assertEqual(propose(None, "other"), {"text": "other"})
        self.assertEqual(native.propose(looker, "a/c", None, {"text": "no"}), {"text": "no"})
        kv.set("a", 1)
        with self.assertRaises(LookupError):
            native.propose(Plugin(), "a/b", {}, {})
        native.deny("hooks")
        self.assertEqual(propose(None, "no"), {"text": "no"})
