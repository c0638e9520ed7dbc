// The one place where the kit leaves the plugin.
//
// Two kernels answer: the real one, through the component's imports, while it calls the plugin; and the one in memory, in a
// test. Nobody answers while modules are loaded: a component is loaded once, when it is built, and its memory is kept.

import { Problem } from "./problem.js";

let interfaces = null;

/** Says who answers from now on: the interfaces of the contract by name, or null. */
export function attach(given) {
  interfaces = given;
}

/** Asks the kernel. What it refuses is thrown as a Problem. */
export function ask(name, method, ...values) {
  if (interfaces === null) {
    throw Problem.internal(`${name} was asked while no call runs; in a test, begin with native.start()`);
  }
  const offered = interfaces[name];
  if (offered === undefined) {
    throw Problem.internal(`this kernel has no ${name}`);
  }
  try {
    return offered[method](...values);
  } catch (cause) {
    throw typeof cause?.payload?.code === "string" ? Problem.fromWire(cause.payload) : cause;
  }
}

/** What is not there is undefined in the kit and null in the contract. */
export function orUndefined(value) {
  return value ?? undefined;
}

export function orNull(value) {
  return value ?? null;
}
