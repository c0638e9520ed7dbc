// The register of cooperatives, to read, with the rights of the caller. Capability `registry.read`.

import { ask } from "./kernel.js";
import { entryOf, pageOf, queryOf } from "./store.js";

/** A cooperative; undefined when there is none, or the caller may not know of it. */
export function cooperative(id) {
  return entryOf(ask("registry", "cooperative", id));
}

/** A person. */
export function person(id) {
  return entryOf(ask("registry", "person", id));
}

/**
 * Some cooperatives; conditions are those of `store`. The register's indexes are: court and number; ICE; French name; Arabic name;
 * province and French name; sector and French name; province, sector and French name; status and day of registration.
 */
export function cooperatives(find = {}) {
  return pageOf(ask("registry", "cooperatives", queryOf(find)));
}

/** The cooperatives that the caller acts for as an officer, in the order of their ids; the first 100. */
export function actsFor() {
  return ask("registry", "actsFor").map(entryOf);
}

/**
 * Where the founding file stands that the caller opened from a record of the plugin's own kind, which its page links to as
 * `founding/new?from=plugin/kind/id`: an entry whose body has `step`, `since`, `waits_for`, and `cooperative` once it is registered. Undefined
 * when none was opened, and for a caller who takes no part in it.
 */
export function founding(kind, id) {
  return entryOf(ask("registry", "founding", kind, id));
}

/** The rules of today by which a cooperative is founded: `founders_min`, `capital_min_mad`… */
export function foundingRules() {
  return JSON.parse(ask("registry", "foundingRules"));
}
