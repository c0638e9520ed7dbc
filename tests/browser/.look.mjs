import { chromium } from "playwright-core"; import { mkdirSync } from "node:fs";
const [base, email, password, lang, ...paths] = process.argv.slice(2);
mkdirSync("/tmp/look", { recursive: true });
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: ["--no-sandbox","--disable-dev-shm-usage"] });
const c = await b.newContext({ baseURL: base, viewport: { width: 390, height: 844 }, deviceScaleFactor: 1 });
const p = await c.newPage();
p.on("console", m => { if (m.type()==="error") console.log("console:", p.url(), m.text()); });
if (email !== "-") {
  await p.goto(`/${lang}/`); await p.click("a.account"); await p.fill("#field-email", email); await p.fill("#field-password", password);
  await p.locator("main form button[type=submit]").first().click(); await p.waitForLoadState();
}
for (const path of paths) {
  await p.goto(`/${lang}${path}`); const w = await p.evaluate(() => document.documentElement.scrollWidth);
  const name = `${lang}${path.replace(/[^a-z0-9]+/gi,"-")}.png`.slice(0,90);
  await p.screenshot({ path: `/tmp/look/${name}`, fullPage: true }); console.log(w > 390 ? "WIDE "+w : "ok", await p.title(), name);
}
await b.close();
