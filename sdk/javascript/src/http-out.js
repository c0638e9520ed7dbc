// Requests to the hosts that the capability `http-out` names. A request is sent at once: what it did elsewhere is done, also when
// this call fails afterwards.

import { ask } from "./kernel.js";
import { decode, encode } from "./utf8.js";

/**
 * Sends a request. Any status is an answer.
 *
 *     const reply = fetch("https://rates.example.org/mad", { secrets: { authorization: ["Bearer ", "rates-token"] } });
 *     const rate = reply.json();
 *
 * `json` is a body written as JSON. `secrets` names for each header a prefix and a secret of the manifest, which the kernel puts
 * in. `timeoutMs` and `bytesMax` are the kernel's where they are left out; redirects are followed `redirectsMax` times, 5 at most.
 */
export function fetch(url, options = {}) {
  const { method = "GET", headers = {}, body, json, secrets = {}, timeoutMs = 0, bytesMax = 0, redirectsMax = 0 } = options;
  const pairs = Object.entries(headers);
  if (json !== undefined) pairs.push(["content-type", "application/json"]);
  const hidden = Object.entries(secrets).map(([header, [prefix, secret]]) => ({ header, prefix, secret }));
  const request = { method, url, headers: pairs, body: bytesOf(json === undefined ? body : JSON.stringify(json)) };
  return new Reply(ask("http-out", "fetch", request, { timeoutMs, bytesMax, redirectsMax, secrets: hidden }));
}

function bytesOf(body) {
  if (body === undefined) return new Uint8Array();
  return typeof body === "string" ? encode(body) : body;
}

/** What the other side answered. */
export class Reply {
  constructor({ status, url, headers, body }) {
    Object.assign(this, { status, url, headers, body });
  }

  /** The first header of that name, in small letters. */
  header(name) {
    return this.headers.find(([found]) => found === name)?.[1];
  }

  text() {
    return decode(this.body);
  }

  json() {
    return JSON.parse(this.text());
  }
}
