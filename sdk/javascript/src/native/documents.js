// Documents of the kernel in memory. Nothing is set here: it is kept what was to be set, and a file that says so stands for it.

import { blobsOf } from "./blobs.js";
import { readJson, refusal } from "./memory.js";

const LANGUAGES = ["ar", "ary", "fr", "zgh", "shi", "tzm", "rif"];

export function documentsOf(memory) {
  const blobs = blobsOf(memory);
  return {
    make(template, language, text) {
      memory.require("blobs");
      if (!LANGUAGES.includes(language)) throw refusal("invalid", `${language} is no language`);
      if (!memory.manifest.documents?.some(({ name }) => name === template)) throw refusal("not-found", `the manifest lists no document ${template}`);
      const data = readJson(text);
      if (typeof data !== "object" || data === null || Array.isArray(data)) throw refusal("invalid", "the data of a document is an object");
      const upload = blobs.begin("application/pdf");
      blobs.writeChunk(upload, new TextEncoder().encode(`%PDF-1.7\n% ${template} ${language} ${text}\n`));
      const { id } = blobs.finish(upload, null);
      memory.unit.made.push({ template, language, data, id });
      return id;
    },
    link(id, seconds, name) {
      memory.require("blobs");
      const isName = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} _-]*$/u.test(name) && [...name].length <= 80;
      if (!isName) throw refusal("invalid", "the name of a document is of letters, digits, spaces and hyphens");
      return blobs.link(id, seconds).replace("&key=", `&name=${encodeURIComponent(name)}&key=`);
    },
  };
}
