// The values by key of the kernel in memory.

import { decode, encode } from "../utf8.js";
import { refusal } from "./memory.js";

const KEYS_DEFAULT = 50;
const KEYS_MAX = 1_000;

export function kvOf(memory) {
  const held = (key) => {
    const value = memory.values.get(key);
    return value !== undefined && value.expiresAt > memory.now ? value : undefined;
  };
  const put = (key, bytes, ttlMs) => {
    if (ttlMs !== null && ttlMs < 1) throw refusal("invalid", "a value must live for at least a millisecond");
    memory.values.set(key, { bytes: Uint8Array.from(bytes), expiresAt: ttlMs === null ? Infinity : memory.now + ttlMs });
  };
  const functions = {
    get: (key) => held(key)?.bytes ?? null,
    set: put,
    delete: (key) => void memory.values.delete(key),
    cas(key, expected, bytes, ttlMs) {
      const found = held(key)?.bytes ?? null;
      const isSame = found === null ? expected === null : expected !== null && decode(found) === decode(expected);
      if (!isSame) throw refusal("stale", `another value stands under ${key}`, { retryable: true });
      put(key, bytes, ttlMs);
    },
    increment(key, delta) {
      const value = held(key);
      const text = value === undefined ? "0" : decode(value.bytes);
      if (!/^-?\d+$/.test(text)) throw refusal("invalid", `no whole number stands under ${key}`);
      const sum = Number(text) + delta;
      memory.values.set(key, { bytes: encode(String(sum)), expiresAt: value?.expiresAt ?? Infinity });
      return sum;
    },
    listKeys(prefix, limit, cursor) {
      const most = limit === 0 ? KEYS_DEFAULT : Math.min(limit, KEYS_MAX);
      const live = [...memory.values.keys()].filter((key) => held(key) !== undefined && key.startsWith(prefix)).sort();
      const asked = live.filter((key) => cursor === null || key > cursor);
      const keys = asked.slice(0, most);
      return { keys, next: asked.length > most ? keys.at(-1) : null };
    },
  };
  const { listKeys, ...others } = functions;
  const keyed = Object.entries(others).map(([name, work]) => [name, (key, ...values) => work(checked(key), ...values)]);
  return { ...Object.fromEntries(keyed), listKeys };
}

function checked(key) {
  if (key === "" || /\p{Cc}/u.test(key)) throw refusal("invalid", "a key has at least a letter and no control characters");
  return key;
}
