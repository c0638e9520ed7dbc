//! What lists say of a product: a small record beside each one, from which the market, a shop's window and the home page are made.
//!
//! A product with its texts and variants in seven languages is some ten thousand bytes, and a page shows 24 of them. A search besides reads the
//! body of everything that its words find, to hold the filters against it.
//!
//! A listing is written with its product, and follows every change of the product, of its shop and of its certificate, whoever made it. The work
//! of the night holds all of them against the products once more, and takes away those of products that are gone. What changes with the day
//! (prices, seasons, last good days, the days of a certificate) is kept as it is and reckoned on the day on which somebody looks. Stock is not in
//! it: every order changes it, and no list speaks of it.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::events::Event;
use tiwizi_sdk::hooks::Operation;
use tiwizi_sdk::jobs::Later;
use tiwizi_sdk::{Date, Entry, Error, Find, Kind, Shape, Store, Texts};

use crate::kinds::{CODE, Certificate, Product, Shop, Variant};
use crate::label::{self, Verdict};
use crate::money::Centimes;
use crate::price::{self, List, Offer};
use crate::today;
use crate::wares::Picture;

/// The subscription of the manifest that tells of what listings follow.
pub(crate) const FOLLOWED: &str = "listings";
/// The job that goes on where one call ends.
pub(crate) const JOB: &str = "listings";
/// Products whose listings one call brings up to date: each is read with its shop and its certificate, and one record is written.
const BROUGHT_MAX: u32 = 36;
/// Listings that a shop which opens or closes turns in one call, and those that one call holds against what is there: each is read and written.
const TURNED_MAX: u32 = 60;

/// What lists say of a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[expect(clippy::duplicated_attributes, reason = "two indexes may have a field in common")]
#[kind(class = "internal", plane = "local", index(on_sale, category, province, label))]
#[kind(index(on_sale, label, category), index(on_sale, province, label))]
#[kind(index(cooperative, on_sale), index(cooperative, open), index(certificate))]
#[kind(read("plugin"), create("plugin"), change("plugin"), delete("plugin"))]
#[kind(title(ar = "بطاقة منتوج", fr = "Fiche de liste d’un produit"))]
#[kind(purpose = "To list and search products.", retention = "Kept as long as its product.")]
pub(crate) struct Listing {
    #[field(unique, max_length = 60, description = "The record of the product.")]
    pub(crate) record: String,
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(max_length = 64)]
    pub(crate) cooperative: String,
    #[field(description = "Whether the seller shows the product.")]
    pub(crate) shown: bool,
    #[field(description = "Whether its shop is open.")]
    pub(crate) open: bool,
    #[field(description = "Both: only then it is on a list.")]
    pub(crate) on_sale: bool,
    #[field(pattern = CODE)]
    pub(crate) category: String,
    #[field(province)]
    pub(crate) province: String,
    #[field(pattern = CODE, description = "The label that its certificate proves; `none` for all others.")]
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) proof: Option<Proof>,
    #[field(max_length = 60, description = "The number of the certificate that it names; empty for none.")]
    pub(crate) certificate: String,
    pub(crate) example: bool,
    #[field(max_items = 12, each(min = 1, max = 12))]
    pub(crate) months: Vec<u32>,
    #[field(max_items = 20)]
    pub(crate) prices: Vec<Prices>,
    #[field(search, max_length = 2_000)]
    pub(crate) words: String,
    #[field(each(max_length = 200))]
    pub(crate) title: Texts,
    #[serde(default)]
    pub(crate) picture: Option<Picture>,
}

/// The days of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Proof {
    pub(crate) from: Date,
    pub(crate) until: Date,
}

/// What one piece of a variant costs anybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Prices {
    #[field(max_items = 20)]
    pub(crate) offers: Vec<Offer>,
    #[serde(default)]
    pub(crate) best_before: Option<Date>,
}

/// Where a job goes on.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Step {
    /// The listings of a shop that opened or closed.
    #[serde(default)]
    cooperative: Option<String>,
    /// The listings that name a certificate.
    #[serde(default)]
    certificate: Option<String>,
    /// Whether it looks for listings whose products are gone: the second half of the night.
    #[serde(default)]
    gone: bool,
    /// Of the certificate's listings, of all listings, or of all products.
    #[serde(default)]
    after: Option<String>,
}

impl Listing {
    fn of(record: &str, product: &Product) -> Result<Self, Error> {
        let (label, proof) = match proof(product)? {
            Some(proof) => (product.label.clone(), Some(proof)),
            None => (label::NONE.to_owned(), None),
        };
        let open = is_open(&product.cooperative)?;
        Ok(Self {
            record: record.to_owned(),
            code: product.code.clone(),
            cooperative: product.cooperative.clone(),
            shown: product.shown,
            open,
            on_sale: product.shown && open,
            category: product.category.clone(),
            province: product.province.clone(),
            label,
            proof,
            certificate: product.certificate.clone().unwrap_or_default(),
            example: product.example,
            months: product.months.clone(),
            prices: product.variants.iter().map(Prices::of).collect(),
            words: product.words.clone(),
            title: product.title.clone(),
            picture: product.pictures.first().cloned(),
        })
    }

    /// What is on sale; the market's filters narrow it.
    pub(crate) fn on_sale() -> Find<Self> {
        Find::new().equal(Self::ON_SALE, true)
    }

    /// What a cooperative has on sale.
    pub(crate) fn of_shop(cooperative: &str) -> Find<Self> {
        Find::new().equal(Self::COOPERATIVE, cooperative).equal(Self::ON_SALE, true)
    }

    /// The label that it carries on a day; none when there is none, or its certificate does not hold on that day.
    pub(crate) fn label_on(&self, day: &Date) -> Option<&str> {
        let holds = self.proof.as_ref().is_some_and(|proof| proof.from <= *day && *day <= proof.until);
        holds.then_some(self.label.as_str())
    }

    /// What the cheapest piece costs on a day; none when nothing is sold on it.
    pub(crate) fn price_on(&self, day: &Date) -> Option<Centimes> {
        self.prices.iter().filter_map(|prices| prices.on(day)).min()
    }
}

impl Prices {
    fn of(variant: &Variant) -> Self {
        let is_one = |offer: &&Offer| offer.list == List::Retail && offer.from_quantity <= 1;
        let offers = variant.offers.iter().filter(is_one).cloned().collect();
        Self { offers, best_before: variant.best_before.clone() }
    }

    fn on(&self, day: &Date) -> Option<Centimes> {
        let is_past = self.best_before.as_ref().is_some_and(|best_before| best_before < day);
        price::price(&self.offers, List::Retail, 1, day).filter(|_| !is_past)
    }
}

/// Whether a shop sells. Of a cooperative without one nobody knows who sells.
fn is_open(cooperative: &str) -> Result<bool, Error> {
    Ok(Shop::of(cooperative)?.is_some_and(|shop| shop.body.open))
}

/// The days on which a product's certificate proves its label; none when it proves nothing today or later: what the search for a label
/// finds is shown by the day, and what is over for good would fill its pages with nothing.
fn proof(product: &Product) -> Result<Option<Proof>, Error> {
    let Some(label) = label::find(&product.label)? else { return Ok(None) };
    let Some(number) = product.certificate.as_deref().filter(|number| !number.is_empty()) else { return Ok(None) };
    let paper: Option<Entry<Certificate>> = Store::first(&Find::new().equal(Certificate::NUMBER, number))?;
    let Some(paper) = paper.map(|entry| entry.body) else { return Ok(None) };
    let day = today::date()?.max(paper.from.clone());
    let verdict = label.judge(&product.cooperative, &product.province, Some(&paper), &day);
    Ok((verdict == Verdict::Valid).then_some(Proof { from: paper.from, until: paper.until }))
}

/// Brings the listing of a product to what the product is now; none is the product that is gone. What it says already is not written.
///
/// # Errors
/// As those of the store.
pub(crate) fn bring(record: &str, product: Option<&Product>) -> Result<(), Error> {
    let there: Option<Entry<Listing>> = Store::first(&Find::new().equal(Listing::RECORD, record))?;
    match (product.map(|product| Listing::of(record, product)).transpose()?, there) {
        (Some(listing), None) => Store::create(&listing).map(|_| ()),
        (Some(listing), Some(entry)) if listing == entry.body => Ok(()),
        (Some(listing), Some(entry)) => Store::replace(&Entry { body: listing, ..entry }).map(|_| ()),
        (None, Some(entry)) => Store::delete(&entry),
        (None, None) => Ok(()),
    }
}

/// Lists what a shop that opened sells, and nothing of one that closed. Of a very large shop a job does the rest.
///
/// # Errors
/// As those of the store.
pub(crate) fn turn(cooperative: &str) -> Result<(), Error> {
    let open = is_open(cooperative)?;
    let others = Find::new().equal(Listing::COOPERATIVE, cooperative).equal(Listing::OPEN, !open).limit(TURNED_MAX);
    let page = Store::list(&others)?;
    for mut entry in page.items {
        entry.body.open = open;
        entry.body.on_sale = open && entry.body.shown;
        Store::replace(&entry)?;
    }
    let rest = Step { cooperative: Some(cooperative.to_owned()), ..Step::default() };
    page.next.map_or(Ok(()), |_| later(&rest))
}

/// Brings the listings up to date that name a certificate.
///
/// # Errors
/// As those of the store.
pub(crate) fn prove(number: &str, after: Option<&str>) -> Result<(), Error> {
    let naming = Find::new().equal(Listing::CERTIFICATE, number).limit(BROUGHT_MAX);
    let page = Store::list(&naming.after(after))?;
    for entry in &page.items {
        let product = Store::<Product>::get(&entry.body.record)?;
        bring(&entry.body.record, product.as_ref().map(|product| &product.body))?;
    }
    let step = |next| Step { certificate: Some(number.to_owned()), after: Some(next), ..Step::default() };
    page.next.map_or(Ok(()), |next| later(&step(next)))
}

/// Brings the listings of some products up to date. Answers where the next ones begin.
///
/// # Errors
/// As those of the store.
pub(crate) fn bring_some(after: Option<&str>) -> Result<Option<String>, Error> {
    let page = Store::list(&Find::<Product>::new().limit(BROUGHT_MAX).after(after))?;
    for entry in &page.items {
        bring(&entry.id, Some(&entry.body))?;
    }
    Ok(page.next)
}

/// Takes away those of some listings whose products are gone. Answers where the next ones begin.
fn drop_some(after: Option<&str>) -> Result<Option<String>, Error> {
    let page = Store::list(&Find::<Listing>::new().limit(TURNED_MAX).after(after))?;
    for entry in &page.items {
        if Store::<Product>::get(&entry.body.record)?.is_none() {
            Store::delete(entry)?;
        }
    }
    Ok(page.next)
}

/// The job: goes on with a shop or a certificate; without a word of either it goes through all products, and then through all listings, as it
/// does every night.
///
/// # Errors
/// As those of the store.
pub(crate) fn go_on(step: &Step) -> Result<(), Error> {
    if let Some(cooperative) = &step.cooperative {
        return turn(cooperative);
    }
    let after = step.after.as_deref();
    if let Some(number) = &step.certificate {
        return prove(number, after);
    }
    if step.gone {
        let next = drop_some(after)?;
        return next.map_or(Ok(()), |next| later(&Step { gone: true, after: Some(next), ..Step::default() }));
    }
    let next = bring_some(after)?;
    later(&Step { gone: next.is_none(), after: next, ..Step::default() })
}

fn later(step: &Step) -> Result<(), Error> {
    Later::new(JOB).enqueue(step).map(|_| ())
}

/// Follows a change of a product, a shop or a certificate. What is there counts, which may be later than what is told of.
///
/// # Errors
/// As those of the store.
pub(crate) fn follow(event: &Event) -> Result<(), Error> {
    let Some(record) = event.record.as_deref() else { return Ok(()) };
    match event.topic.as_str() {
        "marketplace/product" => bring(record, Store::<Product>::get(record)?.map(|entry| entry.body).as_ref()),
        // What was in a record that is gone is not told: the work of the night finds what it leaves.
        _ if event.operation == Some(Operation::Delete) => Ok(()),
        "marketplace/shop" => Store::<Shop>::get(record)?.map_or(Ok(()), |shop| turn(&shop.body.cooperative)),
        "marketplace/certificate" => {
            Store::<Certificate>::get(record)?.map_or(Ok(()), |paper| prove(&paper.body.number, None))
        }
        other => Err(Error::internal(format!("listings do not follow {other}"))),
    }
}
