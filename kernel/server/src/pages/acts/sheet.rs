//! The sheets: for each kind of act what is filled in, and under which name it is reached.
//!
//! They hold the same members as the schemas of `registry/act`; a test holds them together.

use tiwizi_registry::acts::ActKind;

use super::field::{Cell, CellKind, Control, Field, List, cell, may, needed};

/// A sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sheet {
    /// Its name in addresses.
    pub(super) slug: &'static str,
    pub(super) kind: ActKind,
    pub(super) fields: &'static [Field],
    /// Whether it is filled with what stands, so that only what differs is the act.
    pub(super) is_filled: bool,
}

const NAME: Control = Control::Line(200);
const LINE: Control = Control::Line(120);
const ADDRESS: Control = Control::Line(300);
const COURT: Control = Control::Line(100);
const NUMBER: Control = Control::Line(40);
const WORDS: Control = Control::Lines(2_000);
const MONEY: Control = Control::Amount { below_zero: false };

const CAUSE: &[Field] = &[needed("reason", "reason", WORDS)];

const SEAT: &[Field] = &[
    may("province", "province", Control::Province),
    may("commune", "commune", LINE),
    may("address", "address", ADDRESS),
];

const AMENDED: &[Field] = &[
    may("name_ar", "name-ar", NAME),
    may("name_fr", "name-fr", NAME),
    may("name_zgh", "name-zgh", NAME),
    may("category", "category", Control::Choice(List::Category)),
    may("sector", "sector", Control::Choice(List::Sector)),
    may("branch", "branch", Control::Branch),
    may("province", "province", Control::Province),
    may("commune", "commune", LINE),
    may("address", "address", ADDRESS),
];

const REQUESTED: &[Field] = &[
    may("entity", "entity", Control::Choice(List::Entity)),
    may("name_ar", "name-ar", NAME),
    may("name_fr", "name-fr", NAME),
    may("name_zgh", "name-zgh", NAME),
    may("category", "category", Control::Choice(List::Category)),
    needed("sector", "sector", Control::Choice(List::Sector)),
    may("branch", "branch", Control::Branch),
    needed("province", "province", Control::Province),
    may("commune", "commune", LINE),
];

const ANSWERED: &[Field] = &[
    needed("answer", "answer", Control::Choice(List::Answer)),
    may("reason", "reason", WORDS),
    may("certificate", "certificate", LINE),
];

const APPOINTED: &[Cell] = &[
    cell("person", "person", CellKind::Person { is_member: true }),
    cell("role", "office", CellKind::Choice(List::Role)),
    cell("years", "years", CellKind::Whole),
];

const JOINED: &[Cell] = &[
    cell("number", "membership-number", CellKind::Line(40)),
    cell("person", "person", CellKind::Person { is_member: false }),
    cell("holder", "holder", CellKind::Holder),
    cell("represented_by", "represented-by", CellKind::Representative),
    cell("shares", "shares", CellKind::Whole),
    cell("paid_mad", "paid", CellKind::Amount),
];

const CONSTITUTED: &[Field] = &[
    needed("statutes", "statutes", Control::Statutes),
    needed("form", "form", Control::Choice(List::Form)),
    needed("share_value_mad", "share-value-mad", MONEY),
    needed("founders", "founders", Control::Rows { cells: JOINED, plain: false }),
    needed("officers", "officers", Control::Rows { cells: APPOINTED, plain: false }),
    may("address", "address", ADDRESS),
];

const OFFICERS: &[Field] = &[
    may("form", "form", Control::Choice(List::Form)),
    may("ended", "ended", Control::Ended),
    may("appointed", "appointed", Control::Rows { cells: APPOINTED, plain: false }),
];

const SUBSCRIBED: &[Cell] = &[
    cell("number", "membership-number", CellKind::Member),
    cell("shares", "shares", CellKind::Whole),
    cell("paid_mad", "paid", CellKind::Amount),
];

const PAYMENTS: &[Cell] =
    &[cell("number", "membership-number", CellKind::Member), cell("amount_mad", "amount", CellKind::Amount)];

const WITHDRAWN: &[Cell] =
    &[cell("number", "membership-number", CellKind::Member), cell("shares", "shares", CellKind::Whole)];

const CAPITAL: &[Field] = &[
    may("subscribed", "subscribed", Control::Rows { cells: SUBSCRIBED, plain: false }),
    may("paid", "payments", Control::Rows { cells: PAYMENTS, plain: false }),
    may("called", "called", Control::Call),
    may("withdrawn", "given-back", Control::Rows { cells: WITHDRAWN, plain: false }),
];

const LEFT: &[Cell] = &[
    cell("number", "membership-number", CellKind::Member),
    cell("reason", "left-because", CellKind::Choice(List::Reason)),
];

const NOTICED: &[Cell] = &[cell("number", "membership-number", CellKind::Member)];

const REPRESENTED: &[Cell] = &[
    cell("number", "membership-number", CellKind::Member),
    cell("by", "represented-by", CellKind::Person { is_member: false }),
];

const MEMBERS: &[Field] = &[
    may("joined", "joined", Control::Rows { cells: JOINED, plain: false }),
    may("left", "left", Control::Rows { cells: LEFT, plain: false }),
    may("noticed", "noticed", Control::Rows { cells: NOTICED, plain: true }),
    may("represented", "represented", Control::Rows { cells: REPRESENTED, plain: false }),
];

const FILING: &[Field] = &[
    needed("year", "year", Control::Whole),
    needed("assembly_on", "assembly-on", Control::Day),
    needed("minutes", "minutes", Control::File),
    needed("accounts", "accounts", Control::File),
    needed("turnover_mad", "turnover", MONEY),
    needed("surplus_mad", "surplus", Control::Amount { below_zero: true }),
    needed("members", "members", Control::Whole),
    may("women", "women", Control::Whole),
    may("employees", "employees", Control::Whole),
];

const OPENING_MEMBERS: &[Cell] = &[
    cell("number", "membership-number", CellKind::Line(40)),
    cell("person", "person", CellKind::Person { is_member: false }),
    cell("holder", "holder", CellKind::Holder),
    cell("represented_by", "represented-by", CellKind::Representative),
    cell("joined_on", "joined-on", CellKind::Day),
    cell("left_on", "left-on", CellKind::Day),
    cell("role", "office", CellKind::Choice(List::Role)),
    cell("shares", "shares", CellKind::Whole),
    cell("share_value_mad", "share-value-mad", CellKind::Amount),
    cell("paid_mad", "paid", CellKind::Amount),
];

const TAKEN_OVER: &[Field] = &[
    needed("stage", "status", Control::Choice(List::Stage)),
    needed("court", "court", COURT),
    needed("number", "number", NUMBER),
    may("entity", "entity", Control::Choice(List::Entity)),
    may("registered_on", "registered-on", Control::Day),
    may("founded_on", "founded-on", Control::Day),
    may("name_ar", "name-ar", NAME),
    may("name_fr", "name-fr", NAME),
    may("name_zgh", "name-zgh", NAME),
    may("category", "category", Control::Choice(List::Category)),
    needed("sector", "sector", Control::Choice(List::Sector)),
    may("branch", "branch", Control::Branch),
    needed("province", "province", Control::Province),
    may("commune", "commune", LINE),
    may("address", "address", ADDRESS),
    may("capital_mad", "capital-mad", MONEY),
    may("share_value_mad", "share-value-mad", MONEY),
    may("members", "members-list", Control::Rows { cells: OPENING_MEMBERS, plain: false }),
];

const FILED: &[Field] = &[needed("authority", "authority", LINE), needed("receipt", "receipt", LINE)];

const REGISTERED: &[Field] = &[needed("court", "court", COURT), needed("number", "number", NUMBER)];

const REGISTERED_CENTRALLY: &[Field] = &[may("number", "central-number", NUMBER)];

const MERGED: &[Field] = &[needed("into", "into", Control::Cooperatives { several: false })];

const SPLIT: &[Field] = &[needed("into", "into", Control::Cooperatives { several: true })];

const TRANSFORMED: &[Field] = &[needed("into", "transformed-into", WORDS)];

const LIQUIDATION: &[Field] = &[needed("liquidator", "liquidator", NAME)];

const fn sheet(slug: &'static str, kind: ActKind, fields: &'static [Field]) -> Sheet {
    Sheet { slug, kind, fields, is_filled: false }
}

/// All sheets, in the order of a life. The first one of a kind is the whole one.
pub(super) const SHEETS: [Sheet; 21] = [
    sheet("denomination-requested", ActKind::DenominationRequested, REQUESTED),
    sheet("denomination-answered", ActKind::DenominationAnswered, ANSWERED),
    sheet("constituted", ActKind::Constituted, CONSTITUTED),
    sheet("filed", ActKind::Filed, FILED),
    sheet("registered", ActKind::Registered, REGISTERED),
    sheet("registered-centrally", ActKind::RegisteredCentrally, REGISTERED_CENTRALLY),
    Sheet { is_filled: true, ..sheet("amended", ActKind::Amended, AMENDED) },
    Sheet { is_filled: true, ..sheet("seat", ActKind::Amended, SEAT) },
    Sheet { is_filled: true, ..sheet("officers-changed", ActKind::OfficersChanged, OFFICERS) },
    sheet("members-changed", ActKind::MembersChanged, MEMBERS),
    sheet("capital-changed", ActKind::CapitalChanged, CAPITAL),
    sheet("yearly-filing", ActKind::YearlyFiling, FILING),
    sheet("suspended", ActKind::Suspended, CAUSE),
    sheet("resumed", ActKind::Resumed, CAUSE),
    sheet("merged", ActKind::Merged, MERGED),
    sheet("split", ActKind::Split, SPLIT),
    sheet("transformed", ActKind::Transformed, TRANSFORMED),
    sheet("dissolved", ActKind::Dissolved, CAUSE),
    sheet("liquidation-opened", ActKind::LiquidationOpened, LIQUIDATION),
    sheet("struck-off", ActKind::StruckOff, CAUSE),
    sheet("taken-over", ActKind::TakenOver, TAKEN_OVER),
];

impl Sheet {
    /// The sheet of that name in addresses, for an act that people enter.
    pub(super) fn named(slug: &str) -> Option<Self> {
        SHEETS.into_iter().find(|sheet| sheet.slug == slug && sheet.kind.is_entered())
    }

    /// The whole sheet of a kind; none for corrections, which take the sheet of what they correct.
    pub(super) fn of(kind: ActKind) -> Option<Self> {
        SHEETS.into_iter().find(|sheet| sheet.kind == kind)
    }

    /// The sheets of the acts that may be entered.
    pub(super) fn among(kinds: &[ActKind]) -> Vec<Self> {
        SHEETS.into_iter().filter(|sheet| kinds.contains(&sheet.kind)).collect()
    }

    /// The field of that name.
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;
    use tiwizi_registry::kinds::MANIFEST;

    use super::*;

    fn definition(name: &str) -> Value {
        let manifest: Value = serde_json::from_slice(MANIFEST).unwrap();
        let kinds = manifest["kinds"].as_array().unwrap();
        let act = kinds.iter().find(|kind| kind["name"] == "act").unwrap();
        act["schema"]["$defs"][name].clone()
    }

    /// The schema of what an act of a kind says.
    fn schema(kind: ActKind) -> Value {
        match kind {
            ActKind::Suspended | ActKind::Resumed | ActKind::Dissolved | ActKind::StruckOff => definition("cause"),
            kind => definition(&format!("act-{kind}")),
        }
    }

    /// The fields of a schema that people fill in. Whether an opening balance goes on with another stays as it was made; what a cooperative
    /// is distinct from is ticked where the sheet comes back.
    fn names(schema: &Value) -> BTreeSet<String> {
        let names = schema["properties"].as_object().unwrap().keys();
        names.filter(|name| !["continues", "confirm_distinct"].contains(&name.as_str())).cloned().collect()
    }

    #[test]
    fn a_sheet_holds_what_the_schema_of_its_kind_holds() {
        for kind in ActKind::ALL.iter().copied().filter(|kind| *kind != ActKind::Corrected) {
            let (sheet, schema) = (Sheet::of(kind).unwrap(), schema(kind));
            let fields: BTreeSet<String> = sheet.fields.iter().map(|field| field.name.to_owned()).collect();
            assert_eq!(fields, names(&schema), "{kind}");
            let required: BTreeSet<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let needed: BTreeSet<&str> =
                sheet.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
            assert_eq!(needed, required, "{kind}");
            for field in sheet.fields {
                let Control::Rows { cells, plain: false } = field.control else { continue };
                let items = &schema["properties"][field.name]["items"];
                let items = match items["$ref"].as_str() {
                    Some(name) => definition(name.trim_start_matches("#/$defs/")),
                    None => items.clone(),
                };
                let cells: BTreeSet<String> = cells.iter().map(|cell| cell.name.to_owned()).collect();
                assert_eq!(cells, names(&items), "{kind} {}", field.name);
            }
        }
    }

    #[test]
    fn a_sheet_is_reached_by_one_name() {
        let slugs: BTreeSet<&str> = SHEETS.iter().map(|sheet| sheet.slug).collect();
        assert_eq!(slugs.len(), SHEETS.len());
        assert_eq!(Sheet::named("seat").unwrap().kind, ActKind::Amended);
        assert_eq!(Sheet::of(ActKind::Amended).unwrap().slug, "amended");
        assert_eq!((Sheet::named("taken-over"), Sheet::named("corrected")), (None, None));
    }
}
