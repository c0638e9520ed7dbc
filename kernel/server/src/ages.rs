//! The year in which statistics take ages. The one that stands is everybody's; another is for those alone from whom nothing is hidden.
//!
//! Two years side by side tell how many were born in one: the young of 2025 less those of 2026 are the people of a single year of birth.
//! What is hidden of each table does not hide that, so the public chooses no year.

use tiwizi_model::Instant;
use tiwizi_model::limits::AGES_YEAR_MIN;
use tiwizi_registry::day::civil_year;
use tiwizi_registry::readers::{Sight, Statistics};

use crate::caller::Visitor;
use crate::problem::{Fault, Problem};

/// The name of the parameter.
pub(crate) const PARAMETER: &str = "ages";

/// Takes ages in the year that is asked for; tells whether it is another than the one that stands.
pub(crate) fn take(
    statistics: &mut Statistics,
    asked: Option<&str>,
    visitor: &Visitor,
    now: Instant,
) -> Result<bool, Problem> {
    let Some(asked) = asked else { return Ok(false) };
    let year = year(asked, civil_year(now))?;
    if year == statistics.youth_rule().reference_year {
        return Ok(false);
    }
    let caller = visitor.signed_in()?;
    if Sight::of(caller) != Sight::Staff {
        return Err(Problem::from(Fault::Forbidden).saying("two years of ages side by side would tell small counts"));
    }
    statistics.take_ages_in(year);
    Ok(true)
}

fn year(asked: &str, this_year: u16) -> Result<u16, Problem> {
    let found = Some(asked).filter(|text| text.len() == 4).and_then(|text| text.parse::<u16>().ok());
    found
        .filter(|year| (AGES_YEAR_MIN..=this_year).contains(year))
        .ok_or_else(|| Problem::parameter(PARAMETER, format!("a year from {AGES_YEAR_MIN} to {this_year} is expected")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_years_that_make_sense_are_taken() {
        for asked in ["1984", "2025", "2026"] {
            assert_eq!(year(asked, 2026).unwrap().to_string(), asked);
        }
        for asked in ["", "1983", "2027", "+202", "02025", "MMXX", "20 5"] {
            assert_eq!(year(asked, 2026).unwrap_err().fault(), Fault::Parameter, "{asked}");
        }
    }
}
