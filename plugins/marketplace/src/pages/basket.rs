//! The basket: what is in it, by cooperative, and putting things in and out.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Date, Error, Find, Request, Store, context};

use super::market::{basket_of, in_season, pieces, product_page};
use crate::basket::{self, Basket};
use crate::kinds::{Product, Shelf, Shop};
use crate::money::Centimes;
use crate::price::{self, List};
use crate::today;

/// A line of a basket with what it costs today.
pub(crate) struct Priced {
    pub(crate) product: Product,
    pub(crate) line: basket::Line,
    /// The place of the variant in the product.
    pub(crate) variant: usize,
    pub(crate) price: Centimes,
    pub(crate) free: u32,
}

/// `POST /basket`: puts pieces in.
pub(crate) fn add(request: &Request) -> Result<Answer, Error> {
    let entry = Product::demand(request.form_required("product")?)?;
    let mut basket = basket_of(request);
    let variant = request.form("variant").unwrap_or_default();
    let put = basket::quantity(request.form("quantity").unwrap_or("1")).and_then(|quantity| {
        if !entry.body.variants.iter().any(|known| known.code == variant) {
            return Err(basket::Refused::Code);
        }
        basket.add(&entry.body.code, variant, quantity)
    });
    if let Err(refused) = put {
        return Ok(product_page(request, &entry, Some(json!(refused.code())))?.with_status(422));
    }
    Ok(to_basket(&basket))
}

/// `POST /basket/set`: more or fewer pieces of a line; none takes it out.
pub(crate) fn set(request: &Request) -> Result<Answer, Error> {
    let mut basket = basket_of(request);
    let field = |name: &str| request.form(name).unwrap_or_default();
    let quantity = if field("quantity").trim().is_empty() || request.form("remove").is_some() {
        Ok(0)
    } else {
        basket::quantity(field("quantity"))
    };
    match quantity.and_then(|quantity| basket.set(field("product"), field("variant"), quantity)) {
        Ok(()) => Ok(to_basket(&basket)),
        Err(refused) => Ok(page(request, &basket, Some(refused.code()))?.with_status(422)),
    }
}

/// `GET /basket`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    page(request, &basket_of(request), None)
}

fn page(request: &Request, basket: &Basket, fault: Option<&str>) -> Result<Answer, Error> {
    let language = request.page_language();
    let (lines, gone) = priced(basket)?;
    let total = Centimes::sum(lines.iter().filter_map(|line| line.price.times(line.line.quantity)));
    let mut sellers = Vec::new();
    for (cooperative, lines) in basket::by_seller(&lines, |line| line.product.cooperative.clone()) {
        let shop = Shop::of(&cooperative)?.map(|entry| entry.body.name.best(language).to_owned());
        let lines: Vec<Value> = lines.iter().map(|line| line.view(language)).collect();
        sellers.push(json!({ "name": shop, "cooperative": cooperative, "lines": lines }));
    }
    let data = json!({
        "sellers": sellers,
        "gone": gone,
        "total": total.map(|total| total.to_string()),
        "basket": basket.to_string(),
        "pieces": pieces(basket),
        "fault": fault,
        "ready": !lines.is_empty() && lines.iter().all(|line| line.free >= line.line.quantity),
    });
    Answer::page("basket", "", &data)
}

impl Priced {
    pub(crate) fn view(&self, language: tiwizi_sdk::Language) -> Value {
        json!({
            "product": self.line.product,
            "variant": self.line.variant,
            "title": self.title(language),
            "quantity": self.line.quantity,
            "price": self.price.to_string(),
            "amount": self.price.times(self.line.quantity).map(|amount| amount.to_string()),
            "free": self.free,
            "short": self.free < self.line.quantity,
        })
    }

    /// What it is called, with its variant.
    pub(crate) fn title(&self, language: tiwizi_sdk::Language) -> String {
        let variant = self.product.variants.get(self.variant).map_or("", |variant| variant.title.best(language));
        format!("{}, {variant}", self.product.title.best(language)).trim_end_matches(", ").to_owned()
    }
}

/// Each line with its price of today; and how many lines are sold no more, out of season, or without a price.
pub(crate) fn priced(basket: &Basket) -> Result<(Vec<Priced>, usize), Error> {
    let (mut lines, mut gone) = (Vec::new(), 0);
    let (now, today) = (context::now(), today::date()?);
    for line in basket.lines() {
        match priced_line(line, now, &today)? {
            Some(priced) => lines.push(priced),
            None => gone += 1,
        }
    }
    Ok((lines, gone))
}

fn priced_line(line: &basket::Line, now: u64, today: &Date) -> Result<Option<Priced>, Error> {
    let found = Store::first(&Find::new().equal(Product::CODE, line.product.as_str()))?;
    let Some(product) = found.map(|entry| entry.body).filter(|product: &Product| product.shown) else {
        return Ok(None);
    };
    let Some(at) = product.variants.iter().position(|variant| variant.code == line.variant) else { return Ok(None) };
    let good = product.variants.get(at).filter(|variant| !variant.is_past(today));
    let offers = good.map(|variant| variant.offers.as_slice()).unwrap_or_default();
    let price = price::price(offers, List::Retail, line.quantity, today);
    let Some(price) = price.filter(|_| in_season(&product.months, today)) else { return Ok(None) };
    let free = Shelf::of(&line.product, &line.variant)?.map_or(0, |shelf| shelf.body.stock.free(now));
    Ok(Some(Priced { product, line: line.clone(), variant: at, price, free }))
}

fn to_basket(basket: &Basket) -> Answer {
    Answer::redirect(if basket.is_empty() { "/basket".to_owned() } else { format!("/basket?basket={basket}") })
}
