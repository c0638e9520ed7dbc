// Founding files that people open from the plugin's records, and the rules by which they found: what a test lays out.

/** The rules that stand until a test lays out others. */
export const RULES = {
  pack: "in-memory/1",
  founders_min: 5,
  capital_min_mad: 1000,
  share_min_mad: 100,
  paid_at_subscription: { numerator: 1, denominator: 4 },
  to_verify: [],
};

/** The file that was opened from a record, for those who take part in it. */
export function foundingOf(memory, kind, id) {
  const opened = memory.foundings.find((one) => one.kind === kind && one.id === id);
  return opened?.people.includes(memory.caller.person) ? opened.entry : null;
}

/** Puts a file at a step, opened from a record. */
export function putFounding(memory, { kind, id, step, cooperative, people }) {
  const { now } = memory;
  const waits = { name: "founders", file: "founders", registered: undefined };
  const body = JSON.stringify({ step, since: now, waits_for: step in waits ? waits[step] : "office", cooperative });
  memory.foundings = memory.foundings.filter((one) => one.kind !== kind || one.id !== id);
  const number = String(memory.foundings.length + 1).padStart(12, "0");
  const entry = { id: `00000000-0000-7000-9000-${number}`, version: 1, createdAt: now, changedAt: now, body };
  memory.foundings.push({ kind, id, entry, people });
}
