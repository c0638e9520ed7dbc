// Follows the numbered steps of a page of the book, with a phone.
//
//   node follow.mjs '{"address": "http://127.0.0.1:7000", "steps": [{"verb": "Open", "codes": ["/fr/"], "words": []}, …],
//                     "folder": "DIR", "password": "…", "pictures": "DIR", "chromium": "/usr/bin/chromium"}'
//
// A step is what its first word says, with what is written as code and boldly in it. Each thing that is seen leaves a picture.

import assert from "node:assert/strict";
import { join } from "node:path";
import { fits, phone, submit } from "./phone.mjs";
import { signIn } from "./steps.mjs";

// An upgrade is compiled, migrated and probed while the browser waits.
const plan = { wait_ms: 180_000, ...JSON.parse(process.argv[2]) };
const { browser, visitor, complaints } = await phone(plan, [403, 404, 422]);
// Each person has a telephone of their own.
const phones = new Map();
let page;

/** The one thing on the page that is called so. */
async function one(found, name) {
  assert.equal(await found.count(), 1, `${name} is on ${page.url()} ${await found.count()} times`);
  return found;
}

const field = (name) => one(page.getByLabel(name), name);

const verbs = {
  async Open([path]) {
    await page.goto(path);
  },
  async Sign([email]) {
    page = phones.get(email);
    if (page) return;
    page = await visitor();
    // The pages ask again before what cannot be taken back.
    page.on("dialog", (dialog) => dialog.accept());
    phones.set(email, page);
    await signIn(page, "fr", { email, password: plan.password });
  },
  async Press(_, [name]) {
    const named = { name, exact: true };
    const buttons = page.getByRole("button", named).or(page.getByRole("link", named));
    // A menu and a card may lead to the same page.
    const leads = new Set(await buttons.evaluateAll((all) => all.map((each, place) => each.href ?? place)));
    assert.equal(leads.size, 1, `${name} is on ${page.url()} ${leads.size} times`);
    const button = buttons.first();
    // Redirects are on the way; a page that says no is an answer.
    await submit(page, button, (status) => status < 300 || status >= 400);
  },
  async Write([text], [name]) {
    await (await field(name)).fill(text);
  },
  async Choose([file]) {
    await (await one(page.locator("input[type=file]"), file)).setInputFiles(join(plan.folder, file));
  },
  async Tick(_, [name]) {
    await (await field(name)).check();
  },
  async Untick(_, [name]) {
    await (await field(name)).uncheck();
  },
  async You(_, [words]) {
    await page.getByText(words).first().waitFor({ timeout: 5_000 });
  },
};

let count = 0;
for (const { verb, codes, words } of plan.steps) {
  count += 1;
  const told = [verb, ...codes, ...words].join(" ");
  try {
    assert.ok(verbs[verb], `nobody knows how to ${verb}`);
    await verbs[verb](codes, words);
    await fits(page);
    console.log(`ok ${count} ${told}`);
  } catch (error) {
    console.log(`not ok ${count} ${told} at ${page?.url()}: ${error.message}`);
    console.log(await page?.locator("main").innerText().catch(() => "there is no page"));
    process.exitCode = 1;
  }
  if (page && (verb === "You" || process.exitCode)) {
    const picture = join(plan.pictures, `${String(count).padStart(2, "0")}.png`);
    await page.screenshot({ path: picture, fullPage: true }).catch((error) => console.log(`no picture: ${error.message}`));
  }
  if (process.exitCode) break;
}

await browser.close();
for (const complaint of complaints) console.log(`not ok: ${complaint}`);
if (complaints.length > 0) process.exitCode = 1;
