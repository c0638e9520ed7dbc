// A fair: its call, an application, the places that were given, the badge at the door, and what was sold there.

import assert from "node:assert/strict";
import { amountsIn } from "./market.mjs";

/** Each applicant is told by a step of its own, which takes a while where much else runs. */
const ALLOCATION_LOOKS_MAX = 400;

const market = (person, path = "") => `/${person.language}/p/marketplace${path}`;

/** Calls a fair. Days that make no sense are refused at their field. */
export async function calls(organiser, call, quotas) {
  await organiser.open(market(organiser, "/fair-desk"));
  const form = 'main form[action$="/fair-desk"] ';
  await organiser.page.locator(`${form}input[name="shared"]`).check();
  await organiser.page.locator(`${form}input[name="rotation"]`).check();
  await organiser.fill({ ...call, until_1: call.closes }, form);
  await organiser.refused(`${form}button`);
  await organiser.fill({ until_1: call.until_1 }, form);
  await organiser.press(`${form}button`);
  for (const quota of quotas) {
    await organiser.fill(quota, 'main form[action$="/quotas"] ');
    await organiser.press('main form[action$="/quotas"] button');
  }
  await organiser.press('main form[action$="/publish"] button');
  assert.equal(await organiser.page.locator('main form[action$="/publish"]').count(), 0);
}

/** The path of the cooperative leads to the fairs; it applies from its desk. */
export async function applies(person, cooperative, desk, code) {
  await person.open(`/${person.language}/directory/${cooperative}/path`);
  await person.press('main .actions a[href$="/p/marketplace/fairs"], main p a.button[href$="/p/marketplace/fairs"]');
  await person.press(`main a[href$="/fairs/${code}"]`);
  await person.open(`/${person.language}${desk}/fairs`);
  await person.press(`main a[href$="/fairs/${code}"]`);
  await person.page.locator('main input[name="women"]').check();
  await person.press(`main form[action$="/fairs/${code}"] button`);
  assert.equal(await person.page.locator("main .tag").count(), 1, "the page does not say how the application stands");
}

/** Marks the first application of the list, as the organiser saw it; more than a hundred points are refused. */
export async function marks(organiser, code) {
  await organiser.open(market(organiser, `/fair-desk/${code}`));
  const form = organiser.page.locator('main form[action$="/marks"]').first();
  const cooperative = await form.locator('input[name="cooperative"]').getAttribute("value");
  const own = `main form[action$="/marks"]:has(input[name="cooperative"][value="${cooperative}"]) `;
  await organiser.fill({ mark_quality: "101", mark_origin: "٦٠" }, own);
  await organiser.declined(`${own}button`, 422);
  await organiser.fill({ mark_quality: "80", mark_origin: "٦٠" }, own);
  await organiser.press(`${own}button`);
}

/** Before the call closes no place can be given. */
export async function isTooEarly(organiser, code) {
  await organiser.open(market(organiser, `/fair-desk/${code}`));
  await organiser.declined('main form[action$="/allocate"] button', 409);
}

/** Has the places given, and waits until everybody is told. Returns how many exhibit. */
export async function allocates(organiser, code, { applications, places }) {
  await organiser.open(market(organiser, `/fair-desk/${code}`));
  await organiser.press('main form[action$="/allocate"] button');
  await organiser.awaits(market(organiser, `/fair-desk/${code}`), `main p a[href$="/fairs/${code}"]`, ALLOCATION_LOOKS_MAX);
  await organiser.open(market(organiser, `/fairs/${code}`));
  const seats = new Set();
  for (let pages = 0; pages < 10; pages += 1) {
    for (const seat of await organiser.page.locator('main ul li:has(a[href*="/shops/"])').allInnerTexts()) seats.add(seat.split(":")[0] + seat);
    const more = organiser.page.locator('main form[action$="/fairs/' + code + '"] button');
    if ((await more.count()) === 0) break;
    await organiser.press(`main form[action$="/fairs/${code}"] button`);
  }
  assert.equal(seats.size, places, `${seats.size} of ${applications} exhibit`);
}

/** No stand has more than two exhibitors, and no cooperative has two places: read from the records that are open to all. */
export async function noStandIsGivenTwice(anyone, { code, stands, places }) {
  const called = await (await anyone.page.request.get(`/api/v1/records/marketplace/fair?code=${code}`)).json();
  const given = `/api/v1/records/marketplace/seat?fair=${called.items[0].id}&given=true&limit=100`;
  const halves = new Map();
  const cooperatives = new Set();
  for (let cursor = ""; cursor !== null; ) {
    const answer = await anyone.page.request.get(cursor ? `${given}&cursor=${cursor}` : given);
    assert.equal(answer.status(), 200, await answer.text());
    const { items, next } = await answer.json();
    for (const { body } of items) {
      halves.set(body.place, (halves.get(body.place) ?? 0) + 1);
      assert.ok(body.stand >= 1 && body.stand <= stands, `there is no stand ${body.stand}`);
      cooperatives.add(body.cooperative);
    }
    cursor = next;
  }
  assert.ok([...halves.values()].every((count) => count === 1), "a place is given twice");
  assert.deepEqual([halves.size, cooperatives.size], [places, places]);
}

/** An exhibitor has a badge, whose code is good for whoever scans it. */
export async function hasABadge(person, anyone, desk, code) {
  await person.open(`/${person.language}${desk}/fairs/${code}`);
  assert.equal(await person.page.locator("main svg path").count() > 0, true, "there is no code to scan");
  const badge = await (await person.one('main a[href*="/badges/"]')).getAttribute("href");
  await anyone.open(badge, person.language);
  assert.equal(await anyone.page.locator("main .notice.success").count(), 1, "the badge is not good");
  return badge.replace(/^\/[a-z]+/, "");
}

/** Says what was sold at the fair, with the digits of an Arabic keyboard too. */
export async function saysWhatWasSold(person, desk, code, amount, buyers) {
  await person.open(`/${person.language}${desk}/fairs/${code}`);
  const form = 'main form[action$="/takings"] ';
  await person.fill({ amount: "beaucoup", buyers }, form);
  await person.declined(`${form}button`, 422);
  await person.fill({ amount, buyers }, form);
  await person.press(`${form}button`);
}

/** The organiser sees what all exhibitors sold together. */
export async function seesTheSum(organiser, code, amount) {
  await organiser.open(market(organiser, `/fair-desk/${code}`));
  assert.ok(amountsIn(await organiser.page.locator("main").innerText()).includes(amount), "the sum is not told");
}
