// Events and jobs, as the kernel tells and does them, in memory.

import { nobody, readJson, refusal } from "./memory.js";
import { knownKind, subjectOf } from "./records.js";
import { isOfKernel } from "./register.js";
import { reachOf, shown } from "./rights.js";

/** How often a job is tried that says nothing of it, and how often at most. */
const [ATTEMPTS, ATTEMPTS_MAX] = [5, 10];
/** When a job is tried again that does not say when. */
const RETRY_S = 5;

export function eventsOf(memory) {
  return {
    emit(topic, key, payload) {
      const name = topic.replace(`${memory.manifest.id}/`, "");
      if (!memory.manifest.topics?.some((declared) => declared.name === name)) {
        throw refusal("denied", `${memory.manifest.id} declares no topic ${name}`);
      }
      memory.unit.emitted.push({ topic: `${memory.manifest.id}/${name}`, key, payload: readJson(payload) });
    },
  };
}

export function jobsOf(memory) {
  return {
    enqueue(name, payload, { runAt, dedupeKey, attemptsMax }) {
      if (!memory.manifest.jobs?.some((declared) => declared.name === name)) {
        throw refusal("denied", `${memory.manifest.id} declares no job ${name}`);
      }
      const { attempts = ATTEMPTS } = memory.manifest.jobs.find((declared) => declared.name === name);
      const twin = memory.unit.waiting.find((one) => one.job.name === name && one.dedupeKey === dedupeKey);
      if (twin !== undefined && dedupeKey !== null) return twin.job.id;
      memory.minted += 1;
      const id = `00000000-0000-7000-9000-${String(memory.minted).padStart(12, "0")}`;
      const job = { id, name, payload: readJson(payload), dueAt: Math.max(runAt ?? 0, memory.now), attempt: 1 };
      memory.unit.waiting.push({ job, dedupeKey, attemptsMax: attemptsMax === 0 ? attempts : Math.min(attemptsMax, ATTEMPTS_MAX) });
      return id;
    },
    cancel(id) {
      const before = memory.unit.waiting.length;
      memory.unit.waiting = memory.unit.waiting.filter(({ job }) => job.id !== id);
      return memory.unit.waiting.length !== before;
    },
    progress() {
      if (!memory.isWorking) throw refusal("invalid", "only a job says how far it has come");
    },
  };
}

/** Tells every subscription that wants it of an event, and answers what they said. */
export function tell(memory, plugin, event) {
  const wants = ({ topics, operations = [] }) =>
    topics.includes(event.topic) && (event.operation === undefined || operations.length === 0 || operations.includes(event.operation));
  const mayKnow = memory.granted.has("events") && (!isOfKernel(event.topic) || memory.granted.has("registry.read"));
  const subscriptions = mayKnow ? (memory.manifest.events ?? []).filter(wants) : [];
  const payload = toldOf(memory, event);
  if (payload === undefined) return [];
  const told = { id: "00000000-0000-7000-8000-0000000000e0", key: event.record ?? "", attempt: 1, depth: 0, ...event, payload };
  return subscriptions.map(({ name }) => keptIfDone(memory, () => plugin.onEvent({ ...told, subscription: name, at: memory.now })));
}

/** What is told of a record: as far as the plugin may read it when it acts by itself. Undefined when it may not. */
function toldOf(memory, { topic, record, payload = null }) {
  const kind = knownKind(memory, topic);
  if (kind === undefined) return payload;
  const reach = reachOf(kind, { caller: { ...nobody(), kind: "system" } }, "read", subjectOf(kind, record, payload ?? {}));
  if (reach < 0) return undefined;
  return payload !== null && typeof payload === "object" ? shown(kind, payload, reach) : payload;
}

/**
 * Does every job that is due, also those that they put aside meanwhile. What is to be tried again waits, unless it was its last try. Without
 * its capability nothing is done, and the try has failed.
 */
export function runJobs(memory, plugin) {
  const [ended, again] = [[], []];
  for (let waiting = nextDue(memory); waiting !== undefined; waiting = nextDue(memory)) {
    const { job } = waiting;
    const outcome = memory.granted.has("jobs") ? worked(memory, plugin, job) : { tag: "retry" };
    if (outcome.tag === "retry" && job.attempt < waiting.attemptsMax) {
      const dueAt = memory.now + (outcome.seconds ?? RETRY_S) * 1_000;
      again.push({ ...waiting, job: { ...job, dueAt, attempt: job.attempt + 1 } });
    }
    ended.push({ job: job.name, outcome });
  }
  memory.unit.waiting.push(...again);
  return ended;
}

function worked(memory, plugin, job) {
  memory.isWorking = true;
  try {
    return keptIfDone(memory, () => plugin.runJob(job));
  } finally {
    memory.isWorking = false;
  }
}

function nextDue(memory) {
  const due = memory.unit.waiting.findIndex(({ job }) => job.dueAt <= memory.now);
  return due === -1 ? undefined : memory.unit.waiting.splice(due, 1)[0];
}

/** Work in the background leaves nothing unless it is done. */
function keptIfDone(memory, work) {
  let outcome;
  const givenUp = new Error("given up");
  try {
    memory.asSystem(() => {
      outcome = work();
      if (outcome.tag !== "done") throw givenUp;
    });
  } catch (cause) {
    if (cause !== givenUp) throw cause;
  }
  return outcome;
}
