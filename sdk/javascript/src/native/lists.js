// Lists of the kernel in memory: which records answer a question, in which order, page by page.

import { refusal } from "./memory.js";
import { CREATED, settled, SUBJECT } from "./question.js";
import { entry, rulesOf, subjectOf } from "./records.js";
import { classOf, mostOf, reachOf, shown } from "./rights.js";
import { canonical } from "./schema.js";

const ROWS_DEFAULT = 50;
const ROWS_MAX = 100;
const PAGE_BYTES_MAX = 4 << 20;
const COUNT_MAX = 10_000;

export function find(memory, name, asked) {
  const kind = rulesOf(memory, name, "read");
  const query = settled(kind, name, asked);
  const searched = query.text === undefined ? [] : kind.search;
  const sorted = query.sort ? [query.sort.field] : [];
  const least = classOf(kind, [...query.filters.map(({ field }) => field), ...sorted, ...searched]);
  if (mostOf(kind, memory, "read") < least) throw refusal("denied", "the caller may not ask about a field of this question");
  return pageOf(memory, name, kind, query, (id, row) => {
    const reach = reachOf(kind, memory, "read", subjectOf(kind, id, row.body));
    // A question about a hidden field tells nothing about the records in which it is hidden.
    return reach < least ? undefined : entry(id, row, shown(kind, row.body, reach));
  });
}

export function count(memory, name, query) {
  if (query.text !== undefined && query.text !== null) throw refusal("not-indexed", "words are not counted");
  let cursor = null;
  let counted = 0;
  do {
    const { items, next } = find(memory, name, { ...query, sort: null, limit: ROWS_MAX, cursor });
    counted += items.length;
    cursor = next;
  } while (cursor !== undefined);
  return Math.min(counted, COUNT_MAX);
}

/** A page of the records that fit and are shown. */
function pageOf(memory, name, kind, query, show) {
  const fitting = memory.of(name).filter(([id, row]) => fits(kind, id, row.body, query));
  const found = fitting.map(([id, row]) => ({ id, row, seen: show(id, row) })).filter(({ seen }) => seen !== undefined);
  if (query.sort) {
    const { field, descending } = query.sort;
    // Oldest first already, which is also the order of equals.
    if (field !== CREATED) found.sort((one, other) => compare(valueOf(kind, field, one), valueOf(kind, field, other)));
    if (descending) found.reverse();
  }
  const skipped = Number(query.cursor ?? 0);
  if (!Number.isInteger(skipped)) throw refusal("invalid", "no such cursor");
  const rows = query.limit === 0 ? ROWS_DEFAULT : Math.min(query.limit, ROWS_MAX);
  const items = fullPage(found.slice(skipped, skipped + rows)).map(({ seen }) => seen);
  const end = skipped + items.length;
  return { items, next: found.length > end ? String(end) : undefined };
}

/** A page ends with the record whose body passes its bytes. */
function fullPage(found) {
  let bytes = 0;
  const last = found.findIndex(({ row }) => (bytes += Buffer.byteLength(JSON.stringify(row.body))) > PAGE_BYTES_MAX);
  return last === -1 ? found : found.slice(0, last + 1);
}

/** What a record has in a field; a record that is its own subject has its id there. */
function valueOf(kind, field, { id, row }) {
  return field === SUBJECT && kind.subject === "self" ? id : row.body[field];
}

/** Every word of a search begins a word of the search fields. */
function fits(kind, id, body, { filters, text }) {
  const words = (text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const held = (kind.search ?? []).map((field) => body[field] ?? "").join(" ").toLowerCase().split(/\s+/);
  const passing = filters.every((filter) => passes(valueOf(kind, filter.field, { id, row: { body } }), filter));
  return passing && words.every((word) => held.some((there) => there.startsWith(word)));
}

function passes(found, { comparison, value }) {
  if (found === undefined || found === null) return false;
  const order = compare(found, value);
  return { equal: order === 0, above: order > 0, "at-least": order >= 0, below: order < 0, "at-most": order <= 0 }[comparison];
}

/** What is missing stands behind all that is there. */
function compare(one, other) {
  const missing = [one, other].map((value) => Number(value === undefined || value === null));
  if (missing.includes(1)) return missing[0] - missing[1];
  if (typeof one === "number" && typeof other === "number") return one - other;
  const [left, right] = [one, other].map((value) => (typeof value === "string" ? value : canonical(value)));
  return left < right ? -1 : Number(left > right);
}
