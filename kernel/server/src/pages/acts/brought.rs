//! The people whom a sheet brings along: members by their number, people of the register by their identity card, and new ones.
//!
//! A person's cell is the id of the person; helpers behind it say who it is until that is known. New people are entered when everything
//! else of the act was found right, so that a sheet that is refused leaves nobody in the register.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use tiwizi_identity::{Caller, Secret};
use tiwizi_model::{KindName, RecordId};
use tiwizi_records::{Draft, DraftAction, FieldError, Receipt, WriteError};
use tiwizi_registry::NationalIdKey;

use super::fault::Fault;
use super::field::{Cell, CellKind, Control, List};
use super::given::{Given, cell_name};
use super::opened::Opened;
use super::sheet::Sheet;
use super::typed;
use crate::problem::Problem;

/// Helpers of a person's cell that say who it is.
const HELPERS: [&str; 9] = ["member", "card", "name_ar", "name_fr", "gender", "birth_date", "other", "alike", "same"];

/// People who are still to be entered, by the name of their cell.
#[derive(Debug, Default)]
pub(super) struct Brought(BTreeMap<String, NewPerson>);

/// Somebody who is still to be entered.
#[derive(Debug)]
pub(super) struct NewPerson {
    /// The id that the record will get.
    pub(super) id: RecordId,
    /// What it says, without the number of the card.
    pub(super) body: Json,
    /// That number, where it was typed.
    card: Option<Secret>,
}

impl NewPerson {
    /// The record with the number of the card sealed for it beside the hash. Only here, because each time that a sheet is sent the id is
    /// another one, and what is sealed with it.
    fn draft(self, key: &NationalIdKey, kind: KindName) -> Result<Draft, Problem> {
        let Self { id, mut body, card } = self;
        if let (Some(card), Some(fields)) = (card, body.as_object_mut()) {
            let sealed = key.seal(id, card.reveal()).map_err(Problem::internal)?;
            fields.insert("national_id_sealed".to_owned(), sealed.into());
        }
        Ok(Draft { kind, action: DraftAction::Create { id: Some(id), body } })
    }
}

/// Who a cell says it is.
enum Who {
    /// Nobody yet.
    Nobody,
    Known(RecordId),
    New(Json),
    Wrong(Fault),
}

impl Brought {
    /// The id that stands for whoever is brought along in a cell.
    pub(super) fn id(&self, name: &str) -> Option<RecordId> {
        self.0.get(name).map(|person| person.id)
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &NewPerson> {
        self.0.values()
    }

    /// Finds out who is in the cells of a sheet. Whoever is known gets an id there; the others are brought along.
    pub(super) async fn find(
        opened: &Opened<'_>,
        sheet: Sheet,
        given: &mut Given,
    ) -> Result<(Self, Vec<Fault>), Problem> {
        let (mut brought, mut faults) = (Self::default(), Vec::new());
        for name in cells(sheet, given) {
            if !given.text(&format!("{name}~other")).is_empty() {
                given.clear(&name);
                continue;
            }
            if !given.trimmed(&name).is_empty() {
                continue;
            }
            match who(opened, given, &name).await? {
                Who::Nobody => {}
                Who::Known(id) => settle(given, &name, id),
                Who::New(body) => {
                    let id = opened.app.ambient.new_id();
                    let card = given.trimmed(&format!("{name}~card"));
                    let card = (!card.is_empty()).then(|| Secret::of(card.to_owned()));
                    brought.0.insert(name, NewPerson { id, body, card });
                }
                Who::Wrong(fault) => faults.push(fault),
            }
        }
        Ok((brought, faults))
    }

    /// Enters them, one after the other; their ids go into the sheet. `once` is the sheet's own key: sent twice, they are entered once.
    pub(super) async fn enter(self, opened: &Opened<'_>, given: &mut Given, once: &str) -> Result<Vec<Fault>, Problem> {
        let kind = &opened.app.pages.names.person;
        for (name, person) in self.0 {
            let key = format!("{once}{name}");
            let receipt = (!once.is_empty()).then(|| Receipt::new(key, &[person.body.to_string().as_bytes()]));
            let draft = person.draft(&opened.app.national_ids, kind.clone())?;
            match opened.app.records.submit(opened.caller(), vec![draft], receipt).await {
                Ok(records) => {
                    if let Some(record) = records.first() {
                        settle(given, &name, record.id);
                    }
                }
                Err(error) => return refused(given, &name, error),
            }
        }
        Ok(Vec::new())
    }
}

/// The names of the cells with natural persons, in the order of the sheet.
fn cells(sheet: Sheet, given: &Given) -> Vec<String> {
    let mut names = Vec::new();
    for field in sheet.fields {
        let Control::Rows { cells, .. } = field.control else { continue };
        let part = format!("/{}", field.name);
        for cell in cells.iter().filter(|cell| cell.kind.is_person()) {
            let rows = (0..given.rows(&part)).filter(|row| is_of_person(&part, *row, cells, cell, given));
            names.extend(rows.map(|row| cell_name(&part, row, cell)));
        }
    }
    names
}

/// Whether a natural person stands in the cell of a line: always, but for a member that is none.
fn is_of_person(part: &str, row: usize, cells: &[Cell], cell: &Cell, given: &Given) -> bool {
    cell.kind == CellKind::Representative || holder(part, row, cells, given).is_none()
}

/// What the member of a line is; none for a natural person, and where lines do not say it.
pub(super) fn holder(part: &str, row: usize, cells: &[Cell], given: &Given) -> Option<&'static str> {
    let cell = cells.iter().find(|cell| cell.kind == CellKind::Holder)?;
    let name = cell_name(part, row, cell);
    let said = given.trimmed(&name);
    let others = List::Holder.codes().iter().filter(|code| Some(**code) != List::Holder.fallback());
    others.copied().find(|code| *code == said)
}

/// Writes down who it is, and forgets how that was found out.
fn settle(given: &mut Given, name: &str, id: RecordId) {
    for helper in HELPERS {
        given.clear(&format!("{name}~{helper}"));
    }
    given.set(name, id.to_string());
}

async fn who(opened: &Opened<'_>, given: &Given, name: &str) -> Result<Who, Problem> {
    let helper = |helper: &str| given.trimmed(&format!("{name}~{helper}"));
    let alike = given.texts(&format!("{name}~alike"));
    if let Some(id) = alike.iter().find(|id| *id == helper("same")).and_then(|id| id.parse().ok()) {
        return Ok(Who::Known(id));
    }
    let number = helper("member");
    if !number.is_empty() {
        let member = opened.desk.state.current_members().find(|(found, _)| *found == number);
        // An office is held by a natural person: for a member that is none, by who acts for it.
        let acts = member.and_then(
            |(_, member)| {
                if member.holder.is_person() { Some(member.person) } else { member.represented_by }
            },
        );
        return Ok(match acts {
            Some(person) => Who::Known(person),
            None => Who::Wrong(Fault::new(format!("{name}~member"), "no-member")),
        });
    }
    let mut hashes = Vec::new();
    if !helper("card").is_empty() {
        match opened.app.national_ids.hashes(helper("card")) {
            Ok(found) => hashes = found,
            Err(_) => return Ok(Who::Wrong(Fault::new(format!("{name}~card"), "card"))),
        }
    }
    for hash in &hashes {
        if let Some(id) = by_card(opened, hash).await? {
            return Ok(Who::Known(id));
        }
    }
    // The first is of the key for everything new.
    Ok(new_person(opened, given, name, hashes.into_iter().next()))
}

/// Whoever types the number of a card has it in hand: the person is found wherever it lies, and shown only to who may see it.
async fn by_card(opened: &Opened<'_>, hash: &str) -> Result<Option<RecordId>, Problem> {
    let app = opened.app;
    let permit = app.records.may_read(&Caller::system(), &app.pages.names.person)?;
    let found = app.records.find_unique(&permit, 0, &[Json::from(hash)]).await?;
    Ok(found.map(|record| record.id))
}

fn new_person(opened: &Opened<'_>, given: &Given, name: &str, key: Option<String>) -> Who {
    let helper = |helper: &str| given.trimmed(&format!("{name}~{helper}"));
    let mut body = Map::new();
    for field in ["name_ar", "name_fr", "gender"] {
        if !helper(field).is_empty() {
            body.insert(field.to_owned(), helper(field).into());
        }
    }
    if !helper("birth_date").is_empty() {
        let Some(day) = typed::day(helper("birth_date")) else {
            return Who::Wrong(Fault::new(format!("{name}~birth_date"), "date"));
        };
        body.insert("birth_date".to_owned(), day.to_string().into());
    }
    if !body.contains_key("name_ar") && !body.contains_key("name_fr") {
        return match (key, body.is_empty()) {
            (Some(_), _) => Who::Wrong(Fault::new(format!("{name}~card"), "card-unknown")),
            (None, false) => Who::Wrong(Fault::new(format!("{name}~name_fr"), "required")),
            (None, true) => Who::Nobody,
        };
    }
    if let Some(key) = key {
        body.insert("national_id_key".to_owned(), key.into());
    }
    if let Some(province) = opened.desk.state.province {
        body.insert("province".to_owned(), province.to_string().into());
    }
    let alike = given.texts(&format!("{name}~alike"));
    if helper("same") == "new" && !alike.is_empty() {
        body.insert("confirm_distinct".to_owned(), json!(alike));
    }
    Who::New(Json::Object(body))
}

/// The sheet again, with what stands in the way of a person.
fn refused(given: &mut Given, name: &str, error: WriteError) -> Result<Vec<Fault>, Problem> {
    match error {
        WriteError::Alike { fields, .. } => {
            given.clear(&format!("{name}~alike"));
            given.clear(&format!("{name}~same"));
            for id in fields.iter().filter_map(|field| field.record) {
                given.add(format!("{name}~alike"), id.to_string());
            }
            Ok(vec![Fault::new(name, "alike")])
        }
        WriteError::Invalid { fields, .. } => Ok(fields.into_iter().map(|field| at_cell(name, field)).collect()),
        WriteError::Duplicate { .. } => Ok(vec![Fault::new(format!("{name}~card"), "taken")]),
        WriteError::Refused(_) => Ok(vec![Fault::new(name, "person-refused")]),
        error => Err(error.into()),
    }
}

/// A fault of a person's record, at the helper that gave the field.
fn at_cell(name: &str, error: FieldError) -> Fault {
    let fault = Fault::of(error);
    let field = fault.name.trim_start_matches('/').to_owned();
    let is_helper = HELPERS.contains(&field.as_str());
    Fault { name: if is_helper { format!("{name}~{field}") } else { name.to_owned() }, ..fault }
}
