// Which function answers which path: one flat list, read from the top, no state.

import { Problem } from "./problem.js";
import { Request } from "./request.js";

/** Answers GET. A part in braces stands for any one part of the path: `/courses/{course}`. */
export function get(pattern, handler) {
  return route("GET", pattern, handler);
}

/** Answers POST. */
export function post(pattern, handler) {
  return route("POST", pattern, handler);
}

function route(method, pattern, handler) {
  if (typeof handler !== "function") throw new TypeError(`${method} ${pattern} has no function`);
  return { method, pattern, handler };
}

/** Answers with the first route that fits. What a part in braces stood for is in `request.parameter`. */
export function answerBy(routes, request) {
  let wrongMethod = false;
  for (const { method, pattern, handler } of routes) {
    const parameters = parametersOf(pattern, request.path);
    if (parameters === null) continue;
    if (method === request.method) return handler(new Request(request, parameters));
    wrongMethod = true;
  }
  throw wrongMethod
    ? new Problem(405, "method", `${request.method} is not answered here`)
    : Problem.notFound("there is no such page");
}

/** What the braces stand for, or null when the pattern does not fit. A slash at the end makes no difference. */
function parametersOf(pattern, path) {
  const [expected, found] = [parts(pattern), parts(path)];
  if (expected.length !== found.length) return null;
  const parameters = {};
  for (const [index, part] of expected.entries()) {
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name !== undefined && found[index] !== "") parameters[name] = found[index];
    else if (part !== found[index]) return null;
  }
  return parameters;
}

function parts(path) {
  return path.replace(/^\/+|\/+$/g, "").split("/");
}
