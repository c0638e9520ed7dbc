// What the kernel would not pass on of an answer.

/** What is wrong with an answer; undefined when it is good. A manifest that lists no templates is not asked about them. */
export function faultOf({ manifest: { templates }, assets }, { tag, status, template, path }) {
  if (tag === "redirect") return isPathBelow(path) ? undefined : `it redirects to ${path}, which is no plain path below the plugin`;
  if (tag === "file") return assets.has(path) ? undefined : `the bundle holds no asset ${path}; native.addAsset says which there are`;
  // A redirection has its own answer, and these have no body.
  if (status < 200 || status > 599 || (status >= 300 && status < 400) || [204, 205].includes(status)) {
    return `its status ${status} does not fit such an answer`;
  }
  return tag === "page" ? faultOfTemplate(templates, template) : undefined;
}

/** What is wrong with the template of a page or of a part of one. */
export function faultOfTemplate(templates, template) {
  return templates === undefined || templates.includes(template) ? undefined : `the bundle holds no template ${template}`;
}

/** Whether a path stays below the plugin: one slash at its beginning, printable ASCII, no step upwards. */
export function isPathBelow(path) {
  const isStep = (part) => [".", ".."].includes(part.toLowerCase().replaceAll("%2e", "."));
  return /^\/(?!\/)[!-~]*$/.test(path) && !/[\\"<>]/.test(path) && !path.split(/[?#]/)[0].split("/").some(isStep);
}
