// From a name to the register: what founders and the office do in the browser, each an expectation of the walk.

import assert from "node:assert/strict";
import { join } from "node:path";
import { codeOn, textOf } from "./paper.mjs";

export const NAME = { name_fr: "Tifaouine", name_ar: "تيفاوين", name_zgh: "ⵜⵉⴼⴰⵡⵉⵏ" };
export const PAPERS = ["statutes", "minutes", "members-list", "bank", "identity-cards", "receipt"];
const SAVE = "form.record-form button[type=submit]";
const INVITE = 'form.record-form[action$="/invite"]';
const PLACES = ["ar", "fr", "zgh"];

const file = (name) => ({ name: `${name}.pdf`, mimeType: "application/pdf", buffer: Buffer.from(`%PDF-1.4\n% ${name}\n`) });

/** Opens a file by the menu. Without a province nobody could answer, so the form says so. Returns where the file is, after the language. */
export async function opensAFile(person, province) {
  await person.press('nav.main-nav a[href$="/founding"]');
  await person.press('main a[href$="/founding/new"]');
  await person.fill(NAME);
  await person.refused(SAVE);
  await person.fill({ category: "a", sector: "argan", province, commune: "Tiout" });
  await person.press(SAVE);
  await person.isTold();
  return new URL(person.page.url()).pathname.replace(/^\/[a-z]+/, "");
}

const opens = (person, path) => person.open(`/${person.language}${path}`);

/** Says who they are. A number that is none is refused, and what was typed stays. */
export async function saysWho(person, path, own) {
  await opens(person, path);
  await person.press('main a[href$="/me"]');
  await person.fill({ ...own, national_id: "?" });
  await person.refused(SAVE);
  assert.equal(await person.page.locator('[name="address"]').inputValue(), own.address, "what was typed is lost");
  await person.fill({ national_id: own.national_id });
  await person.press(SAVE);
  await person.isTold();
}

/** Invites somebody, who must be reachable. Returns the link, which is shown once. */
export async function invites(person, path, given) {
  await opens(person, path);
  await person.unfold('section[aria-labelledby="founders"] > details');
  await person.fill({ name: given.name }, `${INVITE} `);
  await person.refused(`${INVITE} button`);
  await person.fill(given, `${INVITE} `);
  await person.press(`${INVITE} button`);
  return (await person.one("a.secret")).getAttribute("href");
}

/** Takes part by a link: signs in on the way, and goes on in their own language. */
export async function joinsByLink(person, link, before) {
  await person.open(link, before);
  await person.fill({ email: person.account.email, password: person.account.password });
  await person.press("main form button[type=submit]", before);
  await person.speak(before);
  await person.press('main form[action*="/founding/join/"] button');
  await person.isTold();
}

/** Takes part as an account that was invited by its address: a notice leads there. */
export async function joinsByNotice(person) {
  await person.signIn();
  await person.press("a.bell");
  await person.press('li.unread form[action$="/open"] button');
  await person.press('main form[action$="/take-part"] button');
  await person.isTold();
}

/** Asks the office for the name. */
export async function asksForTheName(person, path) {
  await opens(person, path);
  await person.press('button[value="ask-for-name"]');
  await person.isTold();
}

/** The office finds the one file that waits at a step, by its menu. */
export async function findsWaiting(office, step) {
  await office.press('nav.main-nav a[href$="/founding"]');
  await office.press('main a[href*="/founding/waiting"]');
  await office.press(`main nav a[href*="step=${step}"]`);
  await office.press("main ul.cards h2 a");
}

/** The office sees who founds it. A refusal needs a reason; the name is approved. */
export async function approvesTheName(office) {
  await findsWaiting(office, "name-asked");
  await office.fill({ certificate: "C-2025-1" });
  await office.refused('button[value="refuse-name"]');
  await office.press('button[value="approve-name"]');
  await office.isTold();
}

const section = async (person, path, name) => {
  await opens(person, path);
  await person.press(`main a[href$="/sections/${name}"]`);
};

const saves = async (person) => {
  await person.press(SAVE);
  await person.isTold();
};

/** What a share is worth and what everybody subscribes, with the digits of an Arabic keyboard too. */
export async function fillsInCapital(person, path) {
  await section(person, path, "capital");
  await person.fill({ share_value_mad: "cent" });
  await person.refused(SAVE);
  await person.fill({ share_value_mad: "١٠٠" });
  await person.fillAll("shares-", "10");
  await person.fillAll("paid_mad-", "250");
  await saves(person);
}

export async function fillsInManagement(person, path) {
  await section(person, path, "management");
  await person.fill({ form: "board" });
  await person.fillAll("role-", "president", "treasurer", "secretary", "");
  await saves(person);
}

/** All items of the statutes, in two pieces: what is saved stays, and the page counts what is missing. */
export async function fillsInStatutes(person, path, count) {
  await section(person, path, "statutes");
  const items = await person.page.locator('main [name="item"]').all();
  assert.equal(items.length, count, "the statutes have another number of items");
  for (const item of items.slice(1)) await item.check();
  await saves(person);
  await section(person, path, "statutes");
  assert.equal(await person.page.locator('main [name="item"]:checked').count(), count - 1);
  assert.equal(await person.page.locator("main details li").count(), 1, "what is missing is not told");
  await person.page.locator('main [name="item"]').first().check();
  await person.fillAll("place-", "article 1");
  await saves(person);
}

export async function fillsInAssembly(person, path, day) {
  await section(person, path, "assembly");
  await person.fill({ founded_on: day, address: "Douar Tiout" });
  await saves(person);
}

export async function fillsInReceipt(person, path, day, number) {
  await section(person, path, "receipt");
  await person.fill({ authority: "Caïdat de Tiout", receipt: number, filed_on: day });
  await saves(person);
}

/** Puts one paper into the file. */
export async function addsPaper(person, path, code) {
  await opens(person, path);
  await person.press('main a[href$="/documents"]');
  const form = `section[aria-labelledby="paper-${code}"] form[enctype]`;
  await (await person.one(`${form} input[type=file]`)).setInputFiles(file(code));
  await person.press(`${form} button`);
  await person.isTold();
}

/** A file that not everybody confirmed is not taken, and says who is missing. */
export async function isTooEarly(person, path, missing) {
  await opens(person, path);
  await person.refused('button[value="submit"]');
  assert.equal(await person.page.locator(".notice.error li").count(), missing, "not everything that is missing is told");
}

export async function confirms(person, path) {
  await opens(person, path);
  await person.press('button[value="confirm"]');
  await person.isTold();
}

export async function handsIn(person, path) {
  await opens(person, path);
  await person.press('button[value="submit"]');
  await person.isTold();
}

/** The office looks at the people, and asks for one correction; it must say what. */
export async function asksForACorrection(office, founders, text) {
  await findsWaiting(office, "submitted");
  const people = await office.page.locator('section[aria-labelledby="founders"] dl.record').count();
  assert.equal(people, founders, "the office does not see who founds the cooperative");
  await office.unfold('section[aria-labelledby="office"] > details');
  await office.refused('button[value="ask-correction"]');
  await office.fill({ "text-receipt": text });
  await office.press('button[value="ask-correction"]');
  await office.isTold();
}

/** The founders read what is to be corrected on the page of the file and of the section. */
export async function corrects(person, path, day, text) {
  await opens(person, path);
  assert.ok((await person.page.locator(".notice.warning").innerText()).includes(text), "the file does not say what is to be corrected");
  await section(person, path, "receipt");
  assert.ok((await person.page.locator(".notice.warning").innerText()).includes(text), "the section does not say it");
  await fillsInReceipt(person, path, day, "8/2025");
  await handsIn(person, path);
}

/** The office accepts the file and enters the cooperative. Returns its id. */
export async function registers(office, day) {
  await findsWaiting(office, "submitted");
  await office.press('button[value="accept"]');
  await office.isTold();
  await office.refused('button[value="register"]');
  await office.fill({ court: "Taroudannt", number: "12/2025", registered_on: day });
  await office.press('button[value="register"]');
  await office.isTold();
  await office.press('main a.button[href*="/directory/"]');
  assert.equal(await office.page.locator(".tag.state-registered").count(), 1, "the cooperative is not registered");
  return office.page.url().split("/").at(-1);
}

/** The office issues an extract; a founder finds it on the cooperative's page and takes it. Returns where its code leads. */
export async function takeTheExtract(office, founder, id, folder) {
  await office.open(`/${office.language}/directory/${id}`);
  const form = 'form[action$="/extracts"]';
  await office.fill({ paper: "extract", language: "fr" }, `${form} `);
  await office.download(`${form} button`, join(folder, "issued.pdf"));
  await founder.open(`/${founder.language}/directory/${id}`);
  const paper = join(folder, "extract.pdf");
  await founder.download('section[aria-labelledby="issued"] a[download]', paper);
  const text = textOf(paper);
  for (const words of [NAME.name_fr, "12/2025", "Taroudannt"]) assert.ok(text.includes(words), `the extract does not say ${words}: ${text}`);
  return codeOn(paper);
}

/** What the code leads to: for everybody, in three languages, whichever the page is in. */
export async function verifies(anyone, code, kind) {
  const answers = `.notice.${kind} div[lang]`;
  await anyone.open(code);
  for (const language of PLACES) {
    anyone.language = language;
    await anyone.open(code.replace(/\/fr\/verify\//, `/${language}/verify/`));
    const languages = await anyone.page.locator(answers).evaluateAll((all) => all.map((each) => each.lang));
    assert.deepEqual(languages.toSorted(), PLACES.toSorted(), `${anyone.page.url()} answers otherwise`);
    assert.equal(languages[0], language, "the page's own language does not come first");
    assert.ok((await anyone.page.locator("main").innerText()).includes(NAME.name_ar), "the page does not say what was certified");
  }
  anyone.language = "fr";
}
