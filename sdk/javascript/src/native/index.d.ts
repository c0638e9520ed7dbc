/** A small kernel in memory, for tests of a plugin's rules with `node --test`. */

import type { Answer, context, Plugin, Request } from "../index.js";

export function start(manifest: object | URL): void;
export function asPublic(): void;
export function asMember(person: string): void;
export function asHolder(...roles: string[]): void;
export function become(caller: Partial<Pick<context.Caller, "kind" | "accountId" | "person" | "name" | "roles">>): void;
export function at(now: number): void;
export function advance(durationMs: number): void;
export function grant(capability: string): void;
export function deny(capability: string): void;
export function addCooperative(body: object): string;
export function addPerson(body: object): string;
export function setSetting(name: string, value: unknown): void;
export function setSecret(name: string, secret: string): void;
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
export function addMessages(language: string, messages: Record<string, string>): void;
export function inInstance(name: string, ...provinces: string[]): void;
export function counted(name: string): number[];
export function bodies(kind: string): any[];
export function ids(kind: string): string[];
export function reached(): { code: string; id: string }[];
export function logged(): { level: string; message: string; fields: Record<string, string> }[];
