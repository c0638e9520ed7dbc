// The plugin's rules, run against the kernel in memory: `npm test`.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Request } from "tiwizi";
import * as native from "tiwizi/native";
import plugin from "../src/plugin.js";
import { isPlausible, summary } from "../src/prices.js";

const PRICE = { product: "honey", souk: "Souk el Had", day: "2026-01-04", price_mad: 150 };

const call = (request) => native.call(plugin, request);
const note = (price) => call(Request.post("/", { ...PRICE, price_mad: price }));

beforeEach(() => {
  native.start(new URL("../manifest.json", import.meta.url));
  native.asMember("00000000-0000-7000-8000-00000000000a");
});

test("a price that was noted stands on the board and in the list for programs", () => {
  for (const price of [140, 150, 170]) assert.equal(note(price).path, "/");
  native.asPublic();
  const { data } = call(Request.get("/").withQuery("product", "honey"));
  assert.deepEqual([data.prices.length, data.can_write], [3, false]);
  const { body } = call(Request.get("/prices.json").withQuery("product", "honey"));
  assert.deepEqual(body.summary, { lowest: 140, highest: 170, median: 150 });
  assert.equal(call(Request.get("/prices.json").withQuery("product", "gold")).problem.status, 422);
});

test("the public notes no price", () => {
  native.asPublic();
  assert.equal(note(150).problem.status, 401);
});

test("a price far from the last ones is refused, in the form and before it is written elsewhere", () => {
  for (const price of [140, 150, 170]) note(price);
  assert.equal(note(1_500).data.form.faults.price_mad, "implausible");
  native.asHolder("registrar");
  const look = (changed) => native.propose(plugin, "souk-prices/price", undefined, { ...PRICE, ...changed });
  assert.equal(look({ price_mad: 15 }).refusal.pointer, "/price_mad");
  assert.equal(look({ souk: " Souk  el Had " }).after.souk, "Souk el Had");
  assert.deepEqual(look({}).after, PRICE);
});

test("the front page and other plugins are told the middle price", () => {
  native.addMessages("fr", { "souk-title": "Prix du souk" });
  assert.equal(native.render(plugin, "home"), undefined);
  for (const price of [140, 150, 170]) note(price);
  const { title, data } = native.render(plugin, "home");
  assert.deepEqual([title, data.medians], ["Prix du souk", [{ product: "honey", median: 150 }]]);
  assert.equal(native.invoke(plugin, "shop", "prices", "paid", { product: "honey" }).median, 150);
  assert.throws(() => native.invoke(plugin, "shop", "prices", "paid", { product: "gold" }), { code: "invalid" });
});

test("the middle price is the middle one", () => {
  const of = (...prices) => prices.map((price) => ({ price_mad: price }));
  assert.deepEqual([summary([]), summary(of(1, 9, 2, 4)).median, summary(of(3, 1, 2)).median], [null, 3, 2]);
  assert.deepEqual([isPlausible(1_000, of(1, 1)), isPlausible(6, of(1, 1, 1)), isPlausible(0.2, of(1, 1, 1))], [true, false, true]);
});
