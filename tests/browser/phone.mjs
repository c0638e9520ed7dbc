// A real browser of the size of a phone, and what no page may do in it.

import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const PHONE = { width: 390, height: 844 };
const WAIT_MS = 30_000;

/**
 * Starts the browser. `forgiven` are the statuses of pages that the walk wants to be refused; a page is wrong in the browser's
 * console otherwise. What was wrong is in `complaints`.
 */
export async function phone(plan, forgiven = []) {
  mkdirSync(plan.pictures, { recursive: true });
  const browser = await chromium.launch({
    executablePath: plan.chromium,
    headless: true,
    // As root (in a container) Chromium's own sandbox cannot start; the pages are our own.
    args: process.getuid?.() === 0 ? ["--no-sandbox", "--disable-dev-shm-usage"] : [],
  });
  const complaints = [];

  /** A fresh visitor: no cookies, no cache. */
  async function visitor(options = {}) {
    const context = await browser.newContext({ baseURL: plan.address, viewport: PHONE, deviceScaleFactor: 2, hasTouch: true, ...options });
    context.setDefaultTimeout(plan.wait_ms ?? WAIT_MS);
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
    page.on("console", (message) => {
      const isForgiven = forgiven.some((status) => message.text().includes(`status of ${status}`));
      if (message.type() === "error" && !isForgiven) complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on("requestfailed", (request) => {
      // A media player gives up a download as soon as it knows enough, and a visitor who goes on to the next page gives up
      // what the last one was still loading. An answer that is wrong stands in the console.
      const reason = request.failure()?.errorText;
      const givenUp = request.resourceType() === "media" || reason === "net::ERR_ABORTED";
      if (!givenUp) complaints.push(`${request.url()}: ${reason}`);
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(plan.address) && !request.url().startsWith("data:")) {
        complaints.push(`${page.url()} asks another site: ${request.url()}`);
      }
    });
    return page;
  }

  return { browser, visitor, complaints };
}

/** A page that has to be moved sideways is wrong on a phone. */
export async function fits(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) throw new Error(`${page.url()} is ${wide} pixels wider than the phone`);
}

/** Sends a form or follows a link, and waits for the page that answers it. */
export async function submit(page, button, isGood = (status) => status < 300) {
  const isAnswer = (response) => response.request().isNavigationRequest() && isGood(response.status());
  const [response] = await Promise.all([page.waitForResponse(isAnswer), button.click()]);
  await response.finished();
  await page.waitForLoadState();
}
