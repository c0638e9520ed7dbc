//! From a sheet to what the act says.

use serde_json::{Map, Value as Json};
use tiwizi_model::limits::ACT_SHEET_ROWS_MAX;

use super::brought::Brought;
use super::fault::Fault;
use super::field::{CALL, Cell, CellKind, Control, Field, List};
use super::given::{Given, cell_name};
use super::sheet::Sheet;
use super::typed;

/// A sheet that is to be read.
pub(super) struct Reading<'a> {
    pub(super) sheet: Sheet,
    pub(super) given: &'a Given,
    /// Persons who are still to be entered.
    pub(super) brought: &'a Brought,
    /// What the sheet was filled with, when only what differs is the act.
    pub(super) before: Option<&'a Given>,
    /// What the act that is corrected says.
    pub(super) base: Option<&'a Map<String, Json>>,
}

/// What a place and a sector take with them when they change.
const FOLLOWERS: [(&str, &[&str]); 2] = [("province", &["commune", "address"]), ("sector", &["branch"])];

impl Reading<'_> {
    /// What the act says.
    pub(super) fn data(&self) -> Result<Map<String, Json>, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut data = self.base.cloned().unwrap_or_default();
        for field in self.sheet.fields.iter().filter(|field| !is_kept(field, self.base)) {
            let value = value(field, self.given, self.brought).unwrap_or_else(|more| {
                faults.extend(more);
                None
            });
            match (value, self.before) {
                (Some(value), None) => drop(data.insert(field.name.to_owned(), value)),
                (None, None) => drop(data.remove(field.name)),
                (value, Some(before)) => self.differing(field, value, before, &mut data, &mut faults),
            }
        }
        if faults.is_empty() { Ok(data) } else { Err(faults) }
    }

    /// A field of a filled sheet: it is named only when it differs, or goes with another one that does.
    fn differing(
        &self,
        field: &Field,
        value: Option<Json>,
        before: &Given,
        data: &mut Map<String, Json>,
        faults: &mut Vec<Fault>,
    ) {
        let old = self::value(field, before, self.brought).unwrap_or_default();
        let is_carried =
            FOLLOWERS.iter().any(|(leader, names)| names.contains(&field.name) && data.contains_key(*leader));
        match value {
            Some(value) if is_carried || old.as_ref() != Some(&value) => {
                data.insert(field.name.to_owned(), value);
            }
            None if old.is_some() && !is_carried => faults.push(Fault::new(format!("/{}", field.name), "emptied")),
            _ => {}
        }
    }
}

/// Whether a part has more lines than a sheet shows, and so stays as the act that is corrected says it.
pub(super) fn is_kept(field: &Field, base: Option<&Map<String, Json>>) -> bool {
    let is_rows = matches!(field.control, Control::Rows { .. });
    let lines = base.and_then(|base| base.get(field.name)).and_then(Json::as_array).map_or(0, Vec::len);
    is_rows && lines > ACT_SHEET_ROWS_MAX
}

fn value(field: &Field, given: &Given, brought: &Brought) -> Result<Option<Json>, Vec<Fault>> {
    let name = format!("/{}", field.name);
    let one = |code: &str| vec![Fault::new(&*name, code)];
    let text = given.trimmed(&name);
    match field.control {
        Control::Rows { cells, plain } => rows(field, cells, plain, given, brought),
        Control::Call => call(&name, given),
        Control::Choice(list) if list.fallback() == Some(text) => Ok(None),
        Control::Statutes => {
            let items: Vec<Json> = given.texts(&name).iter().map(|code| Json::from(code.as_str())).collect();
            Ok(Some(Json::Array(items)))
        }
        Control::Ended => {
            let ended: Vec<Json> = given.texts(&name).iter().filter_map(|text| mandate(text)).collect();
            Ok((!ended.is_empty()).then_some(Json::Array(ended)))
        }
        Control::Cooperatives { several } => {
            let ids = (0..given.rows(&name)).map(|row| given.trimmed(&format!("{name}/{row}/id")).to_owned());
            let mut ids = ids.filter(|id| !id.is_empty()).map(Json::from);
            if several { Ok(Some(Json::Array(ids.collect()))) } else { Ok(ids.next()) }
        }
        _ if text.is_empty() => Ok(None),
        Control::Day => typed::day(text).map(|day| Some(day.to_string().into())).ok_or_else(|| one("date")),
        Control::Whole => typed::whole(text).map(Some).ok_or_else(|| one("number")),
        Control::Amount { .. } => typed::amount(text).map(Some).ok_or_else(|| one("amount")),
        Control::Line(_)
        | Control::Lines(_)
        | Control::Choice(_)
        | Control::Province
        | Control::Branch
        | Control::File => Ok(Some(text.into())),
    }
}

/// A call on the shares; none when nothing of it is filled in. What it lacks the schema says.
fn call(name: &str, given: &Given) -> Result<Option<Json>, Vec<Fault>> {
    let (mut asked, mut faults) = (Map::new(), Vec::new());
    for part in CALL {
        let own = format!("{name}/{part}");
        let text = given.trimmed(&own);
        if text.is_empty() {
            continue;
        }
        let is_day = part == "due_on";
        let value = if is_day { typed::day(text).map(|day| Json::from(day.to_string())) } else { typed::whole(text) };
        match value {
            Some(value) => drop(asked.insert(part.to_owned(), value)),
            None => faults.push(Fault::new(own, if is_day { "date" } else { "number" })),
        }
    }
    if faults.is_empty() { Ok((!asked.is_empty()).then_some(Json::Object(asked))) } else { Err(faults) }
}

/// A mandate as the sheet names it: the person and the office.
fn mandate(text: &str) -> Option<Json> {
    let (person, role) = text.split_once(' ')?;
    Some(serde_json::json!({ "person": person, "role": role }))
}

fn rows(
    field: &Field,
    cells: &'static [Cell],
    plain: bool,
    given: &Given,
    brought: &Brought,
) -> Result<Option<Json>, Vec<Fault>> {
    let part = format!("/{}", field.name);
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for row in 0..given.rows(&part) {
        let mut line = Map::new();
        for cell in cells {
            match cell_value(&cell_name(&part, row, cell), cell, given, brought) {
                Ok(Some(value)) => drop(line.insert(cell.name.to_owned(), value)),
                Ok(None) => {}
                Err(fault) => faults.push(fault),
            }
        }
        if plain {
            lines.extend(line.into_iter().map(|(_, value)| value));
        } else {
            lines.push(Json::Object(line));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok((!lines.is_empty() || field.required).then_some(Json::Array(lines)))
}

fn cell_value(name: &str, cell: &Cell, given: &Given, brought: &Brought) -> Result<Option<Json>, Fault> {
    let text = given.trimmed(name);
    let wrong = |code: &str| Fault::new(name, code);
    if let Some(id) = brought.id(name).filter(|_| cell.kind.is_person()) {
        return Ok(Some(id.to_string().into()));
    }
    if text.is_empty() {
        return Ok(None);
    }
    match cell.kind {
        CellKind::Whole => typed::whole(text).map(Some).ok_or_else(|| wrong("number")),
        CellKind::Amount => typed::amount(text).map(Some).ok_or_else(|| wrong("amount")),
        CellKind::Day => typed::day(text).map(|day| Some(day.to_string().into())).ok_or_else(|| wrong("date")),
        CellKind::Choice(list) if list.fallback() == Some(text) => Ok(None),
        CellKind::Holder if List::Holder.fallback() == Some(text) => Ok(None),
        CellKind::Line(_)
        | CellKind::Member
        | CellKind::Choice(_)
        | CellKind::Person { .. }
        | CellKind::Holder
        | CellKind::Representative => Ok(Some(text.into())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tiwizi_registry::acts::ActKind;

    use super::super::fill;
    use super::*;

    fn given(pairs: &[(&str, &str)]) -> Given {
        Given::of_sent(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    fn read(slug: &str, given: &Given, before: Option<&Given>) -> Result<Json, Vec<(String, String)>> {
        let (sheet, brought) = (Sheet::named(slug).unwrap(), Brought::default());
        let reading = Reading { sheet, given, brought: &brought, before, base: None };
        let told = |faults: Vec<Fault>| faults.into_iter().map(|fault| (fault.name, fault.code)).collect();
        reading.data().map(Json::Object).map_err(told)
    }

    #[test]
    fn of_a_filled_sheet_only_what_differs_is_said() {
        let before = given(&[("/name_fr", "A"), ("/province", "09.541"), ("/commune", "Tiout"), ("/sector", "argan")]);
        let mut now = before.clone();
        assert_eq!(read("amended", &now, Some(&before)), Ok(json!({})));
        now.set("/name_fr", " B ");
        assert_eq!(read("amended", &now, Some(&before)), Ok(json!({ "name_fr": "B" })));
        now.set("/commune", "");
        let emptied = Err(vec![("/commune".to_owned(), "emptied".to_owned())]);
        assert_eq!(read("amended", &now, Some(&before)), emptied);
        // With another province, commune and address go, or come along.
        now.set("/province", "01.051");
        assert_eq!(read("amended", &now, Some(&before)), Ok(json!({ "name_fr": "B", "province": "01.051" })));
        now.set("/commune", "Tiout");
        let moved = json!({ "name_fr": "B", "province": "01.051", "commune": "Tiout" });
        assert_eq!(read("amended", &now, Some(&before)), Ok(moved));
    }

    #[test]
    fn lines_are_read_cell_by_cell() {
        let person = "01890000-0000-7000-8000-000000000000";
        let sheet = given(&[
            ("/joined/0/number", "6"),
            ("/joined/0/person", person),
            ("/joined/0/shares", "2"),
            ("/joined/0/paid_mad", "50,5"),
            ("/noticed/0/number", "3"),
        ]);
        let expected = json!({ "noticed": ["3"],
            "joined": [{ "number": "6", "person": person, "shares": 2, "paid_mad": 50.5 }] });
        assert_eq!(read("members-changed", &sheet, None), Ok(expected));
        let wrong =
            given(&[("/subscribed/0/number", "1"), ("/subscribed/0/shares", "two"), ("/subscribed/0/paid_mad", "?")]);
        let faults = read("capital-changed", &wrong, None).unwrap_err();
        let names: Vec<&str> = faults.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["/subscribed/0/shares", "/subscribed/0/paid_mad"]);
    }

    #[test]
    fn what_a_sheet_is_filled_with_reads_as_it_was() {
        let person = "01890000-0000-7000-8000-000000000000";
        for (kind, data) in [
            (ActKind::Merged, json!({ "into": person })),
            (ActKind::Split, json!({ "into": [person, "01890000-0000-7000-8000-000000000001"] })),
            (ActKind::Registered, json!({ "court": "Taroudannt", "number": "12/2024" })),
            (
                ActKind::MembersChanged,
                json!({
                    "joined": [{ "number": "7", "person": person, "holder": "legal-person", "represented_by": person,
                        "shares": 3, "paid_mad": 300 }],
                    "represented": [{ "number": "6", "by": person }]
                }),
            ),
            (
                ActKind::CapitalChanged,
                json!({ "called": { "numerator": 3, "denominator": 4, "due_on": "2026-12-31" } }),
            ),
            (ActKind::MembersChanged, json!({ "left": [{ "number": "2", "reason": "died" }], "noticed": ["4", "5"] })),
            (
                ActKind::OfficersChanged,
                json!({ "form": "board", "ended": [{ "person": person, "role": "president" }],
                    "appointed": [{ "person": person, "role": "secretary", "years": 2 }] }),
            ),
            (
                ActKind::Constituted,
                json!({ "statutes": ["object"], "form": "managers", "share_value_mad": 100.25, "officers": [],
                    "founders": [{ "number": "1", "person": person, "shares": 10, "paid_mad": 250 }] }),
            ),
        ] {
            let sheet = Sheet::of(kind).unwrap();
            let (given, brought) = (fill::of_data(sheet, &data), Brought::default());
            let base = data.as_object();
            let reading = Reading { sheet, given: &given, brought: &brought, before: None, base };
            assert_eq!(reading.data().map(Json::Object), Ok(data), "{kind}");
        }
    }

    #[test]
    fn what_need_not_be_said_is_not_said_and_a_call_is_whole() {
        let sheet = given(&[("/entity", "cooperative"), ("/sector", "argan"), ("/province", "09.541")]);
        assert_eq!(
            read("denomination-requested", &sheet, None),
            Ok(json!({ "sector": "argan", "province": "09.541" }))
        );
        let sheet = given(&[("/entity", "union"), ("/sector", "argan")]);
        let union = json!({ "entity": "union", "sector": "argan" });
        assert_eq!(read("denomination-requested", &sheet, None), Ok(union));
        let sheet = given(&[("/called/numerator", ""), ("/called/denominator", " "), ("/called/due_on", "")]);
        assert_eq!(read("capital-changed", &sheet, None), Ok(json!({})));
        let sheet = given(&[("/called/numerator", "half"), ("/called/denominator", "2"), ("/called/due_on", "soon")]);
        let faults = read("capital-changed", &sheet, None).unwrap_err();
        let names: Vec<&str> = faults.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["/called/numerator", "/called/due_on"]);
    }

    #[test]
    fn a_part_with_too_many_lines_for_a_sheet_stays_as_it_is() {
        let members: Vec<Json> =
            (0..=ACT_SHEET_ROWS_MAX).map(|number| json!({ "number": number.to_string() })).collect();
        let base = json!({ "court": "A", "members": members });
        let (sheet, brought) = (Sheet::of(ActKind::TakenOver).unwrap(), Brought::default());
        let mut given = fill::of_data(sheet, &base);
        assert_eq!(given.rows("/members"), 0);
        given.set("/court", "B");
        let reading = Reading { sheet, given: &given, brought: &brought, before: None, base: base.as_object() };
        let data = Json::Object(reading.data().unwrap());
        assert_eq!((&data["court"], &data["members"]), (&json!("B"), &base["members"]));
    }
}
