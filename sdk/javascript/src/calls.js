// Questions to other plugins, through contracts that they provide. Capability `calls`; the manifest names them in `requires`.

import { ask as askKernel } from "./kernel.js";

/** Asks the plugin that provides `plugin/contract`. What it writes is kept or given up together with this call. */
export function ask(contract, major, method, payload = {}) {
  return JSON.parse(askKernel("calls", "call", contract, major, method, JSON.stringify(payload)));
}
