"""The kernel in memory refuses and hides what the real one does."""

from tests.notes import MANIFEST, NOTE, ONE, Kernel, notes, subject, wishes
from tiwizi import Plugin, Store, native, registry
from tiwizi.context import Caller


class Rules(Kernel):
    def test_a_record_of_the_register_is_reduced_by_its_classes_and_the_caller_s_role(self):
        whole = {"name_fr": "Fadma", "national_id_key": "AAAAAAAAAAAAAAAAAAAAAA", "province": "09.541"}
        person = native.add_person(whole)
        native.as_holder("observer")
        self.assertEqual(registry.person(person).body, {"name_fr": "Fadma", "province": "09.541"})
        native.as_holder("registrar")
        self.assertEqual(registry.person(person).body, whole)
        native.as_member(person)
        self.assertEqual(registry.person(person).body, whole)
        # A plugin that acts by itself is shown what the kind gives to plugins: nothing.
        for caller in (Caller("account", roles=["trainer"]), Caller("system")):
            native.become(caller)
            with self.refused("denied"):
                registry.person(person)
        with self.refused("denied"):
            Store("registry/person").get(person)

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
