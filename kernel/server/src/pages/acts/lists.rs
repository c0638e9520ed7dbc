//! Lists that are printed: members, officers and acts, now or on a day.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_registry::acts::{Act, State as Cooperative};
use tiwizi_registry::day::Day;

use super::super::visit::{SignedIn, Visit};
use super::opened::Opened;
use super::people::{everybody, officers};
use super::{chain, said};
use crate::app::App;
use crate::parameters::decode_pairs;
use crate::problem::Problem;

/// A cell: a text, and whether it is a code that runs from left to right.
fn cell(text: impl Into<String>, is_code: bool) -> Value {
    context! { text => text.into(), code => is_code }
}

/// A cell with the names of a person.
fn person(opened: &Opened<'_>, id: tiwizi_model::RecordId) -> Value {
    context! { names => opened.people.names(opened.language(), id) }
}

/// `GET /{language}/directory/{id}/members`: those who are members, or were on the day `as_of`.
pub(super) async fn members(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let mut opened = Opened::whole(&app, &visit, &id).await?;
    let (state, day) = on_a_day(&opened, &visit)?;
    opened.name(&everybody(&state)).await?;
    let texts = &opened.texts;
    let mut rows: Vec<(&String, &tiwizi_registry::acts::Member)> = state.current_members().collect();
    // Numbers are texts; most are numerals, and people look for them in that order.
    rows.sort_by_key(|(number, _)| (number.parse::<u64>().unwrap_or(u64::MAX), *number));
    let has_represented = rows.iter().any(|(_, member)| !member.holder.is_person());
    let row = |(number, member): &(&String, &tiwizi_registry::acts::Member)| {
        let paid = member.paid.map(|paid| said::amount(texts, paid)).unwrap_or_default();
        let office = state.mandates_on(day).find(|mandate| member.acts_by(mandate.person));
        let mut cells = vec![
            cell(number.as_str(), true),
            person(&opened, member.person),
            cell(member.joined_on.map(|day| said::day(texts, day)).unwrap_or_default(), false),
            cell(office.map(|mandate| said::role(texts, mandate.role.name())).unwrap_or_default(), false),
            cell(member.shares.map(|shares| texts.number(f64::from(shares))).unwrap_or_default(), false),
            cell(paid, false),
        ];
        if has_represented {
            let by = member.represented_by.map(|by| person(&opened, by));
            cells.push(by.unwrap_or_else(|| cell("", false)));
        }
        cells
    };
    let mut columns = vec!["membership-number", "person", "joined-on", "office", "shares", "paid"];
    columns.extend(has_represented.then_some("represented-by"));
    let list = List { title: "acts-list-members", columns: &columns, rows: rows.iter().map(row).collect() };
    list.show(&opened, Some(day))
}

/// `GET /{language}/directory/{id}/officers`: those who hold an office, or held one on the day `as_of`.
pub(super) async fn show_officers(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let mut opened = Opened::whole(&app, &visit, &id).await?;
    let (state, day) = on_a_day(&opened, &visit)?;
    opened.name(&officers(&state)).await?;
    let texts = &opened.texts;
    let mut running: Vec<_> = state.mandates_on(day).collect();
    running.sort_by_key(|mandate| (mandate.role, mandate.from));
    let row = |mandate: &&tiwizi_registry::acts::Mandate| {
        let day = |day: Option<Day>| day.map(|day| said::day(texts, day)).unwrap_or_default();
        vec![
            cell(said::role(texts, mandate.role.name()), false),
            person(&opened, mandate.person),
            cell(day(mandate.from), false),
            cell(day(mandate.until), false),
        ]
    };
    let columns = ["office", "person", "from", "until"];
    let list = List { title: "acts-list-officers", columns: &columns, rows: running.iter().map(row).collect() };
    list.show(&opened, Some(day))
}

/// `GET /{language}/directory/{id}/acts/list`: every act in a line.
pub(super) async fn acts(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let opened = Opened::whole(&app, &visit, &id).await?;
    let texts = &opened.texts;
    let acts = opened.desk.ledger.acts();
    let places = chain::places(acts);
    let ids = acts.iter().filter_map(|act| act.author).collect();
    let authors = app.identity.account_names(&ids).await?;
    let row = |act: &Act| {
        let place = places.get(&act.sequence).copied().unwrap_or(act.sequence);
        let note = match (act.corrects, chain::last_of(acts, place)) {
            (Some(_), _) => format!("{} {place}", texts.text("acts-corrects")),
            (None, last) if last != act.sequence => format!("{} {last}", texts.text("acts-corrected-by")),
            (None, _) => String::new(),
        };
        let author = act.author.map(|id| authors.get(&id).cloned().unwrap_or_else(|| texts.text("records-by-account")));
        vec![
            cell(act.sequence.to_string(), true),
            cell(said::kind(texts, act.kind()), false),
            cell(said::day(texts, act.effective_on), false),
            cell(texts.date(act.entered_at), false),
            cell(author.unwrap_or_else(|| texts.text("records-by-system")), false),
            cell(texts.number(f64::from(u32::try_from(act.documents.len()).unwrap_or(u32::MAX))), false),
            cell(note, false),
        ]
    };
    let columns = ["act-number", "act", "effective", "entered", "author", "documents", "note"];
    let list = List { title: "acts-list-acts", columns: &columns, rows: acts.iter().map(row).collect() };
    list.show(&opened, None)
}

/// The state on the day that the address names, else now.
fn on_a_day(opened: &Opened<'_>, visit: &Visit) -> Result<(Cooperative, Day), Problem> {
    let pairs = decode_pairs(&visit.look.query)?;
    let asked = pairs.iter().find(|(name, text)| name == "as_of" && !text.is_empty());
    let Some((_, text)) = asked else { return Ok((opened.desk.state.clone(), opened.today())) };
    let day: Day = text.parse().map_err(|_| Problem::parameter("as_of", "a day, as in 2026-01-31, is expected"))?;
    // Of one without acts only what stands now is known.
    if opened.desk.ledger.is_empty() {
        return Ok((opened.desk.state.clone(), opened.today()));
    }
    let state = opened.desk.ledger.as_of(day, opened.app.acts.packs()).map_err(Problem::internal)?;
    Ok((state, day))
}

struct List<'a> {
    title: &'static str,
    columns: &'a [&'static str],
    rows: Vec<Vec<Value>>,
}

impl List<'_> {
    fn show(self, opened: &Opened<'_>, day: Option<Day>) -> Result<Response, Problem> {
        let texts = &opened.texts;
        let heading = texts.text(self.title);
        let data = context! {
            heading => &*heading,
            columns => self.columns.iter().map(|name| said::label(texts, name)).collect::<Vec<_>>(),
            count => self.rows.len(),
            rows => self.rows,
            day => day.map(|day| said::day(texts, day)),
            as_of => day.map(|day| day.to_string()),
            printed => opened.app.ambient.now().0,
            ..opened.around()
        };
        let title = format!("{heading} · {}", opened.title());
        opened.visit.page(opened.app, "acts/list.html", &title, data)
    }
}
