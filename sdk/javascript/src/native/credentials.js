// Credentials of the kernel in memory. Nothing is signed here: it is kept what was to be signed, and a token that says so stands for it.

import { readJson, refusal } from "./memory.js";

const CLAIMS_BYTES_MAX = 32 << 10;
const REASON_CHARS_MAX = 1_000;
const ASKED = ["id", "name", "description", "criteria"];

export function credentialsOf(memory) {
  return {
    issue(text) {
      if (new TextEncoder().encode(text).length > CLAIMS_BYTES_MAX) throw refusal("over-limit", "the claims of a credential have at most 32 KiB");
      const claims = readJson(text);
      const missing = ASKED.find((field) => claims?.achievement?.[field] === undefined);
      if (missing !== undefined) throw refusal("invalid", `/achievement/${missing} of a credential is missing`);
      if (claims.subject?.name === undefined && claims.subject?.hashed === undefined) {
        throw refusal("invalid", "/subject of a credential: has a name or something hashed");
      }
      const id = (memory.unit.signed.length + 1).toString(16).padStart(32, "0");
      memory.unit.signed.push({ id, claims, revoked: null });
      return JSON.stringify({ id, address: `https://registre.example.org/verify/credential/${id}`, token: `in-memory.${id}.in-memory` });
    },
    revoke(id, reason) {
      const said = reason.trim();
      if (said === "" || [...said].length > REASON_CHARS_MAX) throw refusal("invalid", "a reason has 1 to 1,000 characters");
      const at = memory.unit.signed.findIndex((signed) => signed.id === id);
      if (at < 0) throw refusal("not-found", "the plugin had no such credential issued");
      const signed = memory.unit.signed[at];
      memory.unit.signed[at] = { ...signed, revoked: signed.revoked ?? said };
    },
  };
}
