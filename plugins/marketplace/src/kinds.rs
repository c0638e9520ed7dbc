//! The plugin's records. What the manifest says of their kinds is derived from these types; a test holds the two together.
//!
//! Whoever buys without an account is nobody to the kernel, so what a purchase needs is `internal` and the plugin keeps it. Who they are and
//! where they live stands in [`Recipient`] alone, which only the cooperative that sends the parcel can read.

#![expect(clippy::duplicated_attributes, reason = "two indexes may have a field in common")]

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Date, Entry, Error, Find, Kind, Shape, Store, Texts};

use crate::ledger;
use crate::money::Centimes;
use crate::order::{self, Nature, Reason};
use crate::payment::Method;
use crate::payment::card;
use crate::price::Offer;
use crate::stock;
use crate::wares::{Measure, Picture};

pub(crate) const CODE: &str = "^[a-z0-9][a-z0-9-]{0,47}$";

/// The shop window of a cooperative, with what law 31-08 wants a seller to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "public", index(open, province), read("public"), create("plugin:own"), change("plugin:own"))]
#[kind(
    plane = "marketplace",
    title(ar = "متجر", fr = "Boutique"),
    purpose = "Shop windows of cooperatives, open to all."
)]
#[kind(retention = "As long as the cooperative is registered.")]
pub(crate) struct Shop {
    #[field(subject, unique)]
    pub(crate) cooperative: String,
    #[field(each(max_length = 200))]
    pub(crate) name: Texts,
    #[field(each(max_length = 2_000))]
    pub(crate) about: Texts,
    #[field(province)]
    pub(crate) province: String,
    /// The number in the register of cooperatives, with its court.
    #[field(min_length = 1, max_length = 200)]
    pub(crate) registration: String,
    #[field(min_length = 1, max_length = 300)]
    pub(crate) address: String,
    #[field(min_length = 5, max_length = 40)]
    pub(crate) phone: String,
    #[field(max_length = 200)]
    pub(crate) email: String,
    pub(crate) open: bool,
    /// Whether it is an example and sells nothing.
    pub(crate) example: bool,
    /// When somebody is there.
    #[serde(default)]
    pub(crate) hours: Option<Texts>,
    /// The zones of the tariff to which it sends; nothing for all.
    #[serde(default)]
    #[field(max_items = 8)]
    pub(crate) zones: Option<Vec<String>>,
    #[serde(default)]
    #[field(max_items = 8)]
    pub(crate) pictures: Vec<Picture>,
}

/// That somebody acts for a cooperative here: only its own people can read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", read("own"), create("plugin:own"), change("plugin:own"))]
#[kind(
    plane = "local",
    title(ar = "مكتب التعاونية", fr = "Bureau de la coopérative"),
    purpose = "The desk of a seller, for its own people."
)]
#[kind(retention = "As long as the cooperative is registered.")]
pub(crate) struct Desk {
    #[field(subject, unique)]
    pub(crate) cooperative: String,
    /// Shown to those who act for it, and not to its other members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(class = "personal")]
    pub(crate) acts: Option<bool>,
}

/// Who of a cooperative is told of its orders. Jobs read it; nobody else does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", read("plugin"), create("plugin:own"), delete("plugin"))]
#[kind(
    plane = "local",
    title(ar = "من يخبر بالطلبيات", fr = "Personne à prévenir"),
    purpose = "To tell somebody of a cooperative of its orders."
)]
#[kind(retention = "As long as the shop is open.")]
pub(crate) struct Contact {
    #[field(subject, unique)]
    pub(crate) cooperative: String,
    #[field(class = "personal", max_length = 64)]
    pub(crate) person: String,
}

/// A product, with its variants and their prices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "public", index(shown, category, province, label), index(shown, label, category))]
#[kind(index(shown, province, label), index(cooperative, code))]
#[kind(read("public"), create("plugin:own"), change("plugin:own"))]
#[kind(plane = "marketplace", title(ar = "منتوج", fr = "Produit"), purpose = "What cooperatives sell, open to all.")]
#[kind(retention = "As long as it is sold, and ten years after its last sale.")]
pub(crate) struct Product {
    #[field(unique, pattern = CODE)]
    pub(crate) code: String,
    #[field(subject)]
    pub(crate) cooperative: String,
    #[field(each(max_length = 200))]
    pub(crate) title: Texts,
    #[field(each(max_length = 2_000))]
    pub(crate) about: Texts,
    /// What the search looks into: the title in all its languages and scripts.
    #[field(search, max_length = 2_000)]
    pub(crate) words: String,
    #[field(pattern = CODE)]
    pub(crate) category: String,
    #[field(province)]
    pub(crate) province: String,
    /// The class of its value added tax.
    #[field(max_length = 32)]
    pub(crate) vat_class: String,
    pub(crate) nature: Nature,
    /// The months in which there is some, 1 to 12; empty for all.
    #[field(max_items = 12, each(min = 1, max = 12))]
    pub(crate) months: Vec<u32>,
    #[field(min_items = 1, max_items = 20)]
    pub(crate) variants: Vec<Variant>,
    /// The label that it claims: a code of `content/labels.json`; `none` for most.
    #[field(pattern = CODE)]
    pub(crate) label: String,
    /// The number of the certificate that proves the claim.
    #[serde(default)]
    #[field(max_length = 60)]
    pub(crate) certificate: Option<String>,
    pub(crate) shown: bool,
    pub(crate) example: bool,
    #[serde(default)]
    #[field(max_items = 8)]
    pub(crate) pictures: Vec<Picture>,
    /// Whether its seller has put it away.
    #[serde(default)]
    pub(crate) away: bool,
}

/// A size or kind of a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Variant {
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(each(max_length = 100))]
    pub(crate) title: Texts,
    /// Of the parcel with one piece in it.
    #[field(min = 1, max = 1_000_000)]
    pub(crate) grams: u32,
    #[field(max_items = 20)]
    pub(crate) offers: Vec<Offer>,
    #[serde(default)]
    #[field(max_length = 60)]
    pub(crate) batch: Option<String>,
    /// The day on which the batch was made.
    #[serde(default)]
    pub(crate) made: Option<Date>,
    /// Its last good day. After it nothing of it is sold.
    #[serde(default)]
    pub(crate) best_before: Option<Date>,
    #[serde(default)]
    pub(crate) measure: Option<Measure>,
}

/// What is there of a variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(product, variant), read("plugin", "own"), create("plugin:own"), change("plugin"))]
#[kind(plane = "local", title(ar = "مخزون", fr = "Stock"), purpose = "What is in store, and what is kept for orders.")]
#[kind(retention = "As long as the product is sold.")]
pub(crate) struct Shelf {
    #[field(subject)]
    pub(crate) cooperative: String,
    #[field(pattern = CODE)]
    pub(crate) product: String,
    #[field(pattern = CODE)]
    pub(crate) variant: String,
    pub(crate) stock: stock::Stock,
}

/// A certificate of a label, which a registrar has held against the paper or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "public", index(verified, until), index(cooperative, until), read("public"))]
#[kind(create("plugin:own", "role:registrar"), change("role:registrar"))]
#[kind(
    plane = "marketplace",
    title(ar = "شهادة علامة", fr = "Certificat de label"),
    purpose = "Proof of a label, for whoever buys."
)]
#[kind(retention = "Ten years after its last day.")]
pub(crate) struct Certificate {
    #[field(unique, min_length = 1, max_length = 60)]
    pub(crate) number: String,
    #[field(subject)]
    pub(crate) cooperative: String,
    #[field(pattern = CODE)]
    pub(crate) label: String,
    /// Who issued it.
    #[field(min_length = 1, max_length = 200)]
    pub(crate) issuer: String,
    pub(crate) from: Date,
    pub(crate) until: Date,
    pub(crate) verified: bool,
    pub(crate) example: bool,
}

/// An order: what its parts have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(
    class = "internal",
    index(waiting, number),
    read("plugin", "own"),
    create("plugin", "plugin:own"),
    change("plugin")
)]
#[kind(index(person, placed_at))]
#[kind(plane = "local", title(ar = "طلبية", fr = "Commande"), purpose = "What was ordered, for buyer and sellers.")]
#[kind(retention = "Ten years after it was placed, as books are kept.")]
pub(crate) struct Order {
    #[field(unique)]
    pub(crate) number: u64,
    /// The SHA-256 of the key in its secret address.
    #[field(unique, min_length = 64, max_length = 64)]
    pub(crate) key: String,
    /// Who placed it, when they were signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(subject, class = "personal")]
    pub(crate) person: Option<String>,
    pub(crate) method: Method,
    pub(crate) placed_at: u64,
    /// Until when it is to be paid, or accepted.
    pub(crate) until: u64,
    pub(crate) total: Centimes,
    pub(crate) received: Centimes,
    pub(crate) repaid: Centimes,
    /// Whether it waits for money.
    pub(crate) waiting: bool,
}

/// One seller's part of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(
    class = "internal",
    index(order),
    index(cooperative, placed_at),
    index(cooperative, state, placed_at),
    index(state, placed_at)
)]
#[kind(read("plugin", "own"), create("plugin"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "جزء من طلبية", fr = "Part d’une commande"),
    purpose = "What one seller owes the buyer, and is owed."
)]
#[kind(retention = "Ten years after it was placed, as books are kept.")]
pub(crate) struct Share {
    #[field(max_length = 64)]
    pub(crate) order: String,
    pub(crate) number: u64,
    #[field(subject)]
    pub(crate) cooperative: String,
    /// The state of the part, to list by.
    #[field(max_length = 16)]
    pub(crate) state: String,
    pub(crate) placed_at: u64,
    pub(crate) part: order::Part,
    /// What the buyer wants to send back.
    #[serde(default)]
    #[field(max_items = 40)]
    pub(crate) asks: Vec<Ask>,
    /// What was booked of [`order::Part::returned`].
    pub(crate) booked: u32,
    /// Who carries it, as the tariff named them when it was ordered.
    #[serde(default)]
    #[field(max_length = 48)]
    pub(crate) carrier: Option<String>,
}

/// What a buyer wants to send back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Ask {
    #[field(max = 39)]
    pub(crate) line: u32,
    #[field(min = 1, max = 1_000)]
    pub(crate) quantity: u32,
    pub(crate) reason: Reason,
    pub(crate) at: u64,
}

/// Where a parcel goes. The kernel itself writes it, after the purchase; only the seller's own people read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "personal", unique(share), read("own", "plugin"), create("plugin"), delete("plugin"))]
#[kind(
    plane = "local",
    title(ar = "المرسل إليه", fr = "Destinataire"),
    purpose = "To send the parcel and to reach the buyer about it."
)]
#[kind(retention = "Ninety days after the part is over.")]
pub(crate) struct Recipient {
    #[field(subject)]
    pub(crate) cooperative: String,
    #[field(max_length = 64)]
    pub(crate) share: String,
    #[field(min_length = 1, max_length = 200)]
    pub(crate) name: String,
    #[field(min_length = 5, max_length = 40)]
    pub(crate) phone: String,
    #[field(max_length = 500)]
    pub(crate) address: String,
    #[field(max_length = 6)]
    pub(crate) place: String,
}

/// Something that was booked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", index(at), index(order), index(cooperative, at), read("plugin", "role:registrar"))]
#[kind(create("plugin"))]
#[kind(plane = "local", title(ar = "قيد محاسبي", fr = "Écriture"), purpose = "The books of the market.")]
#[kind(retention = "Ten years, as books are kept.")]
pub(crate) struct Posting {
    #[field(unique, max_length = 200)]
    pub(crate) key: String,
    pub(crate) at: u64,
    #[serde(default)]
    #[field(max_length = 64)]
    pub(crate) order: Option<String>,
    #[serde(default)]
    #[field(max_length = 64)]
    pub(crate) cooperative: Option<String>,
    #[field(min_items = 2, max_items = 8)]
    pub(crate) entries: Vec<ledger::Entry>,
}

/// A try to pay an order by card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", index(order), index(doubt), read("plugin", "role:registrar"))]
#[kind(create("plugin"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "محاولة أداء", fr = "Tentative de paiement"),
    purpose = "What the card gateway told of an order."
)]
#[kind(retention = "Ten years, as books are kept.")]
pub(crate) struct Attempt {
    #[field(max_length = 64)]
    pub(crate) order: String,
    pub(crate) attempt: card::Attempt,
    /// Whether the gateway contradicted itself or never answered, and a person has to ask it.
    pub(crate) doubt: bool,
}

impl Shop {
    pub(crate) fn of(cooperative: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::COOPERATIVE, cooperative))
    }
}

impl Contact {
    /// Whether somebody of a cooperative is told of its orders.
    pub(crate) fn is_known(cooperative: &str) -> Result<bool, Error> {
        // Who it is stays hidden from pages, so it is counted.
        Ok(Store::count(&Find::new().equal(Self::COOPERATIVE, cooperative))? > 0)
    }
}

impl Variant {
    /// Whether the last good day of its batch is over.
    pub(crate) fn is_past(&self, today: &Date) -> bool {
        self.best_before.as_ref().is_some_and(|best_before| best_before < today)
    }
}

impl Product {
    /// The product of a code that is shown.
    pub(crate) fn demand(code: &str) -> Result<Entry<Self>, Error> {
        Store::first(&Find::new().equal(Self::CODE, code))?
            .filter(|entry: &Entry<Self>| entry.body.shown)
            .ok_or_else(|| Error::not_found("there is no such product"))
    }
}

impl Shelf {
    pub(crate) fn of(product: &str, variant: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::PRODUCT, product).equal(Self::VARIANT, variant))
    }

    /// What is there of all variants of a product, in one read: a page shows many products.
    pub(crate) fn of_product(product: &str) -> Result<Vec<Entry<Self>>, Error> {
        Ok(Store::list(&Find::new().equal(Self::PRODUCT, product).limit(100))?.items)
    }

    /// The shelves of a product with those of all its variants, in one read. Those of variants that were taken away stay; where they fill the
    /// read, what is missing is read by itself.
    pub(crate) fn of_variants(product: &Product) -> Result<Vec<Entry<Self>>, Error> {
        let page = Store::list(&Find::new().equal(Self::PRODUCT, product.code.as_str()).limit(100))?;
        let mut shelves = page.items;
        for variant in product.variants.iter().filter(|_| page.next.is_some()) {
            if !shelves.iter().any(|shelf| shelf.body.variant == variant.code) {
                shelves.extend(Self::of(&product.code, &variant.code)?);
            }
        }
        Ok(shelves)
    }
}

impl Share {
    /// The parts of an order, in the order in which they were made.
    pub(crate) fn of_order(order: &str) -> Result<Vec<Entry<Self>>, Error> {
        Ok(Store::list(&Find::new().equal(Self::ORDER, order).limit(100))?.items)
    }
}

/// The nature of the goods as forms name it.
pub(crate) fn nature(word: &str) -> Option<Nature> {
    [Nature::Ordinary, Nature::Perishable, Nature::MadeToMeasure, Nature::Unsealed]
        .into_iter()
        .find(|nature| nature.name() == word)
}
