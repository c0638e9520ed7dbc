// The kit for plugins in JavaScript. docs/write-a-plugin.md leads from an empty folder to a page.

export { file, json, page, problem, redirect } from "./answer.js";
export { checkbox, choice, day, Filled, form, list, number, text, whole } from "./form.js";
export { amend, refuse } from "./hooks.js";
export { fetch } from "./http-out.js";
export { plugin } from "./plugin.js";
export { Problem } from "./problem.js";
export { reject, retry } from "./reactions.js";
export { Request } from "./request.js";
export { get, post } from "./router.js";
export { store } from "./store.js";
export { fragment } from "./ui.js";
export * as blobs from "./blobs.js";
export * as calls from "./calls.js";
export * as config from "./config.js";
export * as context from "./context.js";
export * as credentials from "./credentials.js";
export * as documents from "./documents.js";
export * as events from "./events.js";
export * as i18n from "./i18n.js";
export * as jobs from "./jobs.js";
export * as kv from "./kv.js";
export * as milestones from "./milestones.js";
export * as notify from "./notify.js";
export * as random from "./random.js";
export * as registry from "./registry.js";
export * as secrets from "./secrets.js";
export * as telemetry from "./telemetry.js";
