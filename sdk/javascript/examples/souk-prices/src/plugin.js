// Prices of the souk: a board that everybody reads, a form for those who were there, the same as JSON for programs, a look at each price that
// is written elsewhere, a part of the front page, and an answer for other plugins.

import { amend, choice, context, day, Filled, form, fragment, get, i18n, json, number, page, plugin, post, Problem } from "tiwizi";
import { redirect, refuse, store, text } from "tiwizi";
import { isPlausible, summary } from "./prices.js";

const PRODUCTS = ["olive-oil", "argan-oil", "honey", "saffron", "dates", "carpet"];
/** So many prices of a product are compared. */
const COMPARED = 20;

const prices = store("price");

const newPrice = form({
  product: choice(PRODUCTS),
  souk: text({ max: 80 }),
  day: day(),
  price_mad: number({ min: 0.01, max: 1_000_000 }),
});

const question = form({ product: choice(PRODUCTS, { optional: true }) });

/** The last prices of a product, the newest first. */
function last(product) {
  return prices.find({ equal: { product }, sort: "-day", limit: COMPARED }).items.map(({ body }) => body);
}

function board(filled, product = PRODUCTS[0], status = 200) {
  const found = last(product);
  const canWrite = context.caller().isSignedIn;
  return page("prices", "Prix du souk", { products: PRODUCTS, product, prices: found, summary: summary(found), form: filled, can_write: canWrite }, { status });
}

function show(request) {
  return board(new Filled(), request.readQuery(question).orThrow().product);
}

function list(request) {
  const { product = PRODUCTS[0] } = request.readQuery(question).orThrow();
  const found = last(product);
  return json({ product, summary: summary(found), prices: found });
}

function add(request) {
  if (!context.caller().isSignedIn) throw Problem.signIn();
  const filled = request.readForm(newPrice);
  const { product, price_mad: price } = filled.value ?? {};
  if (filled.isGood && !isPlausible(price, last(product))) filled.refuse("price_mad", "implausible");
  if (!filled.isGood) return board(filled, product, 422);
  prices.insert(filled.value);
  return redirect("/");
}

/** Registrars write prices on the kernel's own pages and through its interface: the same rule holds there. */
function plausible({ after }) {
  if (!isPlausible(after.price_mad, last(after.product))) {
    const message = context.language() === "ar" ? "هذا السعر بعيد جدا عن الأسعار الأخيرة." : "Ce prix est trop loin des derniers.";
    return refuse("price-implausible", message, "/price_mad");
  }
  const souk = after.souk.trim().replace(/\s+/g, " ");
  return souk === after.souk ? undefined : amend({ ...after, souk });
}

/** The middle price of each product on the front page, which has no such part while there are no prices. */
function home() {
  const medians = PRODUCTS.map((product) => ({ product, median: summary(last(product))?.median }));
  const known = medians.filter(({ median }) => median !== undefined);
  return known.length === 0 ? undefined : fragment("home", i18n.translate("souk-title"), { medians: known });
}

/** What another plugin may ask: how a product is paid at present. */
function paid({ product }) {
  if (!PRODUCTS.includes(product)) throw Problem.invalid(`there are no prices of ${product}`);
  return summary(last(product));
}

export default plugin({
  routes: [get("/", show), post("/", add), get("/prices.json", list)],
  hooks: { plausible },
  slots: { home },
  provides: { prices: { paid } },
});
