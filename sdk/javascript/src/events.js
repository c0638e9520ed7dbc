// What other people's writes and other plugins' doings lead to.

import { orUndefined } from "./kernel.js";

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
