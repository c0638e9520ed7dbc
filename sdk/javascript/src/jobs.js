// The plugin's work in the background.

/** A job of the contract as a plugin's function sees it. */
export function jobOf({ payload, dueAt, ...job }) {
  return { ...job, payload: JSON.parse(payload), dueAt: Number(dueAt) };
}
