// Events of the plugin's own, told to the plugins that subscribe to them. Capability `events`.

import { ask } from "./kernel.js";

/** Tells the subscribers of a topic of the manifest, together with the call's writes. Events with the same key arrive in their order. */
export function emit(topic, key, payload) {
  ask("events", "emit", topic, key, JSON.stringify(payload ?? null));
}
