// Somebody with a telephone: what they do on pages, and what every page that they see must be.

import assert from "node:assert/strict";
import { fits } from "./phone.mjs";

// A small phone, as many have.
const SMALL = { width: 360, height: 740 };
const RIGHT_TO_LEFT = ["ar", "ary"];
// How long the office may take to see what waits: it follows the log.
const LOOKS_MAX = 40;
const LOOK_MS = 500;

export class Person {
  constructor(page, language, account) {
    Object.assign(this, { page, language, account });
  }

  /** A person whose telephone has never been here. Without an account they are anybody. */
  static async come(visitor, language, account) {
    const page = await visitor({ viewport: SMALL });
    // The pages ask again before what cannot be taken back.
    page.on("dialog", (dialog) => dialog.accept());
    return new Person(page, language, account);
  }

  /** What every page must be: no wider than the phone, running the way of its language, with all its words. */
  async see(language = this.language) {
    await fits(this.page);
    const html = this.page.locator("html");
    const direction = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
    assert.equal(await html.getAttribute("dir"), direction, `${this.page.url()} runs the wrong way`);
    assert.equal((await html.getAttribute("lang")).split("-")[0], language, `${this.page.url()} is in another language`);
    const wordless = await this.page.evaluate(withoutWords);
    assert.deepEqual(wordless, [], `${this.page.url()} lacks words`);
  }

  async open(path, language = this.language) {
    const response = await this.page.goto(path);
    assert.ok(response.status() < 300, `${path} answers ${response.status()}`);
    await this.see(language);
  }

  /** The one thing of the page that the selector means. */
  async one(selector) {
    const found = this.page.locator(selector);
    assert.equal(await found.count(), 1, `${selector} is on ${this.page.url()} ${await found.count()} times`);
    return found;
  }

  /** Presses a button or follows a link, and sees the page that comes. */
  async press(selector, language = this.language) {
    const status = await this.#send(await this.one(selector));
    assert.ok(status < 300, `${selector} is answered by ${status}: ${await this.#complaint()}`);
    await this.see(language);
  }

  /** Sends a form that cannot be taken. The page says why, and begins where it is wrong, so that one sees it. */
  async refused(selector) {
    const status = await this.#send(await this.one(selector));
    assert.ok([409, 422].includes(status), `${selector} is not refused: ${status}`);
    await this.see();
    const first = await this.page.evaluate(firstFault);
    assert.deepEqual(first, { isThere: true, isFocused: true, isMarked: true, isInSight: true }, `the first fault of ${this.page.url()}`);
  }

  /** Sends a form that is answered by that status and a word about it, at no field: somebody else was faster, or an amount is another one by now. */
  async declined(selector, status) {
    const answered = await this.#send(await this.one(selector));
    assert.equal(answered, status, `${selector} is answered by ${answered}: ${await this.#complaint()}`);
    await this.see();
    assert.ok((await this.page.locator("main .notice").count()) > 0, `${this.page.url()} does not say why`);
  }

  /** Fills in fields by their names; of a choice one gives the code. */
  async fill(fields, within = "main ") {
    for (const [name, text] of Object.entries(fields)) {
      const field = await this.one(`${within}[name="${name}"]`);
      const isChoice = await field.evaluate((element) => element instanceof HTMLSelectElement);
      await (isChoice ? field.selectOption(text) : field.fill(text));
    }
  }

  /** Gives every field whose name begins so the next of these texts; the last one to all that follow. */
  async fillAll(start, ...texts) {
    const fields = await this.page.locator(`main [name^="${start}"]`).all();
    assert.ok(fields.length > 0, `no field of ${this.page.url()} begins with ${start}`);
    for (const [place, field] of fields.entries()) {
      const name = await field.getAttribute("name");
      await this.fill({ [name]: texts[Math.min(place, texts.length - 1)] });
    }
  }

  /** Opens what is folded away. */
  async unfold(selector) {
    const details = await this.one(selector);
    if ((await details.getAttribute("open")) === null) await details.locator(":scope > summary").click();
  }

  /** The page says that something is done. */
  async isTold() {
    assert.equal(await this.page.locator(".notice.success").count(), 1, `${this.page.url()} does not say that it is done`);
  }

  async signIn() {
    await this.open(`/${this.language}/`);
    await this.press("a.account");
    await this.fill({ email: this.account.email, password: this.account.password });
    await this.press("main form button[type=submit]");
    assert.equal(await this.page.locator(".account-name").count(), 1, `${this.account.email} is not signed in`);
  }

  /** Switches the page to this person's own language, by the list at its head. */
  async speak(before) {
    if (before === this.language) return;
    await (await this.one("details.switch > summary")).click();
    await this.press(`details.switch a[hreflang="${this.language}"]`);
  }

  /** Looks again and again for something that is about to be there. */
  async awaits(path, selector, looks = LOOKS_MAX) {
    for (let look = 0; look < looks; look += 1) {
      await this.open(path);
      if ((await this.page.locator(selector).count()) > 0) return;
      await this.page.waitForTimeout(LOOK_MS);
    }
    throw new Error(`${selector} did not come to ${path}`);
  }

  /** Takes a file that a button or a link gives. */
  async download(selector, path) {
    const button = await this.one(selector);
    const [download] = await Promise.all([this.page.waitForEvent("download"), button.click()]);
    await download.saveAs(path);
  }

  /** Sends a form or follows a link; the status of the page that comes in the end. */
  async #send(button) {
    const isAnswer = (response) => {
      const isOfPage = response.request().isNavigationRequest() && response.frame() === this.page.mainFrame();
      // Redirects are on the way.
      return isOfPage && (response.status() < 300 || response.status() >= 400);
    };
    const loaded = this.page.waitForEvent("load");
    const [response] = await Promise.all([this.page.waitForResponse(isAnswer), loaded, button.click()]);
    return response.status();
  }

  async #complaint() {
    return (await this.page.locator(".notice.error, p.error").allInnerTexts()).join(" | ").slice(0, 600);
  }
}

// --- Run in the page.

/** Texts that are keys of messages, codes where words should be, or messages without their values. */
function withoutWords() {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, textContent } = walker.currentNode;
    if (!parentElement.closest("script, style, code, textarea, [translate=no]")) texts.push(textContent.trim());
  }
  for (const name of ["aria-label", "title", "placeholder", "alt", "data-confirm"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) texts.push(element.getAttribute(name));
  }
  const heads = "act|acts|field|value|fault|founding|filing|filings|task|office|verify|print|extract|notice|status|role|cooperative|records";
  const isKey = (text) => /^[a-z]+(-[a-z]+)+$/.test(text) || new RegExp(`(^|[\\s(:])(${heads})-[a-z]+`).test(text);
  return texts.filter((text) => isKey(text) || /\{\s*\$|\{[A-Z]+\(/.test(text) || text === "…");
}

/** Whether the first fault of a form that was refused has the focus, marked and within sight. */
function firstFault() {
  const main = document.getElementById("main");
  const fault = main.querySelector('[aria-invalid="true"]') ?? main.querySelector(".error");
  const box = fault?.getBoundingClientRect();
  return {
    isThere: Boolean(fault),
    isFocused: document.activeElement === fault,
    isMarked: Boolean(fault?.matches(":focus-visible")) && getComputedStyle(fault).outlineStyle !== "none",
    isInSight: Boolean(box) && box.bottom > 0 && box.top < window.innerHeight,
  };
}
