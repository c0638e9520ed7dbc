//! The rows of cooperatives.

use crate::day::Day;
use crate::ice;
use crate::sectors;
use crate::synthetic::dice::Dice;
use crate::synthetic::plan::Planned;
use crate::synthetic::words::{FIRST, SECOND, Word};
use crate::territory::{self, Province};

/// The columns, as the import reads them.
pub(super) const COLUMNS: [&str; 18] = [
    "court",
    "number",
    "registered_on",
    "name_ar",
    "name_fr",
    "name_zgh",
    "ice",
    "category",
    "sector",
    "branch",
    "province",
    "commune",
    "address",
    "phone",
    "email",
    "capital_mad",
    "founded_on",
    "status",
];

/// Stands in the address of every cooperative, so that no row can be taken for a real one.
pub const LABEL: &str = "donnée fictive / بيانات اصطناعية";

/// Enterprise numbers from here on; real ones are far from it.
const ENTERPRISE_FIRST: u64 = 990_000_000;
/// The categories of article 1, the first most often.
const CATEGORIES: [(&str, u32); 5] = [("a", 45), ("b", 20), ("c", 15), ("ab", 12), ("abc", 8)];

/// What the rows of its members need to know of a cooperative.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) court: String,
    pub(super) number: String,
    pub(super) registered_on: Day,
    pub(super) row: Vec<String>,
}

/// Makes one cooperative; `index` counts all, `local` those of its court.
pub(super) fn make(planned: &Planned, index: u32, local: u32, dice: &mut Dice) -> Option<Made> {
    let province = territory::provinces().get(planned.province)?;
    let sector = sectors::all().get(planned.sector)?;
    let (founded_on, registered_on) = days(dice)?;
    let court = format!("Tribunal de première instance de {}", province.names.fr);
    let number = format!("{local}/{}", registered_on.year());
    let name = name(province, dice)?;
    let weights = CATEGORIES.map(|(_, weight)| weight);
    let category = CATEGORIES.get(dice.weighted(&weights)).map_or("a", |(category, _)| category);
    let branch = dice.pick(&sector.branches).map(|branch| branch.code.clone()).unwrap_or_default();
    let capital = planned.members * 100 * dice.between(1, 20);
    let row = vec![
        court.clone(),
        number.clone(),
        registered_on.to_string(),
        name.ar,
        name.fr,
        name.zgh,
        ice::generate(ENTERPRISE_FIRST + u64::from(index), 0),
        category.to_owned(),
        sector.code.clone(),
        branch,
        province.code.to_string(),
        province.names.fr.clone(),
        LABEL.to_owned(),
        format!("+212 500 {:02} {:02} {:02}", index / 10_000 % 100, index / 100 % 100, index % 100),
        format!("cooperative-{index}@fictif.example"),
        capital.to_string(),
        founded_on.to_string(),
        "registered".to_owned(),
    ];
    Some(Made { court, number, registered_on, row })
}

struct Name {
    ar: String,
    fr: String,
    zgh: String,
}

fn name(province: &Province, dice: &mut Dice) -> Option<Name> {
    let first: &Word = dice.pick(FIRST)?;
    let mut words = vec![*first];
    if dice.chance(7, 10) {
        words.push(*dice.pick(SECOND)?);
    }
    let mut fr: Vec<&str> = words.iter().map(|(fr, _, _)| *fr).collect();
    let mut ar: Vec<&str> = words.iter().map(|(_, ar, _)| *ar).collect();
    if dice.chance(3, 10) {
        fr.push(&province.names.fr);
        ar.push(&province.names.ar);
    }
    // Without an Amazigh word there is nothing to write in Tifinagh.
    let tifinagh: Vec<&str> = words.iter().filter_map(|(_, _, zgh)| *zgh).collect();
    let zgh = if speaks_amazigh(province) { tifinagh.join(" ") } else { String::new() };
    Some(Name { ar: format!("تعاونية {}", ar.join(" ")), fr: format!("Coopérative {}", fr.join(" ")), zgh })
}

/// Souss, Drâa and the Atlas, the Rif, the Oued Noun.
fn speaks_amazigh(province: &Province) -> bool {
    matches!(province.region.as_str(), "05" | "08" | "09" | "10")
        || matches!(
            province.code.to_string().as_str(),
            "01.051" | "02.113" | "02.167" | "02.381" | "03.271" | "03.131" | "07.041" | "07.161" | "07.211"
        )
}

/// The day of founding and, some weeks later, of registration. Two thirds are younger than ten years.
fn days(dice: &mut Dice) -> Option<(Day, Day)> {
    let year = if dice.chance(2, 3) { dice.between(2016, 2025) } else { dice.between(1996, 2015) };
    let month = dice.between(1, 11);
    let day = |dice: &mut Dice, month: u32| {
        Day::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(dice.between(1, 28)).ok()?)
    };
    let founded_on = day(dice, month.saturating_sub(1).max(1))?;
    let registered_on = day(dice, month)?;
    Some((founded_on.min(registered_on), founded_on.max(registered_on)))
}
