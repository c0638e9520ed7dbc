// Which libraries a component holds: the packages whose files esbuild took, and the engine that runs them.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The package that a file belongs to: the nearest that has a name and a version. */
function packageOf(file) {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const path = join(folder, "package.json");
    const found = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
    if (found.name !== undefined && found.version !== undefined) return { folder, found };
    if (folder === dirname(folder)) return undefined;
  }
}

/** The packages of these files and of the engine, but the plugin's own. A private one is in no registry. */
export function librariesOf(files, plugin, engine) {
  const packages = new Map([...files, join(engine, "package.json")].map((file) => packageOf(resolve(file))).map((one) => [one?.folder, one?.found]));
  packages.delete(undefined);
  packages.delete(resolve(plugin));
  return [...packages.values()].map(({ name, version, license, private: isPrivate }) => ({
    ecosystem: isPrivate === true ? "generic" : "npm",
    name,
    version,
    licence: typeof license === "string" ? license : null,
  }));
}
