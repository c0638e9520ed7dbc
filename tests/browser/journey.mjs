// Skills, project, market: five women learn, plan, found and sell, each with a phone in her own language.
//
//   node journey.mjs '{"part": "learn", "address": "http://127.0.0.1:7000", "people": {"first": {"email", "password", "language", "name"}, …},
//                      "content": "plugins/training/content", "state": "state.json", "pictures": "DIR", "chromium": "/usr/bin/chromium"}'
//
// Its parts follow each other on different days, so each is a run of its own; what a later one needs stands in `state`.
// Each step leaves a picture, and each page that matters one in each of the three languages. The first step that fails ends the walk.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PARTS } from "./journey-parts.mjs";
import { Person } from "./person.mjs";
import { phone } from "./phone.mjs";

const LANGUAGES = ["ar", "fr", "shi"];

const plan = JSON.parse(process.argv[2]);
const part = PARTS[plan.part];
// Forms that cannot be taken are answered so, and steps of the walk want it; without a link the browser complains of what it asked for.
const { browser, visitor, complaints } = await phone(plan, [404, 409, 422, "net::ERR", "Failed to fetch"].concat(part.forgiven ?? []));
let count = 0;

async function step(name, person, work) {
  count += 1;
  const number = String(count).padStart(2, "0");
  try {
    const made = await work();
    console.log(`ok ${plan.part} ${number} ${name}`);
    return made;
  } catch (error) {
    console.log(`not ok ${plan.part} ${number} ${name} at ${person.page.url()}: ${error.stack}`);
    console.log(await person.page.locator("main").innerText().catch(() => "there is no page"));
    process.exitCode = 1;
  } finally {
    await picture(person, `${plan.part}-${number}-${name}`);
  }
  await browser.close();
  process.exit();
}

async function picture(person, name) {
  const path = join(plan.pictures, `${name}.png`);
  await person.page.screenshot({ path, fullPage: true }).catch((error) => console.log(`no picture: ${error.message}`));
}

/** A page as it is in each of the languages: its words, its width, the way it runs. */
async function looks(person, name, path) {
  for (const language of LANGUAGES) {
    await step(`${name}-${language}`, person, () => person.open(`/${language}${path}`, language));
  }
}

const walk = {
  plan,
  languages: LANGUAGES,
  state: existsSync(plan.state) ? JSON.parse(readFileSync(plan.state, "utf8")) : {},
  step,
  looks,
  complaints,
  /** Somebody with a phone that has never been here; anybody at all where there is no such account. */
  come: (name, language, through = visitor) => Person.come(through, plan.people[name]?.language ?? language, plan.people[name]),
};

await part.walk(walk);
writeFileSync(plan.state, JSON.stringify(walk.state));
await browser.close();
const wrong = complaints.filter((complaint) => !/net::ERR|Failed to fetch/.test(complaint));
for (const complaint of wrong) console.log(`not ok: ${complaint}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
