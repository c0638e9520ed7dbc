// Values that the plugin keeps by key: a cache, a counter, the place where it stopped. They are no records.

import { ask, orNull, orUndefined } from "./kernel.js";
import { decode, encode } from "./utf8.js";

/** The value under a key, read from JSON; undefined when there is none. */
export function get(key) {
  const bytes = getBytes(key);
  return bytes === undefined ? undefined : JSON.parse(decode(bytes));
}

/** Writes a value as JSON, whatever stands there; for so many milliseconds, or for good. */
export function set(key, value, { ttlMs } = {}) {
  setBytes(key, encode(JSON.stringify(value)), { ttlMs });
}

/** Writes a value as JSON when `expected` stands there, or nothing where `expected` is undefined; else `stale`. */
export function swap(key, expected, value, { ttlMs } = {}) {
  const before = expected === undefined ? null : encode(JSON.stringify(expected));
  ask("kv", "cas", key, before, encode(JSON.stringify(value)), orNull(ttlMs));
}

/** The value under a key, as it is. */
export function getBytes(key) {
  return orUndefined(ask("kv", "get", key));
}

/** Writes a value as it is. */
export function setBytes(key, bytes, { ttlMs } = {}) {
  ask("kv", "set", key, bytes, orNull(ttlMs));
}

/** Forgets a value; there need not be one. */
function forget(key) {
  ask("kv", "delete", key);
}
export { forget as delete };

/** Adds to a whole number and answers the sum; where nothing stands it counts from 0. No two calls are given the same sum. */
export function increment(key, delta = 1) {
  return Number(ask("kv", "increment", key, delta));
}

/** The keys that begin with `prefix`, and the cursor of the next ones. */
export function list(prefix, { limit = 0, after } = {}) {
  const { keys, next } = ask("kv", "listKeys", prefix, limit, orNull(after));
  return { keys, next: orUndefined(next) };
}
