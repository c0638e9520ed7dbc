// Lines in the kernel's log and numbers among its metrics, for the operator; never with personal data. Without the capability
// `telemetry` they are dropped.

import { ask } from "./kernel.js";

export function debug(message, fields = {}) {
  log("debug", message, fields);
}

export function info(message, fields = {}) {
  log("info", message, fields);
}

export function warn(message, fields = {}) {
  log("warn", message, fields);
}

export function error(message, fields = {}) {
  log("error", message, fields);
}

/** Adds to a counter that the manifest declares. */
export function count(name, delta = 1) {
  ask("telemetry", "count", name, delta);
}

/** Notes one value of a histogram that the manifest declares. */
export function observe(name, value) {
  ask("telemetry", "observe", name, value);
}

function log(level, message, fields) {
  ask("telemetry", "log", level, message, Object.entries(fields).map(([name, value]) => [name, String(value)]));
}
