// Who may do what with a kind's records, and how much of them is shown: the kernel's rules, on one machine. Roles are held over the
// whole nation here.

/** How private a field is; each class covers those before it. A word that is none is taken for the safest. */
const CLASSES = ["public", "internal", "personal", "sensitive"];
const ROLES = { registrar: "sensitive", officer: "sensitive", trainer: "personal", observer: "personal" };

function rank(word) {
  const found = CLASSES.indexOf(word);
  return found < 0 ? CLASSES.length - 1 : found;
}

/**
 * Up to which class the caller may do this with a record of that subject; -1 when not at all. A migration reaches all. What is sensitive of
 * the kernel's kinds is shown to no plugin.
 */
export function reachOf(kind, { caller, actsFor, isMigrating }, action, subject) {
  if (isMigrating) return rank("sensitive");
  const grantees = kind.access?.[action] ?? [];
  const isOwn = subject !== undefined && subject !== null && (caller.person === subject || (actsFor?.has(subject) ?? false));
  const given = (grantee) => {
    if (caller.kind === "system" && grantee.startsWith("plugin")) return rank("sensitive");
    if (grantee === "public" || (grantee === "signed-in" && caller.kind === "account")) return rank("public");
    if (grantee === "plugin") return rank("internal");
    if (grantee === "own" || grantee === "plugin:own") return isOwn ? rank("sensitive") : -1;
    const role = grantee.startsWith("role:") ? grantee.slice("role:".length) : undefined;
    return role !== undefined && caller.roles.includes(role) ? rank(ROLES[role] ?? "internal") : -1;
  };
  const most = Math.max(-1, ...grantees.map(given));
  return kind.isClosed ? Math.min(most, rank("personal")) : most;
}

/** Up to which class the caller may do this with any record at all; -1 when with none. */
export function mostOf(kind, memory, action) {
  return reachOf(kind, memory, action, memory.caller.person ?? memory.actsFor.values().next().value);
}

/** Whether a field is above that class. */
export function isAbove(kind, field, reach) {
  return rank(kind.classes?.[field] ?? (kind.isClosed ? "sensitive" : "public")) > reach;
}

/** The class that a question about some fields is held to; what is no field, as the order of creation, tells nothing. */
export function classOf(kind, fields) {
  return Math.max(...[0, ...fields.map((field) => rank(kind.classes?.[field] ?? "public"))]);
}

/** A content as a hook is shown it: without what is declared to be sensitive, where the kind is the kernel's. */
export function forHook(kind, body) {
  if (!kind?.isClosed || body === null || typeof body !== "object") return body;
  return Object.fromEntries(Object.entries(body).filter(([field]) => kind.classes?.[field] !== "sensitive"));
}

/** A body without the fields that are above that class. */
export function shown(kind, body, reach) {
  return Object.fromEntries(Object.entries(body).filter(([field]) => !isAbove(kind, field, reach)));
}
