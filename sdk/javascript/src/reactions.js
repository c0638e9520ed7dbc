// Events and jobs as a plugin's functions see them, and what these answer.

import { orUndefined } from "./kernel.js";
import { Problem } from "./problem.js";

/** It failed for now: again after so many seconds, or when the kernel thinks fit. What it wrote is given up. */
export function retry(seconds) {
  return { tag: "retry", seconds };
}

/** It will never work, for this reason: an administrator looks at it. What it wrote is given up. */
export function reject(reason) {
  return { tag: "reject", reason };
}

const DONE = { tag: "done" };

/** What some work ended with. Nothing means that it is done; a problem that may pass is tried again, any other one is rejected. */
export function outcomeOf(work) {
  try {
    const found = work() ?? DONE;
    if (typeof found.then === "function") throw new TypeError("a promise is no outcome; host calls answer at once and need no await");
    return found;
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    return cause.retryable ? retry() : reject(`${cause.code}: ${cause.message}`);
  }
}

export function outcomeToWire(outcome) {
  switch (outcome.tag) {
    case "done":
      return DONE;
    case "retry":
      return { tag: "retry", val: outcome.seconds ?? null };
    case "reject":
      return { tag: "reject", val: String(outcome.reason) };
    default:
      throw new TypeError(`${JSON.stringify(outcome)} is no outcome; answer nothing, retry(…) or reject(…)`);
  }
}

/** An event of the contract as a plugin's function sees it. */
export function eventOf({ operation, record, version, payload, at, ...event }) {
  return {
    ...event,
    operation: orUndefined(operation),
    record: orUndefined(record),
    version: version === null || version === undefined ? undefined : Number(version),
    payload: JSON.parse(payload),
    at: Number(at),
  };
}

/** A job of the contract as a plugin's function sees it. */
export function jobOf({ payload, dueAt, ...job }) {
  return { ...job, payload: JSON.parse(payload), dueAt: Number(dueAt) };
}
