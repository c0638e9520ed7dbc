// The secrets that the manifest names. To send one to a service, let the kernel put it into the request by its name.

import { ask } from "./kernel.js";

/** A secret. It prints as nothing, in a log as in an answer. */
export class Secret {
  #held;

  constructor(held) {
    this.#held = held;
  }

  /** The secret itself. */
  expose() {
    return this.#held;
  }

  toString() {
    return "Secret(…)";
  }

  toJSON() {
    return "Secret(…)";
  }
}

/** Whether an administrator has set the secret. */
export function isSet(name) {
  return ask("secrets", "isSet", name);
}

/** The secret; the kernel writes down that it was shown. Capability `secrets`. */
export function reveal(name) {
  return new Secret(ask("secrets", "reveal", name));
}
