// What happens to a cooperative that is in the register, and how it ends: entered by the office on sheets, filed by its own officers.

import assert from "node:assert/strict";

const CHECK = 'form.record-form > .actions button[value="check"]';
const ENTER = '.preview button[value="enter"]';
const PDF = (name) => ({ name: `${name}.pdf`, mimeType: "application/pdf", buffer: Buffer.from(`%PDF-1.4\n% ${name} of a year\n`) });

/** The page of a cooperative, in a person's language. */
const home = (person, id) => person.open(`/${person.language}/directory/${id}`);

/** Comes to the sheet of an act by the links of the cooperative's page. */
async function takesASheet(office, id, slug) {
  await home(office, id);
  await office.press('main a[href$="/acts/new"]');
  await office.press(`main a[href$="/acts/new/${slug}"]`);
}

/** Looks at what the act would change, and enters it. */
async function enters(office, words) {
  await office.press(CHECK);
  const told = await (await office.one(".preview")).innerText();
  for (const each of words) assert.ok(told.includes(each), `the sheet does not say that ${each} would follow: ${told}`);
  await office.press(ENTER);
  await office.isTold();
}

/** Another name and another place within the province. A day that is still to come is refused. */
export async function amends(office, id, act) {
  await takesASheet(office, id, "amended");
  await office.fill({ "/effective_on": "2027-01-01", "/name_fr": act.name });
  await office.refused(CHECK);
  await office.fill({ "/effective_on": act.on });
  await enters(office, [act.name]);
}

/** The cooperative goes into another one, which is found by its name and chosen. */
export async function merges(office, id, other) {
  await takesASheet(office, id, "merged");
  await office.fill({ "/into/0/text": other.name });
  await office.refused(CHECK);
  await (await office.one(`[name="/into/0/pick"][value="${other.id}"]`)).check();
  await enters(office, [other.name]);
}

export async function strikesOff(office, id) {
  await takesASheet(office, id, "struck-off");
  await office.refused(CHECK);
  await office.fill({ "/reason": "Absorbée par une autre coopérative" });
  await enters(office, []);
}

/** The register expects the year that is over, by itself. */
export async function yearIsExpected(office, words) {
  await office.awaits(`/${office.language}/office?waits_for=others`, `main ul.cards h2 a:has-text("${words["task-filing-expected"]}")`);
}

/** An officer comes to the year by the menu. Members are counted; without documents the form is refused and keeps what was typed. */
export async function files(officer, year, members) {
  await officer.press('nav.main-nav a[href$="/filings"]');
  await officer.press(`main ul.rows a[href$="/filings/${year}"]`);
  assert.equal(await officer.page.locator("#field-members").inputValue(), String(members), "members are not carried over");
  await officer.fill({ assembly_on: `${year + 1}-01-20`, turnover_mad: "٩٠٠٠٠٫٥", surplus_mad: "1200" });
  await officer.refused('button[value="submit"]');
  assert.equal(await officer.page.locator("#field-surplus_mad").inputValue(), "1200", "what was typed is lost");
  for (const name of ["minutes", "accounts"]) await (await officer.one(`#field-${name}`)).setInputFiles(PDF(name));
  await officer.press('button[value="submit"]');
  await officer.isTold();
}

/** The office finds what was filed among its tasks, takes it, and comes to its page. */
async function takesTheTask(office, year, words) {
  const card = `main ul.cards h2 a:has-text("${words["task-filing-submitted"]}")`;
  await office.awaits(`/${office.language}/office`, card);
  await office.press(card);
  const take = 'button[name="step"][value="take"]';
  if ((await office.page.locator(take).count()) > 0) {
    await office.press(take);
    await office.isTold();
  }
  await office.press(`main a.button[href$="/filings/${year}"]`);
}

/** It sends the filing back; it must say why. */
export async function sendsBack(office, year, words, reason) {
  await office.press('nav.main-nav a[href$="/office"]');
  await takesTheTask(office, year, words);
  await office.refused('button[value="correct"]');
  await office.fill({ reason });
  await office.press('button[value="correct"]');
  await office.isTold();
}

export async function correctsTheFiling(officer, year, reason) {
  await officer.press('nav.main-nav a[href$="/filings"]');
  await officer.press(`main ul.rows a[href$="/filings/${year}"]`);
  assert.ok((await officer.page.locator(".notice.warning").innerText()).includes(reason), "the filing does not say what is to be corrected");
  await officer.fill({ turnover_mad: "91000" });
  await officer.press('button[value="submit"]');
  await officer.isTold();
}

export async function acceptsTheFiling(office, year, words) {
  await takesTheTask(office, year, words);
  await office.press('button[value="accept"]');
  await office.isTold();
}

/** The acts that the history of a cooperative lists, as somebody reads them. */
async function listed(person, id) {
  await home(person, id);
  await person.press('main a[href$="/acts"]');
  return person.page.locator("ol.acts > li").evaluateAll((all) => all.map((each) => ({
    sequence: Number(each.querySelector("h2 bdi").textContent),
    told: each.querySelector("h2").textContent.trim(),
    facts: each.querySelector("p.facts").textContent,
    author: [...each.querySelectorAll("p.facts bdi")].at(-1).textContent,
  })));
}

/** The same acts, as a program reads them. */
async function answered(plan, id) {
  const answer = await fetch(`${plan.address}/api/v1/cooperatives/${id}/acts`, { headers: { authorization: `Bearer ${plan.token}` } });
  assert.equal(answer.status, 200);
  return (await answer.json()).items;
}

/** A day as French pages write it. */
function written(day, words) {
  const [year, month, date] = day.split("-").map(Number);
  return `${date} ${words[`month-${month}`]} ${year}`;
}

/** Every act stands in the history, in its order, with its author and its day of effect; programs are told the same. */
export async function everyActIsThere(person, plan, id, acts, words) {
  const [shown, items] = [await listed(person, id), await answered(plan, id)];
  assert.deepEqual(items.map((item) => [item.act, item.effective_on]), acts, "the API lists other acts");
  assert.equal(shown.length, items.length, "the history lists another number of acts");
  const names = new Map(Object.values(plan.people).map((one) => [one.account, one.name]));
  for (const [place, item] of items.entries()) {
    const line = shown[place];
    assert.equal(line.sequence, item.sequence, "the history has another order");
    assert.ok(line.told.endsWith(words[`act-${item.act}`]), `act ${item.sequence} is told as ${line.told}`);
    assert.ok(line.facts.includes(`${words["acts-effective-on"]} ${written(item.effective_on, words)}`), `act ${item.sequence}: ${line.facts}`);
    assert.equal(line.author, names.get(item.author), `act ${item.sequence} has another author`);
  }
  await person.press('main a[href$="/acts/list"]');
  assert.equal(await person.page.locator("table.printed tbody tr").count(), items.length, "the list to print has other acts");
}

/** Everybody sees that it is struck off. */
export async function isStruckOff(anyone, id) {
  await home(anyone, id);
  assert.equal(await anyone.page.locator(".tag.state-struck-off").count(), 1, "the public does not see that it is struck off");
}
