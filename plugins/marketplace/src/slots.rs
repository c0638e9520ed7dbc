//! Parts of the kernel's own pages: the next fairs on the home page, the shop window on the page of a cooperative, and what comes next on its
//! path.

use serde::Deserialize;
use serde_json::{Value, json};
use tiwizi_sdk::ui::{Fragment, Slot};
use tiwizi_sdk::{Error, Find, Language, Store, context};

use crate::called::Fair;
use crate::kinds::Shop;
use crate::listing::Listing;
use crate::pages::{fairs, market};
use crate::{path, today};

/// Fairs and products of a part.
const SHOWN_MAX: u32 = 3;

#[derive(Deserialize)]
struct Asked {
    /// None on the path of a person.
    #[serde(default)]
    cooperative: Option<String>,
}

/// The part of a page; none where there is nothing to show.
pub(crate) fn render(slot: &Slot) -> Result<Option<Fragment>, Error> {
    let language = context::language().parse::<Language>().unwrap_or(Language::French);
    match slot.name.as_str() {
        "home" => home(language),
        "cooperative" | "path" => {
            let Some(cooperative) = slot.input::<Asked>()?.cooperative else { return Ok(None) };
            if slot.name == "path" { path::part(&cooperative, language) } else { window(&cooperative, language) }
        }
        _ => Ok(None),
    }
}

fn home(language: Language) -> Result<Option<Fragment>, Error> {
    let today = today::date()?;
    let coming = Find::new().equal(Fair::OPEN, true).at_least(Fair::UNTIL, today.clone()).sort(Fair::UNTIL);
    let coming = Store::list(&coming.limit(SHOWN_MAX))?.items;
    let coming: Vec<Value> = coming.iter().map(|fair| fairs::facts(&fair.body, language)).collect::<Result<_, _>>()?;
    let shown = Store::list(&Listing::on_sale().limit(SHOWN_MAX))?.items;
    let products: Vec<Value> =
        shown.iter().map(|listing| market::card(&listing.body, &today, language)).collect::<Result<_, _>>()?;
    if coming.is_empty() && products.is_empty() {
        return Ok(None);
    }
    Fragment::new("part-home", "", &json!({ "fairs": coming, "products": products })).map(Some)
}

fn window(cooperative: &str, language: Language) -> Result<Option<Fragment>, Error> {
    let Some(shop) = Shop::of(cooperative)?.filter(|shop| shop.body.open) else { return Ok(None) };
    let shown = Store::list(&Listing::of_shop(cooperative).limit(SHOWN_MAX))?.items;
    let today = today::date()?;
    let products: Vec<Value> =
        shown.iter().map(|listing| market::card(&listing.body, &today, language)).collect::<Result<_, _>>()?;
    let shop = json!({ "cooperative": cooperative, "example": shop.body.example });
    Fragment::new("part-shop", "", &json!({ "shop": shop, "products": products })).map(Some)
}
