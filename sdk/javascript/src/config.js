// The settings that the manifest declares, as the administrator set them, or their defaults.

import { ask } from "./kernel.js";

/** One setting; `not-found` when the manifest declares none of that name. */
export function get(name) {
  return JSON.parse(ask("config", "get", name));
}

/** Every setting, as an object with their names. */
export function all() {
  return JSON.parse(ask("config", "getAll"));
}
