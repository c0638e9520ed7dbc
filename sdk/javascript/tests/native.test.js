// The kernel in memory behaves as the real one does.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { amend, config, context, fetch, fragment, get, i18n, kv, milestones, page, plugin, Problem, random } from "tiwizi";
import { redirect, refuse, registry, Request, secrets, store, telemetry } from "tiwizi";
import * as native from "tiwizi/native";
import { MANIFEST, note, notes, ONE, OTHER, RATE, refused, subject, wish, wishes } from "./notes.js";

beforeEach(() => native.start(MANIFEST));

test("a call that fails leaves nothing but its log", () => {
  assert.equal(native.call(subject, Request.post("/fail")).problem.status, 422);
  assert.deepEqual(native.bodies("note"), []);
  assert.deepEqual(native.logged(), [{ level: "info", message: "wrote", fields: { rank: "9" } }]);
});

test("a call that answers keeps its writes", () => {
  native.asMember(ONE);
  assert.equal(native.call(subject, Request.post("/write")).path, "/");
  assert.deepEqual([native.bodies("note").length, native.reached().length], [1, 1]);
});

test("an answer that the kernel would not pass on is a problem, and its writes are gone", () => {
  native.start({ ...MANIFEST, templates: ["home"] });
  const answers = {
    "/home": () => page("home", "Home"),
    "/other": () => page("hone", "Home"),
    "/status": () => page("home", "Home", {}, { status: 304 }),
    "/away": () => redirect("//evil.example.org/"),
    "/up": () => redirect("/a/%2e%2e/b"),
    "/on": () => redirect("/notes?page=2#end"),
  };
  const routes = Object.entries(answers).map(([path, answer]) =>
    get(path, () => {
      kv.increment("answers");
      return answer();
    }),
  );
  const tags = Object.keys(answers).map((path) => {
    const { tag, problem } = native.call(plugin({ routes }), Request.get(path));
    return problem?.code ?? tag;
  });
  assert.deepEqual(tags, ["page", "plugin-failed", "plugin-failed", "plugin-failed", "plugin-failed", "redirect"]);
  assert.equal(kv.get("answers"), 2);
  const looker = plugin({ slots: { home: () => fragment("hone", "") } });
  refused(() => native.render(looker, "home"), "plugin-failed");
});

test("reads go by declared indexes only", () => {
  native.install(subject);
  const low = { equal: { shelf: "low" }, sort: "-rank", limit: 2 };
  const first = notes.find(low);
  assert.deepEqual(first.items.map(({ body }) => body.rank), [2, 1]);
  const rest = notes.find({ ...low, after: first.next });
  assert.deepEqual([rest.items.length, rest.next], [1, undefined]);
  assert.equal(notes.find({ equal: { shelf: "low" }, above: { rank: 0 } }).items.length, 2);
  assert.equal(notes.first({ text: "N1" }).body.rank, 1);
  refused(() => notes.find({ equal: { rank: 1 } }), "not-indexed");
  assert.deepEqual(notes.find({ sort: "-created" }).items.map(({ body }) => body.rank), [2, 1, 0]);
  assert.equal(notes.find({ equal: { code: "n1" }, sort: "created" }).items.length, 1);
  refused(() => notes.find({ equal: { shelf: "low" }, sort: "-created" }), "not-indexed");
  refused(() => notes.find({ after: "somewhere" }), "invalid");
  refused(() => notes.get("one"), "invalid");
  native.asHolder("trainer");
  refused(() => wishes.find({ above: { person: ONE } }), "not-indexed");
});

test("records are counted by the same conditions", () => {
  native.install(subject);
  assert.equal(notes.count({ equal: { shelf: "low" }, atLeast: { rank: 1 } }), 2);
  refused(() => notes.count({ text: "n1" }), "not-indexed");
});

test("an upgrade goes on until it has nothing left to do, or leaves nothing", () => {
  native.install(subject);
  const raise = (from, cursor) => {
    const page = notes.find({ limit: 2, after: cursor });
    for (const { id, body } of page.items) notes.patch(id, { rank: body.rank + 10 });
    return page.next;
  };
  const ranks = () => native.bodies("note").map(({ rank }) => rank);
  assert.equal(native.upgrade(plugin({ migrate: raise }), "1.0.0"), 2);
  assert.deepEqual(ranks(), [10, 11, 12]);
  const health = () => {
    throw Problem.internal("something is missing");
  };
  refused(() => native.upgrade(plugin({ migrate: raise, health }), "1.0.0"), "internal");
  assert.deepEqual(ranks(), [10, 11, 12]);
});

test("an upgrade reaches nothing that others would notice", () => {
  const codes = [];
  const migrate = () => {
    for (const ask of [() => registry.cooperative(ONE), () => secrets.reveal("token"), () => fetch(RATE)]) {
      assert.throws(ask, ({ code }) => codes.push(code) > 0);
    }
    kv.set("migrated", true);
    return undefined;
  };
  native.upgrade(plugin({ migrate }), "1.0.0");
  assert.deepEqual([codes, kv.get("migrated")], [["unavailable", "unavailable", "unavailable"], true]);
});

test("a stale or duplicate write is refused", () => {
  const entry = notes.insert(note(1));
  refused(() => notes.insert(note(1)), "duplicate");
  assert.equal(notes.put({ ...entry, body: { ...entry.body, rank: 2 } }).version, 2);
  refused(() => notes.put(entry), "stale");
  assert.equal(notes.patch(entry.id, { rank: 7 }).body.rank, 7);
  refused(() => notes.delete(entry), "stale");
});

test("a body that breaks its schema is refused field by field", () => {
  native.asMember(ONE);
  const tooLong = () => wishes.insert({ ...wish(ONE), text: "more than ten" });
  assert.throws(tooLong, ({ code, details: { fields } }) => code === "invalid" && fields[0].pointer === "/text" && fields[0].code === "too-long");
  native.asPublic();
  refused(() => notes.insert({ ...note(1), colour: "red" }), "invalid");
  refused(() => notes.insert({ ...note(1), shelf: "middle" }), "invalid");
  refused(() => notes.insert({ ...note(1), rank: 1.5 }), "invalid");
});

test("schemas are held to what the real kernel holds them to", () => {
  const $defs = { short: { maxLength: 3 }, code: { $ref: "#/$defs/short", pattern: "^a" } };
  for (const [schema, value, code] of [
    [{ $ref: "#/$defs/code" }, "abcd", "too-long"],
    [{ $ref: "#/$defs/code" }, "b", "pattern"],
    [{ $ref: "#/$defs/short", maxLength: 9 }, "abcd", "too-long"],
    [{ $ref: "#/$defs/code" }, "abc"],
    [{ if: { const: 1 }, then: { minimum: 5 }, else: { maximum: 3 } }, 1, "too-small"],
    [{ if: { const: 1 }, then: { minimum: 5 }, else: { maximum: 3 } }, 4, "too-large"],
    [{ prefixItems: [{ type: "string" }], items: { type: "integer" } }, ["a", "b"], "type"],
    [{ prefixItems: [{ type: "string" }], items: { type: "integer" } }, ["a", 1]],
    [{ contains: { const: "a" } }, ["b"], "too-few"],
    [{ contains: { const: "a" }, maxContains: 1 }, ["a", "a"], "too-few"],
    [{ patternProperties: { "^x": { type: "integer" } }, additionalProperties: false }, { xa: "1" }, "type"],
    [{ patternProperties: { "^x": { type: "integer" } }, additionalProperties: false }, { ya: 1 }, "unknown-field"],
    [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, "unknown-field"],
    [{ dependentRequired: { a: ["b"] } }, { a: 1 }, "required"],
    [{ dependentSchemas: { a: { maxProperties: 1 } } }, { a: 1, b: 1 }, "too-many"],
    [{ not: { const: 1 } }, 1, "no-match"],
    [false, 1, "unknown-field"],
  ]) {
    const body = { name: "any", schema: { properties: { any: schema }, $defs }, access: { create: ["plugin"] } };
    native.start({ id: "notes", capabilities: [{ name: "store" }], kinds: [body] });
    const insert = () => store("any").insert({ any: value });
    if (code === undefined) insert();
    else assert.throws(insert, ({ details }) => details.fields.length === 1 && details.fields[0].code === code, JSON.stringify([schema, value]));
  }
});

test("a record belongs to its subject", () => {
  native.asMember(ONE);
  const entry = wishes.insert(wish(ONE));
  refused(() => wishes.insert(wish(OTHER)), "denied");
  native.asMember(OTHER);
  assert.equal(wishes.get(entry.id), undefined);
  assert.deepEqual(wishes.find().items, []);
  native.asHolder("trainer");
  assert.equal(wishes.find({ equal: { person: ONE } }).items.length, 1);
  refused(() => wishes.delete(entry), "denied");
  native.asPublic();
  refused(() => wishes.get(entry.id), "denied");
});

test("a field above the caller's classes is not set, not shown and not lost", () => {
  refused(() => notes.insert({ ...note(1), secret: "gold" }), "invalid");
  native.become({ kind: "system" });
  const { id } = notes.insert({ ...note(1), secret: "gold" });
  native.asPublic();
  const seen = notes.get(id);
  assert.deepEqual(notes.put({ ...seen, body: { ...seen.body, rank: 2 } }).body, { ...note(1), rank: 2 });
  for (const secret of ["none", null, "gold"]) {
    assert.throws(() => notes.patch(id, { secret }), ({ details: { fields } }) => fields[0].code === "hidden-field");
  }
  refused(() => notes.patch(id, [1]), "invalid");
  assert.deepEqual(native.bodies("note"), [{ ...note(1), rank: 2, secret: "gold" }]);
});

test("a milestone of a cooperative is noted by who acts for it with a record of its own", () => {
  const [cooperative, other] = ["Tamount", "Tiwizi"].map((name) => native.addCooperative({ name_fr: name }));
  native.asMember(ONE);
  assert.deepEqual(registry.actsFor(), []);
  native.actFor(cooperative);
  assert.deepEqual(registry.actsFor().map(({ id }) => id), [cooperative]);
  const { id } = wishes.insert(wish(cooperative));
  milestones.reachFor(cooperative, "written", "wish", id);
  milestones.reachFor(cooperative, "written", "wish", id);
  assert.deepEqual(native.reachedFor(), [{ cooperative, code: "written", id }]);
  refused(() => milestones.reachFor(other, "written", "wish", id), "denied");
  native.actFor(other);
  refused(() => milestones.reachFor(other, "written", "wish", id), "invalid");
  native.asMember(ONE);
  refused(() => milestones.reachFor(cooperative, "written", "wish", id), "denied");
});

test("an instance has an address when its operator said it", () => {
  assert.equal(context.address(), undefined);
  native.atAddress("https://registre.example.org");
  assert.equal(context.address(), "https://registre.example.org");
});

test("what is not granted is denied by name", () => {
  const questions = {
    store: () => notes.find(),
    kv: () => kv.get("x"),
    milestones: () => milestones.reach("written", "note", ONE),
    "registry.read": () => registry.cooperative(ONE),
    secrets: () => secrets.reveal("token"),
    "http-out": () => fetch(RATE),
  };
  for (const [capability, ask] of Object.entries(questions)) {
    native.deny(capability);
    assert.throws(ask, (cause) => cause.status === 403 && cause.details.capability === capability, capability);
  }
  native.deny("telemetry");
  telemetry.info("dropped");
  assert.deepEqual(native.logged(), []);
});

test("values by key are kept, counted and swapped", () => {
  kv.set("greeting", "ⴰⵣⵓⵍ", { ttlMs: 1_000 });
  assert.equal(kv.get("greeting"), "ⴰⵣⵓⵍ");
  native.advance(1_000);
  assert.equal(kv.get("greeting"), undefined);
  assert.deepEqual([kv.increment("b/1"), kv.increment("b/1", 2), kv.increment("b/2")], [1, 3, 1]);
  kv.swap("turn", undefined, "fadma");
  refused(() => kv.swap("turn", "hassan", "omar"), "stale");
  const first = kv.list("b/", { limit: 1 });
  assert.deepEqual([first.keys, kv.list("b/", { after: first.next }).keys], [["b/1"], ["b/2"]]);
  refused(() => kv.set("", 1), "invalid");
  refused(() => kv.get("two\nlines"), "invalid");
  refused(() => kv.set("brief", 1, { ttlMs: 0 }), "invalid");
  kv.delete("b/1");
  assert.equal(kv.get("b/1"), undefined);
});

test("settings, secrets and the outside answer what a test has laid out", () => {
  assert.equal(config.get("size"), 3);
  native.setSetting("size", 5);
  assert.deepEqual(config.all(), { size: 5 });
  refused(() => config.get("colour"), "not-found");
  const rate = () => native.call(subject, Request.get("/rate"));
  assert.deepEqual([secrets.isSet("token"), rate().problem.code], [false, "not-found"]);
  native.setSecret("token", "s3cret");
  assert.equal(rate().problem.code, "unavailable");
  native.layOut("GET", RATE, 200, 10.8);
  assert.deepEqual([rate().body, native.asked().length], [10.8, 2]);
  const secret = secrets.reveal("token");
  assert.deepEqual([secret.expose(), JSON.stringify(secret), `${secret}`], ["s3cret", '"Secret(…)"', "Secret(…)"]);
});

test("only hosts that the manifest names are asked, with their scheme and port", () => {
  for (const url of [RATE, "https://one.sms.example.org/a", "http://old.example.org:8080/"]) refused(() => fetch(url), "unavailable");
  for (const url of [
    "https://other.example.org/",
    "http://rates.example.org/mad",
    "https://rates.example.org:8443/mad",
    "https://sms.example.org/",
    "https://badsms.example.org/",
    "http://old.example.org/",
  ]) {
    native.layOut("GET", url, 200, 1);
    assert.throws(() => fetch(url), (cause) => cause.is("denied") && cause.details.capability === "http-out", url);
  }
  refused(() => fetch("rates"), "invalid");
  assert.equal(native.asked().length, 3);
});

test("a person of the register is seen by that person and its keepers", () => {
  const id = native.addPerson({ name_fr: "x" });
  refused(() => registry.person(id), "denied");
  native.asMember(ONE);
  assert.equal(registry.person(id), undefined);
  native.asMember(id);
  assert.equal(registry.person(id).body.name_fr, "x");
  native.addCooperative({ name_fr: "Anfa" });
  assert.equal(registry.cooperatives({ text: "anf" }).items.length, 1);
});

const HOOKS = {
  id: "looker",
  capabilities: [{ name: "hooks" }, { name: "kv" }],
  hooks: [
    { name: "second", kinds: ["a/b"], operations: ["create", "change"], order: 2, on_failure: "pass" },
    { name: "first", kinds: ["a/b"], operations: ["create"], order: 1, on_failure: "pass" },
  ],
};

test("hooks look in their order and at their writes only, and may not write", () => {
  native.start(HOOKS);
  const look = ({ hook, after }) => {
    refused(() => kv.set("a", 1), "denied");
    if (after.text === "no") return refuse("no", "Non.", "/text");
    return after.text === "yes" ? amend({ ...after, seen: `${after.seen ?? ""}${hook}` }) : undefined;
  };
  const looker = plugin({ hooks: { first: look, second: look } });
  const propose = (before, text) => native.propose(looker, "a/b", before, { text });
  assert.equal(propose(undefined, "yes").after.seen, "firstsecond");
  assert.equal(propose({}, "yes").after.seen, "second");
  assert.equal(propose(undefined, "no").refusal.pointer, "/text");
  assert.deepEqual(propose(undefined, "other").after, { text: "other" });
  assert.deepEqual(native.propose(looker, "a/c", undefined, { text: "no" }).after, { text: "no" });
  kv.set("a", 1);
  assert.throws(() => native.propose(plugin({}), "a/b", {}, {}), /names second/);
  native.deny("hooks");
  assert.equal(propose(undefined, "no").refusal, undefined);
});

test("words come from the nearest language", () => {
  native.addMessages("fr", { only: "Seulement { $who }" });
  native.addMessages("ar", { only: "فقط {$who}" });
  assert.deepEqual([i18n.translate("only", { who: "Itto" }, "ary"), i18n.translate("only", { who: 3 })], ["فقط Itto", "Seulement 3"]);
  refused(() => i18n.translate("other"), "not-found");
  refused(() => i18n.translate("only", {}, "en"), "invalid");
  assert.deepEqual([i18n.number(1234.5, 2), i18n.date(0)], ["1234.5", "1970-01-01"]);
});

test("numbers count when the manifest declares them", () => {
  native.start({ capabilities: [{ name: "telemetry" }], metrics: [{ name: "sold", type: "counter" }] });
  telemetry.count("sold", 2);
  telemetry.observe("other", 1.5);
  native.inInstance("Oujda", "02.411");
  assert.deepEqual([native.counted("sold"), native.counted("other"), context.instance().provinces], [[2], [], ["02.411"]]);
  assert.ok(context.deadlineLeftMs() > 0);
});

test("the context is what the test says", () => {
  native.asMember(ONE);
  native.at(5);
  assert.deepEqual([context.now(), context.language(), context.pluginId(), context.pluginVersion()], [5, "fr", "notes", "1.2.3"]);
  const caller = context.caller();
  assert.deepEqual([caller.person, caller.isSignedIn, caller.holds("member"), caller.holds("registrar")], [ONE, true, true, false]);
});

test("random numbers are numbers and differ", () => {
  assert.match(random.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const drawn = Array.from({ length: 200 }, random.fraction);
  assert.ok(drawn.every((one) => one >= 0 && one < 1) && new Set(drawn).size === 200);
});
