// Other plugins and people, as the kernel in memory knows them: what the test lays out, and what was sent.

import { isPathBelow } from "./judge.js";
import { recordId, refusal } from "./memory.js";

const ROLES = ["administrator", "registrar", "trainer", "observer", "officer", "member"];

/** Questions to other plugins. */
export function callsOf(memory) {
  return {
    call(contract, major, method) {
      const isRequired = memory.manifest.requires?.some((one) => one.contract === contract && one.major === major);
      if (!isRequired) throw refusal("denied", `the manifest requires no contract ${contract} ${major}`);
      const laid = memory.contracts.findLast((one) => one.contract === contract && one.major === major && one.method === method);
      const details = { contract, cause: "missing" };
      if (laid === undefined) throw refusal("unavailable", `nobody answers for the contract ${contract}`, { details });
      return JSON.stringify(laid.answer);
    },
  };
}

/** Notices to people. It knows no accounts: it keeps what was sent, and to whom. */
export function notifyOf(memory) {
  const tell = (to, { key, args, link }) => {
    const isKnown = Object.values(memory.messages).some((messages) => messages[key] !== undefined);
    if (!isKnown) throw refusal("invalid", `no locale has the message ${key}`);
    if (link !== null && !isPathBelow(link)) throw refusal("invalid", "a link is a path below the plugin, as in `/orders/17`");
    memory.unit.told.push({ ...to, key, values: Object.fromEntries(args), link: link ?? undefined });
  };
  return {
    toPerson: (person, message) => tell({ person: recordId(person) }, message),
    toRole(role, province, message) {
      if (!ROLES.includes(role)) throw refusal("invalid", `${role} is not a role`);
      tell({ role, province: province ?? undefined }, message);
    },
  };
}
