// What a phone keeps of this site, and what it sends when it has a link again. It answers from what is kept only when the network
// does not, and keeps nothing that nobody asked to keep.
"use strict";

const CACHE = "tiwizi-kept.";
const NETWORK_MS = 4000;
const SEND_MS = 20000;
const ADDRESSES_MAX = 500;
const WAITING_MAX = 200;
const FORM_BYTES_MAX = 65536;

// Between a sign-in and the first page that says who it was, a slow network is waited for: what is kept may be somebody else's.
let signingIn = false;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/* The two lists: what is kept, and what waits. */

const opened = () =>
  new Promise((resolve, reject) => {
    const asked = indexedDB.open("tiwizi-offline", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("sets", { keyPath: "id" });
      asked.result.createObjectStore("waiting", { keyPath: "id", autoIncrement: true });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

async function inStore(name, mode, work) {
  const db = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const tx = db.transaction(name, mode, { durability: "strict" });
      const asked = work(tx.objectStore(name));
      tx.oncomplete = () => resolve(asked.result);
      tx.onerror = tx.onabort = () => reject(tx.error);
    });
  } finally {
    db.close();
  }
}
const all = (name) => inStore(name, "readonly", (store) => store.getAll());
const put = (name, entry) => inStore(name, "readwrite", (store) => store.put(entry));
const drop = (name, id) => inStore(name, "readwrite", (store) => store.delete(id));

/* Answering for pages and files. */

// A link to a plugin's file is signed anew for each page that shows it. The file is named by its content, so it is kept without the signature.
const isNamedByContent = (path) => /^\/p\/[^/]+\/blobs\//.test(path);
const placeOf = (address) => {
  const { pathname, search } = new URL(address, location.origin);
  return isNamedByContent(pathname) ? pathname : pathname + search;
};
const found = (address) => caches.match(placeOf(address), { ignoreVary: true });
const isForGood = (path) => path.startsWith("/assets/") || /^\/p\/[^/]+\/assets\//.test(path);
const isShown = (request) => ["audio", "image", "video", "style", "script", "font"].includes(request.destination);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && /^\/[a-z]+\/sign-in$/.test(url.pathname)) signingIn = true;
  if (request.method !== "GET") return;
  if (isForGood(url.pathname)) event.respondWith(file(request, true));
  else if (request.mode === "navigate") event.respondWith(page(request));
  else if (isShown(request)) event.respondWith(file(request, isNamedByContent(url.pathname)));
});

async function file(request, keptFirst) {
  const kept = await found(request.url);
  if (kept && keptFirst) return part(request, kept);
  try {
    return await fetch(request);
  } catch (error) {
    if (kept) return part(request, kept);
    throw error;
  }
}

// A player asks for parts of a recording; what is kept is whole.
async function part(request, whole) {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "");
  if (!asked) return whole;
  const blob = await whole.blob();
  const first = Number(asked[1]);
  const last = Math.min(asked[2] ? Number(asked[2]) : blob.size - 1, blob.size - 1);
  if (first > last) return new Response(null, { status: 416, headers: { "content-range": `bytes */${blob.size}` } });
  const headers = { "content-type": whole.headers.get("content-type") ?? "", "content-range": `bytes ${first}-${last}/${blob.size}`, "accept-ranges": "bytes" };
  return new Response(blob.slice(first, last + 1), { status: 206, headers });
}

async function page(request) {
  const kept = await found(request.url);
  const asked = fetch(request);
  if (!kept) {
    try {
      return await asked;
    } catch (error) {
      const language = new URL(request.url).pathname.split("/")[1];
      const list = await found(`/${language}/offline`);
      if (list) return list;
      throw error;
    }
  }
  const fresh = asked.then((answer) => renewed(request.url, answer)).catch(() => kept);
  if (signingIn) return fresh;
  return Promise.race([fresh, new Promise((resolve) => setTimeout(() => resolve(kept), NETWORK_MS))]);
}

// A page that is kept stays as new as its last visit, as long as it is still the same reader's.
async function renewed(url, answer) {
  if (answer.status >= 500) return (await found(url)) ?? answer;
  if (answer.ok && !answer.redirected) {
    const copy = answer.clone();
    const [name] = (await caches.keys()).filter((name) => name.startsWith(CACHE));
    const text = name ? await copy.clone().text() : "";
    if (name && isOf(text, name.slice(CACHE.length))) await (await caches.open(name)).put(url, copy).catch(() => {});
  }
  return answer;
}

const isOf = (html, account) => html.includes(`data-reader="${account}"`);

/* Keeping. */

// What a page shows and plays, and the files of its look.
function partsOf(html, base) {
  const addresses = [];
  for (const [tag] of html.matchAll(/<(?:audio|source|img|video|script|link)\b[^>]*>/g)) {
    if (tag.includes('rel="alternate"')) continue;
    for (const [, address] of tag.matchAll(/\s(?:src|href|data-offline)="([^"]+)"/g)) addresses.push(address.replaceAll("&amp;", "&"));
  }
  return ownOnes(addresses, base);
}

function ownOnes(addresses, base) {
  const urls = addresses.map((address) => new URL(address, base)).filter((url) => url.origin === location.origin);
  return urls.map((url) => url.pathname + url.search);
}

async function pageOf(url, account) {
  const answer = await fetch(url, { headers: { accept: "text/html, */*;q=0.5" }, cache: "no-store" });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  if (!answer.headers.get("content-type")?.startsWith("text/html")) return { answer, bytes: sizeOf(answer), parts: [] };
  const html = await answer.clone().text();
  if (answer.redirected || !isOf(html, account)) throw new Error(`${url} is not this reader's`);
  return { answer, bytes: new Blob([html]).size, parts: partsOf(html, location.origin) };
}

const sizeOf = (answer) => Number(answer.headers.get("content-length")) || 0;

// Every address of a set, with its size as far as the server tells it. Nothing is kept yet.
async function measure({ account, urls, page: list }) {
  const pages = [...new Set([...ownOnes(urls, location.origin), list])];
  const files = new Set();
  let bytes = 0;
  for (const url of pages) {
    const got = await pageOf(url, account);
    bytes += got.bytes;
    for (const address of got.parts) files.add(address);
    if (pages.length + files.size > ADDRESSES_MAX) throw new Error("too many addresses");
  }
  for (const address of files) bytes += sizeOf(await fetch(address, { method: "HEAD" }));
  return { bytes, pages, files: [...files].filter((address) => !pages.includes(address)), ...(await room(bytes)) };
}

async function room(bytes) {
  const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  return { free: Math.max(quota - usage, 0), isFull: quota - usage < bytes * 1.1 };
}

async function keep({ account, title, urls, page: list, first }, tell) {
  const set = await measure({ account, urls, page: list });
  if (set.isFull) return { full: true, bytes: set.bytes, free: set.free };
  const cache = await caches.open(CACHE + account);
  const before = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname + new URL(url).search));
  const addresses = [...set.pages, ...set.files];
  const places = addresses.map(placeOf);
  let done = 0;
  let bytes = 0;
  let day = "";
  try {
    for (const address of addresses) {
      const isPage = set.pages.includes(address);
      const answer = isPage ? (await pageOf(address, account)).answer : await fetch(address);
      if (!answer.ok || answer.status === 206) throw new Error(`${address}: ${answer.status}`);
      day = answer.headers.get("date") ?? day;
      const body = await answer.blob();
      bytes += body.size;
      await cache.put(placeOf(address), new Response(body, { headers: answer.headers }));
      tell({ done: (done += 1), total: addresses.length });
    }
    // The day is the server's: a phone may believe in another.
    await put("sets", { id: `${account} ${first}`, account, title, first, addresses: places, bytes, day });
  } catch (error) {
    for (const place of places) if (!before.has(place)) await cache.delete(place);
    if (error?.name === "QuotaExceededError") return { full: true, bytes: set.bytes, free: (await room(0)).free };
    throw error;
  }
  return { kept: true, bytes };
}

async function forget({ id }) {
  const sets = await all("sets");
  const set = sets.find((set) => set.id === id);
  if (!set) return {};
  const needed = new Set(sets.filter((other) => other.id !== id && other.account === set.account).flatMap(({ addresses }) => addresses));
  await drop("sets", id);
  const cache = await caches.open(CACHE + set.account);
  for (const address of set.addresses) if (!needed.has(address)) await cache.delete(address);
  return {};
}

// Whose phone it is now. What was kept for others goes; what others have still to send stays, unseen, until they come back.
async function adopt({ account }) {
  signingIn = false;
  for (const name of await caches.keys()) if (name.startsWith(CACHE) && name !== CACHE + account) await caches.delete(name);
  for (const set of await all("sets")) if (set.account !== account) await drop("sets", set.id);
  return {};
}

// The page of the list and what it needs, so that it is there without a link.
async function prepare({ account, page: list }) {
  const cache = await caches.open(CACHE + account);
  if (await cache.match(list, { ignoreVary: true })) return {};
  const got = await pageOf(list, account);
  await cache.put(list, got.answer);
  for (const address of got.parts) {
    const answer = await fetch(address);
    if (answer.ok) await cache.put(address, answer);
  }
  return {};
}

async function list({ account }) {
  const waiting = await all("waiting");
  const own = waiting.filter((entry) => entry.account === account);
  return {
    sets: (await all("sets")).filter((set) => set.account === account),
    waiting: own.map(({ id, title, state, reason }) => ({ id, title, state, reason })),
    others: waiting.length - own.length,
  };
}

/* Sending. */

async function queue({ account, action, body, title }) {
  const waiting = await all("waiting");
  // The same form with the same content is there already: it was sent twice by hand.
  const known = waiting.find((entry) => entry.account === account && entry.action === action && entry.body === body);
  let id = known?.id;
  // What was refused before is tried again when it is sent again.
  if (known?.state === "refused") await put("waiting", { ...known, state: "waiting" });
  if (id === undefined) {
    if (waiting.length >= WAITING_MAX || body.length > FORM_BYTES_MAX) return { state: "full" };
    id = await put("waiting", { account, action, body, title, state: "waiting" });
  }
  self.registration.sync?.register("send").catch(() => {});
  return (await flush()).get(id) ?? { state: "waiting" };
}

// In order, and never two at once, whoever asks. The first that cannot go holds back those behind it.
const flush = () =>
  navigator.locks.request("tiwizi-send", async () => {
    const results = new Map();
    for (const entry of await all("waiting")) {
      if (entry.state === "refused") continue;
      const result = await send(entry);
      results.set(entry.id, result);
      if (result.state === "other") continue;
      if (result.state !== "sent" && result.state !== "refused") break;
    }
    for (const client of await self.clients.matchAll()) client.postMessage({ changed: true });
    return results;
  });

const within = (ms) => ({ signal: AbortSignal.timeout(ms), cache: "no-store" });

async function send(entry) {
  try {
    // The session may be another one than when the page was made, and so is its proof.
    const session = await fetch("/api/v1/session", { headers: { accept: "application/json" }, ...within(SEND_MS) });
    if (session.status === 401) return { state: "sign-in" };
    if (!session.ok) return { state: "waiting" };
    const { account, csrf } = await session.json();
    if (account !== entry.account) return { state: "other" };
    const body = new URLSearchParams(entry.body);
    body.set("csrf", csrf ?? "");
    const headers = { accept: "text/html", "content-type": "application/x-www-form-urlencoded" };
    const answer = await fetch(entry.action, { method: "POST", headers, body: body.toString(), ...within(SEND_MS) });
    return await settled(entry, answer);
  } catch {
    return { state: "waiting" };
  }
}

async function settled(entry, answer) {
  if (answer.ok) {
    const html = answer.redirected ? "" : await answer.text();
    await drop("waiting", entry.id);
    return { state: "sent", url: answer.redirected ? answer.url : "", html };
  }
  // A page that came after the form was taken does not undo it.
  if (answer.redirected && answer.status < 500) {
    await drop("waiting", entry.id);
    return { state: "sent", url: answer.url, html: "" };
  }
  if (answer.status === 401) return { state: "sign-in" };
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return { state: "waiting" };
  const html = await answer.text();
  await put("waiting", { ...entry, state: "refused", reason: reasonIn(html) });
  return { state: "refused", id: entry.id, html };
}

// What the page says that refuses: its notice, else its heading and first words.
function reasonIn(html) {
  const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(html)?.[1] ?? "";
  const notice = /<div class="notice (?:warning|error)"[^>]*>(?:<svg[\s\S]*?<\/svg>)?([\s\S]*?)<\/div>/.exec(main)?.[1];
  const plain = (notice ?? main).replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();
  const entities = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
  return plain.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity]).slice(0, 400);
}

self.addEventListener("sync", (event) => {
  if (event.tag === "send") event.waitUntil(flush());
});

/* What pages ask for. */

const letGo = ({ id }) => drop("waiting", id).then(() => ({}));
const sendAll = async () => ({ states: [...(await flush()).values()].map(({ state }) => state) });
const WORK = { adopt, prepare, measure, keep, forget, list, queue, letGo, sendAll };

self.addEventListener("message", (event) => {
  const [port] = event.ports;
  const work = Object.hasOwn(WORK, event.data?.work) ? WORK[event.data.work] : undefined;
  if (!port || !work) return;
  const told = (answer) => port.postMessage({ answer });
  event.waitUntil(
    work(event.data, (progress) => port.postMessage({ progress })).then(told, (error) => port.postMessage({ error: String(error?.message ?? error) })),
  );
});
