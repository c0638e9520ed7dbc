//! Units of what is counted, and of the figures about it: `kg`, `MAD/kg`, `kg/month`, `%`.
//!
//! A figure in another unit of the same dimension is converted (grams into kilograms); of another dimension it is refused, because whoever
//! multiplies a price per litre with kilograms has made a mistake that no later figure shows.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tiwizi_sdk::Shape;

/// What a product is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unit {
    G,
    Kg,
    T,
    Ml,
    L,
    Piece,
    M,
    M2,
    Hour,
    Day,
    Night,
    Meal,
    Visit,
}

/// What a parameter is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Measure {
    /// Dirhams.
    Mad,
    MadPerG,
    MadPerKg,
    MadPerT,
    MadPerL,
    MadPerPiece,
    MadPerM,
    MadPerM2,
    MadPerHour,
    MadPerDay,
    MadPerNight,
    MadPerMeal,
    MadPerVisit,
    GPerMonth,
    KgPerMonth,
    TPerMonth,
    LPerMonth,
    PiecePerMonth,
    MPerMonth,
    M2PerMonth,
    HourPerMonth,
    DayPerMonth,
    NightPerMonth,
    MealPerMonth,
    VisitPerMonth,
    Percent,
    /// A bare number: pieces of equipment, people.
    Number,
}

/// What a line's field wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Money,
    MoneyPer(Unit),
    PerMonth(Unit),
    Percent,
    Number,
}

impl Unit {
    /// Its dimension, and how many of the dimension's first unit it holds.
    fn scale(self) -> (Self, Decimal) {
        match self {
            Self::G => (Self::G, Decimal::ONE),
            Self::Kg => (Self::G, Decimal::ONE_THOUSAND),
            Self::T => (Self::G, Decimal::from(1_000_000_u32)),
            Self::Ml => (Self::Ml, Decimal::ONE),
            Self::L => (Self::Ml, Decimal::ONE_THOUSAND),
            other => (other, Decimal::ONE),
        }
    }

    /// How many of the other one this one holds; nothing when they do not fit.
    fn in_units_of(self, other: Self) -> Option<Decimal> {
        let ((mine, held), (theirs, unit)) = (self.scale(), other.scale());
        (mine == theirs).then(|| held.checked_div(unit)).flatten()
    }
}

impl Measure {
    fn wanted(self) -> Wanted {
        use Wanted::{MoneyPer, PerMonth};
        match self {
            Self::Mad => Wanted::Money,
            Self::MadPerG => MoneyPer(Unit::G),
            Self::MadPerKg => MoneyPer(Unit::Kg),
            Self::MadPerT => MoneyPer(Unit::T),
            Self::MadPerL => MoneyPer(Unit::L),
            Self::MadPerPiece => MoneyPer(Unit::Piece),
            Self::MadPerM => MoneyPer(Unit::M),
            Self::MadPerM2 => MoneyPer(Unit::M2),
            Self::MadPerHour => MoneyPer(Unit::Hour),
            Self::MadPerDay => MoneyPer(Unit::Day),
            Self::MadPerNight => MoneyPer(Unit::Night),
            Self::MadPerMeal => MoneyPer(Unit::Meal),
            Self::MadPerVisit => MoneyPer(Unit::Visit),
            Self::GPerMonth => PerMonth(Unit::G),
            Self::KgPerMonth => PerMonth(Unit::Kg),
            Self::TPerMonth => PerMonth(Unit::T),
            Self::LPerMonth => PerMonth(Unit::L),
            Self::PiecePerMonth => PerMonth(Unit::Piece),
            Self::MPerMonth => PerMonth(Unit::M),
            Self::M2PerMonth => PerMonth(Unit::M2),
            Self::HourPerMonth => PerMonth(Unit::Hour),
            Self::DayPerMonth => PerMonth(Unit::Day),
            Self::NightPerMonth => PerMonth(Unit::Night),
            Self::MealPerMonth => PerMonth(Unit::Meal),
            Self::VisitPerMonth => PerMonth(Unit::Visit),
            Self::Percent => Wanted::Percent,
            Self::Number => Wanted::Number,
        }
    }

    /// The factor that brings a value of this measure into what a field wants; nothing when the two do not fit.
    pub(crate) fn factor(self, wanted: Wanted) -> Option<Decimal> {
        match (self.wanted(), wanted) {
            (Wanted::MoneyPer(mine), Wanted::MoneyPer(other)) => other.in_units_of(mine),
            (Wanted::PerMonth(mine), Wanted::PerMonth(other)) => mine.in_units_of(other),
            (mine, other) => (mine == other).then_some(Decimal::ONE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_one_dimension_are_converted_and_others_refused() {
        let milli = Decimal::new(1, 3);
        for (measure, wanted, factor) in [
            (Measure::MadPerG, Wanted::MoneyPer(Unit::Kg), Some(Decimal::ONE_THOUSAND)),
            (Measure::MadPerKg, Wanted::MoneyPer(Unit::G), Some(milli)),
            (Measure::GPerMonth, Wanted::PerMonth(Unit::Kg), Some(milli)),
            (Measure::MadPerL, Wanted::MoneyPer(Unit::Kg), None),
            (Measure::Mad, Wanted::MoneyPer(Unit::Kg), None),
            (Measure::KgPerMonth, Wanted::MoneyPer(Unit::Kg), None),
            (Measure::Percent, Wanted::Percent, Some(Decimal::ONE)),
        ] {
            assert_eq!(measure.factor(wanted), factor, "{measure:?} for {wanted:?}");
        }
    }
}
