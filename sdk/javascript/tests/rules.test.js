// The kernel in memory refuses and hides what the real one does.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { amend, file, fragment, get, jobs, json, page, plugin, registry, Request, store } from "tiwizi";
import * as native from "tiwizi/native";
import { MANIFEST, NOTE, notes, ONE, refused, subject, wishes } from "./notes.js";

beforeEach(() => native.start(MANIFEST));

test("a record of the register is reduced by its classes and the caller's role", () => {
  const whole = { name_fr: "Fadma", national_id_key: "AAAAAAAAAAAAAAAAAAAAAA", province: "09.541" };
  const id = native.addPerson(whole);
  const read = () => registry.person(id)?.body;
  const seen = { name_fr: "Fadma", province: "09.541" };
  for (const role of ["observer", "registrar"]) {
    native.asHolder(role);
    assert.deepEqual(read(), seen);
  }
  native.asMember(id);
  assert.deepEqual(read(), seen);
  native.asHolder("trainer");
  refused(read, "denied");
  // A plugin that acts by itself is shown what the kind gives to plugins: nothing.
  native.become({ kind: "system" });
  refused(read, "denied");
  refused(() => store("registry/person").get(id), "denied");
});

test("a hook is shown nothing sensitive of the register and leaves it as it stands", () => {
  const hook = { name: "look", kinds: ["registry/person"], operations: ["create"] };
  native.start({ ...MANIFEST, capabilities: [{ name: "hooks" }], hooks: [hook] });
  const body = { name_fr: "Fadma", national_id_key: "AAAAAAAAAAAAAAAAAAAAAA", province: "09.541" };
  const look = ({ after }) => {
    assert.equal(after.national_id_key, undefined);
    return amend({ ...after, name_fr: "Itto" });
  };
  const namer = plugin({ hooks: { look } });
  assert.deepEqual(native.propose(namer, "registry/person", undefined, body).after, { ...body, name_fr: "Itto" });
});

test("what the register does not declare is shown to nobody", () => {
  const id = native.addCooperative({ name_fr: "Anfa", turnover: 7 });
  assert.deepEqual(registry.cooperative(id).body, { name_fr: "Anfa" });
  assert.deepEqual(registry.cooperatives({ sort: "-created" }).items.map(({ body }) => body), [{ name_fr: "Anfa" }]);
  refused(() => registry.cooperatives({ equal: { commune: "Anfa" } }), "not-indexed");
});

test("a value that its field cannot have and a field that is none are refused", () => {
  native.install(subject);
  const count = (equal) => notes.count({ equal });
  assert.deepEqual([count({ code: "n1" }), notes.count({ equal: { shelf: "low" }, above: { rank: "0" } })], [1, 2]);
  for (const wrong of [{ code: 1 }, { code: null }, { shelf: true }, { colour: "red" }, { shelf: "low", rank: "one" }]) {
    refused(() => count(wrong), "invalid");
    refused(() => notes.find({ equal: wrong }), "invalid");
  }
  refused(() => notes.find({ sort: "colour" }), "invalid");
  native.asMember(ONE);
  refused(() => wishes.find({ equal: { person: "one" } }), "invalid");
  assert.equal(wishes.find({ equal: { subject: ONE } }).items.length, 0);
});

test("a question about a field that the caller sees nowhere is denied", () => {
  native.start({ ...MANIFEST, kinds: [{ ...NOTE, indexes: [{ fields: ["secret"] }, { fields: ["shelf"] }], search: ["secret"] }] });
  for (const question of [{ equal: { secret: "gold" } }, { sort: "secret" }, { text: "gold" }]) {
    refused(() => notes.find(question), "denied");
  }
  refused(() => notes.count({ equal: { secret: "gold" } }), "denied");
  assert.equal(notes.find({ equal: { shelf: "low" } }).items.length, 0);
  native.become({ kind: "system" });
  assert.equal(notes.find({ sort: "secret" }).items.length, 0);
});

test("the register is asked by its own indexes", () => {
  const id = native.addCooperative({ name_fr: "Anfa", commune: "Anfa", province: "09.541" });
  const found = (question) => registry.cooperatives(question).items.length;
  const province = "09.541";
  assert.deepEqual([found({ equal: { province }, sort: "name_fr" }), found({ equal: { subject: id } })], [1, 1]);
  assert.equal(found({ text: "anf", equal: { province } }), 1);
  refused(() => found({ equal: { province: "Anfa" } }), "invalid");
  refused(() => found({ equal: { subject: "one" } }), "invalid");
  refused(() => found({ text: "anf", sort: "name_fr" }), "not-indexed");
});

test("a record of the register is told as far as the plugin may read it", () => {
  const capabilities = ["events", "registry.read"].map((name) => ({ name }));
  native.start({ id: "keeper", capabilities, events: [{ name: "made", topics: ["registry/cooperative", "registry/person"] }] });
  const told = [];
  const keeper = plugin({ events: { made: ({ payload }) => void told.push(payload) } });
  const made = { operation: "create", record: "c1", payload: { name_fr: "Anfa", turnover: 7 } };
  assert.equal(native.tell(keeper, { topic: "registry/cooperative", ...made }).length, 1);
  assert.deepEqual(told, [{ name_fr: "Anfa" }]);
  assert.deepEqual(native.tell(keeper, { topic: "registry/person", ...made }), []);
  native.deny("registry.read");
  assert.deepEqual(native.tell(keeper, { topic: "registry/cooperative", ...made }), []);
});

test("an amendment is held to the schema of its kind", () => {
  const started = (kind, onFailure) => {
    const hook = { name: "look", kinds: [kind], operations: ["create", "delete"], on_failure: onFailure };
    const note = { name: "note", schema: { properties: { text: { type: "string" } } } };
    native.start({ id: "notes", capabilities: [{ name: "hooks" }], hooks: [hook], kinds: [note] });
  };
  const meddler = plugin({ hooks: { look: ({ after }) => amend({ ...after, text: 7 }) } });
  const after = { text: "olives" };
  for (const kind of ["notes/note", "registry/cooperative"]) {
    started(kind, "refuse");
    assert.equal(native.propose(meddler, kind, undefined, after).refusal.code, "hook-failed");
    started(kind, "pass");
    assert.deepEqual(native.propose(meddler, kind, undefined, after), { after });
  }
  started("notes/note", "refuse");
  assert.equal(native.propose(meddler, "notes/note", after, undefined).refusal.code, "hook-failed");
  started("other/kind", "refuse");
  assert.deepEqual(native.propose(meddler, "other/kind", undefined, after), { after: { text: 7 } });
});

test("a file that the bundle does not hold is not answered", () => {
  const paths = ["audio/guide.opus", "audio/song.opus", "audio"];
  const routes = paths.map((path, index) => get(`/${index}`, () => file(path)));
  const given = () => paths.map((_, index) => native.call(plugin({ routes }), Request.get(`/${index}`))).map(({ tag, problem }) => problem?.code ?? tag);
  native.addAsset("audio/guide.opus");
  assert.deepEqual(given(), ["file", "plugin-failed", "plugin-failed"]);
  const folder = mkdtempSync(join(tmpdir(), "tiwizi-assets-"));
  try {
    mkdirSync(join(folder, "assets/audio"), { recursive: true });
    writeFileSync(join(folder, "assets/audio/song.opus"), "");
    writeFileSync(join(folder, "manifest.json"), JSON.stringify(MANIFEST));
    native.start(pathToFileURL(join(folder, "manifest.json")));
    assert.deepEqual(given(), ["plugin-failed", "file", "plugin-failed"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a job is not done without its capability", () => {
  native.start({ id: "worker", capabilities: [{ name: "jobs" }], jobs: [{ name: "count" }] });
  let done = 0;
  const worker = plugin({ jobs: { count: () => void (done += 1) } });
  jobs.enqueue("count");
  native.deny("jobs");
  assert.deepEqual(native.runJobs(worker).map(({ outcome }) => outcome.tag), ["retry"]);
  assert.equal(done, 0);
  native.grant("jobs");
  native.advance(5_000);
  assert.deepEqual([native.runJobs(worker).map(({ outcome }) => outcome.tag), done], [["done"], 1]);
});

test("formats and patterns are as strict as the kernel's, and what is not known is refused", () => {
  const fits = (rules, value) => {
    const any = { name: "any", schema: { properties: { any: rules } }, access: { create: ["plugin"] } };
    native.start({ id: "notes", capabilities: [{ name: "store" }], kinds: [any] });
    try {
      return Boolean(store("any").insert({ any: value }));
    } catch (cause) {
      if (cause.code !== "invalid") throw cause;
      return false;
    }
  };
  for (const [format, right, wrong] of [
    ["date", ["2026-02-28"], ["2026-02-29", "2026-2-1"]],
    ["date-time", ["2026-01-01T23:59:60Z", "2026-01-01t09:00:00.5+01:00"], ["2026-01-01T25:00:00Z", "2026-01-01T09:00:00", "2026-01-01T09:00:60Z"]],
    ["email", ["a.b@coop.ma"], ["a..b@coop.ma", "a@-coop.ma", "a b@coop.ma"]],
    ["uri", ["https://a.ma:80/b?c#d", "urn:a:b", "http://[::1]/"], ["https://a.ma/b c", "https://a.ma/<b>", "a.ma", "http://[a"]],
    ["uuid", [ONE], [`${ONE}0`]],
  ]) {
    assert.deepEqual([...right, ...wrong].filter((value) => fits({ format }, value)), right, format);
  }
  assert.deepEqual(["12", "12\n"].map((value) => fits({ pattern: "^[0-9]+$" }, value)), [true, false]);
  for (const rules of [{ format: "hostname" }, { pattern: "^(?=a)" }, { pattern: "(a)\\1" }]) {
    assert.throws(() => fits(rules, "a"), RangeError);
  }
  assert.ok(fits({ pattern: "^[(?=]\\(?=?$" }, "=("));
});

test("a number that other programs would round is refused", () => {
  const rank = 2 ** 53;
  refused(() => notes.insert({ code: "n", shelf: "low", rank }), "invalid");
  const answers = [page("home", "Home", { rank }), json([rank]), json([rank - 1])];
  const routes = answers.map((answer, index) => get(`/${index}`, () => answer));
  const given = answers.map((_, index) => native.call(plugin({ routes }), Request.get(`/${index}`)));
  assert.deepEqual(given.map(({ tag, problem }) => problem?.code ?? tag), ["plugin-failed", "plugin-failed", "json"]);
  refused(() => native.render(plugin({ slots: { home: () => fragment("home", "", { rank }) } }), "home"), "plugin-failed");
});

test("a page ends once its bodies pass its bytes", () => {
  const access = { read: ["plugin"], create: ["plugin"] };
  native.start({ id: "scans", capabilities: [{ name: "store" }], kinds: [{ name: "scan", schema: {}, access }] });
  for (let made = 0; made < 6; made += 1) store("scan").insert({ text: "x".repeat(1 << 20) });
  const first = store("scan").find();
  const rest = store("scan").find({ after: first.next });
  assert.deepEqual([first.items.length, rest.items.length, rest.next], [4, 2, undefined]);
  assert.equal(store("scan").count(), 6);
});
