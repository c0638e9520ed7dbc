// The records of the plugin's own kinds. Writes are gathered and become durable together after the call has answered well;
// reads of the same call see them.

import { ask, orNull, orUndefined } from "./kernel.js";

const COMPARISONS = { equal: "equal", above: "above", atLeast: "at-least", below: "below", atMost: "at-most" };

/**
 * The records of one kind, by the name that the manifest gives it.
 *
 *     const notes = store("note");
 *     const entry = notes.insert({ person, text: "Olives" });
 *     const page = notes.find({ equal: { person }, sort: "-written", limit: 20 });
 */
export function store(kind) {
  const all = (find) => pageOf(ask("store", "find", kind, queryOf(find)));
  return {
    /** One record; undefined when there is none, or the caller may not know of it. */
    get: (id) => entryOf(ask("store", "get", kind, id)),
    /** Some records, and the cursor of the next ones. What no index of the manifest answers is refused. */
    find: (find = {}) => all(find),
    /** The first record that fits. */
    first: (find = {}) => all({ ...find, limit: 1 }).items[0],
    /** How many records fulfil the conditions; 10,000 stands for as many or more. */
    count: (find = {}) => Number(ask("store", "count", kind, queryOf(find))),
    /** Writes a new record. */
    insert: (body) => entryOf(ask("store", "insert", kind, JSON.stringify(body))),
    /** Writes an entry's changed body back; `stale` when somebody else has written it meanwhile. */
    put: ({ id, version, body }) => entryOf(ask("store", "put", kind, id, version, JSON.stringify(body))),
    /** Applies a JSON Merge Patch; to whatever version when none is named. */
    patch: (id, patch, version) => entryOf(ask("store", "patch", kind, id, orNull(version), JSON.stringify(patch))),
    /** Deletes an entry; `stale` when somebody else has written it meanwhile. */
    delete: ({ id, version }) => void ask("store", "delete", kind, id, orNull(version)),
  };
}

/** `{ equal: { field: value }, above, atLeast, below, atMost, sort: "field" or "-field", text, limit, after }`. */
export function queryOf({ sort, text, limit = 0, after, ...conditions }) {
  const filters = [];
  for (const [word, fields] of Object.entries(conditions)) {
    const comparison = COMPARISONS[word];
    if (comparison === undefined) throw new TypeError(`${word} is no condition; ${Object.keys(COMPARISONS).join(", ")} are`);
    for (const [field, value] of Object.entries(fields)) filters.push({ field, comparison, value: JSON.stringify(value) });
  }
  const order = sort === undefined ? null : { field: sort.replace(/^-/, ""), descending: sort.startsWith("-") };
  return { filters, sort: order, text: orNull(text), limit, cursor: orNull(after) };
}

export function entryOf(wire) {
  if (wire === null || wire === undefined) return undefined;
  const { id, version, createdAt, changedAt, body } = wire;
  return { id, version: Number(version), createdAt: Number(createdAt), changedAt: Number(changedAt), body: JSON.parse(body) };
}

export function pageOf({ items, next }) {
  return { items: items.map(entryOf), next: orUndefined(next) };
}
