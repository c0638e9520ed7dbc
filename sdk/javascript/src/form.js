// Forms and queries, held to rules, with a fault for each field that is wrong.

import { Problem } from "./problem.js";

/** A fault is a word that the kernel uses for the same fault of a record: `required`, `too-long`, `type`, … */
class Fault {
  constructor(code) {
    this.code = code;
  }
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Some text, without the blanks around it. */
export function text({ min, max, optional = false } = {}) {
  return field(optional, (found) => found, { min, max });
}

/** A whole number. */
export function whole({ min, max, optional = false } = {}) {
  return field(optional, (found) => within(numberOf(found, /^-?\d+$/), min, max));
}

/** Any number. */
export function number({ min, max, optional = false } = {}) {
  return field(optional, (found) => within(numberOf(found, /^-?\d+(\.\d+)?$/), min, max));
}

/** A day: `2026-02-28`. */
export function day({ optional = false } = {}) {
  return field(optional, (found) => (isDay(found) ? found : new Fault("format")));
}

/** One of these words. */
export function choice(words, { optional = false } = {}) {
  return field(optional, (found) => (words.includes(found) ? found : new Fault("enum")));
}

/** A checkbox: one that was not sent is not checked. */
export function checkbox() {
  const words = { on: true, true: true, 1: true, yes: true, off: false, false: false, 0: false, no: false };
  return { ...field(true, (found) => (Object.hasOwn(words, found) ? words[found] : new Fault("type"))), absent: false };
}

/** Every field of the name. */
export function list(rules, { min = 0, max = Infinity } = {}) {
  return { ...rules, isList: true, min, max };
}

function field(optional, read, length = {}) {
  return { optional, length, read, absent: undefined };
}

function numberOf(found, pattern) {
  const value = Number(found);
  return pattern.test(found) && Number.isFinite(value) ? value : new Fault("type");
}

function within(value, min = -Infinity, max = Infinity) {
  if (value instanceof Fault) return value;
  if (value < min) return new Fault("too-small");
  return value > max ? new Fault("too-large") : value;
}

export function isDay(found) {
  const [, year, month, date] = DAY.exec(found) ?? [];
  if (year === undefined) return false;
  const moment = new Date(Date.UTC(Number(year), Number(month) - 1, Number(date)));
  return moment.getUTCMonth() === Number(month) - 1 && moment.getUTCDate() === Number(date);
}

/**
 * The rules of a form: the fields by name.
 *
 *     const newNote = form({ text: text({ max: 500 }), stars: whole({ min: 1, max: 5, optional: true }) });
 *     const filled = request.readForm(newNote);
 *     if (!filled.isGood) return page("notes", "Notes", { form: filled }, { status: 422 });
 */
export function form(fields) {
  return {
    read(pairs) {
      const filled = new Filled(Object.fromEntries(pairs));
      const value = {};
      for (const [name, rules] of Object.entries(fields)) {
        const texts = pairs.filter(([found]) => found === name).map(([, sent]) => sent.trim());
        const found = rules.isList ? readList(rules, texts) : readOne(rules, texts[0] ?? "");
        if (found instanceof Fault) filled.refuse(name, found.code);
        else value[name] = found;
      }
      filled.value = filled.isGood ? value : null;
      return filled;
    },
  };
}

function readOne(rules, sent) {
  if (sent === "") return rules.optional ? rules.absent : new Fault("required");
  return readText(rules, sent);
}

function readText({ read, length }, sent) {
  const letters = [...sent].length;
  if (letters < (length.min ?? 0)) return new Fault("too-short");
  return letters > (length.max ?? Infinity) ? new Fault("too-long") : read(sent);
}

function readList(rules, texts) {
  const items = texts.filter((sent) => sent !== "").map((sent) => readText(rules, sent));
  const fault = items.find((item) => item instanceof Fault);
  if (fault !== undefined) return fault;
  if (items.length < rules.min) return new Fault("too-few");
  return items.length > rules.max ? new Fault("too-many") : items;
}

/**
 * A form as somebody filled it in, with the faults of its fields: what a template shows again as `form.values.text` and
 * `form.faults.text`.
 */
export class Filled {
  constructor(values = {}) {
    this.values = values;
    this.faults = {};
    this.value = null;
  }

  /** An empty form, to be shown the first time; or one with values already in it. */
  static with(values = {}) {
    return new Filled(values);
  }

  get isGood() {
    return Object.keys(this.faults).length === 0;
  }

  /** Adds a fault that only the plugin knows. */
  refuse(name, code) {
    this.faults[name] = code;
    return this;
  }

  /** Adds the faults that the kernel found when the record was written. Throws the problem again when it is none about fields. */
  refusedBy(problem) {
    const fields = problem instanceof Problem && (problem.is("invalid") || problem.is("duplicate")) ? problem.details.fields : [];
    let named = 0;
    for (const fault of fields ?? []) {
      const isName = typeof fault === "string";
      const name = isName ? fault : (fault.pointer ?? "").split("/")[1];
      if (!name) continue;
      this.refuse(name, isName ? problem.code : fault.code);
      named += 1;
    }
    if (named === 0) throw problem;
    return this;
  }

  /** For a caller that is a program: `invalid`, with a pointer and a code for each field. */
  problem() {
    const fields = Object.entries(this.faults).map(([name, code]) => ({ pointer: `/${name}`, code }));
    return Problem.invalid(`these fields are wrong: ${Object.keys(this.faults).join(", ")}`).with("fields", fields);
  }

  /** The values when all is good; else throws `problem()`. */
  orThrow() {
    if (!this.isGood) throw this.problem();
    return this.value;
  }

  toJSON() {
    return { values: this.values, faults: this.faults };
  }
}
