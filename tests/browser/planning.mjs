// Founders and a project of the bank: adapting it, watching its figures move, taking over what was corrected in it.

import assert from "node:assert/strict";
import { numberOf, wordsOf } from "./words.mjs";

const bank = (person, path = "") => `/${person.language}/p/project-bank${path}`;

/** Finds a model by a word and by what it costs at most, and reads its sheet. */
export async function findsTheModel(person, word, amount, code) {
  await person.open(bank(person));
  await person.fill({ words: word, amount: String(amount) });
  await person.press('main form[role="search"] button');
  await person.press(`main a[href$="/models/${code}"]`);
  assert.ok((await person.page.locator("main svg").count()) >= 3, "the sheet shows no charts");
}

/** Takes the model over. Returns where the plan is, after the language. */
export async function adopts(person, code) {
  await person.open(bank(person, `/models/${code}`));
  await person.press(`main form[action$="/models/${code}/adopt"] button`);
  const path = new URL(person.page.url()).pathname.replace(/^\/[a-z]+/, "");
  assert.match(path, /\/plans\/[0-9a-f-]+$/);
  return path;
}

const opens = (person, path) => person.open(`/${person.language}${path}`);

/** The turnover with which nothing is lost, of each year. */
export async function breakEven(person, manifests) {
  const words = wordsOf(manifests, "project-bank", person.language);
  const row = person.page.locator("main tr", { has: person.page.getByRole("rowheader", { name: words["break-even"], exact: true }) });
  const cells = await row.first().locator("td").allInnerTexts();
  const years = cells.map(numberOf);
  assert.ok(years.length >= 3 && years.every((amount) => amount > 0), `no break-even: ${cells}`);
  return years;
}

/** Changes figures and looks at what follows; nothing is kept yet. Then keeps it. */
export async function adapts(person, path, figures, manifests) {
  await opens(person, path);
  const before = await breakEven(person, manifests);
  await person.fill(figures);
  await person.press('main button[name="action"][value="look"]');
  const after = await breakEven(person, manifests);
  assert.notDeepEqual(after, before, "the break-even does not move");
  await opens(person, path);
  assert.deepEqual(await breakEven(person, manifests), before, "what was only looked at was kept");
  await person.fill(figures);
  await person.press('main button[name="action"][value="keep"]');
  assert.deepEqual(await breakEven(person, manifests), after, "what was kept is something else");
  return { before, after };
}

/** A figure that is none is refused where it stands, and what was typed stays. */
export async function isCorrected(person, path, [name, wrong, right]) {
  await opens(person, path);
  await person.fill({ [name]: wrong });
  await person.refused('main button[name="action"][value="look"]');
  assert.equal(await person.page.locator(`main [name="${name}"]`).inputValue(), wrong, "what was typed is lost");
  await person.fill({ [name]: right });
  await person.press('main button[name="action"][value="look"]');
}

/** The plan says that its model was corrected; the review asks of what both changed, and takes over what one says yes to. */
export async function takesOver(person, path, { offered, kept }) {
  await opens(person, path);
  await person.press(`main .notice a[href$="/review"]`);
  for (const place of offered) {
    assert.ok(await person.page.locator(`main input[name="yes"][value="${place}"]`).isChecked(), `${place} is not offered`);
  }
  for (const place of kept) {
    const box = person.page.locator(`main input[name="yes"][value="${place}"]`);
    assert.ok((await box.count()) === 1 && !(await box.isChecked()), `${place} is not asked`);
  }
  await person.press('main button[name="action"][value="chosen"]');
  assert.equal(await person.page.locator('main .notice a[href$="/review"]').count(), 0, "the plan is still to be reviewed");
}

/** What the form says of some figures. */
export async function holds(person, path, figures) {
  await opens(person, path);
  for (const [name, value] of Object.entries(figures)) {
    assert.equal(await person.page.locator(`main [name="${name}"]`).inputValue(), value, name);
  }
}

/** The one who took the model over makes a code; others join the plan by it, each under the name that she says. */
export async function gathers(lead, path, others) {
  await opens(lead, path);
  await lead.press('main a[href$="/team"]');
  await lead.press('main form[action$="/team/code"]:has(input[name="role"][value="member"]) button');
  const link = (await (await lead.one('main a[href*="/project-bank/join/"]')).getAttribute("href")).replace(/^\/[a-z]+/, "");
  for (const other of others) {
    await opens(other, link);
    await other.fill({ name: other.account.name });
    await other.press('main form[action*="/join/"] button');
    await opens(other, path);
  }
  await opens(lead, `${path}/team`);
  assert.equal(await lead.page.locator('main article:has(input[name="seat"]), main article:has(p.facts)').count() >= others.length, true, "not everybody is in the team");
}

/** What each brings to the cooperative; a number that is none is refused. */
export async function brings(member, path, shares, paid) {
  await opens(member, `${path}/team`);
  const form = 'main form[action$="/team/seat"] ';
  await member.unfold(`main details:has(form[action$="/team/seat"])`);
  await member.fill({ shares: "dix" }, form);
  await member.refused(`${form}button`);
  await member.fill({ shares, paid }, form);
  await member.press(`${form}button`);
}

/** They agree on the name, the place and the share, and the lead prepares the founding file. */
export async function agrees(lead, path, facts) {
  await opens(lead, `${path}/team`);
  await lead.fill(facts, 'main form[action$="/team/facts"] ');
  await lead.press('main form[action$="/team/facts"] button');
  await lead.press('main a[href$="/found"]');
  await lead.press('main form[action$="/found"] button');
}

/** The register's own page shows what goes over; she confirms there, and the others are invited. Returns where the file is, after the language. */
export async function foundsFromThePlan(lead, path, { invited, rest }) {
  await opens(lead, `${path}/found`);
  await lead.press('main a[href*="/founding/new?from="]');
  assert.equal(await lead.page.locator('main input[name="invite"]:checked').count(), invited, "not everybody goes over");
  await lead.fill(rest);
  await lead.press("form.record-form button[type=submit]");
  await lead.isTold();
  return new URL(lead.page.url()).pathname.replace(/^\/[a-z]+/, "");
}
