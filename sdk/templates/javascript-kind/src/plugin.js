// __TITLE__: a kind of record, a page that lists the caller's own, and a form that adds one.

import { context, Filled, form, get, page, plugin, post, Problem, redirect, store, text } from "tiwizi";

/** The kind, as the manifest declares it. Only its owner reads a note, and only through this plugin is it written. */
const notes = store("note");

/** What the page's form sends. */
const newNote = form({ text: text({ max: 500 }) });

function show() {
  return list(new Filled());
}

function add(request) {
  const person = owner();
  const filled = request.readForm(newNote);
  if (!filled.isGood) return list(filled, 422);
  notes.insert({ person, text: filled.value.text });
  return redirect("/");
}

function remove(request) {
  owner();
  // A record of somebody else is not found here: the kernel reads with the caller's rights.
  const note = notes.get(request.parameter("note"));
  if (note === undefined) throw Problem.notFound("there is no such note");
  notes.delete(note);
  return redirect("/");
}

/** The person who asks. */
function owner() {
  const caller = context.caller();
  if (!caller.isSignedIn) throw Problem.signIn();
  if (caller.person === undefined) throw Problem.denied("this account belongs to no person of the register");
  return caller.person;
}

function list(filled, status = 200) {
  const { person } = context.caller();
  const found = person === undefined ? [] : notes.find({ equal: { person }, limit: 50 }).items;
  const shown = found.map(({ id, body }) => ({ id, text: body.text }));
  return page("notes", "__TITLE__", { notes: shown, form: filled, can_write: person !== undefined }, { status });
}

/** Brings what earlier versions kept into this version's form, some notes in each step: their texts had blanks around them. */
function migrate(from, cursor) {
  const { items, next } = notes.find({ limit: 100, after: cursor });
  for (const { id, body } of items) {
    const trimmed = body.text.trim();
    if (trimmed !== body.text) notes.patch(id, { text: trimmed });
  }
  return next;
}

export default plugin({
  migrate,
  routes: [get("/", show), post("/", add), post("/notes/{note}/delete", remove)],
});
