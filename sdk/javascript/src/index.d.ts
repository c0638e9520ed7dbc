/** The kit for plugins in JavaScript. */

type Json = null | boolean | number | string | Json[] | { [name: string]: Json | undefined };
type Body = Record<string, any>;
type Fields = Record<string, Json>;

/** What went wrong: thrown by the kit when the kernel refuses something, thrown or answered by a plugin. */
export class Problem extends Error {
  constructor(status: number, code: string, message: string, more?: { retryable?: boolean; details?: Record<string, any> });
  readonly status: number;
  /** A stable word for programs: `denied`, `not-found`, `invalid`, `stale`, `duplicate`, … */
  readonly code: string;
  readonly retryable: boolean;
  readonly details: Record<string, any>;
  static notFound(message: string): Problem;
  static badRequest(message: string): Problem;
  static invalid(message: string): Problem;
  static signIn(): Problem;
  static denied(message: string): Problem;
  static internal(message: string): Problem;
  with(name: string, value: unknown): Problem;
  is(code: string): boolean;
}

/** What a plugin answers a request with. */
export interface Answer {
  readonly tag: "page" | "json" | "redirect" | "file" | "problem";
  readonly status?: number;
  readonly template?: string;
  readonly title?: string;
  readonly data?: any;
  readonly body?: any;
  readonly path?: string;
  readonly problem?: Problem;
}

/** Data for a template of the bundle, which the kernel renders. Its members are the template's variables. */
export function page(template: string, title: string, data?: object, more?: { status?: number }): Answer;
/** A JSON document. */
export function json(body: unknown, more?: { status?: number }): Answer;
/** The browser goes on, with a GET, to this path below the plugin. */
export function redirect(path: string): Answer;
/** A file of the bundle, by its path below `assets/`. */
export function file(path: string): Answer;
/** A problem. Writes of the call are given up; to throw it does the same. */
export function problem(cause: Problem): Answer;

type Pairs = [string, string][];

/** A request as a plugin sees it. */
export class Request {
  constructor(request: { method: string; path: string; query?: Pairs; headers?: Pairs; language?: string; body?: Uint8Array; form?: Pairs });
  static get(path: string): Request;
  static post(path: string, fields?: Record<string, string | number | (string | number)[]>): Request;
  static postJson(path: string, body: unknown): Request;
  readonly method: string;
  /** Relative to the plugin: `/courses/founding`. */
  readonly path: string;
  readonly query: Pairs;
  readonly headers: Pairs;
  readonly language: string;
  readonly body: Uint8Array;
  readonly form: Pairs;
  inLanguage(language: string): Request;
  withQuery(name: string, value: string | number): Request;
  parameter(name: string): string;
  queryValue(name: string): string | undefined;
  formValue(name: string): string | undefined;
  header(name: string): string | undefined;
  json(): any;
  readForm<Value>(rules: Form<Value>): Filled<Value>;
  readQuery<Value>(rules: Form<Value>): Filled<Value>;
}

type Handler = (request: Request) => Answer;
export interface Route {
  readonly method: "GET" | "POST";
  readonly pattern: string;
  readonly handler: Handler;
}

/** Answers GET. A part in braces stands for any one part of the path: `/courses/{course}`. */
export function get(pattern: string, handler: Handler): Route;
/** Answers POST. */
export function post(pattern: string, handler: Handler): Route;

export interface Plugin {
  init(): void;
  health(): void;
  migrate(from: string, cursor: string | undefined): string | void;
  handle(request: Request): Answer;
  before(proposal: Proposal): Verdict | void;
  onEvent(event: Event): Outcome | { readonly tag: "done" };
  runJob(job: Job): Outcome | { readonly tag: "done" };
  invoke(asker: string, contract: string, method: string, payload: any): unknown;
  render(slot: string, input: any): Fragment | void;
}

/** A plugin, which its main file exports as default. What is left out has an answer already. */
export function plugin(parts: {
  /** Runs once, when the plugin is installed, as the system: writes the first records. */
  init?: () => void;
  /** Throws what the plugin lacks. */
  health?: () => void;
  /** A step of bringing what version `from` left into this version's form; answers where the next one begins. */
  migrate?: (from: string, cursor: string | undefined) => string | void;
  /** Read from the top; the first that fits answers. */
  routes?: Route[];
  /** For each hook of the manifest what it says of a write; nothing lets it pass. */
  hooks?: Record<string, (proposal: Proposal) => Verdict | void>;
  /** For each subscription of the manifest what follows from an event; nothing means that it is done. */
  events?: Record<string, (event: Event) => Outcome | void>;
  /** For each job of the manifest what does it; nothing means that it is done. */
  jobs?: Record<string, (job: Job) => Outcome | void>;
  /** For each contract of the manifest its methods, which answer with data. */
  provides?: Record<string, Record<string, (payload: any, asker: { plugin: string }) => unknown>>;
  /** For each slot of the manifest its part of the page; nothing leaves it empty. */
  slots?: Record<string, (input: any) => Fragment | void>;
}): Plugin;

/** A write that is about to happen, reduced to what its caller may see. */
export interface Proposal {
  readonly hook: string;
  /** `registry/cooperative`. */
  readonly kind: string;
  readonly id: string | undefined;
  readonly operation: "create" | "change" | "delete";
  readonly before: Body | undefined;
  readonly after: Body | undefined;
}
export type Verdict = { readonly tag: "amend" | "refuse" } | undefined;
/** Another content shall stand there: the whole, which is validated again. */
export function amend(body: Body): Verdict;
/** The write may not happen. */
export function refuse(code: string, message: string, pointer?: string): Verdict;

/** Something that happened. */
export interface Event {
  /** The same each time that this event is told. */
  readonly id: string;
  /** The subscription's name in the manifest. */
  readonly subscription: string;
  /** A kind, for changes of its records, or `plugin/topic`. */
  readonly topic: string;
  readonly operation: "create" | "change" | "delete" | undefined;
  readonly record: string | undefined;
  readonly version: number | undefined;
  /** The record's id, or the key that the other plugin gave. */
  readonly key: string;
  /** The record as it stood then, or what the other plugin sent; null for a deleted record. */
  readonly payload: any;
  /** In milliseconds since 1970. */
  readonly at: number;
  /** 1 the first time. */
  readonly attempt: number;
  readonly depth: number;
}

/** Work in the background. */
export interface Job {
  readonly id: string;
  readonly name: string;
  readonly payload: any;
  /** In milliseconds since 1970. */
  readonly dueAt: number;
  /** 1 the first time. */
  readonly attempt: number;
}

export type Outcome = { readonly tag: "retry" | "reject" };
/** It failed for now: again after so many seconds, or when the kernel thinks fit. What it wrote is given up. */
export function retry(seconds?: number): Outcome;
/** It will never work: an administrator looks at it. What it wrote is given up. */
export function reject(reason: string): Outcome;

/** A part of one of the kernel's pages. */
export interface Fragment {
  readonly template: string;
  readonly title: string;
  readonly data: any;
}
/** Data for a template of the bundle, under a heading; an empty one for none. */
export function fragment(template: string, title: string, data?: object): Fragment;

/** The rules of one field. */
export interface Rules<Value> {
  readonly read: (sent: string) => Value;
}
type Optional<Value> = Value | undefined;

/** Some text, without the blanks around it. */
export function text(rules?: { min?: number; max?: number; optional?: false }): Rules<string>;
export function text(rules: { min?: number; max?: number; optional: true }): Rules<Optional<string>>;
/** A whole number. */
export function whole(rules?: { min?: number; max?: number; optional?: false }): Rules<number>;
export function whole(rules: { min?: number; max?: number; optional: true }): Rules<Optional<number>>;
/** Any number. */
export function number(rules?: { min?: number; max?: number; optional?: false }): Rules<number>;
export function number(rules: { min?: number; max?: number; optional: true }): Rules<Optional<number>>;
/** A day: `2026-02-28`. */
export function day(rules?: { optional?: false }): Rules<string>;
export function day(rules: { optional: true }): Rules<Optional<string>>;
/** One of these words. */
export function choice<const Words extends readonly string[]>(words: Words, rules?: { optional?: false }): Rules<Words[number]>;
export function choice<const Words extends readonly string[]>(words: Words, rules: { optional: true }): Rules<Optional<Words[number]>>;
/** A checkbox: one that was not sent is not checked. */
export function checkbox(): Rules<boolean>;
/** Every field of the name. */
export function list<Value>(rules: Rules<Value>, times?: { min?: number; max?: number }): Rules<Value[]>;

export interface Form<Value> {
  read(pairs: Pairs): Filled<Value>;
}

/** The rules of a form: the fields by name. */
export function form<Value>(fields: { [Name in keyof Value]: Rules<Value[Name]> }): Form<Value>;

/** A form as somebody filled it in, with the faults of its fields: `form.values.text` and `form.faults.text` of a template. */
export class Filled<Value = Body> {
  constructor(values?: Record<string, string>);
  static with(values?: Record<string, string>): Filled;
  readonly values: Record<string, string>;
  readonly faults: Record<string, string>;
  /** What was read; null when a field is wrong. */
  readonly value: Value;
  readonly isGood: boolean;
  refuse(name: string, code: string): this;
  refusedBy(problem: Problem): this;
  problem(): Problem;
  orThrow(): Value;
}

export interface Entry {
  readonly id: string;
  readonly version: number;
  /** In milliseconds since 1970. */
  readonly createdAt: number;
  readonly changedAt: number;
  body: Body;
}

export interface Entries {
  readonly items: Entry[];
  /** The cursor of the next page. */
  readonly next: string | undefined;
}

export interface Find {
  equal?: Fields;
  above?: Fields;
  atLeast?: Fields;
  below?: Fields;
  atMost?: Fields;
  /** A field, with a hyphen before it for a falling order. */
  sort?: string;
  text?: string;
  limit?: number;
  /** The `next` of the page before. */
  after?: string;
}

export interface Store {
  get(id: string): Entry | undefined;
  find(find?: Find): Entries;
  first(find?: Find): Entry | undefined;
  /** 10,000 stands for as many or more. */
  count(find?: Find): number;
  insert(body: Body): Entry;
  put(changed: Entry): Entry;
  patch(id: string, patch: Body, version?: number): Entry;
  delete(seen: { id: string; version?: number }): void;
}

/** The records of one kind, by the name that the manifest gives it. */
export function store(kind: string): Store;

export interface Reply {
  readonly status: number;
  readonly url: string;
  readonly headers: Pairs;
  readonly body: Uint8Array;
  header(name: string): string | undefined;
  text(): string;
  json(): any;
}

/** Sends a request to one of the hosts that the capability `http-out` names. Any status is an answer. */
export function fetch(
  url: string,
  options?: {
    method?: string;
    headers?: Record<string, string>;
    body?: string | Uint8Array;
    json?: unknown;
    /** For each header a prefix and a secret of the manifest, which the kernel puts in. */
    secrets?: Record<string, [prefix: string, secret: string]>;
    timeoutMs?: number;
    bytesMax?: number;
    redirectsMax?: number;
  },
): Reply;

export namespace blobs {
  export interface Blob {
    /** The SHA-256 of its bytes, 64 hexadecimal digits. */
    readonly id: string;
    readonly bytes: number;
    readonly mediaType: string;
    /** In milliseconds since 1970. */
    readonly createdAt: number;
  }
  export interface Upload {
    write(bytes: Uint8Array): this;
    finish(sha256?: string): Blob;
  }
  export function begin(mediaType: string): Upload;
  export function keep(mediaType: string, bytes: Uint8Array): Blob;
  export function read(id: string, part?: { offset?: number; length?: number }): Uint8Array;
  export function readAll(id: string): Uint8Array;
  export function stat(id: string): Blob | undefined;
  export function list(page?: { limit?: number; after?: string }): { items: Blob[]; next: string | undefined };
  export function link(id: string, seconds: number): string;
  function forget(id: string): void;
  export { forget as delete };
}

export namespace calls {
  /** Asks the plugin that provides `plugin/contract`. */
  function ask(contract: string, major: number, method: string, payload?: unknown): any;
}

export namespace config {
  function get(name: string): any;
  function all(): Record<string, any>;
}

export namespace context {
  interface Caller {
    readonly kind: "public" | "account" | "system";
    readonly accountId: string | undefined;
    /** The record of the person that the account belongs to. */
    readonly person: string | undefined;
    readonly name: string;
    readonly roles: string[];
    readonly isSignedIn: boolean;
    holds(role: string): boolean;
  }
  function caller(): Caller;
  function requestId(): string;
  function language(): string;
  /** In milliseconds since 1970. */
  function now(): number;
  function deadlineLeftMs(): number;
  function instance(): { id: string; name: string; provinces: string[] };
  /** Where the instance is reached from outside, without a slash at its end. */
  function address(): string | undefined;
  function pluginId(): string;
  function pluginVersion(): string;
}

export namespace events {
  /** Tells the subscribers of a topic of the manifest. */
  function emit(topic: string, key: string, payload?: unknown): void;
}

export namespace jobs {
  function enqueue(name: string, payload?: unknown, when?: { at?: number; once?: string; attempts?: number }): string;
  function cancel(id: string): boolean;
  function progress(done: number, total: number, note?: string): void;
}

export namespace notify {
  type Values = Record<string, string | number>;
  function toPerson(person: string, key: string, more?: { values?: Values; link?: string }): void;
  function toRole(role: string, key: string, more?: { province?: string; values?: Values; link?: string }): void;
}

export namespace i18n {
  function translate(key: string, values?: Record<string, string | number>, language?: string): string;
  function number(value: number, decimals?: number, language?: string): string;
  /** The day of a moment, in milliseconds since 1970. */
  function date(at: number, language?: string): string;
}

export namespace kv {
  export function get(key: string): any;
  export function set(key: string, value: unknown, more?: { ttlMs?: number }): void;
  export function swap(key: string, expected: unknown, value: unknown, more?: { ttlMs?: number }): void;
  export function getBytes(key: string): Uint8Array | undefined;
  export function setBytes(key: string, bytes: Uint8Array, more?: { ttlMs?: number }): void;
  export function increment(key: string, delta?: number): number;
  export function list(prefix: string, more?: { limit?: number; after?: string }): { keys: string[]; next: string | undefined };
  function forget(key: string): void;
  export { forget as delete };
}

/** What a credential says. `record` is the id of the subject's person in the register. */
export interface Claims {
  subject: {
    record?: string;
    name?: string;
    hashed?: { type: "emailAddress" | "userName" | "systemId"; value: string };
  };
  achievement: {
    id: string;
    name: string;
    description: string;
    criteria: { narrative?: string; id?: string };
    achievementType?: string;
    inLanguage?: Language;
    tag?: string[];
  };
  /** Milliseconds since 1970; without it the credential does not end. */
  validUntil?: number;
}

export namespace credentials {
  /** Signs a credential; answers its id, the address where anybody verifies it, and the credential itself, a compact JWT. */
  function issue(claims: Claims): { id: string; address: string; token: string };
  function revoke(id: string, reason: string): void;
}

export namespace documents {
  /** Sets a document of the manifest and keeps it as a file of the plugin; answers the file's id. */
  function make(template: string, language: Language, data: Record<string, unknown>): string;
  function link(id: string, seconds: number, name: string): string;
}

export namespace milestones {
  function reach(code: string, kind: string, id: string): void;
  /** Of a cooperative that the caller acts for, by a record that belongs to it. */
  function reachFor(cooperative: string, code: string, kind: string, id: string): void;
}

export namespace random {
  function bytes(count: number): Uint8Array;
  function uuid(): string;
  function fraction(): number;
}

export namespace registry {
  function cooperative(id: string): Entry | undefined;
  function person(id: string): Entry | undefined;
  function cooperatives(find?: Find): Entries;
  /** Those that the caller acts for as an officer. */
  function actsFor(): Entry[];
  /** The body has `step`, `since`, `waits_for` and, once it is registered, `cooperative`. */
  function founding(kind: string, id: string): Entry | undefined;
  interface FoundingRules {
    pack: string;
    founders_min: number;
    capital_min_mad: number;
    share_min_mad: number;
    paid_at_subscription: { numerator: number; denominator: number };
    to_verify: string[];
  }
  function foundingRules(): FoundingRules;
}

export namespace secrets {
  interface Secret {
    expose(): string;
  }
  function isSet(name: string): boolean;
  function reveal(name: string): Secret;
}

export namespace telemetry {
  type LogFields = Record<string, string | number | boolean>;
  function debug(message: string, fields?: LogFields): void;
  function info(message: string, fields?: LogFields): void;
  function warn(message: string, fields?: LogFields): void;
  function error(message: string, fields?: LogFields): void;
  function count(name: string, delta?: number): void;
  function observe(name: string, value: number): void;
}
