/** A small kernel in memory, for tests of a plugin's rules with `node --test`. */

import type { Answer, context, Event, Fragment, Outcome, Plugin, Request } from "../index.js";

export function start(manifest: object | URL): void;
export function asPublic(): void;
export function asMember(person: string): void;
export function asHolder(...roles: string[]): void;
export function become(caller: Partial<Pick<context.Caller, "kind" | "accountId" | "person" | "name" | "roles">>): void;
/** The caller of the next calls acts for this cooperative too, as its officer. */
export function actFor(cooperative: string): void;
/** The instance is reached at this address from outside. */
export function atAddress(address: string): void;
export function at(now: number): void;
export function advance(durationMs: number): void;
export function grant(capability: string): void;
export function deny(capability: string): void;
export function addCooperative(body: object): string;
export function addPerson(body: object): string;
export function setFounding(file: { kind: string; id: string; step: string; cooperative?: string; people: string[] }): void;
export function layOutFoundingRules(rules: object): void;
export function setSetting(name: string, value: unknown): void;
export function setSecret(name: string, secret: string): void;
export function addAsset(path: string): void;
export function layOut(method: string, url: string, status: number, body: unknown): void;
export function asked(): { method: string; url: string }[];
export function install(plugin: Plugin): void;
export function upgrade(plugin: Plugin, from: string): number;
export function call(plugin: Plugin, request: Request): Answer;
export function propose(
  plugin: Plugin,
  kind: string,
  before: object | undefined,
  after: object | undefined,
): { after?: any; refusal?: { code: string; message: string; pointer: string } };
export function tell(plugin: Plugin, event: Pick<Event, "topic"> & Partial<Event>): (Outcome | { readonly tag: "done" })[];
export function runJobs(plugin: Plugin): { job: string; outcome: Outcome | { readonly tag: "done" } }[];
export function emitted(): { topic: string; key: string; payload: any }[];
export function layOutContract(contract: string, major: number, method: string, answer: unknown): void;
export function invoke(plugin: Plugin, asker: string, contract: string, method: string, payload?: unknown): any;
export function render(plugin: Plugin, slot: string, about?: object): Fragment | void;
export function told(): {
  person?: string;
  role?: string;
  province?: string;
  key: string;
  values: Record<string, string>;
  link: string | undefined;
}[];
export function addMessages(language: string, messages: Record<string, string>): void;
export function inInstance(name: string, ...provinces: string[]): void;
export function counted(name: string): number[];
export function bodies(kind: string): any[];
export function ids(kind: string): string[];
export function credentials(): { id: string; claims: import("../index.js").Claims; revoked: string | null }[];
export function documents(): { template: string; language: string; data: Record<string, unknown>; id: string }[];
export function reached(): { code: string; id: string }[];
export function reachedFor(): { cooperative: string; code: string; id: string }[];
export function logged(): { level: string; message: string; fields: Record<string, string> }[];
