// What the kernel in memory remembers.

import { parse } from "./exact.js";
import { RULES } from "./founding.js";

/** What a migration may use: nothing that others would notice, since it may be given up. */
const MIGRATING = ["store", "kv", "telemetry"];
/** The first of January 2026. */
const NOW = 1_767_225_600_000;

export class Memory {
  constructor(manifest = {}) {
    this.manifest = manifest;
    this.caller = nobody();
    /** The cooperatives that the caller acts for. */
    this.actsFor = new Set();
    /** The public address of the instance. */
    this.address = undefined;
    this.language = "fr";
    this.now = NOW;
    this.granted = new Set((manifest.capabilities ?? []).map(({ name }) => name));
    this.settings = Object.fromEntries(
      Object.entries(manifest.settings?.properties ?? {}).map(([name, property]) => [name, property.default]),
    );
    this.secrets = new Map((manifest.secrets ?? []).map(({ name }) => [name, undefined]));
    /** The files of the bundle below `assets/`. */
    this.assets = new Set();
    this.laid = [];
    this.asked = [];
    this.logged = [];
    this.counted = {};
    this.messages = {};
    this.instance = { id: "00000000-0000-7000-8000-000000000000", name: "Instance in memory", provinces: ["09.541", "09.551"] };
    /** While a hook looks, or a part of a page is made, which may not write. */
    this.onlyLooks = false;
    /** While a migration runs, which reaches all of the plugin's own records. */
    this.isMigrating = false;
    /** While a job runs, which may say how far it has come. */
    this.isWorking = false;
    /** What other plugins answer. */
    this.contracts = [];
    /** Founding files that were opened from the plugin's records. */
    this.foundings = [];
    this.foundingRules = RULES;
    /** Files that are being written. */
    this.open = new Map();
    this.begun = 0;
    this.minted = 0;
    this.unit = { rows: new Map(), values: new Map(), reached: [], reachedFor: [], files: new Map(), told: [], made: [], signed: [], emitted: [], waiting: [] };
  }

  get rows() {
    return this.unit.rows;
  }

  get values() {
    return this.unit.values;
  }

  get reached() {
    return this.unit.reached;
  }

  /** Does some work; what it wrote is gone when it throws. What it logged and sent stays. */
  during(work) {
    const copied = Object.entries(this.unit).map(([name, held]) => [name, held instanceof Map ? new Map(held) : [...held]]);
    try {
      return work();
    } catch (cause) {
      this.unit = Object.fromEntries(copied);
      throw cause;
    } finally {
      this.open.clear();
    }
  }

  /** The same, as the system. */
  asSystem(work) {
    const { caller, actsFor } = this;
    this.caller = { ...nobody(), kind: "system" };
    this.actsFor = new Set();
    try {
      return this.during(work);
    } finally {
      this.caller = caller;
      this.actsFor = actsFor;
    }
  }

  /** The records of a kind, oldest first. */
  of(kind) {
    return [...this.rows].filter(([, row]) => row.kind === kind);
  }

  add(kind, body) {
    this.minted += 1;
    const id = `00000000-0000-7000-8000-${String(this.minted).padStart(12, "0")}`;
    this.rows.set(id, { kind, version: 1, createdAt: this.now, changedAt: this.now, body: structuredClone(body) });
    return id;
  }

  /** Refuses what a hook may not do. */
  requireWriting() {
    if (this.onlyLooks) throw refusal("denied", "this call only looks, and may not write");
  }

  /** Refuses what was not granted, and what is not there while a migration runs. */
  require(capability) {
    if (this.isMigrating && !MIGRATING.includes(capability)) {
      throw refusal("unavailable", `${capability} is not there while a plugin is upgraded`);
    }
    if (this.granted.has(capability)) return;
    const message = `the capability ${capability} is not granted; an administrator may grant it`;
    throw refusal("denied", message, { details: { capability } });
  }
}

/** The id of a record, as the contract writes one. */
export function recordId(text) {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) throw refusal("invalid", `${text} is no id`);
  return text;
}

/** JSON that goes to the kernel. */
export function readJson(text) {
  try {
    return parse(text);
  } catch (cause) {
    throw refusal("invalid", `not acceptable JSON: ${cause.message}`);
  }
}

/** The public. */
export function nobody() {
  return { kind: "public", accountId: null, person: null, name: "", roles: [] };
}

/** An error of the contract, thrown as the engine of a component throws it. */
export function refusal(code, message, { retryable = false, details = {} } = {}) {
  return Object.assign(new Error(`${code}: ${message}`), { payload: { code, message, retryable, details: JSON.stringify(details) } });
}
