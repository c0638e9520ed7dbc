// Files, events, jobs, other plugins, notices and parts of pages: the kernel in memory behaves as the real one does.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { blobs, calls, events, fragment, jobs, kv, notify, plugin, Problem, reject, retry } from "tiwizi";
import * as native from "tiwizi/native";

const PERSON = "00000000-0000-7000-8000-00000000000a";
const MANIFEST = {
  id: "market",
  capabilities: ["blobs", "calls", "events", "jobs", "kv", "notify"].map((name) => ({ name })),
  events: [{ name: "made", topics: ["a/b", "c/d"], operations: ["create"] }],
  topics: [{ name: "done" }],
  jobs: [{ name: "count" }],
  requires: [{ contract: "training/progress", major: 1 }],
  provides: [{ contract: "prices", major: 1, methods: ["price", "cost"] }],
};
const refused = (work, code) => assert.throws(work, (cause) => cause instanceof Problem && cause.is(code));
const bytes = (letters) => new TextEncoder().encode(letters);

beforeEach(() => native.start(MANIFEST));

test("a file is read, listed, linked and forgotten", () => {
  const large = new Uint8Array(2_500_000).fill(7);
  const one = blobs.keep("image/png", large);
  const two = blobs.keep("text/plain", bytes("olives"));
  assert.deepEqual(blobs.keep("text/html", bytes("olives")), two);
  assert.deepEqual(blobs.readAll(one.id), large);
  assert.deepEqual(blobs.read(two.id, { offset: 3, length: 99 }), bytes("ves"));
  const { items, next } = blobs.list({ limit: 1 });
  assert.deepEqual([items, blobs.list({ limit: 1, after: next })], [[one], { items: [two], next: undefined }]);
  assert.ok(blobs.link(two.id, 60).includes(two.id));
  refused(() => blobs.link(two.id, 100_000), "invalid");
  refused(() => blobs.keep("text/html; charset=utf-8", large), "invalid");
  refused(() => blobs.begin("text/plain").write(bytes("olives")).finish("0".repeat(64)), "invalid");
  blobs.delete(two.id);
  assert.equal(blobs.stat(two.id), undefined);
  refused(() => blobs.readAll(two.id), "not-found");
});

test("an event is told to those who want it, and keeps what it did when it is done", () => {
  const worker = plugin({
    events: {
      made({ key, payload }) {
        kv.increment("told");
        events.emit("done", key, payload);
        if (payload === "no") return reject("no");
      },
    },
  });
  const created = { topic: "a/b", operation: "create", record: "1", key: "1", payload: 1 };
  assert.deepEqual(native.tell(worker, created), [{ tag: "done" }]);
  assert.deepEqual(native.tell(worker, { ...created, topic: "a/c" }), []);
  assert.deepEqual(native.tell(worker, { ...created, operation: "change" }), []);
  assert.deepEqual(native.tell(worker, { topic: "c/d", key: "2", payload: "no" }), [reject("no")]);
  assert.equal(kv.get("told"), 1);
  assert.deepEqual(native.emitted(), [{ topic: "market/done", key: "1", payload: 1 }]);
  refused(() => events.emit("other", "1", {}), "denied");
});

test("a job is not tried after its last try", () => {
  const worker = plugin({ jobs: { count: () => retry(1) } });
  jobs.enqueue("count", {}, { attempts: 2 });
  const tried = [1, 2, 3].map(() => {
    native.advance(1_000);
    return native.runJobs(worker).length;
  });
  assert.deepEqual(tried, [1, 1, 0]);
});

test("a job waits for its time and for another try", () => {
  const worker = plugin({
    jobs: {
      count({ attempt }) {
        kv.increment("ran");
        jobs.progress(1, 1);
        return attempt === 1 ? retry(10) : undefined;
      },
    },
  });
  const first = jobs.enqueue("count", { a: 1 }, { once: "a" });
  assert.equal(jobs.enqueue("count", { a: 2 }, { once: "a" }), first);
  const second = jobs.enqueue("count", {}, { at: 4_000_000_000_000 });
  assert.deepEqual(native.runJobs(worker), [{ job: "count", outcome: retry(10) }]);
  assert.equal(kv.get("ran"), undefined);
  native.advance(10_000);
  assert.deepEqual(native.runJobs(worker), [{ job: "count", outcome: { tag: "done" } }]);
  assert.equal(kv.get("ran"), 1);
  assert.deepEqual([jobs.cancel(second), jobs.cancel(second)], [true, false]);
  refused(() => jobs.progress(1, 2), "invalid");
  refused(() => jobs.enqueue("other"), "denied");
});

test("other plugins answer what is laid out, and are answered what the manifest provides", () => {
  const learnt = (major) => calls.ask("training/progress", major, "learnt");
  assert.throws(() => learnt(1), { code: "unavailable", details: { contract: "training/progress", cause: "missing" } });
  native.layOutContract("training/progress", 1, "learnt", ["founding"]);
  assert.deepEqual(learnt(1), ["founding"]);
  refused(() => learnt(2), "denied");
  const market = plugin({ provides: { prices: { price: ({ good }, { plugin: asker }) => `${asker}: ${good}` } } });
  assert.equal(native.invoke(market, "shop", "prices", "price", { good: "oil" }), "shop: oil");
  refused(() => native.invoke(market, "shop", "prices", "cost"), "not-found");
  refused(() => native.invoke(market, "shop", "prices", "sell"), "invalid");
});

test("a notice is kept for whom it was sent", () => {
  native.addMessages("fr", { ready: "{ $what } est prêt" });
  notify.toPerson(PERSON, "ready", { values: { what: 3 } });
  notify.toRole("trainer", "ready", { province: "09.541", link: "/orders" });
  assert.deepEqual(native.told(), [
    { person: PERSON, key: "ready", values: { what: "3" }, link: undefined },
    { role: "trainer", province: "09.541", key: "ready", values: {}, link: "/orders" },
  ]);
  refused(() => notify.toPerson(PERSON, "other"), "invalid");
  refused(() => notify.toRole("king", "ready"), "invalid");
  refused(() => notify.toPerson(PERSON, "ready", { link: "https://evil.example.org/" }), "invalid");
});

test("a part of a page reads and does not write", () => {
  const greeter = plugin({
    slots: {
      home() {
        refused(() => kv.set("seen", true), "denied");
        return fragment("greeting", "Azul", { seen: kv.get("seen") ?? false });
      },
    },
  });
  assert.deepEqual(native.render(greeter, "home"), fragment("greeting", "Azul", { seen: false }));
  assert.equal(native.render(greeter, "account"), undefined);
});

test("what is not granted is denied", () => {
  const asked = {
    blobs: () => blobs.stat("x"),
    calls: () => calls.ask("training/progress", 1, "learnt"),
    events: () => events.emit("done", "1", 1),
    jobs: () => jobs.enqueue("count"),
    notify: () => notify.toPerson(PERSON, "ready"),
  };
  for (const [capability, work] of Object.entries(asked)) {
    native.deny(capability);
    refused(work, "denied");
  }
  assert.deepEqual(native.tell(plugin({}), { topic: "a/b", operation: "create" }), []);
});
