// The parts of the journey, in their order: who does what when.

import * as fair from "./fair.mjs";
import * as founding from "./founding.mjs";
import { link } from "./link.mjs";
import * as learning from "./learning.mjs";
import * as market from "./market.mjs";
import { phone } from "./phone.mjs";
import * as planning from "./planning.mjs";
import * as story from "./story.mjs";

const COURSE = "founding";

/** Three women of three languages learn a module with no link, and each has a certificate that verifies. */
async function learn({ plan, languages, state, step, looks, come }) {
  const wire = await link(plan.address);
  const behind = await phone({ ...plan, address: wire.address }, ["net::ERR", "Failed to fetch"]);
  const anyone = await come("anyone", "fr");
  const key = learning.answersTo(plan.content, COURSE);
  state.certificates = [];
  for (const name of ["first", "second", "third"]) {
    const member = await come(name, "fr", behind.visitor);
    const cut = async (isCut) => {
      if (isCut) wire.cut();
      else wire.mend();
      await member.page.context().setOffline(isCut);
    };
    await step(`${name}-signs-in`, member, () => member.signIn());
    await step(`${name}-keeps-a-course`, member, () => learning.keepsACourse(member, COURSE));
    await cut(true);
    await step(`${name}-learns-with-no-link`, member, () => learning.learnsWithNoLink(member, COURSE, key));
    await cut(false);
    await step(`${name}-is-taken-in`, member, () => learning.isTakenIn(member, COURSE));
    const code = await step(`${name}-takes-the-certificate`, member, () => learning.takesTheCertificate(member, plan.pictures));
    await step(`${name}-certificate-verifies`, anyone, () => learning.verifies(anyone, code, member.account.name, languages));
    state.certificates.push(code);
    if (name === "first") {
      await looks(member, "courses", "/p/training");
      await looks(member, "course", `/p/training/courses/${COURSE}`);
      await looks(member, "lesson", `/p/training/courses/${COURSE}/lessons/m1-l1`);
      await looks(member, "quiz", `/p/training/courses/${COURSE}/quizzes/m2-q`);
      await looks(member, "certificates", "/p/training/certificates");
      await looks(member, "certificate", code.replace(/^.*\/p\//, "/p/"));
    }
    await member.page.context().close();
  }
  await step("a-code-that-nobody-gave", anyone, () => learning.isNoCertificate(anyone, state.certificates[0]));
  await behind.browser.close();
  wire.close();
}

/** Those who found it with the first. */
const OTHERS = ["second", "third", "fourth", "fifth"];

/** What they change of the saffron model; and what its authors correct later. */
const ADAPTED = { "parameters/flask/value": "45", "costs/water/amount": "١٥٠٠" };

/** Founders adapt the saffron model and watch its break-even move. */
async function adapt({ plan, state, step, looks, come }) {
  const first = await come("first");
  await step("signs-in", first, () => first.signIn());
  await step("finds-the-model", first, () => planning.findsTheModel(first, "safran", 400_000, "saffron"));
  await looks(first, "models", "/p/project-bank");
  await looks(first, "model", "/p/project-bank/models/saffron");
  state.plan = await step("adopts", first, () => planning.adopts(first, "saffron"));
  await step("is-corrected", first, () => planning.isCorrected(first, state.plan, ["parameters/flask/value", "quarante", "40"]));
  const others = await Promise.all(OTHERS.map((name) => come(name)));
  for (const [place, other] of others.entries()) await step(`${OTHERS[place]}-signs-in`, other, () => other.signIn());
  await step("gathers", first, () => planning.gathers(first, state.plan, others));
  for (const [place, other] of others.entries()) {
    await step(`${OTHERS[place]}-brings`, other, () => planning.brings(other, state.plan, "١٠", "250"));
  }
  const figures = { second: { "costs/fairs/amount": "2000" }, third: { "costs/aop/amount": "11000" } };
  for (const [name, changed] of Object.entries(figures)) {
    const other = others[OTHERS.indexOf(name)];
    await step(`${name}-adapts`, other, () => planning.adapts(other, state.plan, changed, plan.manifests));
  }
  state.breakEven = await step("adapts", first, () => planning.adapts(first, state.plan, ADAPTED, plan.manifests));
  await looks(first, "plan", state.plan);
  await looks(first, "team", `${state.plan}/team`);
  await looks(first, "plans", "/p/project-bank/plans");
}

/** The model was corrected: they take over what its authors found, and keep what is their own. */
async function correct({ state, step, looks, come }) {
  const first = await come("first");
  await step("signs-in", first, () => first.signIn());
  await looks(first, "review", `${state.plan}/review`);
  await step("takes-over", first, () => planning.takesOver(first, state.plan, { offered: ["costs/glass/amount"], kept: ["parameters/flask/value"] }));
  await step("holds", first, () => planning.holds(first, state.plan, { "costs/glass/amount": "4.25", "parameters/flask/value": "45" }));
  await looks(first, "improve", `${state.plan}/improve`);
  const trainer = await come("trainer");
  await step("trainer-signs-in", trainer, () => trainer.signIn());
  await looks(trainer, "model-desks", "/p/project-bank/model-desk");
  await looks(trainer, "model-desk", "/p/project-bank/model-desk/saffron");
  await looks(trainer, "proposals", "/p/project-bank/proposals");
}

/** Five women found their cooperative; the office of the province registers it. */
async function found({ plan, state, step, looks, come }) {
  const founders = await Promise.all(["first", "second", "third", "fourth", "fifth"].map((name) => come(name)));
  const [first, second, third, fourth, fifth] = founders;
  const office = await come("office");
  await step("first-signs-in", first, () => first.signIn());
  const { name_fr, name_ar } = founding.NAME;
  const facts = { name_fr, name_ar, province: plan.province, commune: "Tiout", share: "100" };
  await step("agrees", first, () => planning.agrees(first, state.plan, facts));
  await looks(first, "found", `${state.plan}/found`);
  const rest = { ...founding.NAME, category: "a" };
  const file = await step("founds-from-the-plan", first, () => planning.foundsFromThePlan(first, state.plan, { invited: founders.length, rest }));
  for (const [place, founder] of founders.slice(1).entries()) {
    await step(`${place + 2}-joins`, founder, () => founding.joinsByNotice(founder));
  }
  for (const [place, founder] of founders.entries()) {
    await step(`${place + 1}-says-who`, founder, () => founding.saysWho(founder, file, { ...plan.women[place], address: "Tiout" }));
  }
  await step("asks-for-the-name", first, () => founding.asksForTheName(first, file));
  await step("office-signs-in", office, () => office.signIn());
  await step("office-approves-the-name", office, () => founding.approvesTheName(office));
  await step("capital", fourth, () => founding.fillsInCapital(fourth, file));
  await step("management", second, () => founding.fillsInManagement(second, file));
  await step("statutes", third, () => founding.fillsInStatutes(third, file, plan.statutes));
  await step("assembly", fifth, () => founding.fillsInAssembly(fifth, file, plan.today));
  await step("receipt", first, () => founding.fillsInReceipt(first, file, plan.today, "7"));
  for (const [place, code] of founding.PAPERS.entries()) {
    const founder = founders[place % founders.length];
    await step(`paper-${code}`, founder, () => founding.addsPaper(founder, file, code));
  }
  for (const [place, founder] of founders.entries()) {
    await step(`${place + 1}-confirms`, founder, () => founding.confirms(founder, file));
  }
  await step("hands-in", first, () => founding.handsIn(first, file));
  state.cooperative = await step("office-registers", office, () => founding.registers(office, plan.today));
  await looks(first, "cooperative", `/directory/${state.cooperative}`);
}

const SAFFRON = { title_ar: "زعفران التيفاوين", title_fr: "Safran Tifaouine", code: "tifaouine-safran", size: "1 g", grams: "60", price: "45.35", pieces: "40", category: "saffron" };
const SOAP = { title_ar: "صابون بالزعفران", title_fr: "Savon au safran", code: "tifaouine-savon", size: "100 g", grams: "130", price: "27,45", pieces: "25", category: "cosmetics" };
const HONEY = { title_ar: "عسل الزعتر أزكا", title_fr: "Miel de thym Azekka", code: "azekka-miel", size: "500 g", grams: "750", price: "٨٥٫٩٩", pieces: "12", category: "honey" };

/** Their shop opens, and another one; a buyer orders from both, pays, and sends one line back. */
async function sell({ plan, state, step, looks, come }) {
  const [first, seller, buyer, staff] = await Promise.all(["first", "seller", "buyer", "staff"].map((name) => come(name)));
  for (const [name, person] of [["first", first], ["seller", seller], ["buyer", buyer], ["staff", staff]]) {
    await step(`${name}-signs-in`, person, () => person.signIn());
  }
  const own = { court: "Taroudannt", number: "12/2025", about: "Safran de nos terrasses, séché le jour même.", address: "Douar Tiout", phone: "0528000000" };
  const theirs = { court: plan.other.court, number: plan.other.number, about: "ⵜⴰⵎⵎⵏⵜ ⵏ ⵓⴷⵔⴰⵔ", address: "Azilal", phone: "0523000000" };
  state.desk = await step("opens-the-shop", first, () => market.opensTheShop(first, state.cooperative, own));
  state.otherDesk = await step("the-other-shop-opens", seller, () => market.opensTheShop(seller, null, theirs));
  await step("adds-saffron", first, () => market.addsAProduct(first, state.desk, SAFFRON));
  await step("adds-soap", first, () => market.addsAProduct(first, state.desk, SOAP));
  await step("adds-honey", seller, () => market.addsAProduct(seller, state.otherDesk, HONEY));
  await step("puts-in-saffron", buyer, () => market.putsIntoTheBasket(buyer, "زعفران", SAFFRON.code, "3"));
  await step("puts-in-soap", buyer, () => market.putsIntoTheBasket(buyer, "savon", SOAP.code, "2"));
  await step("puts-in-honey", buyer, () => market.putsIntoTheBasket(buyer, "عسل", HONEY.code, "٢"));
  const basket = new URL(buyer.page.url()).search;
  await looks(buyer, "market", "/p/marketplace");
  await looks(buyer, "product", `/p/marketplace/products/${SAFFRON.code}`);
  await looks(buyer, "shop", `/p/marketplace/shops/${state.cooperative}`);
  await looks(buyer, "checkout", `/p/marketplace/checkout${basket}`);
  await looks(buyer, "basket", `/p/marketplace/basket${basket}`);
  await step("opens-the-basket", buyer, () => buyer.open(`/${buyer.language}/p/marketplace/basket${basket}`));
  const to = { name: "مشترية", phone: "0661000000", address: "زنقة 7، الرباط", province: "04.421", method: "transfer" };
  state.order = await step("orders", buyer, () => market.orders(buyer, plan.manifests, to));
  await looks(buyer, "order", state.order.address);
  await step("reads-the-statement", staff, () => market.readsTheStatement(staff, state.order));
  await step("first-delivers", first, () => market.delivers(first, state.desk));
  await step("seller-delivers", seller, () => market.delivers(seller, state.otherDesk));
  await step("sends-one-line-back", buyer, () => market.sendsBack(buyer, state.order.address, 1, "2"));
  await looks(first, "desk", state.desk);
  await step("takes-back", first, () => market.takesBack(first, state.desk));
  await step("pays-back", staff, () => market.paysBack(staff, state.order, 2 * market.centimes(SOAP.price)));
  await looks(staff, "money", "/p/marketplace/money");
  await looks(staff, "holders", "/p/marketplace/money/holders");
  await looks(staff, "owed", "/p/marketplace/money/owed");
  await looks(buyer, "orders", "/p/marketplace/orders");
}

/** What a seller is owed of goods that were kept and a delivery: less five in a hundred, and a fifth of that as tax. */
function owed(goods, delivery) {
  const commission = Math.round(goods * 0.05);
  const vat = Math.round(commission * 0.2);
  return { commission, vat, payout: goods + delivery - commission - vat };
}

/** The term of withdrawal is over: sellers are paid, and the books agree to the centime. */
async function settle({ plan, state, step, come }) {
  const [first, seller, staff] = await Promise.all(["first", "seller", "staff"].map((name) => come(name)));
  for (const [name, person] of [["first", first], ["seller", seller], ["staff", staff]]) {
    await step(`${name}-signs-in`, person, () => person.signIn());
  }
  const { deliveries } = state.order;
  const own = owed(3 * market.centimes(SAFFRON.price), deliveries[state.cooperative]);
  const theirs = owed(2 * market.centimes("85.99"), deliveries[plan.other.id]);
  const due = { [state.cooperative]: own.payout, [plan.other.id]: theirs.payout };
  await step("pays-out", staff, () => market.paysOut(staff, due));
  await step("first-was-paid", first, () => market.wasPaid(first, state.desk, own.payout));
  await step("seller-was-paid", seller, () => market.wasPaid(seller, state.otherDesk, theirs.payout));
  const earned = { commission: own.commission + theirs.commission, vat: own.vat + theirs.vat };
  await step("books-agree", staff, () => market.booksAgree(staff, earned));
}

/** Two exhibitors on each stand. */
const FAIR = { code: "foire-regionale", stands: 160, places: 320 };
const DAY_MS = 86_400_000;
const after = (day, days) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** A fair is called, and their cooperative applies. */
async function call({ plan, state, step, looks, come }) {
  const [first, organiser] = await Promise.all(["first", "office"].map((name) => come(name)));
  for (const [name, person] of [["first", first], ["organiser", organiser]]) await step(`${name}-signs-in`, person, () => person.signIn());
  const words = {
    title_ar: "المعرض الجهوي", title_fr: "Foire régionale", code: FAIR.code, series: "foire", address: "Place Assarag", province: plan.province,
    closes: after(plan.today, 10), registered_days: "0", from_1: after(plan.today, 20), until_1: after(plan.today, 24), stands_1: String(FAIR.stands),
    weight_quality: "3", weight_origin: "٢",
  };
  await step("calls", organiser, () => fair.calls(organiser, words, [{ of: "women", min: "120" }, { of: "province", province: plan.province, max: "300" }]));
  await step("applies", first, () => fair.applies(first, state.cooperative, state.desk, FAIR.code));
  await looks(first, "fairs", "/p/marketplace/fairs");
  await looks(first, "fair", `/p/marketplace/fairs/${FAIR.code}`);
  await looks(first, "stand", `${state.desk}/fairs/${FAIR.code}`);
  await looks(organiser, "fair-desks", "/p/marketplace/fair-desk");
}

/** Others applied meanwhile; the organiser marks what it sees, and can give no place yet. */
async function judge({ step, looks, come }) {
  const organiser = await come("office");
  await step("organiser-signs-in", organiser, () => organiser.signIn());
  await step("marks", organiser, () => fair.marks(organiser, FAIR.code));
  await step("is-too-early", organiser, () => fair.isTooEarly(organiser, FAIR.code));
  await looks(organiser, "fair-desk", `/p/marketplace/fair-desk/${FAIR.code}`);
}

/** The call has closed, and the places are given. */
async function allocate({ plan, state, step, looks, come }) {
  const [first, organiser, anyone] = await Promise.all(["first", "office", "anyone"].map((name) => come(name, "fr")));
  for (const [name, person] of [["first", first], ["organiser", organiser]]) await step(`${name}-signs-in`, person, () => person.signIn());
  await step("allocates", organiser, () => fair.allocates(organiser, FAIR.code, { ...FAIR, applications: plan.applications }));
  await step("no-stand-is-given-twice", anyone, () => fair.noStandIsGivenTwice(anyone, FAIR));
  const badge = await step("has-a-badge", first, () => fair.hasABadge(first, anyone, state.desk, FAIR.code));
  await looks(first, "placed", `${state.desk}/fairs/${FAIR.code}`);
  await looks(anyone, "badge", badge);
  await looks(anyone, "result", `/p/marketplace/fairs/${FAIR.code}`);
}

/** The fair took place: the path tells all of it, and the funnel counts it. */
async function tell({ state, step, looks, come }) {
  const [first, organiser, observer] = await Promise.all(["first", "office", "observer"].map((name) => come(name)));
  for (const [name, person] of [["first", first], ["organiser", organiser], ["observer", observer]]) {
    await step(`${name}-signs-in`, person, () => person.signIn());
  }
  await step("says-what-was-sold", first, () => fair.saysWhatWasSold(first, state.desk, FAIR.code, "٤٧٠٠٫٥٠", "61"));
  await step("sees-the-sum", organiser, () => fair.seesTheSum(organiser, FAIR.code, 470_050));
  await step("path-tells-it", first, () => story.tellsThePath(first, state.cooperative));
  await looks(first, "own-path", "/path");
  await looks(first, "path", `/directory/${state.cooperative}/path`);
  await step("funnel-counts-it", observer, () => story.isCounted(observer));
  await looks(observer, "funnel", "/statistics/journey");
}

/** Each part with what the browser's console may complain of in it. */
export const PARTS = {
  learn: { walk: learn },
  adapt: { walk: adapt },
  correct: { walk: correct },
  found: { walk: found },
  sell: { walk: sell },
  settle: { walk: settle },
  call: { walk: call },
  judge: { walk: judge },
  allocate: { walk: allocate },
  tell: { walk: tell },
};
