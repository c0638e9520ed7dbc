// Questions to a list, held to their kind: fields that it has, values of their types, an index that answers.

import { readJson, recordId, refusal } from "./memory.js";

/** The name of the order in which records were made, and those by which every kind is asked about its subject and its province. */
export const CREATED = "created";
export const SUBJECT = "subject";
const PROVINCE = "province";
const REFERENCES_MAX = 32;
const TYPES = { string: "text", number: "number", integer: "number", boolean: "flag" };
const EXPECTED = { text: "a text is expected", number: "a number is expected", flag: "true or false is expected" };

/** The question with the declared names of its fields and with values of their types. */
export function settled(kind, name, { filters, sort, text, limit, cursor }) {
  const isSearch = text !== undefined && text !== null;
  if (isSearch && !kind.search?.length) throw refusal("invalid", `the kind ${name} has no search fields`);
  const query = { filters: filters.map((filter) => condition(kind, filter)), sort, text: isSearch ? text : undefined, limit, cursor };
  if (sort && !isSearch && sort.field !== CREATED) query.sort = { ...sort, field: declaredName(kind, sort.field) };
  if (isSearch) checkSearched(kind, query);
  else checkIndexed(kind, query);
  return query;
}

function condition(kind, { field: asked, comparison, value: given }) {
  const field = declaredName(kind, asked);
  const wrong = (message) => refusal("invalid", `the filter on ${asked} cannot be used: ${message}`);
  const scalar = scalarOf(property(kind, field)) ?? "text";
  const value = read(scalar, readJson(given));
  if (value === undefined) throw wrong(EXPECTED[scalar]);
  if (field === (subjectName(kind) ?? SUBJECT)) {
    try {
      return { field, comparison, value: recordId(value).toLowerCase() };
    } catch {
      throw wrong("an id is expected");
    }
  }
  if (field === kind.province && !/^[0-9]{2}\.[0-9]{3}$/.test(value)) throw wrong("a province code is expected, as in 09.541");
  return { field, comparison, value };
}

/** A value as the type of the field; a text is read as one, as from an address. Undefined when it is none. */
function read(scalar, value) {
  if (scalar === "number" && typeof value === "string") {
    return /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(value) ? Number(value) : undefined;
  }
  if (scalar === "flag" && ["true", "false"].includes(value)) return value === "true";
  return TYPES[typeof value] === scalar ? value : undefined;
}

/** What a schema allows besides null; undefined when it is not one simple type. */
function scalarOf(schema) {
  const { type, enum: words, const: constant } = schema ?? {};
  const ofValues = (values) => values.filter((value) => value !== null).map((value) => TYPES[typeof value]);
  const allowed = new Set(
    type !== undefined
      ? [type].flat().filter((word) => word !== "null" || type === "null").map((word) => TYPES[word])
      : ofValues(words ?? (constant === undefined ? [] : [constant])),
  );
  return allowed.size === 1 ? [...allowed][0] : undefined;
}

/** The schema of a field, behind its references. */
function property({ schema }, name) {
  let found = schema?.properties?.[name];
  for (let followed = 0; found?.$ref !== undefined && followed < REFERENCES_MAX; followed += 1) {
    found = schema.$defs?.[found.$ref.replace("#/$defs/", "")];
  }
  return found;
}

function declaredName(kind, field) {
  if (field === SUBJECT && kind.subject) return subjectName(kind);
  if (field === PROVINCE && kind.province) return kind.province;
  const { classes = {}, schema, search = [], subject, province } = kind;
  const named = [...Object.keys(classes), ...Object.keys(schema?.properties ?? {}), ...indexesOf(kind).flat(), ...search, subject, province];
  if (!named.includes(field)) throw refusal("invalid", `there is no field ${field} to ask about`);
  return field;
}

/** The name by which a record is asked for its subject. */
function subjectName({ subject }) {
  return subject === "self" ? SUBJECT : subject;
}

function indexesOf({ unique = [], indexes = [] }) {
  return [...unique, ...indexes].map(({ fields }) => fields);
}

/**
 * Equality on the first fields of one index, then at most one range or order on the next. Subject and province are indexes too, the subject
 * without ranges. The order of creation is that of the records under one whole key.
 */
function checkIndexed(kind, { filters, sort }) {
  const equal = filters.filter((filter) => filter.comparison === "equal").map((filter) => filter.field);
  const others = filters.filter((filter) => filter.comparison !== "equal").map((filter) => filter.field);
  const [hasRange, isByCreation] = [others.length > 0, sort?.field === CREATED];
  if (sort && !isByCreation && !equal.includes(sort.field)) others.push(sort.field);
  const ranged = new Set(others);
  const implied = [hasRange ? undefined : subjectName(kind), kind.province].filter(Boolean).map((field) => [field]);
  const answers = (fields) => {
    const [head, next] = [fields.slice(0, equal.length), fields[equal.length]];
    const isHead = head.length === equal.length && head.every((field) => equal.includes(field));
    return isHead && (!isByCreation || next === undefined) && (ranged.size === 0 || (ranged.size === 1 && ranged.has(next)));
  };
  if (equal.length + ranged.size > 0 && ![...indexesOf(kind), ...implied].some(answers)) {
    throw notIndexed(kind, `${equal.join(", ")} then ${[...ranged].join(", ")}`);
  }
}

/** Words are searched by age, among what indexed fields say. */
function checkSearched(kind, { filters, sort }) {
  const indexed = [...indexesOf(kind).flat(), subjectName(kind), kind.province];
  const isByAge = !sort || (sort.field === CREATED && !sort.descending);
  if (!isByAge || !filters.every(({ field }) => indexed.includes(field))) {
    throw notIndexed(kind, "words by age, with conditions on its fields");
  }
}

function notIndexed(kind, asked) {
  return refusal("not-indexed", `no index answers ${asked}`, { details: { indexes: indexesOf(kind) } });
}
