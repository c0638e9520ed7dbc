// Shops, an order over two cooperatives, what goes back, and the money: what sellers, a buyer and the market's staff do in the browser.

import assert from "node:assert/strict";
import { wordsOf } from "./words.mjs";

const market = (person, path = "") => `/${person.language}/p/marketplace${path}`;
const link = (words) => `main a:text-is("${words}")`;
const step = (event) => `main form:has(input[name="event"][value="${event}"]) button`;

/** Dirhams as a form takes them, as centimes. */
export const centimes = (text) => {
  const [whole, fraction = ""] = text.replace(",", ".").split(".");
  return Number(whole) * 100 + Number(fraction.padEnd(2, "0"));
};

/** Dirhams with two digits. */
export const dirhams = (amount) => `${Math.trunc(amount / 100)}.${String(amount % 100).padStart(2, "0")}`;

/** The amounts that stand in a text, as centimes: they stand before the word for dirhams. */
export function amountsIn(text) {
  const plain = text.replace(/[\u200e\u200f\u2066-\u2069]/g, "");
  return [...plain.matchAll(/(\d[\d\u00a0\u202f.]*(?:,\d\d)?)\s*(?:DH|درهم|ⴷⵔⵀⵎ)/g)].map(([, amount]) => centimes(amount.replace(/[\u00a0\u202f.]/g, "")));
}

/** The path of the cooperative leads to the desk, and there its shop is opened. */
export async function opensTheShop(person, id, shop) {
  if (id) {
    await person.open(`/${person.language}/directory/${id}/path`);
    await person.press('main a.button[href$="/p/marketplace/desk"]');
  } else {
    await person.open(market(person, "/desk"));
  }
  await person.fill({ ...shop, number: "0/1999" });
  await person.declined('main form[action$="/desk"] button', 422);
  await person.fill({ number: shop.number });
  await person.press('main form[action$="/desk"] button');
  const desk = new URL(person.page.url()).pathname.replace(/^\/[a-z]+/, "");
  assert.match(desk, /\/desk\/[0-9a-f-]+$/);
  return desk;
}

/** Puts a product into the shop. A price that is none is refused at its field. */
export async function addsAProduct(person, desk, product) {
  await person.open(`/${person.language}${desk}`);
  const form = 'main form[action$="/products"] ';
  await person.fill({ ...product, price: "cher" }, form);
  await person.refused(`${form}button`);
  await person.fill({ price: product.price }, form);
  await person.press(`${form}button`);
  assert.ok((await person.page.locator("main").innerText()).includes(product[`title_${person.language === "ar" ? "ar" : "fr"}`]), "the desk does not show it");
}

/** Finds a product by a word, reads whose it is, and puts pieces of it into the basket. */
export async function putsIntoTheBasket(buyer, word, code, quantity) {
  const basket = new URL(buyer.page.url()).searchParams.get("basket") ?? "";
  await buyer.open(`${market(buyer)}?basket=${basket}`);
  await buyer.fill({ q: word }, 'main form[role="search"] ');
  await buyer.press('main form[role="search"] button');
  await buyer.press(`main a[href*="/products/${code}"]`);
  await buyer.fill({ quantity }, 'main form[action$="/basket"] ');
  await buyer.press('main form[action$="/basket"] button');
}

/** Orders what is in the basket. What it comes to with the delivery is shown before it counts. Returns the order's address, after the language. */
export async function orders(buyer, manifests, to) {
  const words = wordsOf(manifests, "marketplace", buyer.language);
  assert.equal(await buyer.page.locator("main h2").count(), 2, "the basket is not of two cooperatives");
  await buyer.press(link(words["to-checkout"]));
  await buyer.fill({ name: to.name, phone: to.phone, province: to.province });
  await buyer.page.locator(`main input[name="way"][value="sent"]`).check();
  await buyer.page.locator(`main input[name="method"][value="${to.method}"]`).check();
  const send = 'main form[action$="/checkout"] button';
  await buyer.refused(send);
  await buyer.fill({ address: to.address });
  await buyer.declined(send, 409);
  const [total] = amountsIn(await buyer.page.locator("main .notice.info").first().innerText());
  await buyer.press(send);
  const order = new URL(buyer.page.url()).pathname.replace(/^\/[a-z]+/, "");
  assert.match(order, /\/orders\//);
  const reference = (await buyer.page.locator("main .notice.info strong").innerText()).replace(/[\u2066-\u2069]/g, "").trim();
  const deliveries = {};
  for (const part of await buyer.page.locator("main article.card").all()) {
    const seller = (await part.locator('h2 a[href*="/shops/"]').getAttribute("href")).split("/").at(-1);
    [deliveries[seller]] = amountsIn(await part.locator("p:has(strong)").innerText());
  }
  return { address: order, total, reference, deliveries };
}

/** The staff of the market pastes the statement of the bank: what is certain is booked, and booked once. */
export async function readsTheStatement(staff, order) {
  const words = [`2026-11-27;VIR RECU ${order.reference};${dirhams(order.total)}`, `2026-11-27;VIR RECU sans référence;12.00`];
  for (const times of [1, 2]) {
    await staff.open(market(staff, "/money"));
    await staff.fill({ statement: words.join("\n") });
    await staff.press('main form[action$="/money/statement"] button');
    const settled = await staff.page.locator("main li .tag").count();
    assert.equal(settled, times === 1 ? 1 : 0, "the order is not settled once");
    assert.equal(await staff.page.locator("main li strong").count(), times === 1 ? 1 : 0, "what has no reference is not put before a person, once");
  }
}

/** A seller prepares, sends and delivers their part. */
export async function delivers(seller, desk) {
  await seller.open(`/${seller.language}${desk}`);
  for (const event of ["prepare", "send", "deliver"]) await seller.press(step(event));
  assert.equal(await seller.page.locator(step("deliver")).count(), 0);
}

/** The buyer sends one line back; more pieces than they have are refused. */
export async function sendsBack(buyer, address, line, quantity) {
  await buyer.open(`/${buyer.language}${address}`);
  const form = `main form[action$="/return"]:has(input[name="line"][value="${line}"])`;
  await (await buyer.one(`main details:has(input[name="line"][value="${line}"])`)).locator("summary").click();
  await buyer.fill({ quantity: String(Number(quantity) + 1) }, `${form} `);
  await buyer.declined(`${form} button`, 422);
  await (await buyer.one(`main details:has(input[name="line"][value="${line}"])`)).locator("summary").click();
  await buyer.fill({ quantity }, `${form} `);
  await buyer.press(`${form} button`);
}

/** What was sent back is with the seller again. */
export async function takesBack(seller, desk) {
  await seller.open(`/${seller.language}${desk}`);
  await seller.press('main form[action$="/back"] button');
  assert.equal(await seller.page.locator('main form[action$="/back"]').count(), 0);
}

/** The staff pays the buyer back, from the list of those who are owed: more than is owed is refused. */
export async function paysBack(staff, order, amount) {
  await staff.open(market(staff, "/money/owed"));
  const form = `main article:has(bdi:text-is("${order.reference}")) form `;
  await staff.fill({ amount: dirhams(amount + 1), reference: "VIR 118" }, form);
  await staff.declined(`${form}button`, 422);
  await staff.fill({ amount: dirhams(amount), reference: "VIR 118" }, form);
  await staff.press(`${form}button`);
  assert.equal(await staff.page.locator(form).count(), 0, "the buyer is still owed something");
}

/** A run prepares what each seller is owed up to yesterday; each payout is marked as paid, once, and confirmed. */
export async function paysOut(staff, expected) {
  const payouts = 'main ul a[href*="/money/payouts/"]';
  await staff.open(market(staff, "/money"));
  await staff.press('main form[action$="/money/runs"] button');
  // They come one after the other.
  await staff.awaits(market(staff, "/money"), `${payouts} >> nth=${Object.keys(expected).length - 1}`);
  const paid = [];
  for (const href of await staff.page.locator(payouts).evaluateAll((links) => links.map((link) => link.getAttribute("href")))) {
    await staff.open(href);
    paid.push(amountsIn(await staff.page.locator("main dl strong").innerText())[0]);
    const pay = 'main form:has(input[name="do"][value="pay"]) ';
    await staff.fill({ reference: "x" }, pay);
    await staff.declined(`${pay}button`, 422);
    await staff.fill({ reference: `VIR-${paid.length}` }, pay);
    await staff.press(`${pay}button`);
    await staff.press('main form:has(input[name="do"][value="confirm"]) button');
  }
  const ascending = (one, other) => one - other;
  assert.deepEqual(paid.toSorted(ascending), Object.values(expected).toSorted(ascending), "sellers are paid something else");
}

/** A seller reads the same in their own desk. */
export async function wasPaid(seller, desk, amount) {
  await seller.open(`/${seller.language}${desk}`);
  const told = amountsIn(await seller.page.locator("main").innerText());
  assert.ok(told.includes(amount), `the desk does not tell of ${dirhams(amount)}: ${told}`);
}

/** The books: every posting is nothing in sum, nobody is owed anything any more, and the bank has what the platform earned. */
export async function booksAgree(staff, { commission, vat }) {
  const answer = await staff.page.request.get("/api/v1/records/marketplace/posting?limit=100");
  assert.equal(answer.status(), 200, await answer.text());
  const balances = {};
  for (const { body } of (await answer.json()).items) {
    assert.equal(body.entries.reduce((sum, entry) => sum + entry.amount, 0), 0, `${body.key} is not balanced`);
    for (const { account, amount } of body.entries) balances[account] = (balances[account] ?? 0) + amount;
  }
  const left = Object.entries(balances).filter(([, amount]) => amount !== 0);
  assert.deepEqual(Object.fromEntries(left), { bank: commission + vat, platform: -commission, vat: -vat });
}
