//! What a seller says of goods beside their name and price: pictures, how much is in them; and what stood there before the last change.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Entry, Error, Find, Kind, Request, Shape, Store, Texts, context};

use crate::money::Centimes;

/// Pictures of a shop or a product.
pub(crate) const PICTURES_MAX: usize = 8;
/// Files of pictures that a cooperative may have, those that it took away in the last days among them.
pub(crate) const FILES_MAX: u64 = 400;
/// The place of a shop among what was changed; no code of a product is so.
pub(crate) const SHOP: &str = "-shop";

/// A picture, whose file the plugin keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Picture {
    /// The SHA-256 of its bytes.
    #[field(min_length = 64, max_length = 64)]
    pub(crate) file: String,
    #[field(min = 1, max = 10_000)]
    pub(crate) width: u32,
    #[field(min = 1, max = 10_000)]
    pub(crate) height: u32,
    /// What is to be seen, for whoever does not see it.
    #[field(each(max_length = 200))]
    pub(crate) alt: Texts,
}

/// How much is in a piece.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Measure {
    #[field(min = 1, max = 1_000_000)]
    pub(crate) amount: u32,
    pub(crate) unit: Unit,
}

/// What a measure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unit {
    Piece,
    Pair,
    G,
    Kg,
    Ml,
    L,
}

impl Unit {
    pub(crate) const ALL: [Self; 6] = [Self::Piece, Self::Pair, Self::G, Self::Kg, Self::Ml, Self::L];

    /// The word in forms and messages.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Piece => "piece",
            Self::Pair => "pair",
            Self::G => "g",
            Self::Kg => "kg",
            Self::Ml => "ml",
            Self::L => "l",
        }
    }

    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == word)
    }
}

impl Measure {
    /// What a kilogram, a litre, a piece or a pair of it costs, and which of them; none when one piece is just that.
    pub(crate) fn compared(&self, price: Centimes) -> Option<(Centimes, Unit)> {
        let (whole, unit) = match self.unit {
            Unit::G => (1_000, Unit::Kg),
            Unit::Ml => (1_000, Unit::L),
            unit => (1, unit),
        };
        (self.amount != whole).then(|| {
            let (price, amount) = (i128::from(price.0) * i128::from(whole), i128::from(self.amount.max(1)));
            (Centimes(i64::try_from((price + amount / 2) / amount).unwrap_or(i64::MAX)), unit)
        })
    }
}

/// What stood in a shop or a product before its last change, so that this can be undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(cooperative, on), read("plugin", "own"))]
#[kind(create("plugin:own"), change("plugin:own"))]
#[kind(
    plane = "local",
    title(ar = "ما كان قبل التغيير", fr = "État d’avant"),
    purpose = "To undo the last change of a shop or a product."
)]
#[kind(retention = "Until the next change.")]
pub(crate) struct Former {
    #[field(subject)]
    pub(crate) cooperative: String,
    /// The code of the product, or what stands for the shop.
    #[field(max_length = 48)]
    pub(crate) on: String,
    /// The version that the change made: only it is undone.
    pub(crate) version: u64,
    pub(crate) at: u64,
    #[field(max_length = 400_000)]
    pub(crate) body: String,
}

/// A picture's file, and where it is shown. One that is shown nowhere any more goes after some days, once no undo brings it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(cooperative, file, on), index(cooperative), index(at), index(file))]
#[kind(read("plugin"), create("plugin:own"), delete("plugin"))]
#[kind(
    plane = "local",
    title(ar = "ملف صورة", fr = "Fichier d’image"),
    purpose = "To forget pictures that nobody shows."
)]
#[kind(
    retention = "Thirty days at least, and until nothing shows it and no undo of the last thirty days brings it back."
)]
pub(crate) struct Kept {
    #[field(subject)]
    pub(crate) cooperative: String,
    #[field(max_length = 64)]
    pub(crate) file: String,
    #[field(max_length = 48)]
    pub(crate) on: String,
    pub(crate) at: u64,
}

impl Former {
    fn of(cooperative: &str, on: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::COOPERATIVE, cooperative).equal(Self::ON, on))
    }

    /// Whether undoing a change that was made after a moment shows a picture again.
    pub(crate) fn brings_back(kept: &Kept, since: u64) -> Result<bool, Error> {
        let former = Self::of(&kept.cooperative, &kept.on)?;
        Ok(former.is_some_and(|former| former.body.at > since && former.body.body.contains(&kept.file)))
    }
}

/// Whether a form was made from what stands there now. Of two who change the same thing, the second is told.
pub(crate) fn is_seen(request: &Request, version: u64) -> bool {
    request.form("version").is_some_and(|seen| seen.parse() == Ok(version))
}

/// Writes a shop or a product, and keeps what stood there before.
pub(crate) fn replace<K: Kind>(before: &Entry<K>, body: K, cooperative: &str, on: &str) -> Result<Entry<K>, Error> {
    let former = serde_json::to_string(&before.body)?;
    let entry = Entry {
        id: before.id.clone(),
        version: before.version,
        created_at: before.created_at,
        changed_at: before.changed_at,
        body,
    };
    let entry = Store::replace(&entry)?;
    let kept = Former {
        cooperative: cooperative.to_owned(),
        on: on.to_owned(),
        version: entry.version,
        at: context::now(),
        body: former,
    };
    match Former::of(cooperative, on)? {
        Some(mut there) => {
            there.body = kept;
            Store::replace(&there)?;
        }
        None => {
            Store::create(&kept)?;
        }
    }
    Ok(entry)
}

/// Whether the last change of something can be undone.
pub(crate) fn can_undo<K>(entry: &Entry<K>, cooperative: &str, on: &str) -> Result<bool, Error> {
    Ok(Former::of(cooperative, on)?.is_some_and(|former| former.body.version == entry.version))
}

/// Puts back what stood there before the last change; that again is undone the same way.
pub(crate) fn undo<K: Kind + DeserializeOwned>(
    entry: &Entry<K>,
    cooperative: &str,
    on: &str,
) -> Result<Option<Entry<K>>, Error> {
    let former = Former::of(cooperative, on)?.filter(|former| former.body.version == entry.version);
    let Some(former) = former else { return Ok(None) };
    replace(entry, serde_json::from_str(&former.body.body)?, cooperative, on).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_piece_is_compared_by_the_kilogram_and_the_litre() {
        for (amount, unit, compared) in [
            (250, Unit::Ml, Some((Centimes(34_000), Unit::L))),
            (3, Unit::G, Some((Centimes(2_833_333), Unit::Kg))),
            (2, Unit::Kg, Some((Centimes(4_250), Unit::Kg))),
            (1_000, Unit::G, None),
            (1, Unit::Piece, None),
            (6, Unit::Piece, Some((Centimes(1_417), Unit::Piece))),
        ] {
            assert_eq!(Measure { amount, unit }.compared(Centimes(8_500)), compared, "{amount} {unit:?}");
            assert_eq!(Unit::named(unit.name()), Some(unit));
        }
    }
}
