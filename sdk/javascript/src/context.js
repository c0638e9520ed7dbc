// Who asks, when and in which language. The kernel says it; nothing here can be set.

import { ask, orUndefined } from "./kernel.js";

/** Who asks. */
export function caller() {
  const { kind, accountId, person, name, roles } = ask("context", "caller");
  return {
    kind,
    accountId: orUndefined(accountId),
    person: orUndefined(person),
    name,
    roles,
    isSignedIn: kind === "account",
    holds: (role) => roles.includes(role),
  };
}

/** The id that also stands in the kernel's log and in problems that a user sees. */
export function requestId() {
  return ask("context", "requestId");
}

/** The tag of the language that the page is asked in. */
export function language() {
  return ask("context", "language");
}

/** The time, in milliseconds since 1970-01-01T00:00:00Z. */
export function now() {
  return Number(ask("context", "now"));
}

/** How much of the call's time by the clock is left, in milliseconds. */
export function deadlineLeftMs() {
  return ask("context", "deadlineLeftMs");
}

/** The instance that the plugin runs in: `id`, `name`, and the codes of its `provinces`. */
export function instance() {
  return ask("context", "instance");
}

/**
 * Where the instance is reached from outside, without a slash at its end: what is printed leads there for years. Undefined when its operator
 * has not said it.
 */
export function address() {
  return orUndefined(ask("context", "address"));
}

export function pluginId() {
  return ask("context", "pluginId");
}

export function pluginVersion() {
  return ask("context", "pluginVersion");
}
