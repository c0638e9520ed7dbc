// Words, numbers and days in a language: for what no template makes, a file, a message, a word in a record.

import { ask, orNull } from "./kernel.js";

/** A message of the plugin's locales with its values, in a language or in the nearest that has it; without one in the call's own. */
export function translate(key, values = {}, language) {
  const args = Object.entries(values).map(([name, value]) => [name, String(value)]);
  return ask("i18n", "translate", key, args, orNull(language));
}

/** A number as the language writes it, with at most so many digits after the point. */
export function number(value, decimals = 0, language) {
  return ask("i18n", "formatNumber", value, decimals, orNull(language));
}

/** The day of a moment in Morocco, in words. */
export function date(at, language) {
  return ask("i18n", "formatDate", at, orNull(language));
}
