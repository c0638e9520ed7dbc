// The kernel's own kinds as its manifest declares them: whom they show, and how much of them. `cargo xtask docs` writes register.json.

import { readFileSync } from "node:fs";

const { id, kinds } = JSON.parse(readFileSync(new URL("register.json", import.meta.url), "utf8"));

export const COOPERATIVE = `${id}/cooperative`;
export const PERSON = `${id}/person`;

/** By their full names. A test may put fields there that the kind does not declare, and the kernel would show nobody. */
export const KINDS = new Map(kinds.map((kind) => [`${id}/${kind.name}`, { ...kind, isClosed: true }]));

/** Whether a kind is the kernel's. */
export function isOfKernel(name) {
  return name.startsWith(`${id}/`);
}
