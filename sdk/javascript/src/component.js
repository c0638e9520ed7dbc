// What makes a component of a plugin: for each export of the contract a function that answers the kernel.
//
// `build/build.js` writes the component's first module, which hands in what the world of `sdk/wit/v1` imports and takes from here
// what it exports. A new interface of the world needs a line in `exported`, and nothing where the kit has no part for it.

import { toWire } from "./answer.js";
import { proposalOf, verdictToWire } from "./hooks.js";
import { attach } from "./kernel.js";
import { Problem } from "./problem.js";
import { fraction } from "./random.js";
import { eventOf, jobOf, outcomeToWire } from "./reactions.js";
import * as telemetry from "./telemetry.js";
import { fragmentToWire } from "./ui.js";
import { decode, encode } from "./utf8.js";

/** The export of that name, which `answers` must have. */
export function answerOf(answers, name) {
  if (answers[name] === undefined) throw new Error(`the kit for JavaScript does not know the export ${name}`);
  return answers[name];
}

/** The exports of a plugin, by their names in the contract. */
export function exported(plugin, interfaces) {
  /** Runs a function of the plugin while the kernel answers. */
  const during = (work) => (...values) => {
    attach(interfaces);
    try {
      return work(...values);
    } catch (cause) {
      throw explained(cause);
    }
  };
  return {
    lifecycle: {
      init: during(() => void plugin.init()),
      health: during(() => void plugin.health()),
      migrate: during((from, cursor) => plugin.migrate(from, cursor ?? undefined) ?? null),
    },
    "http-handler": { handle: during((request) => toWire(plugin.handle(request))) },
    hooks: { before: during((proposal) => verdictToWire(plugin.before(proposalOf(proposal)))) },
    "event-handler": { onEvent: during((event) => outcomeToWire(plugin.onEvent(eventOf(event)))) },
    "job-handler": { run: during((job) => outcomeToWire(plugin.runJob(jobOf(job)))) },
    "contract-provider": {
      invoke: during((asker, contract, method, payload) => jsonOf(plugin.invoke(asker, contract, method, JSON.parse(payload)))),
    },
    ui: { render: during((slot, input) => fragmentToWire(plugin.render(slot, JSON.parse(input)))) },
  };
}

function jsonOf(value) {
  return JSON.stringify(value ?? null);
}

/** A problem goes to the kernel as it is; anything else is a fault of the plugin, whose place the log shall know. */
function explained(cause) {
  if (cause instanceof Problem) return cause.toWire();
  console.error(cause);
  return cause;
}

const LEVELS = { debug: "debug", log: "info", info: "info", warn: "warn", error: "error" };

/** The engine has only what the language itself defines: what everybody reaches for besides is made here. */
function furnish() {
  const lines = Object.entries(LEVELS).map(([name, level]) => [name, (...values) => telemetry[level](values.map(shown).join(" "))]);
  globalThis.console ??= Object.fromEntries(lines);
  globalThis.TextEncoder ??= class {
    encode(text = "") {
      return encode(String(text));
    }
  };
  globalThis.TextDecoder ??= class {
    decode(bytes = new Uint8Array()) {
      return decode(new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength));
    }
  };
  Math.random = fraction;
}

function shown(value) {
  if (value instanceof Error) return `${value.name}: ${value.message}\n${value.stack ?? ""}`;
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}

furnish();
