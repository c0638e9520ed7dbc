"""__TITLE__: a kind of record, a page that lists the caller's own, and a form that adds one."""

from tiwizi import Answer, Filled, Form, Plugin, Problem, Request, Store, context, page, redirect, text

plugin = Plugin()

#: The kind, as the manifest declares it. Only its owner reads a note, and only through this plugin is it written.
notes = Store("note")

#: What the page's form sends.
new_note = Form(text=text(max=500))


@plugin.get("/")
def show(request: Request) -> Answer:
    return listed(Filled())


@plugin.post("/")
def add(request: Request) -> Answer:
    person = owner()
    filled = request.read_form(new_note)
    if filled.value is None:
        return listed(filled, status=422)
    notes.insert({"person": person, "text": filled.value["text"]})
    return redirect("/")


@plugin.post("/notes/{note}/delete")
def remove(request: Request) -> Answer:
    owner()
    # A record of somebody else is not found here: the kernel reads with the caller's rights.
    note = notes.get(request.parameter("note"))
    if note is None:
        raise Problem.not_found("there is no such note")
    notes.delete(note)
    return redirect("/")


@plugin.migrate
def migrate(version: str, cursor: str | None) -> str | None:
    """Brings what earlier versions kept into this version's form, some notes in each step: their texts had blanks around them."""
    found = notes.find(limit=100, after=cursor)
    for note in found.items:
        trimmed = note.body["text"].strip()
        if trimmed != note.body["text"]:
            notes.patch(note.id, {"text": trimmed})
    return found.next


def owner() -> str:
    """The person who asks."""
    caller = context.caller()
    if not caller.is_signed_in:
        raise Problem.sign_in()
    if caller.person is None:
        raise Problem.denied("this account belongs to no person of the register")
    return caller.person


def listed(filled: Filled, *, status: int = 200) -> Answer:
    person = context.caller().person
    found = notes.find(equal={"person": person}, limit=50).items if person else []
    shown = [{"id": note.id, "text": note.body["text"]} for note in found]
    data = {"notes": shown, "form": filled, "can_write": person is not None}
    return page("notes", "__TITLE__", data, status=status)
