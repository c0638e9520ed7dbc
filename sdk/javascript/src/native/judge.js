// What the kernel would not pass on of an answer.

import { faultOfJson } from "./exact.js";

/** What is wrong with an answer; undefined when it is good. A manifest that lists no templates is not asked about them. */
export function faultOf({ manifest: { templates }, assets }, { tag, status, template, path, data, body }) {
  if (tag === "redirect") return isPathBelow(path) ? undefined : `it redirects to ${path}, which is no plain path below the plugin`;
  if (tag === "file") return assets.has(path) ? undefined : `the bundle holds no asset ${path}; native.addAsset says which there are`;
  // A redirection has its own answer, and these have no body.
  if (status < 200 || status > 599 || (status >= 300 && status < 400) || [204, 205].includes(status)) {
    return `its status ${status} does not fit such an answer`;
  }
  return tag === "page" ? faultOfTemplate(templates, template, data) : faultOfData("document", body);
}

/** What is wrong with the template of a page or of a part of one. */
export function faultOfTemplate(templates, template, data) {
  if (templates !== undefined && !templates.includes(template)) return `the bundle holds no template ${template}`;
  return faultOfData("data", data);
}

function faultOfData(part, value) {
  const fault = faultOfJson(value);
  return fault && `its ${part} is not acceptable JSON: ${fault}`;
}

/** Whether a path stays below the plugin: one slash at its beginning, printable ASCII, no step upwards. */
export function isPathBelow(path) {
  const isStep = (part) => [".", ".."].includes(part.toLowerCase().replaceAll("%2e", "."));
  return /^\/(?!\/)[!-~]*$/.test(path) && !/[\\"<>]/.test(path) && !path.split(/[?#]/)[0].split("/").some(isStep);
}
