//! Claims of labels: a seller asks for one with its certificate, and a registrar holds it against the paper.
//!
//! Until that is done a product's page says that nobody has. A registrar who thought better of it takes the word back the same way.

use serde_json::{Value, json};
use tiwizi_sdk::form::Filled;
use tiwizi_sdk::{Answer, Date, Entry, Error, Find, Form, Request, Store};

use super::ware_desk::{Told, change};
use crate::kinds::{Certificate, Product, Shop};
use crate::{label, listing, today};

/// Certificates of a page.
const CERTIFICATES_MAX: u32 = 30;

#[derive(Debug, Form)]
struct Claim {
    #[field(max_length = 48)]
    label: String,
    #[field(min_length = 1, max_length = 60)]
    number: String,
    #[field(min_length = 1, max_length = 200)]
    issuer: String,
    from: Date,
    until: Date,
}

/// The form of a product's claim as it is.
pub(crate) fn filled(product: &Product) -> Filled {
    Filled::empty().with("label", &product.label).with("number", product.certificate.as_deref().unwrap_or_default())
}

/// `POST /desk/{cooperative}/products/{code}/label`: claims a label, or none any more.
pub(crate) fn claim(request: &Request) -> Result<Answer, Error> {
    change(request, |request, product| {
        if request.form("label") == Some(label::NONE) {
            label::NONE.clone_into(&mut product.label);
            product.certificate = None;
            return Ok(Ok(()));
        }
        let refuse = |filled: Filled| Ok(Err(Told { claim: Some(filled), ..Told::default() }));
        let claim = match request.read_form::<Claim>() {
            Ok(claim) => claim,
            Err(filled) => return refuse(filled),
        };
        let mut filled = Filled::of(request);
        if label::find(&claim.label)?.is_none() {
            filled = filled.refuse("label", "enum");
        }
        if claim.until < claim.from {
            filled = filled.refuse("until", "day-order");
        }
        let there = Store::first(&Find::new().equal(Certificate::NUMBER, claim.number.as_str()))?;
        let fits = |paper: &Certificate| paper.cooperative == product.cooperative && paper.label == claim.label;
        if there.as_ref().is_some_and(|paper| !fits(&paper.body)) {
            filled = filled.refuse("number", "duplicate");
        }
        if !filled.is_good() {
            return refuse(filled);
        }
        // A paper that is known stays as it was sent first: a registrar may have looked at it already.
        if there.is_none() {
            Store::create(&Certificate {
                number: claim.number.clone(),
                cooperative: product.cooperative.clone(),
                label: claim.label.clone(),
                issuer: claim.issuer,
                from: claim.from,
                until: claim.until,
                verified: false,
                example: false,
            })?;
        }
        (product.label, product.certificate) = (claim.label, Some(claim.number));
        Ok(Ok(()))
    })
}

/// `GET /certificates`: those that nobody has held against the paper; `seen` shows those that somebody has, `after` goes on.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    super::money::staff()?;
    let is_seen = request.query("seen").is_some_and(|seen| !seen.is_empty());
    let find = Find::new().equal(Certificate::VERIFIED, is_seen).at_least(Certificate::UNTIL, today::date()?);
    let find = find.sort(Certificate::UNTIL).limit(CERTIFICATES_MAX);
    let page = Store::list(&find.after(request.query("after").filter(|after| !after.is_empty())))?;
    let language = request.page_language();
    let mut papers = Vec::new();
    for paper in &page.items {
        let shop = Shop::of(&paper.body.cooperative)?.map(|shop| shop.body.name.best(language).to_owned());
        papers.push(json!({
            "id": paper.id, "version": paper.version, "number": paper.body.number, "issuer": paper.body.issuer,
            "label": super::labels::name(&paper.body.label, language)?, "from": paper.body.from, "until": paper.body.until,
            "shop": shop, "cooperative": paper.body.cooperative, "example": paper.body.example,
        }));
    }
    let data: Value = json!({ "papers": papers, "next": page.next, "seen": is_seen });
    Answer::page("certificates", "", &data)
}

/// `POST /certificates/{id}`: it was held against the paper, or that word is taken back.
pub(crate) fn verify(request: &Request) -> Result<Answer, Error> {
    super::money::staff()?;
    let paper: Option<Entry<Certificate>> = Store::get(request.parameter("id"))?;
    let mut paper = paper.ok_or_else(|| Error::not_found("there is no such certificate"))?;
    let good = request.form("do") == Some("good");
    if paper.body.verified != good {
        paper.body.verified = good;
        Store::replace(&paper)?;
        listing::prove(&paper.body.number, None)?;
    }
    Ok(Answer::redirect(if good { "/certificates" } else { "/certificates?seen=1" }))
}
