// Founding files in the kernel in memory: told to those who take part, and the rules by which they found.

import assert from "node:assert/strict";
import { test } from "node:test";
import { registry } from "tiwizi";
import * as native from "tiwizi/native";

const MANIFEST = { id: "bank", capabilities: [{ name: "registry.read" }], kinds: [{ name: "start", schema: {} }] };
const RECORD = "00000000-0000-7000-8000-000000000001";
const ONE = "00000000-0000-7000-8000-00000000000a";

test("who takes part is told where the file stands, and nobody else", () => {
  native.start(MANIFEST);
  native.setFounding({ kind: "start", id: RECORD, step: "name-asked", people: [ONE] });
  native.asMember(ONE);
  const { step, waits_for: party } = registry.founding("start", RECORD).body;
  assert.deepEqual([step, party], ["name-asked", "office"]);
  native.setFounding({ kind: "start", id: RECORD, step: "registered", cooperative: ONE, people: [ONE] });
  assert.equal(registry.founding("bank/start", RECORD).body.cooperative, ONE);
  native.asMember("00000000-0000-7000-8000-00000000000b");
  assert.equal(registry.founding("start", RECORD), undefined);
  assert.throws(() => registry.founding("other/start", RECORD), { code: "denied" });
});

test("the rules can be laid out, and need the grant", () => {
  native.start(MANIFEST);
  assert.equal(registry.foundingRules().founders_min, 5);
  native.layOutFoundingRules({ ...registry.foundingRules(), founders_min: 7 });
  assert.equal(registry.foundingRules().founders_min, 7);
  native.deny("registry.read");
  assert.throws(() => registry.foundingRules(), { code: "denied" });
});
