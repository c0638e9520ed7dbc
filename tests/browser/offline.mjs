// A member keeps a course on the phone, learns with no link, answers, and the answers count once when the link is back.
//
//   node offline.mjs '{"address", "member": {"email", "password"}, "other": {…}, "pictures", "chromium"}'

import assert from "node:assert/strict";
import { join } from "node:path";
import { link } from "./link.mjs";
import { fits, phone } from "./phone.mjs";
import { signIn } from "./steps.mjs";

const plan = JSON.parse(process.argv[2]);
const wire = await link(plan.address);
// Without a link the browser complains of each page that it asked for; that is what this walk wants.
const { browser, visitor, complaints } = await phone({ ...plan, address: wire.address }, ["net::ERR", "Failed to fetch", "401"]);
const isOurs = (complaint) => !/net::ERR|Failed to fetch|ERR_CONNECTION|ERR_FAILED|ERR_INTERNET/.test(complaint);

const member = await visitor();
const course = {};
let count = 0;

async function step(name, page, work) {
  count += 1;
  try {
    await work();
    await fits(page);
    console.log(`ok ${count} ${name}`);
  } catch (error) {
    console.log(`not ok ${count} ${name} at ${page.url()}: ${error.message}`);
    process.exitCode = 1;
  }
  await page.screenshot({ path: join(plan.pictures, `offline-${String(count).padStart(2, "0")}-${name}.png`), fullPage: true }).catch(() => {});
  if (process.exitCode) {
    await browser.close();
    wire.close();
    process.exit();
  }
}

async function cut(page) {
  wire.cut();
  await page.context().setOffline(true);
}

async function mend(page) {
  wire.mend();
  await page.context().setOffline(false);
}

/** Answers each question with its first choice and sends. */
async function answerAll(page) {
  for (const fieldset of await page.locator("main fieldset").all()) await fieldset.locator("input").first().check();
  await page.locator("main form.quiz button[type=submit]").click();
}

async function waiting(page) {
  const bar = page.locator("#waiting-to-be-sent");
  return (await bar.count()) === 0 ? 0 : Number(/\d+/.exec(await bar.innerText())[0]);
}

await step("signs-in-and-enrols", member, async () => {
  await signIn(member, "fr", plan.member);
  await member.goto("/fr/p/training");
  await member.locator(`main a[href*="/p/training/courses/"]`).first().click();
  course.url = member.url();
  await member.locator(`main form[action$="/enrol"] button`).click();
  await member.waitForURL(/\/lessons\//);
  await member.goto(course.url);
});

await step("keeps-the-course-and-is-told-its-size-before", member, async () => {
  const part = member.locator("section.keep");
  await part.locator("button").first().click();
  await part.locator(".actions button").first().waitFor();
  assert.match(await part.locator(".hint").innerText(), /\d\s*(MiB|KiB)/);
  await part.locator(".actions button").first().click();
  await part.locator("a[href$='/offline']").waitFor({ timeout: 120_000 });
});

await step("reads-a-lesson-and-hears-it-with-no-link", member, async () => {
  await cut(member);
  await member.goto(course.url);
  const lesson = member.locator(`main a[href*="/lessons/"]`).nth(1);
  course.lesson = (await lesson.innerText()).trim();
  await lesson.click();
  assert.equal((await member.locator("main article h1").innerText()).trim(), course.lesson);
  const audio = member.locator("main audio");
  if ((await audio.count()) > 0) {
    const seconds = await audio.first().evaluate(
      (player) =>
        new Promise((resolve, reject) => {
          player.onloadedmetadata = () => resolve(player.duration);
          player.onerror = () => reject(new Error(player.error.message));
          player.load();
          player.preload = "metadata";
        }),
    );
    assert.ok(seconds > 0, "the recording was not kept");
  }
});

await step("a-page-that-is-not-kept-leads-to-the-list", member, async () => {
  await member.goto("/fr/directory");
  assert.equal(await member.locator("#offline").count(), 1);
});

await step("answers-with-no-link-and-the-answers-wait", member, async () => {
  await member.goto(course.url);
  await member.locator(`main a[href*="/quizzes/"]`).first().click();
  course.quiz = member.url();
  await answerAll(member);
  await member.locator("#waiting-to-be-sent").waitFor();
  assert.equal(await waiting(member), 1);
  assert.equal(await member.locator("main form.quiz").count(), 0, "the form could be sent again");
  await member.goto("/fr/offline");
  await member.locator("#offline-waiting li").waitFor();
  await member.locator("#offline-kept li").waitFor();
});

await step("the-answers-count-once-when-the-link-is-back", member, async () => {
  const posts = [];
  member.context().on("request", (request) => request.method() === "POST" && posts.push(request.url()));
  await mend(member);
  await member.goto(course.url);
  await member.locator("#waiting-to-be-sent").waitFor({ state: "detached" });
  await member.goto("/fr/offline");
  await member.locator("#offline-waiting-none").waitFor();
  // Whatever is tried once more has no answer left to send.
  await member.evaluate(() => window.dispatchEvent(new Event("online")));
  await member.reload();
  await member.locator("#offline-waiting-none").waitFor();
  const attempts = await attemptsOf(member);
  assert.equal(attempts, 1, `${attempts} attempts were counted`);
});

await step("the-same-answers-sent-five-times-count-once", member, async () => {
  await member.goto(course.quiz);
  for (const fieldset of await member.locator("main fieldset").all()) await fieldset.locator("input").last().check();
  const addresses = await member.locator("main form.quiz").evaluate(async (form) => {
    const body = new URLSearchParams(new FormData(form)).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded", accept: "text/html" };
    const send = () => fetch(form.action, { method: "POST", headers, body }).then((answer) => answer.url);
    return Promise.all([send(), send(), send(), send(), send()]);
  });
  assert.equal(new Set(addresses).size, 1, "five attempts");
  assert.equal(await attemptsOf(member), 2);
});

await step("answers-with-a-link-go-at-once", member, async () => {
  await member.goto(course.quiz);
  await answerAll(member);
  await member.locator("ol.answers li").first().waitFor();
  assert.equal(await waiting(member), 0);
  course.attempts = await attemptsOf(member);
});

await step("answers-wait-for-their-account-and-nobody-else-sees-them", member, async () => {
  await member.goto(course.quiz);
  await cut(member);
  await answerAll(member);
  await member.locator("#waiting-to-be-sent").waitFor();
  // The session ends before the link is back, and somebody else takes the phone.
  await member.context().clearCookies();
  await mend(member);
  await member.goto("/fr/");
  await member.locator("#waiting-to-be-sent").waitFor();
  await signIn(member, "fr", plan.other);
  await member.goto("/fr/offline");
  await member.locator("#offline-kept-none").waitFor();
  await member.locator("#offline-waiting-none").waitFor();
  const kept = await member.evaluate(async (url) => (await caches.match(url, { ignoreVary: true })) !== undefined, course.url);
  assert.ok(!kept && (await waiting(member)) === 0, "the other account sees what is not theirs");
  await member.context().clearCookies();
  await signIn(member, "fr", plan.member);
  await member.goto("/fr/offline");
  await member.locator("#offline-waiting-none").waitFor();
  assert.equal(await attemptsOf(member), course.attempts + 1);
});

await step("signing-out-leaves-nothing-on-the-phone", member, async () => {
  await member.goto("/fr/account");
  await member.locator(`form[action$="/sign-out"] button`).first().click();
  await member.waitForURL(/\/fr\/$/);
  const left = await member.evaluate(async () => [(await caches.keys()).length, (await indexedDB.databases()).length, localStorage.length]);
  assert.deepEqual(left, [0, 0, 0]);
});

/** The attempts of the member, as the register has them. */
async function attemptsOf(page) {
  const answer = await page.request.get("/api/v1/records/training/attempt?limit=100");
  assert.equal(answer.status(), 200, await answer.text());
  const { items, records } = await answer.json();
  return (items ?? records).length;
}

await browser.close();
wire.close();
const wrong = complaints.filter(isOurs);
for (const complaint of wrong) console.log(`not ok: ${complaint}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
