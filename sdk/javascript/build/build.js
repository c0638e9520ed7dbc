// Makes the component of a plugin: `node build.js --plugin DIR --wit DIR --out FILE --libraries FILE`.
//
// The plugin's main file and what it imports become one module, with a first part that is written here from the world of the
// contract; the engine (QuickJS) loads it, and its memory is kept in the component. Nothing of the plugin runs with any right here:
// while it is loaded no kernel answers.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { componentize } from "componentize-qjs";
import { build } from "esbuild";
import { librariesOf } from "./libraries.js";
import { camel, worldOf } from "./world.js";

const KIT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const RANDOM = "wasi:random/random@0.2.0";

/** The first module of the component: hands the world's imports to the kit, and exports what the world exports. */
export function entryOf({ version, imports, exports }, main) {
  const path = JSON.stringify(main);
  return [
    'import { answerOf, exported } from "tiwizi/component";',
    `import plugin from ${path};`,
    ...imports.map((name) => `import * as ${camel(name)} from "tiwizi:plugin/${name}@${version}";`),
    `import * as random from "${RANDOM}";`,
    `const interfaces = { ${imports.map((name) => `"${name}": ${camel(name)}`).join(", ")}, random };`,
    "const answers = exported(plugin, interfaces);",
    ...exports.map((name) => `export const ${camel(name)} = answerOf(answers, "${name}");`),
  ].join("\n");
}

async function bundled(entry, plugin) {
  const { outputFiles, metafile } = await build({
    metafile: true,
    absWorkingDir: plugin,
    stdin: { contents: entry, resolveDir: plugin, sourcefile: "component.js" },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2023",
    platform: "neutral",
    mainFields: ["module", "main"],
    charset: "utf8",
    keepNames: true,
    legalComments: "none",
    logLevel: "error",
    external: ["tiwizi:*", "wasi:*"],
    alias: { tiwizi: join(KIT, "src/index.js"), "tiwizi/component": join(KIT, "src/component.js") },
  });
  // What has no path is our own first module.
  const files = Object.keys(metafile.inputs).map((path) => join(plugin, path)).filter(existsSync);
  return { jsSource: outputFiles[0].text, files };
}

/** The contract and the kit's own part of the world, in one folder. */
function stage(wit, folder) {
  cpSync(wit, folder, { recursive: true });
  cpSync(join(KIT, "wit/javascript.wit"), join(folder, "javascript.wit"));
  mkdirSync(join(folder, "deps/random"), { recursive: true });
  cpSync(join(KIT, "wit/random.wit"), join(folder, "deps/random/random.wit"));
}

/** The main file that package.json names. */
function mainOf(plugin) {
  const { main } = JSON.parse(readFileSync(join(plugin, "package.json"), "utf8"));
  const path = resolve(plugin, main ?? "src/plugin.js");
  if (!existsSync(path)) throw new Error(`package.json says that the plugin begins in ${main ?? "src/plugin.js"}, which is not there`);
  return path;
}

async function make({ plugin, wit, out, libraries }) {
  const folder = mkdtempSync(join(tmpdir(), "tiwizi-javascript-"));
  try {
    stage(wit, folder);
    const { jsSource, files } = await bundled(entryOf(worldOf(wit), mainOf(plugin)), plugin);
    const { component } = await componentize({ witPath: folder, world: "javascript", jsSource, sync: true });
    writeFileSync(out, component);
    writeFileSync(libraries, JSON.stringify(librariesOf(files, plugin, join(KIT, "node_modules/componentize-qjs"))));
    // The log names faults by the lines of this module.
    writeFileSync(out.replace(/\.wasm$/, ".txt"), jsSource);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const names = ["plugin", "wit", "out", "libraries"];
  const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: "string" }])) });
  try {
    await make(Object.fromEntries(names.map((name) => [name, resolve(values[name])])));
  } catch (cause) {
    // esbuild has said already what it found in which line.
    if (cause?.errors === undefined) console.error(String(cause?.message ?? cause));
    process.exitCode = 1;
  }
}
