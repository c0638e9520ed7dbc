"""Files, events, jobs, other plugins, notices and parts of pages: the kernel in memory behaves as the real one does."""

import unittest
from contextlib import contextmanager

from tiwizi import Event, Fragment, Job, Plugin, Problem, Reject, Retry, blobs, calls, events, jobs, kv, native, notify
from tiwizi.native.memory import Notice

PERSON = "00000000-0000-7000-8000-00000000000a"
MANIFEST = {
    "id": "market",
    "capabilities": [{"name": name} for name in ("blobs", "calls", "events", "jobs", "kv", "notify")],
    "events": [{"name": "made", "topics": ["a/b", "c/d"], "operations": ["create"]}],
    "topics": [{"name": "done"}],
    "jobs": [{"name": "count"}],
    "requires": [{"contract": "training/progress", "major": 1}],
    "provides": [{"contract": "prices", "major": 1, "methods": ["price", "cost"]}],
}

market = Plugin()


@market.event("made")
def made(event: Event):
    kv.increment("told")
    events.emit("done", event.key, event.payload)
    return Reject("no") if event.payload == "no" else None


@market.job("count")
def count(job: Job):
    kv.increment("ran")
    jobs.progress(1, 1)
    return Retry(10) if job.attempt == 1 else None


@market.method("prices", "price")
def price(payload, asker):
    return f"{asker}: {payload['good']}"


@market.slot("home")
def home(about):
    try:
        kv.set("seen", True)
    except Problem as problem:
        return Fragment("greeting", "Azul", {"refused": problem.code, "seen": kv.get("seen")})


class Platform(unittest.TestCase):
    def setUp(self):
        native.start(MANIFEST)

    @contextmanager
    def refused(self, code):
        with self.assertRaises(Problem) as caught:
            yield
        self.assertEqual(caught.exception.code, code)

    def test_a_file_is_read_listed_linked_and_forgotten(self):
        large = b"\7" * 2_500_000
        one, two = blobs.keep("image/png", large), blobs.keep("text/plain", b"olives")
        self.assertEqual(blobs.keep("text/html", b"olives"), two)
        self.assertEqual(blobs.read_all(one.id), large)
        self.assertEqual(blobs.read(two.id, offset=3, length=99), b"ves")
        first = blobs.list_blobs(limit=1)
        self.assertEqual((first.items, blobs.list_blobs(limit=1, after=first.next).items), ([one], [two]))
        self.assertIn(two.id, blobs.link(two.id, 60))
        with self.refused("invalid"):
            blobs.keep("text/html; charset=utf-8", b"olives")
        with self.refused("invalid"):
            blobs.link(two.id, 100_000)
        with self.refused("invalid"):
            blobs.Upload("text/plain").write(b"olives").finish("0" * 64)
        blobs.delete(two.id)
        self.assertIsNone(blobs.stat(two.id))
        with self.refused("not-found"):
            blobs.read_all(two.id)

    def test_an_event_is_told_to_those_who_want_it_and_keeps_what_it_did_when_it_is_done(self):
        self.assertEqual(native.tell(market, "a/b", operation="create", record="1", payload=1), [None])
        self.assertEqual(native.tell(market, "a/c", operation="create"), [])
        self.assertEqual(native.tell(market, "a/b", operation="change"), [])
        self.assertEqual(native.tell(market, "c/d", key="2", payload="no"), [Reject("no")])
        self.assertEqual(kv.get("told"), 1)
        self.assertEqual(native.emitted(), [("market/done", "1", 1)])
        with self.refused("denied"):
            events.emit("other", "1", {})

    def test_a_job_waits_for_its_time_and_for_another_try(self):
        first = jobs.enqueue("count", {"a": 1}, once="a")
        self.assertEqual(jobs.enqueue("count", {"a": 2}, once="a"), first)
        second = jobs.enqueue("count", at=4_000_000_000_000)
        self.assertEqual(native.run_jobs(market), [("count", Retry(10))])
        self.assertIsNone(kv.get("ran"))
        native.advance(10_000)
        self.assertEqual(native.run_jobs(market), [("count", None)])
        self.assertEqual(kv.get("ran"), 1)
        self.assertEqual((jobs.cancel(second), jobs.cancel(second)), (True, False))
        with self.refused("invalid"):
            jobs.progress(1, 2)
        with self.refused("denied"):
            jobs.enqueue("other")

    def test_a_job_is_not_tried_after_its_last_try(self):
        never = Plugin()
        never.job("count")(lambda job: Retry(1))
        jobs.enqueue("count", attempts=2)
        for tried in (1, 1, 0):
            self.assertEqual(len(native.run_jobs(never)), tried)
            native.advance(1_000)

    def test_other_plugins_answer_what_is_laid_out_and_are_answered_what_the_manifest_provides(self):
        with self.refused("unavailable"):
            calls.ask("training/progress", 1, "learnt")
        native.lay_out_contract("training/progress", 1, "learnt", ["founding"])
        self.assertEqual(calls.ask("training/progress", 1, "learnt"), ["founding"])
        with self.refused("denied"):
            calls.ask("training/progress", 2, "learnt")
        self.assertEqual(native.invoke(market, "shop", "prices", "price", {"good": "oil"}), "shop: oil")
        with self.refused("not-found"):
            native.invoke(market, "shop", "prices", "cost")
        with self.refused("invalid"):
            native.invoke(market, "shop", "prices", "sell")

    def test_a_notice_is_kept_for_whom_it_was_sent(self):
        native.add_messages("fr", ready="{ $what } est prêt")
        notify.to_person(PERSON, "ready", what=3)
        notify.to_role("trainer", "ready", province="09.541", link="/orders")
        person = Notice(PERSON, None, None, "ready", {"what": "3"}, None)
        self.assertEqual(native.told(), [person, Notice(None, "trainer", "09.541", "ready", {}, "/orders")])
        with self.refused("invalid"):
            notify.to_person(PERSON, "other")
        with self.refused("invalid"):
            notify.to_role("king", "ready")
        with self.refused("invalid"):
            notify.to_person(PERSON, "ready", link="https://evil.example.org/")

    def test_a_part_of_a_page_reads_and_does_not_write(self):
        part = Fragment("greeting", "Azul", {"refused": "denied", "seen": None})
        self.assertEqual(native.render(market, "home"), part)
        self.assertIsNone(native.render(market, "account"))

    def test_what_is_not_granted_is_denied(self):
        asked = {
            "blobs": lambda: blobs.stat("x"),
            "calls": lambda: calls.ask("training/progress", 1, "learnt"),
            "events": lambda: events.emit("done", "1"),
            "jobs": lambda: jobs.enqueue("count"),
            "notify": lambda: notify.to_person(PERSON, "ready"),
        }
        for capability, work in asked.items():
            native.deny(capability)
            with self.refused("denied"):
                work()
        self.assertEqual(native.tell(market, "a/b", operation="create"), [])
