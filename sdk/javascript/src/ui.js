// Parts of the kernel's own pages.

import { Problem } from "./problem.js";

/** Data for a template of the bundle, under a heading; an empty one for none. */
export function fragment(template, title, data = {}) {
  if (data === null || typeof data !== "object" || Array.isArray(data)) {
    throw Problem.internal(`the data of the part ${template} is no object`);
  }
  return { template, title, data: JSON.parse(JSON.stringify(data)) };
}

/** A part, or nothing where the slot stays empty. */
export function fragmentToWire(found) {
  if (found === null || found === undefined) return null;
  const { template, title, data } = found;
  return { template, title, data: JSON.stringify(data) };
}
