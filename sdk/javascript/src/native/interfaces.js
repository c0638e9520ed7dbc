// The kernel's interfaces, answered from memory, in the words of the contract.

import { randomBytes } from "node:crypto";
import { blobsOf } from "./blobs.js";
import { credentialsOf } from "./credentials.js";
import { documentsOf } from "./documents.js";
import { foundingOf } from "./founding.js";
import { kvOf } from "./kv.js";
import * as lists from "./lists.js";
import { readJson, recordId, refusal } from "./memory.js";
import { callsOf, notifyOf } from "./others.js";
import { fetchLaid } from "./outside.js";
import { eventsOf, jobsOf } from "./queue.js";
import * as records from "./records.js";
import { COOPERATIVE, PERSON } from "./register.js";

/** Every interface of the contract, by its name. */
export function interfacesOf(memory) {
  return {
    context: contextOf(memory),
    store: granted(memory, "store", storeOf(memory), ["insert", "put", "patch", "delete"]),
    kv: granted(memory, "kv", kvOf(memory), ["set", "delete", "cas", "increment"]),
    blobs: granted(memory, "blobs", blobsOf(memory), ["begin", "writeChunk", "finish", "delete"]),
    documents: granted(memory, "documents", documentsOf(memory), ["make"]),
    credentials: granted(memory, "credentials", credentialsOf(memory), ["issue", "revoke"]),
    events: granted(memory, "events", eventsOf(memory), ["emit"]),
    jobs: granted(memory, "jobs", jobsOf(memory), ["enqueue", "cancel", "progress"]),
    calls: granted(memory, "calls", callsOf(memory)),
    notify: granted(memory, "notify", notifyOf(memory), ["toPerson", "toRole"]),
    registry: granted(memory, "registry.read", registryOf(memory)),
    milestones: granted(memory, "milestones", milestonesOf(memory), ["reach", "reachFor"]),
    config: configOf(memory),
    i18n: i18nOf(memory),
    secrets: secretsOf(memory),
    "http-out": granted(memory, "http-out", { fetch: (request, options) => fetchLaid(memory, request, options, opened) }),
    telemetry: telemetryOf(memory),
    random: { getRandomBytes: (count) => Uint8Array.from(randomBytes(Number(count))) },
  };
}

/** The same functions, each refused where the capability is not granted; those that write also while a hook looks. */
function granted(memory, capability, functions, writing = []) {
  const guarded = Object.entries(functions).map(([name, work]) => [
    name,
    (...values) => {
      memory.require(capability);
      if (writing.includes(name)) memory.requireWriting();
      return work(...values);
    },
  ]);
  return Object.fromEntries(guarded);
}

function contextOf(memory) {
  return {
    requestId: () => "request-in-memory",
    language: () => memory.language,
    caller: () => memory.caller,
    now: () => memory.now,
    // Time stands still here, so a call has always all of it.
    deadlineLeftMs: () => 5_000,
    instance: () => memory.instance,
    address: () => memory.address,
    pluginId: () => memory.manifest.id ?? "",
    pluginVersion: () => memory.manifest.version ?? "",
  };
}

function storeOf(memory) {
  return {
    get: (kind, id) => records.get(memory, ownKind(memory, kind), id) ?? null,
    find: (kind, query) => lists.find(memory, ownKind(memory, kind), query),
    count: (kind, query) => lists.count(memory, ownKind(memory, kind), query),
    insert: (kind, body) => records.insert(memory, ownKind(memory, kind), readJson(body)),
    put: (kind, id, version, body) => records.write(memory, ownKind(memory, kind), id, version, () => readJson(body)),
    patch: (kind, id, version, patch) => records.patch(memory, ownKind(memory, kind), id, version, readJson(patch)),
    delete: (kind, id, version) => records.remove(memory, ownKind(memory, kind), id, version),
  };
}

/** The short name of a kind of the plugin's own. */
function ownKind({ manifest: { id, kinds } }, name) {
  const short = name.startsWith(`${id}/`) ? name.slice(id.length + 1) : name;
  if (!kinds?.some((kind) => kind.name === short)) throw refusal("denied", `${id} declares no kind ${short}`);
  return short;
}

function registryOf(memory) {
  return {
    cooperative: (id) => records.get(memory, COOPERATIVE, id) ?? null,
    person: (id) => records.get(memory, PERSON, id) ?? null,
    cooperatives: (query) => lists.find(memory, COOPERATIVE, query),
    actsFor: () => [...memory.actsFor].sort().map((id) => records.get(memory, COOPERATIVE, id)).filter((found) => found !== undefined),
    founding: (kind, id) => foundingOf(memory, ownKind(memory, kind), id),
    foundingRules: () => JSON.stringify(memory.foundingRules),
  };
}

function milestonesOf(memory) {
  return {
    reach: (code, kind, id) => reach(memory, code, kind, id),
    reachFor: (cooperative, code, kind, id) => reachFor(memory, cooperative, code, kind, id),
  };
}

function checkMilestone({ manifest }, code) {
  if (!manifest.milestones?.some((milestone) => milestone.code === code)) {
    throw refusal("invalid", `the manifest declares no milestone ${code}`);
  }
}

function reachFor(memory, cooperative, code, kind, id) {
  checkMilestone(memory, code);
  if (!memory.actsFor.has(recordId(cooperative))) {
    throw refusal("denied", `the caller does not act for the cooperative ${cooperative}`);
  }
  const short = ownKind(memory, kind);
  const found = records.get(memory, short, id);
  if (found === undefined) throw refusal("not-found", `there is no record ${id}`);
  const { subject } = memory.manifest.kinds.find((one) => one.name === short);
  if ((subject === "self" ? id : memory.rows.get(id).body[subject]) !== cooperative) {
    throw refusal("invalid", `the record ${id} does not belong to ${cooperative}`);
  }
  const { reachedFor } = memory.unit;
  const isThere = reachedFor.some((one) => one.cooperative === cooperative && one.code === code && one.id === id);
  if (!isThere) reachedFor.push({ cooperative, code, id });
}

function reach(memory, code, kind, id) {
  checkMilestone(memory, code);
  if (memory.caller.person === null) throw refusal("invalid", "the caller's account belongs to no person");
  if (records.get(memory, ownKind(memory, kind), id) === undefined) throw refusal("not-found", `there is no record ${id}`);
  if (!memory.reached.some((reached) => reached.code === code && reached.id === id)) memory.reached.push({ code, id });
}

function configOf(memory) {
  return {
    get(name) {
      if (!Object.hasOwn(memory.settings, name)) throw refusal("not-found", `the manifest declares no setting ${name}`);
      return JSON.stringify(memory.settings[name]);
    },
    getAll: () => JSON.stringify(memory.settings),
  };
}

/** A secret, or undefined when it is not set. */
function secretOf(memory, name) {
  if (!memory.secrets.has(name)) throw refusal("not-found", `the manifest names no secret ${name}`);
  return memory.secrets.get(name);
}

function opened(memory, name) {
  const secret = secretOf(memory, name);
  if (secret === undefined) throw refusal("not-found", `the secret ${name} is not set`);
  return secret;
}

/** Whether one is set is asked without a grant, as in the real kernel. */
function secretsOf(memory) {
  return {
    isSet: (name) => secretOf(memory, name) !== undefined,
    ...granted(memory, "secrets", { reveal: (name) => opened(memory, name) }),
  };
}

/** The nearest languages first, as the kernel goes through them. */
const NEAREST = {
  ar: ["ar", "ary", "fr"],
  ary: ["ary", "ar", "fr"],
  fr: ["fr", "ar"],
  zgh: ["zgh", "shi", "tzm", "rif", "fr", "ar"],
  shi: ["shi", "zgh", "tzm", "fr", "ar"],
  tzm: ["tzm", "zgh", "shi", "fr", "ar"],
  rif: ["rif", "zgh", "shi", "tzm", "fr", "ar"],
};

/** Messages are filled plainly, without forms; numbers and days are written as `1234.5` and `2026-01-01`. */
function i18nOf(memory) {
  return {
    translate(key, args, language) {
      const tag = language ?? memory.language;
      if (NEAREST[tag] === undefined) throw refusal("invalid", `${tag} is no language`);
      const found = NEAREST[tag].map((near) => memory.messages[near]?.[key]).find((text) => text !== undefined);
      if (found === undefined) throw refusal("not-found", `no locale has the message ${key}`);
      return args.reduce((text, [name, value]) => text.replaceAll(new RegExp(`\\{ *\\$${name} *\\}`, "g"), () => value), found);
    },
    formatNumber: (value, decimals) => String(Number(value.toFixed(decimals))),
    formatDate: (at) => new Date(at).toISOString().slice(0, 10),
  };
}

/** What is not granted is dropped, as the real kernel does. */
function telemetryOf(memory) {
  const add = (type) => (name, value) => {
    const isDeclared = memory.manifest.metrics?.some((metric) => metric.name === name && metric.type === type);
    if (isDeclared && memory.granted.has("telemetry")) (memory.counted[name] ??= []).push(value);
  };
  return {
    count: add("counter"),
    observe: add("histogram"),
    log(level, message, fields) {
      if (memory.granted.has("telemetry")) memory.logged.push({ level, message, fields: Object.fromEntries(fields) });
    },
  };
}
