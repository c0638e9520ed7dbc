// The outside of the kernel in memory: the answers that a test has laid out, of hosts that the manifest names.

import { encode } from "../utf8.js";
import { refusal } from "./memory.js";

/** Nothing is ever sent: a request is given the answer that the test has laid out. */
export function fetchLaid(memory, { method, url }, { secrets }, opened) {
  if (!URL.canParse(url)) throw refusal("invalid", `${url} is no address`);
  const { origin } = new URL(url);
  if (!hostsOf(memory.manifest).some((host) => holds(host, new URL(url)))) {
    const message = `the manifest does not name ${origin} among the hosts of http-out`;
    throw refusal("denied", message, { details: { capability: "http-out", origin } });
  }
  for (const { secret } of secrets) opened(memory, secret);
  memory.asked.push({ method, url });
  const laid = memory.laid.find((one) => one.method === method && one.url === url);
  if (laid === undefined) throw refusal("unavailable", `no test has laid out an answer for ${url}`);
  return { status: laid.status, url, headers: [], body: encode(laid.body) };
}

function hostsOf(manifest) {
  return manifest.capabilities?.find(({ name }) => name === "http-out")?.hosts ?? [];
}

/** `api.example.org`, `*.example.org`, `api.example.org:8443`, `http://old.example.org`: each with its scheme and its port. */
function holds(host, { protocol, hostname, port }) {
  const [scheme, rest] = host.startsWith("http://") ? ["http", host.slice("http://".length)] : ["https", host.replace(/^https:\/\//, "")];
  const named = new URL(`${scheme}://${rest.replace(/^\*\./, "")}`);
  const isMeant = rest.startsWith("*.") ? hostname.endsWith(`.${named.hostname}`) : hostname === named.hostname;
  return isMeant && protocol === named.protocol && port === named.port;
}
