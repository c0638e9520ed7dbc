//! What sending a part of an order costs: by its weight and by the zone of the place where it goes. To collect it costs nothing.
//!
//! A place is near when it lies in the province that the parcel comes from; it is of another zone when that names its province;
//! everything else is the country. What is heavier than the heaviest band is not sent: the buyer collects it, or asks the seller.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Shape, Texts};

use crate::law::Dated;
use crate::money::Centimes;

const TARIFF: &str = include_str!("../law/delivery.json");
/// The zone of places in the sender's own province.
const NEAR: &str = "near";
/// The zone of all that no other names.
const COUNTRY: &str = "country";

/// How a part reaches its buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// A courier brings it.
    Sent,
    /// The buyer fetches it from the cooperative.
    Collected,
}

/// One version of the tariff.
#[derive(Debug, Clone, Deserialize)]
pub struct Tariff {
    zones: Vec<Zone>,
    /// From the lightest to the heaviest.
    bands: Vec<Band>,
    /// Who carries parcels, and takes the money at the door. The first that serves a zone does.
    #[serde(default)]
    carriers: Vec<Carrier>,
}

/// Somebody who carries parcels.
#[derive(Debug, Clone, Deserialize)]
pub struct Carrier {
    /// Of the account in the books.
    pub code: String,
    /// What it is called.
    pub name: Texts,
    /// The zones that it serves; all, when none is named.
    #[serde(default)]
    pub zones: Vec<String>,
    /// Words that stand in the bank's line of its transfers.
    #[serde(default)]
    pub marks: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Zone {
    code: String,
    days: u32,
    #[serde(default)]
    provinces: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Band {
    grams_max: u64,
    amounts: BTreeMap<String, Centimes>,
}

/// What it costs and how long it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// With taxes.
    pub amount: Centimes,
    /// Days until it is there.
    pub days: u32,
}

/// Why a parcel is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSent {
    /// Heavier than any band, which is at most so many grams.
    TooHeavy {
        /// The heaviest that is sent.
        grams_max: u64,
    },
    /// The tariff has no price for the zone.
    NoPrice,
    /// The seller does not send to the zone.
    NotThere,
}

impl Tariff {
    /// What sending so many grams from one province to another costs.
    ///
    /// # Errors
    /// When it is not sent.
    pub fn quote(&self, from: &str, to: &str, grams: u64) -> Result<Quote, NotSent> {
        let zone = self.zone(from, to).ok_or(NotSent::NoPrice)?;
        let heaviest = self.bands.iter().map(|band| band.grams_max).max().unwrap_or_default();
        let fitting = self.bands.iter().filter(|band| grams <= band.grams_max);
        let band = fitting.min_by_key(|band| band.grams_max).ok_or(NotSent::TooHeavy { grams_max: heaviest })?;
        let amount = band.amounts.get(&zone.code).copied().ok_or(NotSent::NoPrice)?;
        Ok(Quote { amount, days: zone.days })
    }

    /// The same, when the seller sends to some zones only.
    ///
    /// # Errors
    /// When it is not sent.
    pub fn quote_within(&self, zones: &[String], from: &str, to: &str, grams: u64) -> Result<Quote, NotSent> {
        let zone = self.zone(from, to).ok_or(NotSent::NoPrice)?;
        if !zones.contains(&zone.code) {
            return Err(NotSent::NotThere);
        }
        self.quote(from, to, grams)
    }

    /// Those who carry parcels.
    #[must_use]
    pub fn carriers(&self) -> &[Carrier] {
        &self.carriers
    }

    /// The code of who carries a parcel from one province to another; none when nobody is named.
    #[must_use]
    pub fn carrier(&self, from: &str, to: &str) -> Option<&str> {
        let zone = self.zone(from, to)?;
        let serves = |carrier: &&Carrier| carrier.zones.is_empty() || carrier.zones.contains(&zone.code);
        self.carriers.iter().find(serves).map(|carrier| carrier.code.as_str())
    }

    /// The codes of its zones.
    pub fn zones(&self) -> impl Iterator<Item = &str> {
        self.zones.iter().map(|zone| zone.code.as_str())
    }

    fn zone(&self, from: &str, to: &str) -> Option<&Zone> {
        let named = |code: &str| self.zones.iter().find(|zone| zone.code == code);
        if from == to {
            return named(NEAR);
        }
        self.zones.iter().find(|zone| zone.provinces.iter().any(|province| province == to)).or_else(|| named(COUNTRY))
    }
}

/// The tariff, by versions.
///
/// # Errors
/// When the file that was built in is damaged; a test holds that it is not.
pub fn tariff() -> Result<Dated<Tariff>, serde_json::Error> {
    serde_json::from_str(TARIFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parcel_costs_by_weight_and_zone() {
        let dated = tariff().unwrap();
        let tariff = dated.on(&"2026-11-27".parse().unwrap()).unwrap();
        let cost = |from: &str, to: &str, grams: u64| tariff.quote(from, to, grams).map(|quote| quote.amount.0);
        assert_eq!(cost("09.541", "09.541", 1_000), Ok(2_500));
        assert_eq!(cost("09.541", "06.141", 1_001), Ok(5_000));
        assert_eq!(cost("09.541", "12.391", 30_000), Ok(24_000));
        assert_eq!(cost("12.391", "12.391", 100), Ok(2_500));
        assert_eq!(cost("09.541", "06.141", 30_001), Err(NotSent::TooHeavy { grams_max: 30_000 }));
    }

    #[test]
    fn a_seller_who_sends_near_only_sends_nothing_further() {
        let dated = tariff().unwrap();
        let tariff = dated.on(&"2026-11-27".parse().unwrap()).unwrap();
        let near = ["near".to_owned()];
        assert!(tariff.quote_within(&near, "09.541", "09.541", 1_000).is_ok());
        assert_eq!(tariff.quote_within(&near, "09.541", "06.141", 1_000), Err(NotSent::NotThere));
        assert_eq!(tariff.zones().collect::<Vec<_>>(), ["near", "country", "south"]);
    }

    #[test]
    fn the_first_carrier_that_serves_a_zone_takes_its_parcels() {
        let tariff: Tariff = serde_json::from_str(
            r#"{ "zones": [{ "code": "near", "days": 1 }, { "code": "country", "days": 3 }], "bands": [], "carriers": [
                { "code": "mule", "name": { "fr": "Mule" }, "zones": ["near"] }, { "code": "post", "name": { "fr": "Poste" } }] }"#,
        )
        .unwrap();
        assert_eq!(
            (tariff.carrier("09.541", "09.541"), tariff.carrier("09.541", "06.141")),
            (Some("mule"), Some("post"))
        );
        let dated = super::tariff().unwrap();
        let shipped = dated.on(&"2026-11-27".parse().unwrap()).unwrap();
        assert_eq!(
            (shipped.carriers().len(), shipped.carrier("09.541", "06.141")),
            (0, None),
            "nobody is named as shipped"
        );
    }

    #[test]
    fn heavier_never_costs_less() {
        let dated = tariff().unwrap();
        let tariff = dated.on(&"2026-11-27".parse().unwrap()).unwrap();
        for to in ["09.541", "06.141", "11.321"] {
            let costs: Vec<i64> =
                (1..=30).map(|kilos| tariff.quote("09.541", to, kilos * 1_000).unwrap().amount.0).collect();
            assert!(costs.is_sorted(), "{to}: {costs:?}");
        }
    }
}
