// What may be kept on a phone, and what waits there to be sent. The service worker keeps and sends; this shows it and asks for it.
"use strict";

let reader = "";
let list = "";
let worker;

/** Asks the worker for something. Without one there is no answer. */
const ask = async (work, message = {}, tell = () => {}) => {
  const active = (await worker)?.active;
  if (!active) throw new Error("no worker");
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      if (data.progress) return tell(data.progress);
      port1.close();
      if (data.error) reject(new Error(data.error));
      else resolve(data.answer);
    };
    active.postMessage({ work, account: reader, page: list, ...message }, [port2]);
  });
};

let words;
/** The words stand on the page of the list, which is kept too. */
const read = () =>
  (words ??= (async () => {
    const here = document.getElementById("offline");
    if (here) return here.dataset;
    const answer = await fetch(list, { headers: { accept: "text/html" } }).catch(() => caches.match(list, { ignoreVary: true }));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById("offline").dataset;
  })().catch((error) => {
    words = undefined;
    throw error;
  }));

const put = (text, values) => Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, value), text);
const size = (bytes) => {
  const [amount, unit] = bytes >= 1048576 ? [bytes / 1048576, "MiB"] : [Math.max(bytes / 1024, 1), "KiB"];
  return `\u2068${amount.toFixed(amount < 10 && unit === "MiB" ? 1 : 0)}\u00a0${unit}\u2069`;
};
const day = (text) => {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? "" : at.toLocaleDateString(document.documentElement.lang, { dateStyle: "medium" });
};

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const button = (text, work, className = "quiet") => {
  const made = element("button", { type: "button", textContent: text, className });
  made.addEventListener("click", async () => {
    made.disabled = true;
    await work();
    made.disabled = false;
  });
  return made;
};
const notice = (kind, ...children) => {
  const made = element("div", { className: `notice ${kind}` }, element("div", {}, ...children));
  made.setAttribute("role", kind === "info" ? "status" : "alert");
  return made;
};
const remember = (does) => {
  try {
    if (does) localStorage.setItem("tiwizi-keeps", "1");
    else localStorage.removeItem("tiwizi-keeps");
  } catch {
    // Where nothing may be stored, nothing is kept either.
  }
};

/* "Keep on this phone". */

async function offer(part) {
  const said = await read();
  const urls = part.dataset.urls.split(/\s+/).filter(Boolean);
  const [first] = urls;
  const message = { title: part.dataset.keep, urls, first };
  const id = `${reader} ${first}`;
  const show = (...children) => part.replaceChildren(...children);
  const status = (text) => {
    const line = element("p", { className: "hint", textContent: text });
    line.setAttribute("role", "status");
    return line;
  };
  const failed = (answer) => {
    const full = answer?.full || answer?.isFull;
    const text = full ? put(said.full, { size: size(answer.bytes), free: size(answer.free) }) : navigator.onLine ? said.failed : said.noLink;
    show(notice("warning", element("p", { textContent: text })), keeper());
  };
  const keep = async () => {
    const line = status("");
    const bar = element("progress", { max: 1, value: 0 });
    show(element("div", { className: "progress" }, bar), line);
    const tell = ({ done, total }) => {
      Object.assign(bar, { max: total, value: done });
      line.textContent = put(said.progress, { done, total });
    };
    try {
      remember(true);
      const answer = await ask("keep", message, tell);
      if (answer.kept) kept(answer);
      else failed(answer);
    } catch {
      failed();
    }
  };
  const measure = async () => {
    try {
      const answer = await ask("measure", message);
      if (answer.isFull) return failed(answer);
      show(status(put(said.size, { size: size(answer.bytes) })), element("div", { className: "actions" }, button(said.keep, keep, ""), button(said.notNow, () => show(keeper()))));
    } catch {
      failed();
    }
  };
  const keeper = () => button(said.keep, measure);
  const remove = () => ask("forget", { id }).then(() => show(keeper()));
  const kept = ({ bytes }) => {
    const line = status(`${said.kept} `);
    line.append(size(bytes), " · ", element("a", { href: list, textContent: said.list }));
    show(line, element("div", { className: "actions" }, button(said.again, keep), button(said.remove, remove)));
  };
  const found = (await ask("list")).sets.find((set) => set.id === id);
  if (found) kept(found);
  else show(keeper());
  part.hidden = false;
}

/* Forms that are sent later when they must be. */

const isLater = (form) => form.matches("form[data-later]") && form.elements["idempotency-key"]?.value;

/** Sends a form now or later. */
export async function submitted(form, submitter) {
  // While the first worker is being set up, the browser sends as it would without a script. One that keeps this page is there, however
  // long it takes to wake.
  const isKept = navigator.serviceWorker.controller && isLater(form);
  if (!isKept && !(await Promise.race([worker, null]))?.active) return form.submit();
  const data = new URLSearchParams(new FormData(form, submitter));
  const message = { action: new URL(form.action).pathname + new URL(form.action).search, body: data.toString(), title: document.querySelector("main h1")?.textContent.trim() ?? document.title };
  form.querySelectorAll("button").forEach((button) => (button.disabled = true));
  try {
    remember(true);
    await answered(form, await ask("queue", message));
  } catch {
    // The worker could not keep it: the browser sends it as it would without a script.
    form.submit();
  }
}

async function answered(form, result) {
  if (result.state === "sent" && result.url) return location.assign(result.url);
  if (result.html) {
    replace(result.html);
    // With the form shown again the answers are in the person's hands; anything else stays in the list until they let go of it.
    if (result.state === "refused" && document.querySelector("#main form[data-later]")) await ask("letGo", { id: result.id });
    return bar();
  }
  const said = await read();
  const free = () => {
    form.removeAttribute("data-sent");
    form.querySelectorAll("button").forEach((button) => (button.disabled = false));
  };
  if (result.state === "full") {
    form.before(notice("error", element("p", { textContent: put(said.full, { size: size(65536), free: size(0) }) })));
    return free();
  }
  const text = result.state === "waiting" ? said.held : said.signIn;
  const told = notice("info", element("p", { textContent: text }), element("p", {}, element("a", { href: list, textContent: said.list })));
  told.tabIndex = -1;
  form.replaceWith(told);
  told.focus();
  await bar();
}

/** Shows the page that answered a form, which has no address of its own. */
function replace(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.title = page.title;
  const main = document.getElementById("main");
  main.replaceChildren(...page.getElementById("main").childNodes);
  const wrong = main.querySelector('[aria-invalid="true"]') ?? main.querySelector(".notice") ?? main;
  if (!wrong.matches("input, select, textarea")) wrong.tabIndex = -1;
  wrong.focus();
}

/* How many wait, on every page; and the list. */

async function bar() {
  const { waiting, sets, others } = await ask("list");
  const count = reader ? waiting.length : others;
  if (count === 0 && sets.length === 0 && others === 0 && !document.querySelector("[data-keep], form[data-later]")) remember(false);
  const old = document.getElementById("waiting-to-be-sent");
  if (count === 0) return old?.remove();
  const said = await read();
  const link = element("a", { href: list, textContent: put(said.waits, { n: count }) });
  const made = notice("info", element("p", {}, link));
  made.id = "waiting-to-be-sent";
  if (old) old.replaceWith(made);
  else document.getElementById("main").prepend(made);
}

async function fill(part) {
  const said = part.dataset;
  const { sets, waiting } = await ask("list");
  const rows = (name, items) => {
    document.getElementById(name).replaceChildren(...items);
    document.getElementById(`${name}-none`).hidden = items.length > 0;
  };
  const row = (title, facts, ...actions) => {
    const name = element("p", {}, element("bdi", {}, title));
    return element("li", {}, element("div", {}, name, element("p", { className: "facts", dir: "auto", textContent: facts })), element("div", { className: "actions" }, ...actions));
  };
  const gone = async (id) => {
    if (!window.confirm(said.letGoSure)) return;
    await ask("letGo", { id });
    await Promise.all([fill(part), bar()]);
  };
  rows("offline-waiting", waiting.map(({ id, title, state, reason }) => {
    const facts = state === "refused" ? `${said.refused} ${reason}` : navigator.onLine ? said.signIn : said.held;
    return row(title, facts, button(said.letGo, () => gone(id)));
  }));
  rows("offline-kept", sets.map(({ id, title, first, bytes, day: at }) => {
    const made = row("", put(said.keptOn, { day: day(at), size: size(bytes) }), button(said.remove, () => ask("forget", { id }).then(() => fill(part))));
    made.querySelector("bdi").replaceChildren(element("a", { href: first, textContent: title }));
    return made;
  }));
}

/** Who signs out leaves nothing here; what was not sent yet would be lost. */
async function signsOut(event) {
  const form = event.target;
  if (!form.action?.endsWith("/sign-out") || form.hasAttribute("data-asked")) return;
  event.preventDefault();
  const go = () => {
    form.setAttribute("data-asked", "");
    form.submit();
  };
  try {
    const { waiting, others } = await ask("list");
    const count = waiting.length + others;
    if (count === 0 || window.confirm(put((await read()).signOut, { n: count }))) go();
    else form.removeAttribute("data-sent");
  } catch {
    go();
  }
}

async function send() {
  const { waiting } = await ask("list");
  if (waiting.length === 0) return;
  await ask("sendAll");
  await refresh();
}

async function refresh() {
  await bar();
  const part = document.getElementById("offline");
  if (part) await fill(part);
}

/** Begins on a page: `reader` is the account that it was made for, `page` the address of the list in its language. */
export async function begin(given) {
  if (!("serviceWorker" in navigator)) return;
  ({ reader, page: list } = given);
  worker = navigator.serviceWorker.ready;
  const offers = reader && document.querySelector("[data-keep], form[data-later]");
  const registered = offers ? await navigator.serviceWorker.register("/service-worker.js") : await navigator.serviceWorker.getRegistration("/");
  if (!registered) return void document.querySelectorAll("#offline [hidden]").forEach((part) => (part.hidden = false));
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (isLater(event.target)) {
      event.preventDefault();
      submitted(event.target, event.submitter);
    } else signsOut(event);
  });
  navigator.serviceWorker.addEventListener("message", ({ data }) => data?.changed && refresh().catch(() => {}));
  window.addEventListener("online", () => send().catch(() => {}));
  if (reader) await ask("adopt");
  for (const part of reader ? document.querySelectorAll("[data-keep]") : []) offer(part).catch(() => {});
  if (offers && navigator.onLine) await ask("prepare").catch(() => {});
  await refresh();
  await send().catch(() => {});
}
