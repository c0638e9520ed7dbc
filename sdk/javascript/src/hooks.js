// Looks at writes before they happen: let them pass, amend them or refuse them. A hook may read, and may not write.

/** Another content shall stand there: the whole, which is validated again. */
export function amend(body) {
  return { tag: "amend", body };
}

/**
 * The write may not happen: a word for programs, a sentence for the person who writes, and the JSON pointer of the field that is wrong;
 * without one, the whole is.
 */
export function refuse(code, message, pointer = "") {
  return { tag: "refuse", code, message, pointer };
}

/** A proposal of the contract as a hook sees it: `hook`, `kind`, `id`, `operation`, and the bodies `before` and `after`. */
export function proposalOf({ hook, kind, id, operation, before, after }) {
  const read = (body) => (body === null || body === undefined ? undefined : JSON.parse(body));
  return { hook, kind, id: id ?? undefined, operation, before: read(before), after: read(after) };
}

/** What a hook said, as the contract has it; nothing lets the write pass. */
export function verdictToWire(verdict) {
  switch (verdict?.tag) {
    case undefined:
      return { tag: "pass" };
    case "amend":
      return { tag: "amend", val: JSON.stringify(verdict.body) };
    default: {
      const { code, message, pointer } = verdict;
      return { tag: "refuse", val: { code, message, pointer } };
    }
  }
}
