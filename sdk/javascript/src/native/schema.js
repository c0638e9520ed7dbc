// JSON Schema as the kinds of manifests use it, with the kernel's codes for what is wrong.

import { FORMATS } from "./formats.js";

/** Keywords that the real kernel knows and this one does not. */
const UNKNOWN = ["unevaluatedItems", "unevaluatedProperties"];
/** The faults of a value: a pointer, a code and a sentence each. */
export function faultsOf(schema, value, pointer = "", root = schema) {
  if (schema === true || schema === undefined) return [];
  if (schema === false) return [fault(pointer, "unknown-field", "nothing may stand here")];
  const rules = known(schema);
  const referred = rules.$ref === undefined ? [] : faultsOf(definition(root, rules.$ref), value, pointer, root);
  const at = (inside, part, name) => faultsOf(inside, part, `${pointer}/${name}`, root);
  const wrong = (code, message) => [fault(pointer, code, message)];
  if (rules.type !== undefined && ![rules.type].flat().some((type) => isOf(type, value))) {
    return [...referred, ...wrong("type", `${JSON.stringify(value)} is not of type ${[rules.type].flat().join(" or ")}`)];
  }
  return [
    ...referred,
    ...(rules.enum !== undefined && !rules.enum.some((one) => same(one, value)) ? wrong("enum", "it is none of the words") : []),
    ...(rules.const !== undefined && !same(rules.const, value) ? wrong("enum", "it is another value") : []),
    ...combined(rules, value, pointer, root),
    ...(typeof value === "string" ? text(rules, value).flatMap((code) => wrong(code, `${JSON.stringify(value)} breaks a rule`)) : []),
    ...(typeof value === "number" ? number(rules, value).flatMap((code) => wrong(code, `${value} breaks a rule`)) : []),
    ...(Array.isArray(value) ? items(rules, value, at, wrong, root) : []),
    ...(isOf("object", value) ? members(rules, value, pointer, at, wrong) : []),
  ];
}

function combined(rules, value, pointer, root) {
  const faults = (inside) => faultsOf(inside, value, pointer, root);
  const fits = (inside) => faults(inside).length === 0;
  const found = (rules.allOf ?? []).flatMap(faults);
  if (rules.anyOf !== undefined && !rules.anyOf.some(fits)) found.push(fault(pointer, "no-match", "it fits none"));
  if (rules.oneOf !== undefined && rules.oneOf.filter(fits).length !== 1) found.push(fault(pointer, "no-match", "it fits none, or several"));
  if (rules.not !== undefined && fits(rules.not)) found.push(fault(pointer, "no-match", "it fits what it must not"));
  for (const [name, inside] of Object.entries(rules.dependentSchemas ?? {})) {
    if (isOf("object", value) && Object.hasOwn(value, name)) found.push(...faults(inside));
  }
  if (rules.if !== undefined) found.push(...faults(fits(rules.if) ? rules.then : rules.else));
  return found;
}

function text({ minLength = 0, maxLength = Infinity, pattern, format }, value) {
  const letters = [...value].length;
  return [
    letters < minLength && "too-short",
    letters > maxLength && "too-long",
    pattern !== undefined && !expression(pattern).test(value) && "pattern",
    format !== undefined && !FORMATS[format](value) && "format",
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

function items(rules, value, at, wrong, root) {
  const { minItems = 0, maxItems = Infinity, uniqueItems = false, prefixItems = [], items: each } = rules;
  const { contains, minContains = 1, maxContains = Infinity } = rules;
  const held = contains === undefined ? minContains : value.filter((item) => faultsOf(contains, item, "", root).length === 0).length;
  const repeated = uniqueItems && new Set(value.map(canonical)).size < value.length;
  return [
    ...(value.length < minItems ? wrong("too-few", `${minItems} at least`) : []),
    ...(value.length > maxItems ? wrong("too-many", `${maxItems} at most`) : []),
    ...(repeated ? wrong("repeated", "no two may be the same") : []),
    ...(held < minContains || (contains !== undefined && held > maxContains) ? wrong("too-few", "it lacks what is expected") : []),
    ...value.flatMap((item, index) => at(index < prefixItems.length ? prefixItems[index] : each, item, index)),
  ];
}

function members(rules, value, pointer, at, wrong) {
  const { properties = {}, patternProperties = {}, required = [], additionalProperties, minProperties = 0, maxProperties = Infinity } = rules;
  const names = Object.keys(value);
  const found = required.filter((name) => !Object.hasOwn(value, name)).map((name) => fault(`${pointer}/${name}`, "required", `${name} is missing`));
  for (const name of names) {
    const fitting = Object.entries(patternProperties).filter(([pattern]) => expression(pattern).test(name)).map(([, inside]) => inside);
    if (Object.hasOwn(properties, name)) fitting.push(properties[name]);
    for (const inside of fitting) found.push(...at(inside, value[name], name));
    if (fitting.length > 0) continue;
    if (additionalProperties === false) found.push(fault(`${pointer}/${name}`, "unknown-field", `${name} is not known`));
    else found.push(...at(additionalProperties, value[name], name));
  }
  found.push(...dependents(rules, value, pointer, at));
  if (names.length < minProperties) found.push(...wrong("too-few", `${minProperties} at least`));
  if (names.length > maxProperties) found.push(...wrong("too-many", `${maxProperties} at most`));
  return found;
}

/** What the names of an object's members ask for. */
function dependents({ propertyNames, dependentRequired = {} }, value, pointer, at) {
  const asked = Object.entries(dependentRequired).filter(([name]) => Object.hasOwn(value, name));
  const missing = asked.flatMap(([, required]) => required.filter((name) => !Object.hasOwn(value, name)));
  const isWrong = Object.keys(value).some((name) => at(propertyNames, name, name).length > 0);
  return [
    ...(isWrong ? [fault(pointer, "unknown-field", "it has a field whose name is not allowed")] : []),
    ...missing.map((name) => fault(`${pointer}/${name}`, "required", `${name} is missing`)),
  ];
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
  const found = root.$defs?.[reference.replace("#/$defs/", "")];
  if (found === undefined) throw new RangeError(`the schema has no definition ${reference}`);
  return found;
}

/** A pattern, if the kernel takes it: its engine neither looks around nor refers back. */
function expression(pattern) {
  const plain = pattern.replaceAll(/\\[^1-9k]|\[(?:\\.|[^\]\\])*\]/g, "");
  if (/\(\?<?[=!]|\\[1-9k]/.test(plain)) throw new RangeError(`the kernel takes no pattern that looks around or refers back: ${pattern}`);
  return new RegExp(pattern, "u");
}

/** The rules of a schema. What is not known here would pass in silence. */
function known(rules) {
  const isFormat = rules.format === undefined || Object.hasOwn(FORMATS, rules.format);
  const unknown = isFormat ? Object.keys(rules).find((keyword) => UNKNOWN.includes(keyword)) : `the format ${rules.format}`;
  if (unknown !== undefined) throw new RangeError(`the kernel in memory does not know ${unknown}; test such a kind with \`tiwizi plugin test\``);
  return rules;
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
