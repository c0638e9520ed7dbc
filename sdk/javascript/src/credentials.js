// Credentials (Open Badges 3.0) that the instance signs and anybody verifies. Capability `credentials`.

import { ask } from "./kernel.js";

/** Signs a credential of a subject's achievement; answers its `id`, the `address` where it is verified, and the `token`, a compact JWT. */
export function issue(claims) {
  return JSON.parse(ask("credentials", "issue", JSON.stringify(claims)));
}

/** Takes back a credential that the plugin had issued in an earlier call. The reason is kept, and not shown to the public. */
export function revoke(id, reason) {
  ask("credentials", "revoke", id, reason);
}
