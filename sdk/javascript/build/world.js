// The world of the contract, as text: what it imports and what it exports.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The names of the interfaces that `world plugin` imports and exports, and the version of its package. */
export function worldOf(folder) {
  const text = readFileSync(join(folder, "world.wit"), "utf8").replace(/\/\/.*$/gm, "");
  const version = /package\s+tiwizi:plugin@([\d.]+)\s*;/.exec(text)?.[1];
  const world = /world\s+plugin\s*\{([^}]*)\}/.exec(text)?.[1];
  if (version === undefined || world === undefined) throw new Error(`${folder} holds no world plugin of tiwizi:plugin`);
  const named = (word) => [...world.matchAll(new RegExp(`\\b${word}\\s+([a-z][a-z0-9-]*)\\s*;`, "g"))].map(([, name]) => name);
  return { version, imports: named("import"), exports: named("export") };
}

/** `http-handler` becomes `httpHandler`. */
export function camel(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}
