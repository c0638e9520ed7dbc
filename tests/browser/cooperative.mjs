// The life of a cooperative, by the telephones of those who found it and of the office: from its name to its end.
//
//   node cooperative.mjs '{"part": "found", "address": "http://127.0.0.1:7000", "today": "2025-03-03", "province": "09.541",
//       "people": {"first": {"email", "password", "language", "name", "account"}, …, "office": {…}}, "other": {"id", "name"},
//       "statutes": 26, "token": "…", "locale": "fr.ftl", "state": "state.json", "pictures": "DIR", "chromium": "/usr/bin/chromium"}'
//
// The part `found` ends with the extract, and leaves in `state` what the part `live` begins with, on a day of the year after.
// Each step leaves a picture. The first step that fails ends the walk; the message says which it was.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as founding from "./founding.mjs";
import * as life from "./life.mjs";
import { Person } from "./person.mjs";
import { phone } from "./phone.mjs";

const plan = JSON.parse(process.argv[2]);
// A form that cannot be taken is answered by a page with such a status; steps of the walk want it.
const { browser, visitor, complaints } = await phone(plan, [409, 422]);
const words = Object.fromEntries([...readFileSync(plan.locale, "utf8").matchAll(/^([a-z0-9-]+) = (.+)$/gm)].map(([, key, text]) => [key, text]));
const CORRECTION = "Le numéro du récépissé n’est pas celui de la pièce.";
const REASON = "Le chiffre d’affaires n’est pas celui des comptes.";
let count = 0;

async function step(name, person, work) {
  count += 1;
  try {
    const made = await work();
    console.log(`ok ${plan.part} ${count} ${name}`);
    return made;
  } catch (error) {
    console.log(`not ok ${plan.part} ${count} ${name} at ${person.page.url()}: ${error.message}`);
    console.log(await person.page.locator("main").innerText().catch(() => "there is no page"));
    process.exitCode = 1;
  } finally {
    const picture = join(plan.pictures, `${plan.part}-${String(count).padStart(2, "0")}-${name}.png`);
    await person.page.screenshot({ path: picture, fullPage: true }).catch((error) => console.log(`no picture: ${error.message}`));
  }
  await browser.close();
  process.exit();
}

const come = (part) => Person.come(visitor, plan.people[part].language, plan.people[part]);
const anyone = await Person.come(visitor, "fr");
const [first, second, third, fourth, fifth, office] = await Promise.all(["first", "second", "third", "fourth", "fifth", "office"].map(come));
const founders = [first, second, third, fourth, fifth];

/** What a founder says of itself; people of the walk, who are nobody. */
const own = (place, language) => ({
  [language === "ar" ? "name_ar" : "name_fr"]: founders[place].account.name,
  gender: place === 3 ? "male" : "female",
  birth_date: `${1970 + 7 * place}-0${place + 1}-1${place}`,
  national_id: `JA10000${place}`,
  address: "Tiout",
});

async function found() {
  await step("first-signs-in", first, () => first.signIn());
  const file = await step("opens-a-file", first, () => founding.opensAFile(first, plan.province));
  const links = [];
  for (const [place, founder] of founders.slice(1).entries()) {
    const reached = founder === second ? { email: second.account.email } : { phone: `060000000${place}` };
    const given = { name: founder.account.name, ...reached };
    links.push(await step(`invites-${place + 2}`, first, () => founding.invites(first, file, given)));
  }
  await step("second-joins-by-notice", second, () => founding.joinsByNotice(second));
  for (const [place, founder] of [[2, third], [3, fourth], [4, fifth]]) {
    await step(`${place + 1}-joins-by-link`, founder, () => founding.joinsByLink(founder, links[place - 1], first.language));
  }
  for (const [place, founder] of founders.entries()) {
    await step(`${place + 1}-says-who`, founder, () => founding.saysWho(founder, file, own(place, founder.language)));
  }
  await step("asks-for-the-name", first, () => founding.asksForTheName(first, file));
  await step("office-signs-in", office, () => office.signIn());
  await step("office-approves-the-name", office, () => founding.approvesTheName(office));
  await fillIn(file);
  return decide(file);
}

async function fillIn(file) {
  await step("capital", fourth, () => founding.fillsInCapital(fourth, file));
  await step("management", second, () => founding.fillsInManagement(second, file));
  await step("statutes", third, () => founding.fillsInStatutes(third, file, plan.statutes));
  await step("assembly", fifth, () => founding.fillsInAssembly(fifth, file, plan.today));
  await step("receipt", first, () => founding.fillsInReceipt(first, file, plan.today, "7"));
  for (const [place, code] of founding.PAPERS.entries()) {
    const founder = founders[place % founders.length];
    await step(`paper-${code}`, founder, () => founding.addsPaper(founder, file, code));
  }
  await step("too-early", first, () => founding.isTooEarly(first, file, founders.length));
  for (const [place, founder] of founders.entries()) {
    await step(`${place + 1}-confirms`, founder, () => founding.confirms(founder, file));
  }
  await step("hands-in", first, () => founding.handsIn(first, file));
}

async function decide(file) {
  await step("office-asks-for-a-correction", office, () => founding.asksForACorrection(office, founders.length, CORRECTION));
  await step("founders-correct", first, () => founding.corrects(first, file, plan.today, CORRECTION));
  const id = await step("office-registers", office, () => founding.registers(office, plan.today));
  const code = await step("extract", office, () => founding.takeTheExtract(office, first, id, plan.pictures));
  await step("extract-verifies", anyone, () => founding.verifies(anyone, code, "success"));
  return { id, code };
}

async function live({ id, code, today: then }) {
  const year = Number(plan.today.slice(0, 4)) - 1;
  for (const [name, person] of [["office", office], ["officer", second], ["founder", first]]) {
    await step(`${name}-signs-in`, person, () => person.signIn());
  }
  await step("extract-verifies-still", anyone, () => founding.verifies(anyone, code, "success"));
  const amendment = { on: `${year}-09-02`, name: "Tifaouine du Souss" };
  await step("office-amends", office, () => life.amends(office, id, amendment));
  await step("extract-is-of-before", anyone, () => founding.verifies(anyone, code, "warning"));
  await step("year-is-expected", office, () => life.yearIsExpected(office, words));
  await step("officer-files", second, () => life.files(second, year, founders.length));
  await step("office-sends-back", office, () => life.sendsBack(office, year, words, REASON));
  await step("officer-corrects", second, () => life.correctsTheFiling(second, year, REASON));
  await step("office-accepts", office, () => life.acceptsTheFiling(office, year, words));
  await step("office-merges", office, () => life.merges(office, id, plan.other));
  await step("office-strikes-off", office, () => life.strikesOff(office, id));
  const acts = [
    ...["denomination-requested", "denomination-answered", "constituted", "filed", "registered"].map((act) => [act, then]),
    ["amended", amendment.on],
    ...["yearly-filing", "merged", "struck-off"].map((act) => [act, plan.today]),
  ];
  await step("every-act-is-there", first, () => life.everyActIsThere(first, plan, id, acts, words));
  await step("is-struck-off", anyone, () => life.isStruckOff(anyone, id));
}

if (plan.part === "found") writeFileSync(plan.state, JSON.stringify({ ...(await found()), today: plan.today }));
else await live(JSON.parse(readFileSync(plan.state, "utf8")));

await browser.close();
for (const complaint of complaints) console.log(`not ok: ${complaint}`);
process.exitCode = complaints.length > 0 ? 1 : 0;
