// What a plugin answers a request with.

import { Problem } from "./problem.js";

class Answer {
  constructor(tag, content) {
    this.tag = tag;
    Object.assign(this, content);
  }
}

/** Data for a template of the bundle, which the kernel renders. Its members are the template's variables. */
export function page(template, title, data = {}, { status = 200 } = {}) {
  if (data === null || typeof data !== "object" || Array.isArray(data)) {
    throw Problem.internal(`the data of the page ${template} is no object`);
  }
  // As the template will see it: what JSON has no word for is left out here and not only in the kernel.
  return new Answer("page", { status, template, title, data: JSON.parse(JSON.stringify(data)) });
}

/** A JSON document. */
export function json(body, { status = 200 } = {}) {
  return new Answer("json", { status, body: JSON.parse(JSON.stringify(body ?? null)) });
}

/** The browser goes on, with a GET, to this path below the plugin. */
export function redirect(path) {
  return new Answer("redirect", { path });
}

/** A file of the bundle, by its path below `assets/`. */
export function file(path) {
  return new Answer("file", { path });
}

/** A problem. Writes of the call are given up; to throw it does the same. */
export function problem(cause) {
  return new Answer("problem", { problem: cause });
}

/** What a handler answered, or a problem that says what it did instead. */
export function answered(found, where) {
  if (found instanceof Answer) return found;
  if (found instanceof Problem) return problem(found);
  const was = typeof found?.then === "function" ? "a promise; host calls answer at once and need no await" : String(found);
  return problem(Problem.internal(`${where} answered ${was}`));
}

export function toWire(answer) {
  switch (answer.tag) {
    case "page": {
      const { status, template, title, data } = answer;
      return { tag: "page", val: { status, template, title, data: JSON.stringify(data) } };
    }
    case "json":
      return { tag: "json", val: { status: answer.status, body: JSON.stringify(answer.body) } };
    case "problem":
      return { tag: "problem", val: { status: answer.problem.status, error: answer.problem.toWire() } };
    default:
      return { tag: answer.tag, val: answer.path };
  }
}
