// What a plugin is made of. Each part has an answer already, so that a plugin writes only what it does otherwise.

import { answered } from "./answer.js";
import { Problem } from "./problem.js";
import { outcomeOf, reject } from "./reactions.js";
import { Request } from "./request.js";
import { answerBy } from "./router.js";

const PARTS = ["init", "health", "migrate", "routes", "hooks", "events", "jobs", "provides", "slots"];

/**
 * A plugin, which its main file exports as default:
 *
 *     export default plugin({ routes: [get("/", show), post("/", add)] });
 *
 * `hooks` has for each hook of the manifest a function that is given the proposal and answers nothing, `amend(…)` or `refuse(…)`.
 * `init` runs once, when the plugin is installed, as the system: it writes the first records. `health` throws what the plugin lacks.
 * `migrate` brings what an earlier version left into the form that this one expects: a step, which is given that version and where it begins
 * (nothing the first time) and answers where the next one begins, or nothing when all is done.
 *
 * `events` has for each subscription of the manifest a function that is given the event, `jobs` one for each job; they answer nothing when the
 * work is done, `retry(…)` or `reject(…)`. `provides` has for each contract its methods, which are given the payload and who asks, and answer
 * with data. `slots` has for each slot a function that is given what the page is about, and answers a `fragment(…)` or nothing.
 */
export function plugin(parts) {
  for (const name of Object.keys(parts)) {
    if (!PARTS.includes(name)) throw new TypeError(`a plugin has no part ${name}; ${PARTS.join(", ")} are`);
  }
  const { init = nothing, health = nothing, migrate = nothing, routes = [], hooks = {} } = parts;
  const { events = {}, jobs = {}, provides = {}, slots = {} } = parts;
  return {
    init,
    health,
    migrate,
    /** Answers a request; a problem that was thrown is the answer too. */
    handle(request) {
      const asked = new Request(request);
      return orProblem(() => answered(answerBy(routes, asked), `${asked.method} ${asked.path}`));
    },
    /** Looks at a write before it happens. */
    before: (proposal) => of("hooks", hooks, proposal.hook)(proposal),
    /** Is told of an event. */
    onEvent: (event) => outcomeOf(() => own(events, event.subscription, () => reject(`nothing is done about ${event.subscription}`))(event)),
    /** Works in the background. */
    runJob: (job) => outcomeOf(() => own(jobs, job.name, () => reject(`nothing does ${job.name}`))(job)),
    /** Answers another plugin, for a contract of one's own. */
    invoke(asker, contract, method, payload) {
      const methods = own(provides, contract.split("/").at(-1), {});
      const unknown = () => {
        throw Problem.notFound(`nothing answers ${method}`);
      };
      return own(methods, method, unknown)(payload, { plugin: asker });
    },
    /** Makes a part of one of the kernel's pages. */
    render: (slot, input) => own(slots, slot, nothing)(input),
  };
}

function nothing() {}

/** What stands under a name, and something else where nothing does. */
function own(named, name, otherwise) {
  return Object.hasOwn(named, name) ? named[name] : otherwise;
}

/** The function for a name that the manifest declares. A fault of the author's when there is none. */
function of(part, functions, name) {
  if (!Object.hasOwn(functions, name)) throw new TypeError(`the manifest names ${name}, and the plugin's ${part} have no such function`);
  return functions[name];
}

function orProblem(work) {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof Problem) return answered(cause);
    throw cause;
  }
}
