// Documents as PDF, set by the kernel from a template of the bundle. Capability `documents`, and `blobs` beside it.

import { ask } from "./kernel.js";

/** Sets a document of the manifest in a language with an object as its `data`, and keeps it as a file of the plugin; answers the file's id. */
export function make(template, language, data) {
  return ask("documents", "make", template, language, JSON.stringify(data));
}

/** A path under which anybody may see the document for so many seconds, one day at most, and save it under this name, which has no ending. */
export function link(id, seconds, name) {
  return ask("documents", "link", id, seconds, name);
}
