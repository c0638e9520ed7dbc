// Documents in the kernel in memory: kept as files, listed for the test, gone with a call that fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import { blobs, documents, plugin, post, redirect, Request } from "tiwizi";
import * as native from "tiwizi/native";

const MANIFEST = {
  id: "notes",
  capabilities: [{ name: "blobs" }, { name: "documents" }],
  documents: [{ name: "card", file: "card.typ" }],
};

test("a document is kept as a file and linked by its name", () => {
  native.start(MANIFEST);
  const id = documents.make("card", "shi", { name: "Fadma" });
  assert.equal(blobs.stat(id).mediaType, "application/pdf");
  assert.deepEqual(native.documents(), [{ template: "card", language: "shi", data: { name: "Fadma" }, id }]);
  assert.match(documents.link(id, 60, "my card"), /&name=my%20card&key=/);
  assert.throws(() => documents.link(id, 60, "a/b"), { code: "invalid" });
  assert.throws(() => documents.make("other", "fr", {}), { code: "not-found" });
});

test("what is not granted is denied, and a call that fails leaves no document", () => {
  native.start(MANIFEST);
  const failing = plugin({
    routes: [
      post("/", () => {
        documents.make("card", "fr", {});
        documents.make("other", "fr", {});
        return redirect("/");
      }),
    ],
  });
  assert.equal(native.call(failing, Request.post("/", {})).problem.code, "not-found");
  assert.deepEqual(native.documents(), []);
  native.deny("blobs");
  assert.throws(() => documents.make("card", "fr", {}), { code: "denied" });
});
