//! A row of the file of cooperatives.

use tiwizi_model::ProvinceCode;

use crate::day::Day;
use crate::import::report::Rejected;
use crate::import::row::{Cells, Field};
use crate::import::value::{self, Fault};

/// The greatest capital that is taken, in dirhams.
const CAPITAL_MAD_MAX: u64 = 1_000_000_000_000;

/// What a cooperative is without a status in the file.
const STATUS_DEFAULT: &str = "registered";

/// A row that is right in itself.
#[derive(Debug)]
pub(super) struct CooperativeRow {
    pub(super) row: u64,
    pub(super) court: String,
    pub(super) number: String,
    pub(super) ice: Option<String>,
    pub(super) province: ProvinceCode,
    /// The code of its sector.
    pub(super) sector: &'static str,
    /// Everything but court and number.
    pub(super) fields: Vec<Field>,
}

/// Reads a row, or tells every fault in it. The key is there whenever it could be read.
pub(super) struct CooperativeRead {
    pub(super) key: Option<(String, String)>,
    pub(super) result: Result<CooperativeRow, Vec<Rejected>>,
}

pub(super) fn read(row: u64, mut cells: Cells<'_>, last_day: Day) -> CooperativeRead {
    let mut fields = Vec::with_capacity(16);
    let court = cells.required("court");
    let number = cells.required("number");
    names(&mut cells, &mut fields);
    let ice = cells.read("ice", value::ice);
    if let Some(ice) = &ice {
        fields.push(("ice", ice.clone().map(Into::into)));
    }
    cells.field(&mut fields, "category", value::category);
    let sector = required(&mut cells, "sector", value::sector);
    if let Some(sector) = sector {
        fields.push(("sector", Some(sector.code.as_str().into())));
        cells.field(&mut fields, "branch", |text| value::branch(sector, text));
    }
    let province = required(&mut cells, "province", value::province);
    if let Some(province) = province {
        fields.push(("province", Some(province.code.to_string().into())));
    }
    for column in ["commune", "address", "phone", "email"] {
        cells.text_field(&mut fields, column);
    }
    cells.field(&mut fields, "capital_mad", |text| value::money(text, CAPITAL_MAD_MAX));
    let founded = cells.day_field(&mut fields, "founded_on", last_day);
    let registered = cells.day_field(&mut fields, "registered_on", last_day);
    if let (Some(founded), Some(registered)) = (founded, registered)
        && founded > registered
    {
        let fault = Fault::new("order", "a cooperative is founded before it is registered");
        cells.faults.add("founded_on", &founded.to_string(), fault);
    }
    if let Some(status) = cells.read("status", value::status) {
        fields.push(("status", Some(status.unwrap_or_else(|| STATUS_DEFAULT.into()))));
    }
    // A cooperative is not said to be one.
    if let Some(entity) = cells.read("entity", value::entity) {
        fields.push(("entity", entity.filter(|entity| entity != "cooperative")));
    }
    let key = court.clone().zip(number.clone());
    let result = match (court, number, sector, province) {
        (Some(court), Some(number), Some(sector), Some(province)) if cells.faults.found.is_empty() => {
            let ice = ice.flatten();
            Ok(CooperativeRow { row, court, number, ice, province: province.code, sector: &sector.code, fields })
        }
        _ => Err(cells.faults.found),
    };
    CooperativeRead { key, result }
}

/// The fields that are set when a new cooperative's row says nothing of them.
pub(super) fn defaults() -> [Field; 1] {
    [("status", Some(STATUS_DEFAULT.into()))]
}

/// The names; one of Arabic and French must be there.
pub(super) fn names(cells: &mut Cells<'_>, fields: &mut Vec<Field>) {
    let before = cells.faults.found.len();
    cells.text_field(fields, "name_ar");
    cells.text_field(fields, "name_fr");
    let named = fields.iter().any(|(_, value)| value.is_some());
    if !named && cells.are_whole() && cells.faults.found.len() == before {
        cells.faults.add("name_fr", "", Fault::new("required", "a name in Arabic or French is needed"));
    }
    cells.tifinagh_field(fields, "name_zgh");
}

fn required<T>(cells: &mut Cells<'_>, column: &'static str, read: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
    let value = cells.read(column, read);
    if matches!(value, Some(None)) {
        cells.faults.add(column, "", Fault::new("required", format!("{column} is empty")));
    }
    value.flatten()
}
