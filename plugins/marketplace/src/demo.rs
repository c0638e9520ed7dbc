//! The products of the demonstration: real products with real labels, sold by the synthetic cooperatives of the instance and marked as
//! examples wherever they are shown. An operator asks for them at the money desk; an instance that serves people never has them.
//!
//! Writing them again changes nothing.

use serde::Deserialize;
use tiwizi_sdk::registry::{self, Cooperative};
use tiwizi_sdk::{Date, Error, Find, Language, Store, Texts, places};

use crate::kinds::{Certificate, Product, Shelf, Shop, Variant};
use crate::money::Centimes;
use crate::order::Nature;
use crate::price::Offer;
use crate::stock::Stock;
use crate::{listing, today, words};

const DEMO: &str = include_str!("../content/demo.json");

/// Days for which the certificate of an example holds from the day on which it is written.
const CERTIFIED_DAYS: u32 = 365;

#[derive(Deserialize)]
struct Demo {
    about: Texts,
    products: Vec<Example>,
}

#[derive(Deserialize)]
struct Example {
    code: String,
    province: String,
    category: String,
    vat_class: String,
    nature: Nature,
    label: String,
    title: Texts,
    about: Texts,
    variants: Vec<ExampleVariant>,
}

#[derive(Deserialize)]
struct ExampleVariant {
    code: String,
    title: Texts,
    grams: u32,
    price: Centimes,
    pieces: u32,
}

/// What is read of a cooperative of the register.
#[derive(Deserialize)]
struct Registered {
    name_fr: Option<String>,
    name_ar: Option<String>,
    court: Option<String>,
    number: Option<String>,
}

/// Writes each product that has a cooperative in its province and is not there yet.
pub(crate) fn write() -> Result<(), Error> {
    let demo: Demo = serde_json::from_str(DEMO)?;
    for example in demo.products {
        if Store::first(&Find::new().equal(Product::CODE, example.code.as_str()))?.is_none()
            && let Some(cooperative) = shop(&example.province, &demo.about)?
        {
            product(example, &cooperative)?;
        }
    }
    Ok(())
}

/// The cooperative of a province that sells the examples there; its shop is opened when it has none.
fn shop(province: &str, about: &Texts) -> Result<Option<String>, Error> {
    let find = Find::new().equal(Cooperative::PROVINCE, province).sort(Cooperative::NAME_FR).limit(1);
    let Some(entry) = registry::cooperatives::<Registered>(&find)?.items.into_iter().next() else { return Ok(None) };
    if let Some(shop) = Shop::of(&entry.id)? {
        return Ok(shop.body.example.then_some(entry.id));
    }
    let mut name = Texts::new();
    for (language, text) in [(Language::French, entry.body.name_fr), (Language::Arabic, entry.body.name_ar)] {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            name.insert(language, text);
        }
    }
    let (court, number) = (entry.body.court.unwrap_or_default(), entry.body.number.unwrap_or_default());
    Store::create(&Shop {
        cooperative: entry.id.clone(),
        name,
        about: about.clone(),
        province: province.to_owned(),
        registration: format!("{number} ({court})"),
        address: places::province(province, Language::French),
        phone: "0500000000".to_owned(),
        email: String::new(),
        open: true,
        example: true,
        hours: None,
        zones: None,
        pictures: Vec::new(),
    })?;
    Ok(Some(entry.id))
}

fn product(example: Example, cooperative: &str) -> Result<(), Error> {
    let certificate = format!("EXEMPLE-{}", example.code.to_uppercase());
    if example.label != crate::label::NONE {
        let (from, until): (Date, Option<Date>) = (today::date()?, today::day().plus(CERTIFIED_DAYS).date());
        Store::create(&Certificate {
            number: certificate.clone(),
            cooperative: cooperative.to_owned(),
            label: example.label.clone(),
            issuer: "Exemple".to_owned(),
            until: until.unwrap_or_else(|| from.clone()),
            from,
            verified: true,
            example: true,
        })?;
    }
    for variant in &example.variants {
        Store::create(&Shelf {
            cooperative: cooperative.to_owned(),
            product: example.code.clone(),
            variant: variant.code.clone(),
            stock: Stock::of(variant.pieces),
        })?;
    }
    let product = Store::create(&Product {
        words: words::of(&[&example.title]),
        code: example.code,
        cooperative: cooperative.to_owned(),
        title: example.title,
        about: example.about,
        category: example.category,
        province: example.province,
        vat_class: example.vat_class,
        nature: example.nature,
        months: Vec::new(),
        variants: example.variants.into_iter().map(ExampleVariant::into_variant).collect(),
        certificate: (example.label != crate::label::NONE).then_some(certificate),
        label: example.label,
        shown: true,
        example: true,
        pictures: Vec::new(),
        away: false,
    })?;
    listing::bring(&product.id, Some(&product.body))
}

impl ExampleVariant {
    fn into_variant(self) -> Variant {
        let offers = vec![Offer::retail(self.price)];
        let (code, title, grams) = (self.code, self.title, self.grams);
        Variant { code, title, grams, offers, batch: None, made: None, best_before: None, measure: None }
    }
}
