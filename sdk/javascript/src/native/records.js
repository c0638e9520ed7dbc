// The records of the kernel in memory: schemas, unique values, rights, classes, versions.

import { recordId, refusal } from "./memory.js";
import { KINDS } from "./register.js";
import { isAbove, mostOf, reachOf, shown } from "./rights.js";
import { canonical, faultsOf } from "./schema.js";

/** The rules of a kind, if the caller may do this with any of its records. */
export function rulesOf(memory, name, action) {
  const kind = KINDS.get(name) ?? memory.manifest.kinds?.find((found) => found.name === name);
  if (mostOf(kind, memory, action) < 0) throw notAllowed(memory, name, action);
  return kind;
}

/** The rules of a kind that a plugin may hear of: its own, and the kernel's. */
export function knownKind({ manifest }, name) {
  return KINDS.get(name) ?? manifest.kinds?.find((kind) => `${manifest.id}/${kind.name}` === name);
}

function notAllowed(memory, name, action) {
  const full = KINDS.has(name) ? name : `${memory.manifest.id}/${name}`;
  return refusal("denied", `${full} may not be ${action} by this caller`);
}

export function subjectOf(kind, id, body) {
  return kind.subject === "self" ? id : body[kind.subject];
}

/** A record as the contract shows it. */
export function entry(id, row, body = row.body) {
  const { version, createdAt, changedAt } = row;
  return { id, version, createdAt, changedAt, body: JSON.stringify(body) };
}

export function get(memory, name, id) {
  const kind = rulesOf(memory, name, "read");
  const row = memory.rows.get(recordId(id));
  if (row?.kind !== name) return undefined;
  const reach = reachOf(kind, memory, "read", subjectOf(kind, id, row.body));
  return reach < 0 ? undefined : entry(id, row, shown(kind, row.body, reach));
}

export function insert(memory, name, body) {
  const seen = check(memory, name, "", "create", undefined, body);
  const id = memory.add(name, body);
  return entry(id, memory.rows.get(id), seen(body));
}

/** Writes what `change` makes of a body, if the record is still at the version that was seen. */
export function write(memory, name, id, seen, change) {
  const row = seenRow(memory, name, id, seen);
  const body = restored(memory, name, id, row.body, change(structuredClone(row.body)));
  const shownTo = check(memory, name, id, "change", row.body, body);
  const written = { ...row, body, version: row.version + 1, changedAt: memory.now };
  memory.rows.set(id, written);
  return entry(id, written, shownTo(body));
}

/** A JSON Merge Patch. It names no field that its writer may not see, not even to take it away. */
export function patch(memory, name, id, seen, changes) {
  const { body } = seenRow(memory, name, id, seen);
  const kind = rulesOf(memory, name, "change");
  if (!isObject(changes)) throw refusal("invalid", "a merge patch must be an object");
  const reach = reachOf(kind, memory, "change", subjectOf(kind, id, body));
  if (reach < 0) throw notAllowed(memory, name, "change");
  const hidden = Object.keys(changes).find((field) => isAbove(kind, field, reach));
  if (hidden !== undefined) throw hiddenField(hidden);
  return write(memory, name, id, seen, (before) => merge(before, changes));
}

/** RFC 7396. */
function merge(target, changes) {
  if (!isObject(changes)) return changes;
  const merged = isObject(target) ? target : {};
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(merged[name], value);
  }
  return merged;
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function hiddenField(field) {
  const fault = { pointer: `/${field}`, code: "hidden-field", message: `${field} cannot be changed by somebody who may not see it` };
  return refusal("invalid", `${fault.pointer}: ${fault.message}`, { details: { fields: [fault] } });
}

/** What was left out by somebody who may not see it stays as it was. */
function restored(memory, name, id, before, after) {
  const kind = rulesOf(memory, name, "change");
  const reach = reachOf(kind, memory, "change", subjectOf(kind, id, before));
  const hidden = Object.entries(before).filter(([field]) => isAbove(kind, field, reach));
  return reach < 0 ? after : { ...Object.fromEntries(hidden), ...after };
}

export function remove(memory, name, id, seen) {
  const row = seenRow(memory, name, id, seen);
  const kind = rulesOf(memory, name, "delete");
  if (reachOf(kind, memory, "delete", subjectOf(kind, id, row.body)) < 0) throw notAllowed(memory, name, "delete");
  memory.rows.delete(id);
}

/** A record that the caller may see, of the version that was seen. */
function seenRow(memory, name, id, seen) {
  if (get(memory, name, id) === undefined) throw refusal("not-found", `there is no record ${id}`);
  const row = memory.rows.get(id);
  if (seen !== undefined && seen !== null && seen !== row.version) {
    throw refusal("stale", `version ${seen} was seen, ${row.version} is there`, { retryable: true });
  }
  return row;
}

/**
 * Right, schema and unique values of a body that is to be written. A change asks for where the record lies and where it will lie. Answers
 * how much of it the caller is shown.
 */
function check(memory, name, id, action, before, after) {
  const kind = rulesOf(memory, name, action);
  const [first, ...others] = faultsOf(kind.schema, after);
  if (first !== undefined) {
    throw refusal("invalid", `${first.pointer}: ${first.message}`, { details: { fields: [first, ...others] } });
  }
  for (const body of [before, after].filter((one) => one !== undefined)) {
    const reach = reachOf(kind, memory, action, subjectOf(kind, id, body));
    if (reach < 0) throw notAllowed(memory, name, action);
    const hidden = Object.keys(after).find((field) => canonical(before?.[field]) !== canonical(after[field]) && isAbove(kind, field, reach));
    if (hidden !== undefined) throw hiddenField(hidden);
  }
  for (const { fields } of kind.unique ?? []) {
    const same = (row) => fields.every((field) => canonical(row.body[field]) === canonical(after[field]));
    // A record without the first field takes no place in the index.
    const isHeld = after[fields[0]] !== undefined && after[fields[0]] !== null;
    if (isHeld && memory.of(name).some(([other, row]) => other !== id && same(row))) {
      throw refusal("duplicate", `there is one with the same ${fields.join(", ")}`, { details: { fields } });
    }
  }
  return (body) => shown(kind, body, reachOf(kind, memory, action, subjectOf(kind, id, after)));
}
