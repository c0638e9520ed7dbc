//! Who the holders of money are: the couriers that the tariff of deliveries names, the gateways of `law/gateways.json`, and shops.
//!
//! A courier or gateway has words by which its transfers are known in the statements of the bank. They lead to a person, never to a booking.

use serde::Deserialize;
use tiwizi_sdk::{Error, Language, Texts, config};

use crate::delivery::Way;
use crate::kinds::{Share, Shop};
use crate::law::Dated;
use crate::ledger::Holder;
use crate::settlement;
use crate::today;

const GATEWAYS: &str = include_str!("../law/gateways.json");

/// The gateways of one version.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Gateways {
    gateways: Vec<Gateway>,
}

#[derive(Debug, Clone, Deserialize)]
struct Gateway {
    code: String,
    name: Texts,
    /// The hosts of its pages; those below them are its own too.
    hosts: Vec<String>,
    /// Words that stand in the bank's line of its transfers.
    marks: Vec<String>,
}

impl Gateways {
    fn at(&self, address: &str) -> Option<&Gateway> {
        let host = address.split_once("://")?.1.split(['/', '?', ':', '#']).next()?.to_lowercase();
        let is_below =
            |own: &String| host == *own || host.strip_suffix(own.as_str()).is_some_and(|sub| sub.ends_with('.'));
        self.gateways.iter().find(|gateway| gateway.hosts.iter().any(is_below))
    }
}

pub(crate) fn gateways() -> Result<Dated<Gateways>, serde_json::Error> {
    serde_json::from_str(GATEWAYS)
}

fn gateways_of_today() -> Result<Gateways, Error> {
    let none = Gateways { gateways: Vec::new() };
    Ok(gateways()?.on(&today::date()?).cloned().unwrap_or(none))
}

/// The gateway that is set up, which holds what it tells of now.
pub(crate) fn gateway() -> Result<Holder, Error> {
    let address: String = config::get("card_gateway")?;
    let code = gateways_of_today()?.at(&address).map(|gateway| gateway.code.clone());
    Ok(Holder::Gateway(code.unwrap_or_default()))
}

/// Who takes the money of a part that is paid when it is handed over.
pub(crate) fn at_the_door(share: &Share) -> Holder {
    match share.part.way {
        Way::Sent => Holder::Courier(share.carrier.clone().unwrap_or_default()),
        Way::Collected => Holder::Shop(share.cooperative.clone()),
    }
}

/// What a holder is called; none for one that no data names.
pub(crate) fn name(holder: &Holder, language: Language) -> Result<Option<String>, Error> {
    let best = |name: &Texts| name.best(language).to_owned();
    Ok(match holder {
        Holder::Shop(cooperative) => Shop::of(cooperative)?.map(|shop| best(&shop.body.name)),
        Holder::Courier(code) => {
            today::tariff()?.carriers().iter().find(|one| one.code == *code).map(|one| best(&one.name))
        }
        Holder::Gateway(code) => {
            gateways_of_today()?.gateways.iter().find(|one| one.code == *code).map(|one| best(&one.name))
        }
    })
}

/// Holders whose words stand in what a bank wrote, as they are looked for in many lines.
pub(crate) struct Marks(Vec<(Holder, String)>);

impl Marks {
    /// Those of today.
    pub(crate) fn read() -> Result<Self, Error> {
        let (tariff, gateways) = (today::tariff()?, gateways_of_today()?);
        let mut marks = Vec::new();
        for one in tariff.carriers() {
            marks.extend(one.marks.iter().map(|mark| (Holder::Courier(one.code.clone()), mark.clone())));
        }
        for one in &gateways.gateways {
            marks.extend(one.marks.iter().map(|mark| (Holder::Gateway(one.code.clone()), mark.clone())));
        }
        Ok(Self(marks))
    }

    /// Whose they are.
    pub(crate) fn of(&self, text: &str) -> Option<&Holder> {
        self.0.iter().find(|(_, mark)| settlement::has_words(mark, text)).map(|(holder, _)| holder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_is_known_by_the_host_of_its_page_and_by_nothing_else() {
        let dated = gateways().unwrap();
        assert!(dated.verify && !dated.note.is_empty());
        let gateways = dated.on(&"2026-11-27".parse().unwrap()).unwrap();
        for one in &gateways.gateways {
            let holder = Holder::Gateway(one.code.clone());
            assert_eq!(Holder::read(&holder.to_string()), Some(holder), "a code that no page could read again");
        }
        let code = |address: &str| gateways.at(address).map(|gateway| gateway.code.as_str());
        assert_eq!(code("https://payment.cmi.co.ma/fim/est3Dgate"), Some("cmi"));
        assert_eq!(code("https://CMI.co.ma"), Some("cmi"));
        for address in ["", "https://notcmi.co.ma/", "https://cmi.co.ma.example/", "https://other.example/?cmi.co.ma"] {
            assert_eq!(code(address), None, "{address}");
        }
    }
}
