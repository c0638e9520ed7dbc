// The steps of a person's path: skills, project, market. Capability `milestones`.

import { ask } from "./kernel.js";

/** Notes that the caller's person has reached a milestone of the manifest; the record `id` of the plugin's own `kind` proves it. */
export function reach(code, kind, id) {
  ask("milestones", "reach", code, kind, id);
}
