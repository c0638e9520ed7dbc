// JSON Schema, as far as the kinds of manifests use it, with the kernel's codes for what is wrong.

import { isDay } from "../form.js";

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const FORMATS = {
  date: isDay,
  "date-time": (text) => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i.test(text) && isDay(text.slice(0, 10)),
  email: (text) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text),
  uri: (text) => /^[a-z][a-z0-9+.-]*:\S+$/i.test(text),
  uuid: (text) => UUID.test(text),
};

/** The faults of a value: a pointer, a code and a sentence each. */
export function faultsOf(schema, value, pointer = "", root = schema) {
  if (schema === true || schema === undefined) return [];
  if (schema === false) return [fault(pointer, "invalid", "nothing may stand here")];
  const rules = schema.$ref === undefined ? schema : { ...definition(root, schema.$ref), ...schema, $ref: undefined };
  const at = (inside, part, name) => faultsOf(inside, part, `${pointer}/${name}`, root);
  const wrong = (code, message) => [fault(pointer, code, message)];
  if (rules.type !== undefined && ![rules.type].flat().some((type) => isOf(type, value))) {
    return wrong("type", `${JSON.stringify(value)} is not of type ${[rules.type].flat().join(" or ")}`);
  }
  return [
    ...(rules.enum !== undefined && !rules.enum.some((one) => same(one, value)) ? wrong("enum", "it is none of the words") : []),
    ...(rules.const !== undefined && !same(rules.const, value) ? wrong("enum", "it is another value") : []),
    ...combined(rules, value, pointer, root),
    ...(typeof value === "string" ? text(rules, value).flatMap((code) => wrong(code, `${JSON.stringify(value)} breaks a rule`)) : []),
    ...(typeof value === "number" ? number(rules, value).flatMap((code) => wrong(code, `${value} breaks a rule`)) : []),
    ...(Array.isArray(value) ? items(rules, value, at, wrong) : []),
    ...(isOf("object", value) ? members(rules, value, pointer, at, wrong) : []),
  ];
}

function combined(rules, value, pointer, root) {
  const faults = (inside) => faultsOf(inside, value, pointer, root);
  const fits = (inside) => faults(inside).length === 0;
  const found = (rules.allOf ?? []).flatMap(faults);
  if (rules.anyOf !== undefined && !rules.anyOf.some(fits)) found.push(fault(pointer, "no-match", "it fits none"));
  if (rules.oneOf !== undefined && rules.oneOf.filter(fits).length !== 1) found.push(fault(pointer, "no-match", "it fits none, or several"));
  if (rules.not !== undefined && fits(rules.not)) found.push(fault(pointer, "invalid", "it fits what it must not"));
  return found;
}

function text({ minLength = 0, maxLength = Infinity, pattern, format }, value) {
  const letters = [...value].length;
  return [
    letters < minLength && "too-short",
    letters > maxLength && "too-long",
    pattern !== undefined && !new RegExp(pattern, "u").test(value) && "pattern",
    FORMATS[format]?.(value) === false && "format",
  ].filter(Boolean);
}

function number(rules, value) {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity, multipleOf } = rules;
  return [
    (value < minimum || value <= exclusiveMinimum) && "too-small",
    (value > maximum || value >= exclusiveMaximum) && "too-large",
    multipleOf !== undefined && !Number.isInteger(value / multipleOf) && "multiple",
  ].filter(Boolean);
}

function items(rules, value, at, wrong) {
  const { minItems = 0, maxItems = Infinity, uniqueItems = false, items: each } = rules;
  const repeated = uniqueItems && new Set(value.map(canonical)).size < value.length;
  return [
    ...(value.length < minItems ? wrong("too-few", `${minItems} at least`) : []),
    ...(value.length > maxItems ? wrong("too-many", `${maxItems} at most`) : []),
    ...(repeated ? wrong("repeated", "no two may be the same") : []),
    ...value.flatMap((item, index) => at(each, item, index)),
  ];
}

function members(rules, value, pointer, at, wrong) {
  const { properties = {}, required = [], additionalProperties, minProperties = 0, maxProperties = Infinity } = rules;
  const names = Object.keys(value);
  const found = required.filter((name) => !Object.hasOwn(value, name)).map((name) => fault(`${pointer}/${name}`, "required", `${name} is missing`));
  for (const name of names) {
    if (Object.hasOwn(properties, name)) found.push(...at(properties[name], value[name], name));
    else if (additionalProperties === false) found.push(fault(`${pointer}/${name}`, "unknown-field", `${name} is not known`));
    else found.push(...at(additionalProperties, value[name], name));
  }
  if (names.length < minProperties) found.push(...wrong("too-few", `${minProperties} at least`));
  if (names.length > maxProperties) found.push(...wrong("too-many", `${maxProperties} at most`));
  return found;
}

function isOf(type, value) {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return value !== null && typeof value === "object" && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function definition(root, reference) {
  const path = reference.split("/").slice(1);
  return path.reduce((found, name) => found?.[name], root) ?? {};
}

function same(one, other) {
  return canonical(one) === canonical(other);
}

/** JSON in which the order of members makes no difference. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const members = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${members.join(",")}}`;
}

function fault(pointer, code, message) {
  return { pointer, code, message };
}
