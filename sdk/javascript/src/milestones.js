// The steps of a person's or a cooperative's path: skills, project, market. Capability `milestones`.

import { ask } from "./kernel.js";

/** Notes that the caller's person has reached a milestone of the manifest; the record `id` of the plugin's own `kind` proves it. */
export function reach(code, kind, id) {
  ask("milestones", "reach", code, kind, id);
}

/**
 * Notes the same of a cooperative that the caller acts for as an officer; of any other it is `denied`. The record `id` that proves it belongs
 * to that cooperative: it is its subject.
 */
export function reachFor(cooperative, code, kind, id) {
  ask("milestones", "reachFor", cooperative, code, kind, id);
}
