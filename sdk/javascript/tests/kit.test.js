// The kit's own parts: forms, router, answers, UTF-8, the world, the types.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as kit from "tiwizi";
import { checkbox, choice, day, form, get, json, list, page, plugin, post, Problem, Request, text, whole } from "tiwizi";
import * as native from "tiwizi/native";
import { entryOf } from "../build/build.js";
import { librariesOf } from "../build/libraries.js";
import { camel, worldOf } from "../build/world.js";
import { decode, encode } from "../src/utf8.js";

const WIT = fileURLToPath(new URL("../../wit/v1", import.meta.url));

const search = form({
  words: text({ max: 5, optional: true }),
  state: choice(["in-work", "done"]),
  urgent: checkbox(),
  page: whole({ min: 1, max: 10 }),
  due: day({ optional: true }),
  language: list(choice(["ar", "fr", "zgh"]), { max: 2 }),
});

test("a word that every object knows is no value and no code", () => {
  const filled = Request.post("/", { urgent: "constructor" }).readForm(form({ urgent: checkbox() }));
  assert.deepEqual(filled.faults, { urgent: "type" });
  assert.equal(Problem.fromWire({ code: "constructor", message: "", retryable: false, details: "{}" }).status, 500);
});

test("a good form becomes its values", () => {
  const sent = { words: " abc ", state: "in-work", page: "2", due: "2028-02-29", language: ["ar", "zgh"] };
  const { value } = Request.post("/", sent).readForm(search);
  assert.deepEqual(value, { ...sent, words: "abc", urgent: false, page: 2 });
});

test("every wrong field has its fault and every value is kept", () => {
  const sent = { words: "abcdef", state: "none", urgent: "maybe", page: "11", due: "2026-02-29", language: "de" };
  const filled = Request.post("/", sent).readForm(search);
  const faults = { words: "too-long", state: "enum", urgent: "type", page: "too-large", due: "format", language: "enum" };
  assert.deepEqual([filled.value, filled.faults, filled.values.words], [null, faults, "abcdef"]);
  const { status, details } = Request.post("/").readForm(search).problem();
  const required = ["/state", "/page"].map((pointer) => ({ pointer, code: "required" }));
  assert.deepEqual([status, details.fields], [422, required]);
});

test("faults that the kernel finds reach their fields", () => {
  const empty = () => new kit.Filled();
  const invalid = Problem.invalid("wrong").with("fields", [{ pointer: "/tags/0", code: "pattern" }]);
  assert.deepEqual(empty().refusedBy(invalid).faults, { tags: "pattern" });
  const duplicate = new Problem(409, "duplicate", "taken", { details: { fields: ["code"] } });
  assert.deepEqual(empty().refusedBy(duplicate).faults, { code: "duplicate" });
  assert.throws(() => empty().refusedBy(Problem.denied("no")), { code: "denied" });
});

const echo = plugin({
  routes: [
    get("/", () => page("home", "Home", { at: new Date(0), nothing: undefined })),
    get("/courses/{course}/lessons/{lesson}", (request) => json([request.parameter("course"), request.parameter("lesson")])),
    post("/send", (request) => json(request.json())),
    get("/later", async () => json(1)),
    get("/silent", () => {}),
  ],
});
const answer = (request) => echo.handle(request);

test("a path finds its route and fills the braces", () => {
  assert.deepEqual(answer(Request.get("/courses/founding/lessons/vote/")).body, ["founding", "vote"]);
  assert.equal(answer(Request.get("")).template, "home");
  for (const path of ["/courses", "/courses//lessons/vote", "/courses/a/lessons/b/c"]) {
    assert.equal(answer(Request.get(path)).problem.status, 404, path);
  }
  assert.equal(answer(Request.post("/")).problem.status, 405);
});

test("an answer is what JSON makes of it, and a handler that gives none is told so", () => {
  assert.deepEqual(answer(Request.get("/")).data, { at: "1970-01-01T00:00:00.000Z" });
  assert.equal(answer(new Request({ method: "POST", path: "/send", body: encode("{") })).problem.status, 400);
  assert.deepEqual(answer(Request.postJson("/send", { text: "زيتون" })).body, { text: "زيتون" });
  assert.match(answer(Request.get("/later")).problem.message, /promise/);
  assert.match(answer(Request.get("/silent")).problem.message, /undefined/);
  assert.throws(() => plugin({ route: [] }), /no part route/);
});

test("work is done, tried again or rejected", () => {
  const outcomes = {
    done: () => {},
    later: () => kit.retry(10),
    busy: () => {
      throw new Problem(503, "unavailable", "later", { retryable: true });
    },
    broken: () => {
      throw Problem.invalid("no");
    },
  };
  const expected = {
    done: { tag: "done" },
    later: kit.retry(10),
    busy: kit.retry(),
    broken: kit.reject("invalid: no"),
    unknown: undefined,
  };
  const worker = plugin({ events: outcomes, jobs: outcomes });
  for (const [name, outcome] of Object.entries(expected)) {
    assert.deepEqual(worker.onEvent({ subscription: name }), outcome ?? kit.reject("nothing is done about unknown"), name);
    assert.deepEqual(worker.runJob({ name }), outcome ?? kit.reject("nothing does unknown"), name);
  }
  assert.throws(() => plugin({ jobs: { later: async () => {} } }).runJob({ name: "later" }), /promise/);
});

test("others are answered, and pages have their parts", () => {
  const market = plugin({
    provides: { prices: { price: (payload, { plugin: asker }) => ({ price: 12, for: [payload, asker] }) } },
    slots: { home: (about) => kit.fragment("part", "Part", about) },
  });
  assert.deepEqual(market.invoke("shop", "market/prices", "price", 1), { price: 12, for: [1, "shop"] });
  for (const [contract, method] of [["market/prices", "cost"], ["market/costs", "price"]]) {
    assert.throws(() => market.invoke("shop", contract, method, 1), { code: "not-found" });
  }
  assert.deepEqual(market.render("home", { a: 1 }), { template: "part", title: "Part", data: { a: 1 } });
  assert.equal(market.render("account", {}), undefined);
});

test("UTF-8 is read and written as everywhere else", () => {
  for (const letters of ["", "olives", "زيتون", "ⵜⵉⵡⵉⵣⵉ", "𐐷😀", "\ud800x"]) {
    assert.deepEqual([...encode(letters)], [...new TextEncoder().encode(letters)], letters);
    assert.equal(decode(encode(letters)), new TextDecoder().decode(new TextEncoder().encode(letters)));
  }
  const without = (letters) => letters.replaceAll("\ufffd", "");
  for (const bytes of [[0xc3], [0x80], [0xe2, 0x82, 0x41], [0xed, 0xa0, 0x80], [0xf5, 0x41], [0xc0, 0xaf], [0x41, 0xf0, 0x9f, 0x98, 0x80]]) {
    const broken = Uint8Array.from(bytes);
    assert.equal(without(decode(broken)), without(new TextDecoder().decode(broken)), String(bytes));
  }
});

test("the component's first module takes the world as it stands", () => {
  const world = worldOf(WIT);
  const entry = entryOf(world, "/notes/plugin.js");
  for (const name of world.imports) assert.ok(entry.includes(`"tiwizi:plugin/${name}@${world.version}"`), name);
  for (const name of world.exports) assert.ok(entry.includes(`export const ${camel(name)} = `), name);
  assert.ok(world.exports.includes("http-handler") && world.imports.includes("store"));
});

test("a component's libraries are the packages of its files and the engine, and not the plugin", () => {
  const folder = mkdtempSync(join(tmpdir(), "tiwizi-libraries-"));
  const write = (path, content) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), JSON.stringify(content));
    return join(folder, path);
  };
  write("notes/package.json", { name: "notes", version: "0.1.0" });
  write("notes/node_modules/days/package.json", { name: "days", version: "2.0.0", license: "MIT" });
  write("notes/node_modules/days/esm/package.json", { type: "module" });
  write("kit/package.json", { name: "tiwizi", version: "1.0.0", private: true, license: { type: "EUPL-1.2" } });
  write("engine/package.json", { name: "engine", version: "3.0.0", license: "Apache-2.0" });
  const files = ["notes/plugin.js", "notes/node_modules/days/esm/a.js", "notes/node_modules/days/esm/b.js", "kit/src/index.js"];
  const libraries = librariesOf(files.map((file) => join(folder, file)), join(folder, "notes"), join(folder, "engine"));
  rmSync(folder, { recursive: true });
  assert.deepEqual(libraries, [
    { ecosystem: "npm", name: "days", version: "2.0.0", licence: "MIT" },
    { ecosystem: "generic", name: "tiwizi", version: "1.0.0", licence: null },
    { ecosystem: "npm", name: "engine", version: "3.0.0", licence: "Apache-2.0" },
  ]);
});

test("the types name what the kit gives, and nothing else", () => {
  const declared = (file) => {
    const source = readFileSync(new URL(file, import.meta.url), "utf8");
    const names = [...source.matchAll(/^export (?:function|class|const|namespace) (\w+)/gm)].map(([, name]) => name);
    return [...new Set(names)].sort();
  };
  assert.deepEqual(declared("../src/index.d.ts"), Object.keys(kit).sort());
  assert.deepEqual(declared("../src/native/index.d.ts"), Object.keys(native).sort());
});
