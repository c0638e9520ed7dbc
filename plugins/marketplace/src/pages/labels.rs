//! Labels: what a product's page says of a claim, and the public page that whoever scans a code reaches.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Date, Error, Find, Language, Request, Store, places};

use crate::kinds::{Certificate, Product, Shop};
use crate::label::{self, Label, Verdict};
use crate::{qr, today};

/// Each label, code and name.
pub(crate) fn choices(language: Language) -> Result<Vec<(String, String)>, Error> {
    let labels = label::all()?;
    Ok(labels.iter().map(|label| (label.code.clone(), label.name.best(language).to_owned())).collect())
}

/// The name of a label; none for what is none.
pub(crate) fn name(code: &str, language: Language) -> Result<Option<String>, Error> {
    Ok(label::find(code)?.map(|label| label.name.best(language).to_owned()))
}

/// What is known of a product's claim; none when it claims nothing.
pub(crate) fn claim(product: &Product, today: &Date, language: Language) -> Result<Option<Value>, Error> {
    let Some(label) = label::find(&product.label)? else { return Ok(None) };
    let certificate = certificate(number(product))?;
    Ok(Some(claimed(product, label, certificate.as_ref(), (today, language))))
}

fn number(product: &Product) -> &str {
    product.certificate.as_deref().unwrap_or_default()
}

fn claimed(
    product: &Product,
    label: &Label,
    certificate: Option<&Certificate>,
    (today, language): (&Date, Language),
) -> Value {
    let verdict = label.judge(&product.cooperative, &product.province, certificate, today);
    json!({
        "name": label.name.best(language),
        "kind": label.kind,
        "verdict": verdict,
        "valid": verdict == Verdict::Valid,
        "number": number(product),
    })
}

/// `GET /labels/{product}`: whether a product may carry its label, today.
pub(crate) fn verify(request: &Request) -> Result<Answer, Error> {
    let language = request.page_language();
    let product = Product::demand(request.parameter("product"))?.body;
    let label = label::find(&product.label)?.ok_or_else(|| Error::not_found("this product claims no label"))?;
    let certificate = certificate(number(&product))?;
    let today = today::date()?;
    let claim = claimed(&product, label, certificate.as_ref(), (&today, language));
    let shop = Shop::of(&product.cooperative)?.map(|entry| entry.body);
    let address = qr::address(&format!("/labels/{}", product.code))?;
    let data = json!({
        "product": { "code": product.code, "title": product.title.best(language), "example": product.example },
        "province": places::province(&product.province, language),
        "claim": claim,
        "certificate": certificate.map(|paper| json!({
            "number": paper.number, "issuer": paper.issuer, "from": paper.from, "until": paper.until,
        })),
        "shop": shop.map(|shop| json!({ "name": shop.name.best(language), "cooperative": shop.cooperative })),
        "qr": address.as_deref().and_then(qr::drawn),
        "today": today,
    });
    Answer::page("label", "", &data)
}

fn certificate(number: &str) -> Result<Option<Certificate>, Error> {
    if number.is_empty() {
        return Ok(None);
    }
    Ok(Store::first(&Find::new().equal(Certificate::NUMBER, number))?.map(|entry| entry.body))
}
