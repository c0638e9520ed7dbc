//! The market's part of a cooperative's path: its shop window, what it shows and sold, and the next fair, each with what comes next and why.
//!
//! It speaks to those who act for the cooperative; others who may see the path are shown nothing of the desk.

use serde::Deserialize;
use serde_json::{Value, json};
use tiwizi_sdk::registry;
use tiwizi_sdk::ui::Fragment;
use tiwizi_sdk::{Error, Find, Kind, Language, Store, context, milestones, places};

use crate::called::{Candidacy, Fair};
use crate::kinds::{Product, Share, Shop};
use crate::pages::fairs;
use crate::today;

/// Fairs that are looked at for one that still takes applications.
const FAIRS_MAX: u32 = 20;

/// A cooperative that the caller acts for, as the market needs it.
#[derive(Debug, Deserialize)]
pub(crate) struct Acting {
    #[serde(default)]
    pub(crate) name_fr: Option<String>,
    #[serde(default)]
    pub(crate) name_ar: Option<String>,
    #[serde(default)]
    pub(crate) court: Option<String>,
    #[serde(default)]
    pub(crate) number: Option<String>,
    #[serde(default)]
    pub(crate) province: Option<String>,
    #[serde(default)]
    pub(crate) status: Option<String>,
}

impl Acting {
    /// Its name, in a language of the register that is near to the reader's.
    pub(crate) fn name(&self, language: Language) -> &str {
        let (first, second) = if matches!(language, Language::Arabic | Language::Darija) {
            (&self.name_ar, &self.name_fr)
        } else {
            (&self.name_fr, &self.name_ar)
        };
        first.as_deref().or(second.as_deref()).unwrap_or("–")
    }
}

/// The registered cooperatives that the caller acts for, with their ids.
pub(crate) fn acting() -> Result<Vec<(String, Acting)>, Error> {
    let acting = registry::acts_for::<Acting>()?.into_iter();
    let registered = acting.filter(|entry| entry.body.status.as_deref() == Some("registered"));
    Ok(registered.map(|entry| (entry.id, entry.body)).collect())
}

/// Notes a milestone of a cooperative and of the person who did it for the cooperative, each where there is one.
pub(crate) fn reached<Proof: Kind>(cooperative: &str, code: &str, proof: &str) -> Result<(), Error> {
    if registry::acts_for::<Value>()?.iter().any(|entry| entry.id == cooperative) {
        milestones::reach_for::<Proof>(cooperative, code, proof)?;
    }
    if context::caller().person.is_some() {
        milestones::reach::<Proof>(code, proof)?;
    }
    Ok(())
}

/// The part of the path of a cooperative.
pub(crate) fn part(cooperative: &str, language: Language) -> Result<Option<Fragment>, Error> {
    let Some((_, acting)) = acting()?.into_iter().find(|(id, _)| id == cooperative) else { return Ok(None) };
    let shop = Shop::of(cooperative)?.filter(|shop| shop.body.open);
    let of = Find::new().equal(Product::COOPERATIVE, cooperative).limit(1);
    let shows = shop.is_some() && !Store::list(&of)?.items.is_empty();
    let sold = shows && Store::count(&Find::new().equal(Share::COOPERATIVE, cooperative))? > 0;
    let data = json!({
        "cooperative": cooperative,
        "shop": shop.is_some(),
        "shows": shows,
        "sold": sold,
        "fair": next_fair(cooperative, &acting, language)?,
    });
    Fragment::new("part-path", "", &data).map(Some)
}

/// The fair that comes next for a cooperative: one that it applied to, or the first whose call is open, before all those in its own province.
fn next_fair(cooperative: &str, acting: &Acting, language: Language) -> Result<Option<Value>, Error> {
    let today = today::date()?;
    let coming = Find::new().equal(Fair::OPEN, true).at_least(Fair::UNTIL, today.clone()).sort(Fair::UNTIL);
    let mut best: Option<(u8, Value)> = None;
    for fair in Store::list(&coming.limit(FAIRS_MAX))?.items {
        let asked = Candidacy::of(&fair.id, cooperative)?;
        let takes = !fair.body.closed && today <= fair.body.closes;
        let near = acting.province.as_deref() == Some(fair.body.province.as_str());
        let rank = match (&asked, takes) {
            (Some(_), _) => 0,
            (None, true) if near => 1,
            (None, true) => 2,
            (None, false) => continue,
        };
        if best.as_ref().is_none_or(|(known, _)| rank < *known) {
            let view = json!({
                "about": fairs::facts(&fair.body, language)?,
                "state": asked.map(|entry| entry.body.state),
                "near": near,
                "home": acting.province.as_deref().map(|code| places::province(code, language)),
            });
            best = Some((rank, view));
        }
    }
    Ok(best.map(|(_, view)| view))
}
