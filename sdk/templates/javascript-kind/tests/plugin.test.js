// The plugin's rules, run against the kernel in memory: `npm test`.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Request, store } from "tiwizi";
import * as native from "tiwizi/native";
import plugin from "../src/plugin.js";

const MEMBER = "00000000-0000-7000-8000-00000000000a";
const OTHER = "00000000-0000-7000-8000-00000000000b";

const call = (request) => native.call(plugin, request);

beforeEach(() => {
  native.start(new URL("../manifest.json", import.meta.url));
  native.asMember(MEMBER);
});

test("a member adds and deletes a note", () => {
  assert.equal(call(Request.post("/", { text: "Olives" })).path, "/");
  const [id] = native.ids("note");
  assert.equal(call(Request.post(`/notes/${id}/delete`)).path, "/");
  assert.deepEqual(native.bodies("note"), []);
});

test("nobody sees or deletes the note of another", () => {
  call(Request.post("/", { text: "Olives" }));
  const [id] = native.ids("note");
  native.asMember(OTHER);
  assert.deepEqual(call(Request.get("/")).data.notes, []);
  assert.equal(call(Request.post(`/notes/${id}/delete`)).problem.status, 404);
  assert.equal(native.bodies("note").length, 1);
});

test("a wrong form comes back with its faults", () => {
  const answer = call(Request.post("/", { text: " " }));
  assert.equal(answer.status, 422);
  assert.equal(answer.data.form.faults.text, "required");
});

test("what an earlier version kept is brought into form", () => {
  store("note").insert({ person: MEMBER, text: " Olives " });
  assert.equal(native.upgrade(plugin, "0.0.1"), 1);
  assert.deepEqual(native.bodies("note"), [{ person: MEMBER, text: "Olives" }]);
});

test("without its grant the plugin says so", () => {
  native.deny("store");
  assert.equal(call(Request.get("/")).problem.status, 403);
});
