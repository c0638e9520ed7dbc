// Credentials in the kernel in memory: listed for the test, taken back, gone with a call that fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import { credentials, plugin, post, redirect, Request } from "tiwizi";
import * as native from "tiwizi/native";

const MANIFEST = { id: "training", capabilities: [{ name: "credentials" }] };
const CLAIMS = {
  subject: { name: "Fadma" },
  achievement: { id: "/m", name: "M", description: "M", criteria: { narrative: "C" } },
};

test("a credential is signed with its address and taken back once", () => {
  native.start(MANIFEST);
  const credential = credentials.issue(CLAIMS);
  assert.ok(credential.address.endsWith(credential.id));
  credentials.revoke(credential.id, "a mistake");
  credentials.revoke(credential.id, "another word");
  assert.deepEqual(native.credentials(), [{ id: credential.id, claims: CLAIMS, revoked: "a mistake" }]);
  assert.throws(() => credentials.revoke("0".repeat(32), "a mistake"), { code: "not-found" });
  assert.throws(() => credentials.issue({ ...CLAIMS, subject: {} }), { code: "invalid" });
});

test("what is not granted is denied, and a call that fails leaves no credential", () => {
  native.start(MANIFEST);
  const failing = plugin({
    routes: [
      post("/", () => {
        credentials.issue(CLAIMS);
        credentials.issue({});
        return redirect("/");
      }),
    ],
  });
  assert.equal(native.call(failing, Request.post("/", {})).problem.code, "invalid");
  assert.deepEqual(native.credentials(), []);
  native.deny("credentials");
  assert.throws(() => credentials.issue(CLAIMS), { code: "denied" });
});
