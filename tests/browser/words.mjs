// What a plugin's pages call things, by its own messages: a walk finds a line by the word that a person reads.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The messages of a plugin in a language that have no values and stand on one line, by their keys. */
export function wordsOf(manifests, plugin, language) {
  const text = readFileSync(join(manifests, plugin, "locales", `${language}.ftl`), "utf8");
  return Object.fromEntries([...text.matchAll(/^([a-z0-9-]+) = ([^{}\n]+)$/gm)].map(([, key, words]) => [key, words.trim()]));
}

/** A number on a page in French, Arabic or Tachelhit, whichever way its thousands and its fraction are parted. */
export function numberOf(text) {
  const plain = text.replace(/[\u200e\u200f\u061c\u2066-\u2069\s\u00a0\u202f']/g, "").replace(/[٠-٩]/g, (digit) => "٠١٢٣٤٥٦٧٨٩".indexOf(digit)).replace("−", "-");
  const parts = /^-?[\d.,٫٬]*\d/.exec(plain);
  if (!parts) return NaN;
  const [number] = parts;
  const mark = Math.max(number.lastIndexOf(","), number.lastIndexOf("."), number.lastIndexOf("٫"));
  const after = mark < 0 ? "" : number.slice(mark + 1);
  const isFraction = mark >= 0 && after.length !== 3;
  const whole = (isFraction ? number.slice(0, mark) : number).replace(/[.,٫٬]/g, "");
  return Number(isFraction ? `${whole}.${after}` : whole);
}
