//! What a sheet is filled with: what stands now, or what the act says that is corrected.

use serde_json::Value as Json;
use tiwizi_registry::acts::{ActKind, State};
use tiwizi_registry::day::Day;
use tiwizi_registry::rule_pack::BodyForm;

use super::field::{CALL, Control, Field};
use super::given::{Given, cell_name};
use super::read::is_kept;
use super::sheet::Sheet;

/// The sheet of a new act.
pub(super) fn of_state(sheet: Sheet, state: &State, today: Day) -> Given {
    let mut given = Given::default();
    let mut set = |name: &str, text: Option<String>| {
        if let Some(text) = text.filter(|_| sheet.field(name).is_some()) {
            given.set(format!("/{name}"), text);
        }
    };
    match sheet.kind {
        ActKind::Amended => {
            for (name, text) in [
                ("name_ar", &state.names.ar),
                ("name_fr", &state.names.fr),
                ("name_zgh", &state.names.zgh),
                ("category", &state.category),
                ("sector", &state.sector),
                ("branch", &state.branch),
                ("commune", &state.commune),
                ("address", &state.address),
            ] {
                set(name, text.clone());
            }
            set("province", state.province.map(|province| province.to_string()));
        }
        // Whoever asks for another name founds what was to be founded before.
        ActKind::DenominationRequested => {
            set("entity", (!state.entity.is_cooperative()).then(|| state.entity.name().to_owned()));
        }
        ActKind::OfficersChanged => set("form", state.form.map(|form| form_name(form).to_owned())),
        ActKind::YearlyFiling => {
            let last = state.filings.iter().next_back();
            let year = last.map_or(today.year().saturating_sub(1), |(year, _)| year.saturating_add(1));
            set("year", Some(year.to_string()));
            let count = state.member_count();
            set("members", (count > 0).then(|| count.to_string()));
            let employees = last.and_then(|(_, filing)| filing.content.employees);
            set("employees", employees.map(|employees| employees.to_string()));
        }
        // Nothing of what these say stands before.
        ActKind::DenominationAnswered
        | ActKind::Constituted
        | ActKind::Filed
        | ActKind::Registered
        | ActKind::RegisteredCentrally
        | ActKind::CapitalChanged
        | ActKind::MembersChanged
        | ActKind::Suspended
        | ActKind::Resumed
        | ActKind::Merged
        | ActKind::Split
        | ActKind::Transformed
        | ActKind::Dissolved
        | ActKind::LiquidationOpened
        | ActKind::StruckOff
        | ActKind::Corrected
        | ActKind::TakenOver => {}
    }
    given
}

/// The sheet of an act that says this.
pub(super) fn of_data(sheet: Sheet, data: &Json) -> Given {
    let mut given = Given::default();
    for field in sheet.fields.iter().filter(|field| !is_kept(field, data.as_object())) {
        if let Some(value) = data.get(field.name) {
            put(&mut given, field, value);
        }
    }
    given
}

fn put(given: &mut Given, field: &Field, value: &Json) {
    let name = format!("/{}", field.name);
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    match field.control {
        Control::Rows { cells, plain } => {
            for (row, item) in items.iter().enumerate() {
                for cell in cells {
                    let value = if plain { Some(item) } else { item.get(cell.name) };
                    if let Some(value) = value {
                        given.set(cell_name(&name, row, cell), text(value));
                    }
                }
            }
        }
        Control::Call => {
            for part in CALL {
                if let Some(value) = value.get(part) {
                    given.set(format!("{name}/{part}"), text(value));
                }
            }
        }
        Control::Statutes => items.iter().for_each(|item| given.add(&*name, text(item))),
        Control::Ended => {
            for item in items {
                let part = |part: &str| item.get(part).map(text).unwrap_or_default();
                given.add(&*name, format!("{} {}", part("person"), part("role")));
            }
        }
        Control::Cooperatives { several } => {
            let ids = if several { items } else { std::slice::from_ref(value) };
            for (row, id) in ids.iter().enumerate() {
                given.set(format!("{name}/{row}/id"), text(id));
            }
        }
        Control::Line(_)
        | Control::Lines(_)
        | Control::Day
        | Control::Whole
        | Control::Amount { .. }
        | Control::Choice(_)
        | Control::Province
        | Control::Branch
        | Control::File => given.set(name, text(value)),
    }
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// The name of a form of management in acts.
pub(super) fn form_name(form: BodyForm) -> &'static str {
    match form {
        BodyForm::Managers => "managers",
        BodyForm::Board => "board",
    }
}
