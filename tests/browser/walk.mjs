// The walk of a newcomer through an instance, on a phone, with a real browser.
//
//   node walk.mjs '{"address": "http://127.0.0.1:7000", "member": {"email", "password"}, "registrar": {…}, "administrator": {…},
//                   "searches": {"fr": "…", "ar": "…", "zgh": "…"}, "pictures": "DIR", "chromium": "/usr/bin/chromium"}'
//
// It goes by what a visitor sees and follows the pages' own links and forms; it knows no address but the first ones.
// Each step leaves a picture. The first step that fails ends the walk; the message says which it was.

import { join } from "node:path";
import { fits, phone } from "./phone.mjs";
import {
  changesARecord, consoleShowsGrants, directoryAnswers, formKeepsWhatWasTyped, pageIsRightToLeft, passQuiz, recordsNeedNoScript, signIn, takeLessons,
} from "./steps.mjs";

const plan = JSON.parse(process.argv[2]);
// A form that cannot be taken is answered by a page with that status; a step of the walk wants it.
const { browser, visitor, complaints } = await phone(plan, [422]);
let count = 0;

async function step(name, page, work) {
  count += 1;
  const picture = join(plan.pictures, `${String(count).padStart(2, "0")}-${name}.png`);
  try {
    await work();
    await fits(page);
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
