// The records of the kernel in memory: schemas, unique values, declared indexes, rights, classes, versions.

import { recordId, refusal } from "./memory.js";
import { KINDS } from "./register.js";
import { classOf, isAbove, mayAny, reachOf, shown } from "./rights.js";
import { canonical, faultsOf } from "./schema.js";

const ROWS_DEFAULT = 50;
const ROWS_MAX = 100;
const COUNT_MAX = 10_000;

/** The rules of a kind, if the caller may do this with any of its records. */
function rulesOf(memory, name, action) {
  const kind = KINDS.get(name) ?? memory.manifest.kinds?.find((found) => found.name === name);
  if (!mayAny(kind, memory, action)) throw notAllowed(memory, name, action);
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
    if (hidden !== undefined) {
      const fault = { pointer: `/${hidden}`, code: "hidden-field", message: `${hidden} cannot be changed by somebody who may not see it` };
      throw refusal("invalid", `${fault.pointer}: ${fault.message}`, { details: { fields: [fault] } });
    }
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

export function find(memory, name, query) {
  const kind = rulesOf(memory, name, "read");
  checkIndexed(kind, query);
  const search = kind.search ?? [];
  if (isText(query) && search.length === 0) throw refusal("invalid", `the kind ${name} has no search fields`);
  const asked = [...query.filters.map((filter) => filter.field), ...(query.sort ? [query.sort.field] : []), ...(isText(query) ? search : [])];
  const least = classOf(kind, asked);
  return pageOf(memory, name, query, search, (id, row) => {
    const reach = reachOf(kind, memory, "read", subjectOf(kind, id, row.body));
    // A question about a hidden field tells nothing about the records in which it is hidden.
    return reach < least ? undefined : entry(id, row, shown(kind, row.body, reach));
  });
}

export function count(memory, name, query) {
  if (isText(query)) throw refusal("not-indexed", "words are not counted");
  let cursor = null;
  let counted = 0;
  do {
    const { items, next } = find(memory, name, { ...query, sort: null, limit: ROWS_MAX, cursor });
    counted += items.length;
    cursor = next;
  } while (cursor !== undefined);
  return Math.min(counted, COUNT_MAX);
}

function isText(query) {
  return query.text !== undefined && query.text !== null;
}

/**
 * Equality on the first fields of one index, then at most one range or order on the next. Subject and province are indexes too, the subject
 * without ranges. The order of creation is that of the records under one whole key.
 */
function checkIndexed(kind, { filters, sort }) {
  const equal = filters.filter((filter) => filter.comparison === "equal").map((filter) => filter.field);
  const others = filters.filter((filter) => filter.comparison !== "equal").map((filter) => filter.field);
  const [hasRange, isByCreation] = [others.length > 0, sort?.field === "created"];
  if (sort && !isByCreation && !equal.includes(sort.field)) others.push(sort.field);
  const ranged = new Set(others);
  const declared = [...(kind.unique ?? []), ...(kind.indexes ?? [])].map((index) => index.fields);
  const implied = [hasRange ? undefined : kind.subject, kind.province].filter(Boolean).map((field) => [field]);
  const answers = (fields) => {
    const [head, next] = [fields.slice(0, equal.length), fields[equal.length]];
    const isHead = head.length === equal.length && head.every((field) => equal.includes(field));
    return isHead && (!isByCreation || next === undefined) && (ranged.size === 0 || (ranged.size === 1 && ranged.has(next)));
  };
  if (equal.length + ranged.size > 0 && ![...declared, ...implied].some(answers)) {
    const message = `no index answers ${equal.join(", ")} then ${[...ranged].join(", ")}`;
    throw refusal("not-indexed", message, { details: { indexes: declared } });
  }
}

/** A page of the records that fit and are shown. */
function pageOf(memory, name, query, search, show) {
  const fitting = memory.of(name).filter(([, row]) => fits(row.body, query, search));
  const found = fitting.map(([id, row]) => ({ row, seen: show(id, row) })).filter(({ seen }) => seen !== undefined);
  if (query.sort) {
    const { field, descending } = query.sort;
    // Oldest first already, which is also the order of equals.
    if (field !== "created") found.sort((one, other) => compare(one.row.body[field], other.row.body[field]));
    if (descending) found.reverse();
  }
  const skipped = Number(query.cursor ?? 0);
  if (!Number.isInteger(skipped)) throw refusal("invalid", "no such cursor");
  const rows = query.limit === 0 ? ROWS_DEFAULT : Math.min(query.limit, ROWS_MAX);
  const items = found.slice(skipped, skipped + rows).map(({ seen }) => seen);
  return { items, next: found.length > skipped + rows ? String(skipped + rows) : undefined };
}

/** Every word of a search begins a word of the search fields. */
function fits(body, { filters, text }, search) {
  const words = (text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const held = search.map((field) => body[field] ?? "").join(" ").toLowerCase().split(/\s+/);
  return filters.every((filter) => passes(body, filter)) && words.every((word) => held.some((there) => there.startsWith(word)));
}

function passes(body, { field, comparison, value }) {
  const found = body[field];
  if (found === undefined || found === null) return false;
  const order = compare(found, JSON.parse(value));
  return { equal: order === 0, above: order > 0, "at-least": order >= 0, below: order < 0, "at-most": order <= 0 }[comparison];
}

function compare(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  const [left, right] = [one, other].map((value) => (typeof value === "string" ? value : canonical(value)));
  return left < right ? -1 : Number(left > right);
}
