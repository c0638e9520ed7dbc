// What went wrong: thrown by the kit when the kernel refuses something, thrown or answered by a plugin.

/** The status that fits a code of the kernel. */
const STATUSES = { denied: 403, "not-found": 404, stale: 409, duplicate: 409, invalid: 422, "over-limit": 429, unavailable: 503 };

export class Problem extends Error {
  constructor(status, code, message, { retryable = false, details = {} } = {}) {
    super(message);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.retryable = retryable;
    this.details = details;
  }

  static notFound(message) {
    return new Problem(404, "not-found", message);
  }

  static badRequest(message) {
    return new Problem(400, "bad-request", message);
  }

  static invalid(message) {
    return new Problem(422, "invalid", message);
  }

  static signIn() {
    return new Problem(401, "sign-in", "sign in first");
  }

  static denied(message) {
    return new Problem(403, "denied", message);
  }

  static internal(message) {
    return new Problem(500, "internal", message);
  }

  /** The same problem with one more detail. */
  with(name, value) {
    this.details = { ...this.details, [name]: value };
    return this;
  }

  is(code) {
    return this.code === code;
  }

  static fromWire({ code, message, retryable, details }) {
    return new Problem(Object.hasOwn(STATUSES, code) ? STATUSES[code] : 500, code, message, { retryable, details: parsed(details) });
  }

  toWire() {
    const { code, message, retryable, details } = this;
    return { code, message, retryable, details: JSON.stringify(details) };
  }
}

function parsed(details) {
  try {
    return JSON.parse(details);
  } catch {
    return {};
  }
}
