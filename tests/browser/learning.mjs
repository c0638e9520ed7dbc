// A member learns a module with no link, and proves it afterwards: each function is what one of them does with a phone.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeOn, textOf } from "./paper.mjs";

/** A course is long to keep where the line is slow, and this machine is shared. */
const KEPT_WITHIN_MS = 120_000;

const course = (person, code) => `/${person.language}/p/training/courses/${code}`;
const module = (person) => person.page.locator("ol.modules > li").first();

/** Enrols in a course, and keeps it on the phone while there is a link. */
export async function keepsACourse(person, code) {
  await person.open(course(person, code));
  await person.press('main form[action$="/enrol"] button');
  await person.open(course(person, code));
  const part = person.page.locator("section.keep");
  await part.locator("button").first().click();
  await part.locator(".actions button").first().click();
  await part.locator("a[href$='/offline']").waitFor({ timeout: KEPT_WITHIN_MS });
}

/** Reads the lessons of the first module and answers its quiz. All of it waits on the phone. Returns how much waits. */
export async function learnsWithNoLink(person, code, key) {
  await person.page.goto(course(person, code));
  const hrefs = await module(person).locator("a[href*='/lessons/'], a[href*='/quizzes/']").evaluateAll((links) => links.map((link) => link.href));
  const lessons = hrefs.filter((href) => href.includes("/lessons/"));
  assert.ok(lessons.length > 0, "the module has no lessons");
  for (const [place, lesson] of lessons.entries()) {
    await person.page.goto(lesson);
    assert.ok((await person.page.locator("#transcript").innerText()).trim().length > 0, `${lesson} was not kept`);
    await person.page.locator('main form[action$="/done"] button').click();
    await waits(person, place + 1);
  }
  await person.page.goto(hrefs.find((href) => href.includes("/quizzes/")));
  for (const [question, choice] of Object.entries(key)) {
    await person.page.locator(`main form.quiz input[name="${question}"][value="${choice}"]`).check();
  }
  await person.page.locator("main form.quiz button[type=submit]").click();
  await waits(person, lessons.length + 1);
  return lessons.length + 1;
}

/** The phone says that so many answers wait to be sent. */
async function waits(person, count) {
  const bar = person.page.locator("#waiting-to-be-sent");
  await bar.filter({ hasText: new RegExp(`\\D?${count}\\D?`) }).waitFor();
}

/** With a link again everything is sent, and the module is done. */
export async function isTakenIn(person, code) {
  await person.page.goto(`/${person.language}/offline`);
  await person.page.locator("#offline-waiting-none").waitFor();
  await person.open(course(person, code));
  assert.equal(await module(person).locator("h2 .tag.done").count(), 1, "the module is not done");
}

/** Asks for the certificate of the module and takes its paper. Returns where the code on it leads. */
export async function takesTheCertificate(person, folder) {
  await person.open(`/${person.language}/p/training/certificates`);
  await person.press('main form[action$="/certificates"] button');
  await person.press('main form[action*="/certificates/"] button');
  const paper = join(folder, `certificate-${person.language}.pdf`);
  const answer = await person.page.request.get(await (await person.one("main dl + p a.button")).getAttribute("href"));
  assert.equal(answer.headers()["content-type"], "application/pdf");
  writeFileSync(paper, await answer.body());
  const code = codeOn(paper);
  assert.ok(code.includes(`/${person.language}/p/training/certificates/`), `the paper leads to ${code}`);
  const latin = person.account.name.replace(/[^A-Za-z ]/g, "").trim();
  if (latin) assert.ok(textOf(paper).includes(latin), "the paper does not say whose it is");
  return code;
}

/** Whoever scans the code reads whose it is, in each language. */
export async function verifies(anyone, code, name, languages) {
  for (const language of languages) {
    anyone.language = language;
    await anyone.open(code.replace(/\/[a-z]+\/p\/training\//, `/${language}/p/training/`));
    assert.equal(await anyone.page.locator(".notice.success").count(), 1, "the certificate does not verify");
    assert.ok((await anyone.page.locator("main dl").innerText()).includes(name), "the page does not say whose it is");
  }
}

/** A code that nobody gave is no certificate. */
export async function isNoCertificate(anyone, code) {
  const response = await anyone.page.goto(code.replace(/[0-9a-f]{12}$/, "0123456789ab"));
  assert.equal(response.status(), 404);
}

/** The right answers to the quiz of a course's first module, as those who listened know them. */
export function answersTo(content, code) {
  const { modules } = JSON.parse(readFileSync(join(content, code, "course.json"), "utf8"));
  return JSON.parse(readFileSync(join(content, code, "quizzes", modules[0].quiz, "key.json"), "utf8"));
}
