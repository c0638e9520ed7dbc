// A small kernel in memory, for tests of a plugin's rules on the machine itself, with `node --test`.
//
// It knows the manifest and goes by the kernel's rules: schemas, unique values, declared indexes, who may read and write what, classes of
// fields, granted capabilities, milestones, settings, secrets. A call reads what it wrote, and a call that fails leaves nothing. Time
// stands still until a test moves it, and ids come in order. It has no limits, and takes every role to be held over the whole nation;
// those need a test against the real kernel.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { problem } from "../answer.js";
import { attach } from "../kernel.js";
import { Problem } from "../problem.js";
import { faultOfJson } from "./exact.js";
import { putFounding } from "./founding.js";
import { interfacesOf } from "./interfaces.js";
import { faultOf, faultOfTemplate } from "./judge.js";
import { Memory, nobody } from "./memory.js";
import * as queue from "./queue.js";
import { knownKind } from "./records.js";
import { COOPERATIVE, PERSON } from "./register.js";
import { forHook } from "./rights.js";
import { faultsOf } from "./schema.js";

let memory = new Memory();

/**
 * Begins anew with a manifest, as an object or the address of its file: no records, a public caller, French, the first of January
 * 2026. Every capability that the manifest asks for is granted. Beside the file lie the bundle's `assets/`.
 */
export function start(manifest) {
  memory = new Memory(manifest instanceof URL ? JSON.parse(readFileSync(manifest, "utf8")) : manifest);
  if (manifest instanceof URL) filesBelow(new URL("assets/", manifest)).forEach(addAsset);
  attach(interfacesOf(memory));
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder, { recursive: true }).map((path) => path.replaceAll("\\", "/"));
  return paths.filter((path) => statSync(new URL(path, folder)).isFile());
}

/** Puts a file into the bundle, by its path below `assets/`. An answer with another one is the problem `plugin-failed`. */
export function addAsset(path) {
  memory.assets.add(path);
}

/** The next calls come from the public. */
export function asPublic() {
  become({});
}

/** The next calls come from a signed-in person. */
export function asMember(person) {
  become({ kind: "account", accountId: `account-of-${person}`, person, name: person, roles: ["member"] });
}

/** The next calls come from somebody who holds these roles and belongs to no person of the register. */
export function asHolder(...roles) {
  become({ kind: "account", accountId: `account-of-${roles.join("-")}`, name: roles.join(", "), roles });
}

/** The next calls come from this caller. */
export function become(caller) {
  memory.caller = { ...nobody(), ...caller };
  memory.actsFor = new Set();
}

/** The caller of the next calls acts for this cooperative too, as its officer: its records are their own. */
export function actFor(cooperative) {
  memory.actsFor.add(cooperative);
}

/** The next calls happen at this time, in milliseconds since 1970. */
export function at(now) {
  memory.now = now;
}

/** Lets time pass. */
export function advance(durationMs) {
  memory.now += durationMs;
}

/** The instance is reached at this address from outside. */
export function atAddress(address) {
  memory.address = address;
}

/** Grants a capability. */
export function grant(capability) {
  memory.granted.add(capability);
}

/** Takes a capability back. */
export function deny(capability) {
  memory.granted.delete(capability);
}

/** Puts a cooperative into the register, and answers its id. */
export function addCooperative(body) {
  return memory.add(COOPERATIVE, body);
}

/** Puts a person into the register, and answers the id. */
export function addPerson(body) {
  return memory.add(PERSON, body);
}

/**
 * Puts a founding file at a step of its path, as if these persons took part in it and one of them had opened it from a record of the
 * plugin's: `{ kind, id, step, cooperative, people }`. Putting it again moves it on.
 */
export function setFounding(file) {
  putFounding(memory, file);
}

/** Lays out the rules that `registry.foundingRules` reads. */
export function layOutFoundingRules(rules) {
  memory.foundingRules = rules;
}

/** Sets a setting, as an administrator does. */
export function setSetting(name, value) {
  if (!Object.hasOwn(memory.settings, name)) throw new RangeError(`the manifest declares no setting ${name}`);
  memory.settings[name] = value;
}

/** Sets a secret, as an administrator does. */
export function setSecret(name, secret) {
  if (!memory.secrets.has(name)) throw new RangeError(`the manifest names no secret ${name}`);
  memory.secrets.set(name, secret);
}

/** Lays out what the outside answers to a request. What is not laid out cannot be reached. */
export function layOut(method, url, status, body) {
  memory.laid.push({ method, url, status, body: typeof body === "string" ? body : JSON.stringify(body) });
}

/** The requests that went out. They stay when the call fails. */
export function asked() {
  return [...memory.asked];
}

/** Installs the plugin: calls its `init` as the system. What it throws is thrown, and its writes are gone then. */
export function install(plugin) {
  memory.asSystem(() => plugin.init());
}

/**
 * Upgrades the plugin from a version: calls `migrate` until it has nothing left to do, then `health`; both reach all records of the
 * plugin's own kinds, its values by key, settings and the log, and all else is `unavailable`. Answers the number of steps. What they throw is thrown, and their writes are gone then.
 */
export function upgrade(plugin, from) {
  memory.isMigrating = true;
  try {
    return memory.asSystem(() => {
      let steps = 0;
      let cursor;
      do {
        cursor = plugin.migrate(from, cursor);
        steps += 1;
      } while (cursor !== undefined);
      plugin.health();
      return steps;
    });
  } finally {
    memory.isMigrating = false;
  }
}

/**
 * Sends the plugin a request, as the kernel does: a call that answers a problem leaves no writes, and an answer that the kernel would not
 * pass on is the problem `plugin-failed`.
 */
export function call(plugin, request) {
  memory.language = request.language;
  try {
    return memory.during(() => {
      const answer = plugin.handle(request);
      if (answer.tag === "problem") throw answer.problem;
      refuse(faultOf(memory, answer));
      return answer;
    });
  } catch (cause) {
    if (cause instanceof Problem) return problem(cause);
    throw cause;
  }
}

/**
 * Asks every hook that the manifest declares for such a write, as the kernel does: `before` is undefined for a new record, `after` for
 * one that is deleted. Answers `{ after }`, what shall stand there in the end, or `{ refusal }`. An amendment is held to the schema where
 * the kind is the plugin's own or the kernel's: a hook whose amendment breaks it has failed, and the write passes without it or is refused
 * with `hook-failed`, as the manifest says.
 */
export function propose(plugin, kind, before, after) {
  const operation = before === undefined ? "create" : after === undefined ? "delete" : "change";
  const looksAt = ({ kinds, operations }) => kinds.includes(kind) && operations.includes(operation);
  const hooks = memory.granted.has("hooks") ? (memory.manifest.hooks ?? []).filter(looksAt) : [];
  const id = before === undefined ? undefined : "00000000-0000-7000-8000-000000000000";
  const rules = knownKind(memory, kind);
  for (const { name: hook, on_failure: onFailure } of hooks.toSorted((one, other) => (one.order ?? 100) - (other.order ?? 100))) {
    memory.onlyLooks = true;
    try {
      const seen = { before: forHook(rules, before), after: forHook(rules, after) };
      const verdict = plugin.before(structuredClone({ hook, kind, id, operation, ...seen }));
      if (verdict?.tag === "refuse") return { refusal: verdict };
      if (verdict?.tag !== "amend") continue;
      const { body, fault } = amendmentOf(memory, kind, operation, { body: restored(after, seen.after, verdict.body) });
      if (fault === undefined) after = body;
      else if (onFailure !== "pass") return { refusal: hookFailed(hook, fault) };
    } finally {
      memory.onlyLooks = false;
    }
  }
  return { after };
}

/** What a hook was not shown stays as it stands. */
function restored(whole, seen, body) {
  if (seen === whole || body === null || typeof body !== "object" || Array.isArray(body)) return body;
  return { ...Object.fromEntries(Object.entries(whole).filter(([field]) => !(field in seen))), ...body };
}

/** What a hook puts in the place of a content, or what is wrong with it. */
function amendmentOf({ manifest }, name, operation, { body }) {
  if (operation === "delete") return { fault: "a deletion has no content to amend" };
  const unreadable = faultOfJson(body);
  if (unreadable !== undefined) return { fault: unreadable };
  const amended = JSON.parse(JSON.stringify(body));
  const [first] = faultsOf(knownKind({ manifest }, name)?.schema, amended);
  return first === undefined ? { body: amended } : { fault: `${first.pointer}: ${first.message}` };
}

function hookFailed(hook, fault) {
  const message = `the hook ${hook} must look at this and failed: its amendment is not acceptable: ${fault}`;
  return { tag: "refuse", code: "hook-failed", message, pointer: "" };
}

/**
 * Tells the plugin of an event, through every subscription of the manifest that wants it: `{ topic, operation, record, version, key, payload }`.
 * Answers what each said; what was written is kept only where that was `done`.
 */
export function tell(plugin, event) {
  return queue.tell(memory, plugin, event);
}

/** Does every job that is due, and answers how each ended. What is to be tried again waits. */
export function runJobs(plugin) {
  return queue.runJobs(memory, plugin);
}

/** The events that the plugin emitted. */
export function emitted() {
  return structuredClone(memory.unit.emitted);
}

/** Lays out what another plugin answers to a question. What is not laid out is `unavailable`. */
export function layOutContract(contract, major, method, answer) {
  memory.contracts.push({ contract, major, method, answer });
}

/** Asks the plugin as another one does, through a contract of its manifest, named without the plugin's id. What it throws is thrown. */
export function invoke(plugin, asker, contract, method, payload = {}) {
  const isProvided = memory.manifest.provides?.some((one) => one.contract === contract && one.methods.includes(method));
  if (!isProvided) throw Problem.invalid(`the manifest provides no method ${method} of ${contract}`);
  return memory.during(() => plugin.invoke(asker, `${memory.manifest.id}/${contract}`, method, structuredClone(payload)));
}

/** Asks the plugin for its part of a page, as the kernel does: what it writes is refused. One that would be left out is thrown as a problem. */
export function render(plugin, slot, about = {}) {
  memory.onlyLooks = true;
  try {
    const part = plugin.render(slot, about);
    if (part !== undefined && part !== null) refuse(faultOfTemplate(memory.manifest.templates, part.template, part.data));
    return part;
  } finally {
    memory.onlyLooks = false;
  }
}

function refuse(fault) {
  if (fault !== undefined) throw new Problem(502, "plugin-failed", `the plugin's answer is not acceptable: ${fault}`);
}

/** The notices that were sent, in their order. */
export function told() {
  return structuredClone(memory.unit.told);
}

/** Adds messages to a language, by key: what the kernel reads in the bundle's locales. */
export function addMessages(language, messages) {
  memory.messages[language] = { ...memory.messages[language], ...messages };
}

/** Puts the plugin into an instance of that name and these provinces. */
export function inInstance(name, ...provinces) {
  memory.instance = { ...memory.instance, name, provinces };
}

/** What was added to a counter or noted of a histogram, in order. */
export function counted(name) {
  return [...(memory.counted[name] ?? [])];
}

/** The bodies of all records of a kind, oldest first. */
export function bodies(kind) {
  return memory.of(kind).map(([, row]) => structuredClone(row.body));
}

/** The ids of all records of a kind, oldest first. */
export function ids(kind) {
  return memory.of(kind).map(([id]) => id);
}

/** The milestones that were reached. */
export function reached() {
  return [...memory.reached];
}

/** The credentials that were to be signed; those of a call that failed are gone. */
export function credentials() {
  return [...memory.unit.signed];
}

/** The milestones of cooperatives that were reached. */
export function reachedFor() {
  return structuredClone(memory.unit.reachedFor);
}

/** The documents that were to be set; those of a call that failed are gone. */
export function documents() {
  return [...memory.unit.made];
}

/** What was logged. */
export function logged() {
  return [...memory.logged];
}
