"""Yearly reports of cooperatives: each is checked before it is written, by whatever way, and a page shows those of a year."""

from tiwizi import Answer, Form, Plugin, Proposal, Refuse, Request, Store, Verdict, context, page, whole

from rules import faults_of

plugin = Plugin()
reports = Store("report")

question = Form(year=whole(min=2000, max=2100, optional=True))

#: The year that the page begins with, where nobody asks for one.
FIRST_YEAR = 2025

MESSAGES = {
    "fr": {
        "surplus": "Recettes moins dépenses : {}.",
        "members": "Membres au début, plus les entrées, moins les départs : {}.",
        "more-left": "Il n’y avait que {} membres.",
        "too-early": "L’assemblée se tient après l’année, au plus tôt le {}.",
    },
    "ar": {
        "surplus": "المداخيل ناقص المصاريف: {}.",
        "members": "الأعضاء في البداية زائد المنضمين ناقص المغادرين: {}.",
        "more-left": "لم يكن هناك سوى {} عضوا.",
        "too-early": "ينعقد الجمع بعد نهاية السنة، ابتداء من {}.",
    },
}


@plugin.hook("consistent")
def consistent(proposal: Proposal) -> Verdict:
    """The first fault refuses the report, with what would be right."""
    fault = next(faults_of(proposal.after), None)
    if fault is None:
        return None
    messages = MESSAGES.get(context.language(), MESSAGES["fr"])
    return Refuse(fault.code, messages[fault.code].format(fault.expected), f"/{fault.field}")


@plugin.get("/")
def show(request: Request) -> Answer:
    year = request.read_query(question).or_raise()["year"] or FIRST_YEAR
    found = reports.find(equal={"year": year}, sort="name", limit=100)
    rows = [{"name": entry.body["name"], "surplus": entry.body["surplus_mad"]} for entry in found.items]
    data = {"year": year, "reports": rows, "total": sum(row["surplus"] for row in rows), "more": found.next is not None}
    return page("reports", "Rapports annuels", data)
