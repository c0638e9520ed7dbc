// A plugin with notes and wishes, for the tests of the kernel in memory.

import assert from "node:assert/strict";
import { fetch, get, json, milestones, plugin, post, Problem, redirect, store, telemetry } from "tiwizi";

export const ONE = "00000000-0000-7000-8000-00000000000a";
export const OTHER = "00000000-0000-7000-8000-00000000000b";
export const RATE = "https://rates.example.org/mad";

export const NOTE = {
  name: "note",
  schema: {
    type: "object",
    additionalProperties: false,
    required: ["code", "shelf", "rank"],
    properties: {
      code: { type: "string" },
      shelf: { enum: ["low", "high"] },
      rank: { type: "integer", minimum: 0 },
      secret: { type: "string", maxLength: 5 },
    },
  },
  classes: { code: "internal", shelf: "internal", rank: "internal", secret: "sensitive" },
  unique: [{ fields: ["code"] }],
  indexes: [{ fields: ["shelf", "rank"] }],
  search: ["code"],
  access: Object.fromEntries(["read", "create", "change", "delete"].map((action) => [action, ["plugin"]])),
};
export const WISH = {
  name: "wish",
  subject: "person",
  schema: { required: ["person", "text"], properties: { person: { type: "string", format: "uuid" }, text: { maxLength: 10 } } },
  classes: { person: "personal", text: "personal" },
  access: { read: ["own", "role:trainer"], create: ["plugin:own"], delete: ["own"] },
};
export const MANIFEST = {
  id: "notes",
  version: "1.2.3",
  capabilities: [
    ...["store", "kv", "milestones", "telemetry", "registry.read", "secrets"].map((name) => ({ name })),
    { name: "http-out", hosts: ["rates.example.org", "*.sms.example.org", "http://old.example.org:8080"] },
  ],
  settings: { properties: { size: { type: "integer", default: 3 } } },
  secrets: [{ name: "token" }],
  milestones: [{ code: "written" }],
  kinds: [NOTE, WISH],
};

export const notes = store("note");
export const wishes = store("wish");
export const note = (rank) => ({ code: `n${rank}`, shelf: "low", rank });
export const wish = (person) => ({ person, text: "olives" });
export const refused = (work, code) => assert.throws(work, (cause) => cause instanceof Problem && cause.is(code));

export const subject = plugin({
  init: () => [0, 1, 2].forEach((rank) => notes.insert(note(rank))),
  routes: [
    post("/write", () => {
      milestones.reach("written", "note", notes.insert(note(9)).id);
      return redirect("/");
    }),
    post("/fail", () => {
      assert.ok(notes.get(notes.insert(note(9)).id), "the call sees its own write");
      telemetry.info("wrote", { rank: 9 });
      throw Problem.invalid("and then it failed");
    }),
    get("/rate", () => json(fetch(RATE, { secrets: { authorization: ["Bearer ", "token"] } }).json())),
  ],
});
