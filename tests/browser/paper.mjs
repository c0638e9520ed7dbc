// A paper in one's hands: the code on it, and what it says.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

// As a good copy has it.
const DOTS_PER_INCH = "300";

function run(program, words) {
  const { error, status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (error) throw new Error(`${program} did not start (${error.message}): run \`cargo xtask setup\``);
  return { status, stdout, told: `${program} ended with ${status}: ${stderr}` };
}

/** The address that the code on a paper leads to. */
export function codeOn(pdf) {
  const [folder, stem] = [dirname(pdf), basename(pdf, ".pdf")];
  const pages = () => readdirSync(folder).filter((name) => name.startsWith(`${stem}-`) && name.endsWith(".png"));
  for (const page of pages()) rmSync(join(folder, page));
  const made = run("pdftoppm", ["-r", DOTS_PER_INCH, "-png", pdf, join(folder, stem)]);
  assert.equal(made.status, 0, made.told);
  const found = new Set();
  for (const page of pages()) {
    const read = run("zbarimg", ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", join(folder, page)]);
    for (const code of read.stdout.split("\n").filter(Boolean)) found.add(code);
  }
  assert.equal(found.size, 1, `${found.size} codes are on ${pdf}`);
  return [...found][0];
}

/** What a paper says, as one line. */
export function textOf(pdf) {
  const read = run("pdftotext", ["-layout", pdf, "-"]);
  assert.equal(read.status, 0, read.told);
  return read.stdout.replace(/\s+/g, " ");
}
