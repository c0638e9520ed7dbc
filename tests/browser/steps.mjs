// The steps of the walk, each an expectation of one visitor.

import assert from "node:assert/strict";
import { submit } from "./phone.mjs";

const TIFINAGH = /[\u2d30-\u2d7f]/;

/** The public directory finds cooperatives by words in the letters of that language. */
export async function directoryAnswers(page, language, words) {
  await page.goto(`/${language}/directory`);
  await page.fill("#q", words);
  await page.press("#q", "Enter");
  await page.waitForURL((address) => address.searchParams.get("q") === words);
  const found = await page.locator("ul.results > li").count();
  assert.ok(found > 0, `the directory knows nothing of ${words}`);
  assert.equal(await page.locator("#q").inputValue(), words, "the search forgets what was asked");
}

/** Arabic pages run from right to left, and so does what is laid out in them. */
export async function pageIsRightToLeft(page, language) {
  await page.goto(`/${language}/`);
  assert.equal(await page.locator("html").getAttribute("dir"), "rtl");
  const brand = await page.locator("a.brand").boundingBox();
  assert.ok(brand.x > page.viewportSize().width / 2, "the brand stands on the left of a right-to-left page");
}

/** Signs in through the form, as a person does. */
export async function signIn(page, language, account) {
  await page.goto(`/${language}/`);
  await page.click("a.account");
  await page.fill("#field-email", account.email);
  await page.fill("#field-password", account.password);
  await submit(page, page.locator("main form button[type=submit]").first());
  assert.equal(await page.locator(".account-name").count(), 1, `${account.email} is not signed in`);
}

/** Enrols in the first course and goes through the lessons of its first module. */
export async function takeLessons(page, language) {
  await page.goto(`/${language}/`);
  await page.locator(`nav.main-nav a[href*="/p/training"]`).first().click();
  await page.locator(`main a[href*="/p/training/courses/"]`).first().click();
  assert.match(await page.locator("main h1").innerText(), TIFINAGH);
  const course = page.url();
  await submit(page, page.locator(`main form[action$="/enrol"] button`));
  assert.match(page.url(), /\/lessons\//, "enrolling leads to the first lesson");
  await page.goto(course);
  const lessons = await page.locator("ol.modules > li").first().locator(`a[href*="/lessons/"]`).evaluateAll(
    (links) => links.map((link) => link.getAttribute("href")),
  );
  assert.ok(lessons.length > 0, "the module has no lessons");
  for (const lesson of lessons) {
    await page.goto(lesson);
    assert.equal(await page.locator("main article").getAttribute("lang"), language, `${lesson} is in another language`);
    assert.match(await page.locator("#transcript").innerText(), TIFINAGH);
    await audioIsThere(page);
    await submit(page, page.locator(`main form[action$="/done"] button`));
  }
  await page.goto(course);
  const done = await page.locator("ol.modules > li").first().locator(".lessons .tag.done").count();
  assert.equal(done, lessons.length, "the course page does not remember the lessons");
}

/** A lesson is heard, or says that no recording exists yet. */
async function audioIsThere(page) {
  const audio = page.locator("main audio");
  if ((await audio.count()) === 0) {
    assert.equal(await page.locator(".empty-recording").count(), 1, "neither audio nor the empty place for it");
    return;
  }
  const source = await audio.first().getAttribute("src");
  const answer = await page.request.get(source, { headers: { range: "bytes=0-99" } });
  assert.equal(answer.status(), 206, `${source} does not answer a range`);
}

/** Answers the quiz of the first module: first without knowing, then with what the corrections taught. */
export async function passQuiz(page, language) {
  await page.locator("ol.modules > li").first().locator(`a[href*="/quizzes/"]`).click();
  const quiz = page.url();
  assert.equal(await page.locator("main fieldset").first().getAttribute("lang"), language);
  await answer(page, () => 0);
  const taught = await corrections(page);
  await page.goto(quiz);
  await answer(page, (question, choices) => {
    const right = taught.get(question) ?? "";
    const choice = choices.findIndex((text) => right.endsWith(text));
    assert.ok(choice >= 0, `the corrections do not say what is right for: ${question}`);
    return choice;
  });
  assert.equal(await page.locator("ol.answers li.wrong").count(), 0, "right answers count as wrong");
  assert.equal(await page.locator(".notice.success").count(), 1, "the page does not say that the module is completed");
}

/** Chooses an answer to each question and sends them. */
async function answer(page, choose) {
  for (const fieldset of await page.locator("main fieldset").all()) {
    const question = (await fieldset.locator("legend").innerText()).replace(/^\d+\.\s*/, "").trim();
    const labels = fieldset.locator("label");
    const choices = (await labels.allInnerTexts()).map((text) => text.trim());
    await labels.nth(choose(question, choices)).locator("input").check();
  }
  await submit(page, page.locator("main form.quiz button[type=submit]"));
  assert.ok((await page.locator("ol.answers li").count()) > 0, "the quiz was not corrected");
}

/** What the corrections say of each question: the right answer stands at the end of one of its lines. */
async function corrections(page) {
  const taught = new Map();
  for (const item of await page.locator("ol.answers > li").all()) {
    const question = (await item.locator("p strong").first().innerText()).trim();
    const isRight = (await item.getAttribute("class")).includes("right");
    const line = item.locator("p").nth(isRight ? 1 : 2);
    taught.set(question, (await line.innerText()).trim());
  }
  return taught;
}

/** The console names each capability of the plugin and shows that it is granted. */
export async function consoleShowsGrants(page, language, plugin, grants) {
  await page.goto(`/${language}/console/plugins`);
  const card = page.locator(`#plugin-${plugin}`);
  assert.equal(await card.count(), 1, `the console does not show ${plugin}`);
  const granted = await card.locator("input[name=capability]:checked").evaluateAll((boxes) => boxes.map((box) => box.value));
  assert.deepEqual(granted.sort(), [...grants].sort());
  assert.equal(await card.locator(".tag.granted").count(), grants.length);
}

/** Finds a record of a kind that has no page of its own, changes it by its form, and sees the change in its history. */
export async function changesARecord(page, language, kind, province, [field, text]) {
  await page.goto(`/${language}/`);
  await page.locator(`nav.main-nav a[href$="/records"]`).click();
  await page.locator(`main a[href$="/records/${kind}"]`).click();
  await page.locator("details.narrow summary").click();
  await page.selectOption("#filter-province", province);
  await page.waitForURL((address) => address.searchParams.get("province") === province);
  const rows = page.locator("table.sheet tbody tr");
  assert.ok((await rows.count()) > 1, `the list of ${kind} is empty`);
  const [first, second] = [await rows.nth(0).boundingBox(), await rows.nth(1).boundingBox()];
  assert.ok(first.width < page.viewportSize().width && second.y >= first.y + first.height, "rows are no cards on a phone");
  await rows.first().locator("th a").click();
  const record = page.url();
  await page.locator(`main a[href$="/edit"]`).click();
  await page.locator(`[name="${field}"]`).fill(text);
  await submit(page, page.locator("form.record-form button[type=submit]"));
  assert.equal(page.url().split("?")[0], record, "a form that is taken leads back to its record");
  assert.equal(await page.locator(".notice.success").count(), 1);
  assert.ok((await page.locator("dl.record").first().innerText()).includes(text), "the record does not show what was written");
  await page.locator(`main a[href$="/history"]`).click();
  assert.ok((await page.locator(".versions > li").first().locator("ins").innerText()).includes(text), "the history does not know it");
}

/** A form that cannot be taken says so beside its field and keeps what was typed. */
export async function formKeepsWhatWasTyped(page, language, kind, wrong, kept) {
  await page.goto(`/${language}/records/${kind}/new`);
  for (const [name, text] of [wrong, kept]) await page.locator(`[name="${name}"]`).fill(text);
  // The browser's own checks stand aside: the server's are tried here.
  await page.locator("form.record-form").evaluate((form) => form.setAttribute("novalidate", ""));
  await page.locator("form.record-form button[type=submit]").click();
  await page.locator(".notice.error").waitFor();
  assert.equal(await page.locator(`[name="${wrong[0]}"]`).getAttribute("aria-invalid"), "true");
  assert.equal(await page.locator(`[name="${kept[0]}"]`).inputValue(), kept[1]);
}

/** Lists and records are read without scripts, also from right to left. */
export async function recordsNeedNoScript(page, language, kind, words) {
  await page.goto(`/${language}/records/${kind}`);
  await page.fill("#q", words);
  await page.press("#q", "Enter");
  await page.waitForURL((address) => address.searchParams.get("q") === words);
  const row = page.locator("table.sheet tbody tr").first();
  const name = (await row.locator("th").innerText()).trim();
  await row.locator("th a").click();
  assert.equal((await page.locator("main h1").innerText()).trim(), name);
  await page.locator(`main a[href$="/history"]`).click();
  assert.ok((await page.locator(".versions > li").count()) > 0, "the record has no history");
}
