// What the whole comes to: the path that tells it, and the funnel that counts it.

import assert from "node:assert/strict";

/** The codes that a path shows, by their stages, and how many of the cooperative's people reached what one person can reach. */
export async function tellsThePath(person, cooperative) {
  await person.open(`/${person.language}/directory/${cooperative}/path`);
  const text = await person.page.locator("main").innerText();
  const told = ["Module de formation terminé", "Projet pris dans la banque", "Boutique ouverte", "Première vente", "Foire faite"];
  for (const title of told) assert.ok(text.includes(title), `the path does not tell of ${title}`);
  assert.ok(!text.includes(person.account.name), "the path of a cooperative names somebody");
}

/** The cooperative stands at the market; the people at their project or at skills. Only who may see small counts sees these. */
export async function isCounted(observer) {
  const of = async (who) => {
    const answer = await observer.page.request.get(`/api/v1/statistics/journey/${who}`);
    assert.equal(answer.status(), 200, await answer.text());
    return Object.fromEntries((await answer.json()).stages.map(({ stage, total }) => [stage, total]));
  };
  const [cooperatives, women] = [await of("cooperatives"), await of("women")];
  assert.ok(cooperatives.market >= 1, `the funnel counts ${JSON.stringify(cooperatives)}`);
  assert.ok(women.skills + women.project + women.market >= 3, `the funnel counts ${JSON.stringify(women)}`);
}
