// The formats that the kernel in memory knows, as strict as the kernel is.

import { isDay } from "../form.js";

const TIME = /^(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:z|([+-])(\d{2}):(\d{2}))$/i;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const ATOM = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+";
const EMAIL = new RegExp(`^(?=.{1,64}@)${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})+$`, "i");
const SIGN = "(?:[a-z0-9._~!$&'()*+,;=-]|%[0-9a-f]{2})";
const PLACE = `//(?:(?:${SIGN}|:)*@)?(?:\\[[0-9a-f:.]+\\]|${SIGN}*)(?::\\d*)?(?=[/?#]|$)`;
const PATH = `(?:${SIGN}|[:@/])*`;
const URI = new RegExp(`^[a-z][a-z0-9+.-]*:(?:${PLACE})?${PATH}(?:\\?(?:${SIGN}|[:@/?])*)?(?:#(?:${SIGN}|[:@/?])*)?$`, "i");

export const FORMATS = {
  date: isDay,
  "date-time": (text) => /^.{10}t/i.test(text) && isDay(text.slice(0, 10)) && isTime(text.slice(11)),
  email: (text) => EMAIL.test(text),
  uri: (text) => URI.test(text),
  uuid: (text) => /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text),
};

/** A time with its offset. A leap second stands at the end of a day of UTC. */
function isTime(text) {
  const found = TIME.exec(text);
  if (found === null) return false;
  const [hour, minute, second] = found.slice(1, 4).map(Number);
  const [sign, hours, minutes] = [found[4] === "-" ? -1 : 1, Number(found[5] ?? 0), Number(found[6] ?? 0)];
  const isClock = hour < 24 && minute < 60 && second <= 60 && hours < 24 && minutes < 60;
  const utc = hour * 60 + minute - sign * (hours * 60 + minutes);
  return isClock && (second < 60 || (utc + 2 * 1_440) % 1_440 === 1_439);
}
