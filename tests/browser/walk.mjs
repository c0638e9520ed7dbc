// The walk of a newcomer through an instance, on a phone, with a real browser.
//
//   node walk.mjs '{"address": "http://127.0.0.1:7000", "member": {"email", "password"}, "registrar": {…}, "administrator": {…},
//                   "searches": {"fr": "…", "ar": "…", "zgh": "…"}, "pictures": "DIR", "chromium": "/usr/bin/chromium"}'
//
// It goes by what a visitor sees and follows the pages' own links and forms; it knows no address but the first ones.
// Each step leaves a picture. The first step that fails ends the walk; the message says which it was.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import {
  changesARecord, consoleShowsGrants, directoryAnswers, formKeepsWhatWasTyped, pageIsRightToLeft, passQuiz, recordsNeedNoScript, signIn, takeLessons,
} from "./steps.mjs";

const PHONE = { width: 390, height: 844 };
const WAIT_MS = 30_000;

const plan = JSON.parse(process.argv[2]);
mkdirSync(plan.pictures, { recursive: true });

const browser = await chromium.launch({
  executablePath: plan.chromium,
  headless: true,
  // As root (in a container) Chromium's own sandbox cannot start; the pages are our own.
  args: process.getuid?.() === 0 ? ["--no-sandbox", "--disable-dev-shm-usage"] : [],
});

const complaints = [];
let count = 0;

/** A fresh visitor with a phone: no cookies, no cache. */
async function visitor(options = {}) {
  const context = await browser.newContext({ baseURL: plan.address, viewport: PHONE, deviceScaleFactor: 2, hasTouch: true, ...options });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    // A form that cannot be taken is answered by a page with that status; a step of the walk wants it.
    if (message.type() === "error" && !message.text().includes("status of 422")) complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on("requestfailed", (request) => {
    // A media player gives up a download as soon as it knows enough, and a visitor who goes on to the next page gives up
    // what the last one was still loading. An answer that is wrong stands in the console.
    const reason = request.failure()?.errorText;
    const givenUp = request.resourceType() === "media" || reason === "net::ERR_ABORTED";
    if (!givenUp) complaints.push(`${request.url()}: ${reason}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(plan.address) && !request.url().startsWith("data:")) {
      complaints.push(`${page.url()} asks another site: ${request.url()}`);
    }
  });
  return page;
}

async function step(name, page, work) {
  count += 1;
  const picture = join(plan.pictures, `${String(count).padStart(2, "0")}-${name}.png`);
  try {
    await work();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) throw new Error(`${page.url()} is ${wide} pixels wider than the phone`);
    console.log(`ok ${count} ${name}`);
  } catch (error) {
    console.log(`not ok ${count} ${name} at ${page.url()}: ${error.message}`);
    process.exitCode = 1;
  }
  await page.screenshot({ path: picture, fullPage: true }).catch((error) => console.log(`no picture of ${name}: ${error.message}`));
  if (process.exitCode) {
    await browser.close();
    process.exit();
  }
}

const anyone = await visitor();
for (const [language, words] of Object.entries(plan.searches)) {
  await step(`directory-${language}`, anyone, () => directoryAnswers(anyone, language, words));
}
await step("arabic-is-right-to-left", anyone, () => pageIsRightToLeft(anyone, "ar"));

const member = await visitor();
await step("member-signs-in", member, () => signIn(member, "shi", plan.member));
await step("lessons-in-tachelhit", member, () => takeLessons(member, "shi"));
await step("quiz-in-tachelhit", member, () => passQuiz(member, "shi"));

const registrar = await visitor();
await step("registrar-signs-in", registrar, () => signIn(registrar, "ar", plan.registrar));
await step("registrar-changes-a-record", registrar, () => changesARecord(registrar, "ar", "registry/cooperative", plan.province, ["/address", "زنقة التجربة 7"]));
await step("form-keeps-what-was-typed", registrar, () => formKeepsWhatWasTyped(registrar, "fr", "registry/cooperative", ["/ice", "12"], ["/commune", "Tiout"]));

const plain = await visitor({ javaScriptEnabled: false });
await step("records-without-scripts", plain, () => recordsNeedNoScript(plain, "ar", "registry/cooperative", plan.searches.ar));

const administrator = await visitor();
await step("administrator-signs-in", administrator, () => signIn(administrator, "fr", plan.administrator));
await step("console-shows-grants", administrator, () => consoleShowsGrants(administrator, "fr", "training", plan.grants));

await browser.close();
for (const complaint of complaints) console.log(`not ok: ${complaint}`);
process.exitCode = complaints.length > 0 ? 1 : 0;
