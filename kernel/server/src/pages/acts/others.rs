//! The other cooperatives of a sheet, and members that are no natural persons: given by a link or a search, and chosen among what was found.

use std::collections::BTreeMap;

use minijinja::{Value, context};
use tiwizi_identity::Caller;
use tiwizi_model::limits::{ACT_SHEET_FOUND_MAX, SEARCH_CHARS_MAX};
use tiwizi_model::{Language, Record, RecordId};
use tiwizi_records::Query;

use super::super::register;
use super::brought::holder;
use super::fault::Fault;
use super::field::{CellKind, Control};
use super::given::{Given, cell_name};
use super::opened::Opened;
use super::sheet::Sheet;
use crate::app::App;
use crate::problem::Problem;

/// Letters of an id.
const ID_CHARS: usize = 36;

/// What was found for the lines of a sheet.
#[derive(Debug, Default)]
pub(super) struct Found(BTreeMap<String, Vec<Record>>);

impl Found {
    /// What was found for a line, to choose from.
    pub(super) fn choices(&self, language: Language, line: &str) -> Vec<Value> {
        let records = self.0.get(line).map(Vec::as_slice).unwrap_or_default();
        records.iter().map(|record| context! { id => record.id.to_string(), ..told(language, record) }).collect()
    }

    /// Finds out which cooperatives and legal persons are meant. Where that is known, the id is put down.
    pub(super) async fn find(
        opened: &Opened<'_>,
        sheet: Sheet,
        given: &mut Given,
    ) -> Result<(Self, Vec<Fault>), Problem> {
        let (mut found, mut faults) = (Self::default(), Vec::new());
        found.find_members(opened, sheet, given, &mut faults).await?;
        let (app, own) = (opened.app, opened.desk.cooperative);
        let fields = sheet.fields.iter().filter(|field| matches!(field.control, Control::Cooperatives { .. }));
        let parts: Vec<String> = fields.map(|field| format!("/{}", field.name)).collect();
        let rows = parts.iter().flat_map(|part| (0..given.rows(part)).map(move |row| format!("{part}/{row}")));
        let lines: Vec<String> = rows.collect();
        for line in lines {
            if !given.text(&format!("{line}/other")).is_empty() {
                given.clear(&line);
            }
            let said = |name: &str| given.trimmed(&format!("{line}/{name}")).to_owned();
            let (id, pick, text) = (said("id"), said("pick"), said("text"));
            if !id.is_empty() || (pick.is_empty() && text.is_empty()) {
                continue;
            }
            if let Some(id) = pick.parse::<RecordId>().ok().or_else(|| id_in(&text)) {
                given.clear(&line);
                given.set(format!("{line}/id"), id.to_string());
                continue;
            }
            let records = search(app, own, &text).await?;
            faults.push(Fault::new(&*line, if records.is_empty() { "no-cooperative" } else { "choose" }));
            found.0.insert(line, records);
        }
        Ok((found, faults))
    }

    /// The members of lines that say that they are no natural persons.
    async fn find_members(
        &mut self,
        opened: &Opened<'_>,
        sheet: Sheet,
        given: &mut Given,
        faults: &mut Vec<Fault>,
    ) -> Result<(), Problem> {
        for (name, of, holder) in members(sheet, given) {
            let said = |helper: &str| given.trimmed(&format!("{name}~{helper}")).to_owned();
            let (pick, text) = (said("pick"), said("text"));
            let Some(holder) = holder else {
                // Somebody was looked for, and the line does not say what it is.
                if !text.is_empty() {
                    faults.push(Fault::new(of, "holder"));
                }
                continue;
            };
            if !said("other").is_empty() {
                given.clear(&name);
            }
            if !given.trimmed(&name).is_empty() || (pick.is_empty() && text.is_empty()) {
                continue;
            }
            if let Some(id) = pick.parse::<RecordId>().ok().or_else(|| id_in(&text)) {
                given.clear(&name);
                given.set(name, id.to_string());
                continue;
            }
            let records = match holder {
                "cooperative" => search(opened.app, opened.desk.cooperative, &text).await?,
                _ => search_legal(opened, &text).await?,
            };
            let none = if holder == "cooperative" { "no-cooperative" } else { "no-legal-person" };
            faults.push(Fault::new(&*name, if records.is_empty() { none } else { "choose" }));
            self.0.insert(name, records);
        }
        Ok(())
    }
}

/// The cells of members in lines that may say that they are no natural persons, with the cell that says so, and what it says.
fn members(sheet: Sheet, given: &Given) -> Vec<(String, String, Option<&'static str>)> {
    let mut found = Vec::new();
    for field in sheet.fields {
        let Control::Rows { cells, .. } = field.control else { continue };
        let part = format!("/{}", field.name);
        let member = cells.iter().find(|cell| matches!(cell.kind, CellKind::Person { .. }));
        let says = cells.iter().find(|cell| cell.kind == CellKind::Holder);
        let Some((member, says)) = member.zip(says) else { continue };
        for row in 0..given.rows(&part) {
            let names = (cell_name(&part, row, member), cell_name(&part, row, says));
            found.push((names.0, names.1, holder(&part, row, cells, given)));
        }
    }
    found
}

/// Legal persons, as far as whoever enters the act may see them.
async fn search_legal(opened: &Opened<'_>, text: &str) -> Result<Vec<Record>, Problem> {
    let records = &opened.app.records;
    let permit = records.may_read(opened.caller(), &opened.app.pages.names.legal_person)?;
    let text: String = text.chars().take(SEARCH_CHARS_MAX).collect();
    let query = Query { text: Some(text), limit: ACT_SHEET_FOUND_MAX, ..Query::default() };
    Ok(records.list(&permit, &query).await?.items)
}

/// The id in a text: the text itself, or a part of a link.
pub(in crate::pages) fn id_in(text: &str) -> Option<RecordId> {
    let starts = text.char_indices().map(|(at, _)| at);
    starts.filter_map(|at| text.get(at..at.checked_add(ID_CHARS)?)).find_map(|part| part.parse().ok())
}

/// Cooperatives that the public finds by a text, but for the one itself.
pub(in crate::pages) async fn search(app: &App, own: RecordId, text: &str) -> Result<Vec<Record>, Problem> {
    let permit = app.records.may_read(&Caller::public(), &app.pages.names.cooperative)?;
    let text: String = text.chars().take(SEARCH_CHARS_MAX).collect();
    let query = Query { text: Some(text), limit: ACT_SHEET_FOUND_MAX, ..Query::default() };
    let mut records = app.records.list(&permit, &query).await?.items;
    records.retain(|record| record.id != own);
    Ok(records)
}

/// The names of cooperatives.
pub(in crate::pages) async fn names(
    app: &App,
    language: Language,
    ids: &[RecordId],
) -> Result<BTreeMap<RecordId, String>, Problem> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let permit = app.records.may_read(&Caller::public(), &app.pages.names.cooperative)?;
    let records = app.records.read_many(&permit, ids).await?;
    let name = |record: &Record| {
        let names = register::names(language, &record.body);
        Some((record.id, names.first()?.text().to_owned()))
    };
    Ok(records.iter().filter_map(name).collect())
}

/// A cooperative or legal person so that one can tell it from others of its name.
pub(in crate::pages) fn told(language: Language, record: &Record) -> Value {
    let field = |name: &str| record.body.get(name).and_then(serde_json::Value::as_str);
    context! {
        name => register::names(language, &record.body).first().map(register::Name::value),
        court => field("court"),
        number => ["number", "registry_number", "ice"].into_iter().find_map(field),
        place => field("province").and_then(|code| register::province(language, code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_in_a_link() {
        let id = "01890000-0000-7000-8000-000000000000";
        for text in [id.to_owned(), format!("https://registre.test/fr/directory/{id}"), format!("تعاونية {id}?a=b")]
        {
            assert_eq!(id_in(&text).map(|id| id.to_string()).as_deref(), Some(id), "{text}");
        }
        assert_eq!((id_in("Tifaouine"), id_in("")), (None, None));
    }
}
