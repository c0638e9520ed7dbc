// Random numbers that cannot be foreseen. `Math.random` is drawn from them too: the engine's own would begin alike in each call.

import { ask } from "./kernel.js";

/** So many random bytes. */
export function bytes(count) {
  return Uint8Array.from(ask("random", "getRandomBytes", count));
}

/** A random identifier (UUID, version 4). */
export function uuid() {
  const drawn = bytes(16);
  drawn[6] = (drawn[6] & 0x0f) | 0x40;
  drawn[8] = (drawn[8] & 0x3f) | 0x80;
  const digits = Array.from(drawn, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const DRAWN_AT_ONCE = 64 * 7;
let drawn = new Uint8Array();

/** A number from 0 up to 1, as `Math.random` promises it. Many are drawn at once: each question to the kernel counts. */
export function fraction() {
  if (drawn.length < 7) drawn = bytes(DRAWN_AT_ONCE);
  const [last, ...others] = drawn.subarray(0, 7);
  drawn = drawn.subarray(7);
  return others.reduce((sum, byte) => sum * 256 + byte, last & 0x1f) / 2 ** 53;
}
