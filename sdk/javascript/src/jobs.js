// Work for later, done by the plugin's own functions for jobs. Capability `jobs`.

import { ask, orNull } from "./kernel.js";

/**
 * Puts a job of the manifest aside, together with the call's writes, and answers its id. It runs not before `at`, in milliseconds since
 * 1970; while one with the key `once` waits, another one is not made; and it is tried so many times.
 */
export function enqueue(name, payload = {}, { at, once, attempts = 0 } = {}) {
  return ask("jobs", "enqueue", name, JSON.stringify(payload), { runAt: orNull(at), dedupeKey: orNull(once), attemptsMax: attempts });
}

/** Takes a waiting job back; false when it runs, is done, or there is none. */
export function cancel(id) {
  return ask("jobs", "cancel", id);
}

/** Says how far the job that calls has come. */
export function progress(done, total, note = "") {
  ask("jobs", "progress", done, total, note);
}
