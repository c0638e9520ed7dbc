// Notices to people, each in their own language. Capability `notify`.

import { ask, orNull } from "./kernel.js";

/** Tells the accounts of a person: a message of the plugin's locales, with its values, and a path below the plugin where it leads. */
export function toPerson(person, key, { values = {}, link } = {}) {
  ask("notify", "toPerson", person, message(key, values, link));
}

/** Tells those who hold a role on a scope that covers a province; without one, wherever they hold it. */
export function toRole(role, key, { province, values = {}, link } = {}) {
  ask("notify", "toRole", role, orNull(province), message(key, values, link));
}

function message(key, values, link) {
  return { key, args: Object.entries(values).map(([name, value]) => [name, String(value)]), link: orNull(link) };
}
