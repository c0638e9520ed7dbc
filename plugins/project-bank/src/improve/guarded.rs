//! What nobody outside a team reads: names of its people and of what they want to found, where they are, how to reach them.
//!
//! A proposal holds figures and a few words. The words are looked through before they are shown: what would tell who somebody is has to be written
//! otherwise. Nobody can find everything, so people see what will be shown and are told not to write names.

use std::collections::BTreeSet;

use tiwizi_sdk::{Entry, Error, Language, context, places};

use crate::kinds::{Model, OwnPlan};
use crate::team::access::{seats, team_of};

/// Letters of a part of a name that alone tells nobody.
const SHORT: usize = 3;
/// Digits in a row, blanks aside, that are a telephone number and no amount.
const DIGITS: std::ops::RangeInclusive<usize> = 9..=15;

/// The words of a plan that stay in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guarded(Vec<Vec<String>>);

impl Guarded {
    /// Those of a plan. What the model says itself tells nothing.
    ///
    /// # Errors
    /// As those of the store.
    pub(crate) fn of(plan: &Entry<OwnPlan>, model: &Model) -> Result<Self, Error> {
        let mut names: BTreeSet<String> = BTreeSet::from([context::caller().name]);
        names.extend(seats(&plan.id)?.into_iter().map(|seat| seat.body.name));
        let parts = names.iter().flat_map(|name| name.split_whitespace()).filter(|part| part.chars().count() > SHORT);
        let mut kept: BTreeSet<String> = parts.map(str::to_owned).collect();
        kept.extend(names);
        kept.insert(plan.body.title.clone());
        if let Some(team) = team_of(&plan.id)?.map(|team| team.body) {
            kept.extend([team.name_fr, team.name_ar, team.name_zgh, team.commune]);
            let place = team.place.as_deref();
            kept.extend(
                place.into_iter().flat_map(|code| Language::ALL.map(|language| places::province(code, language))),
            );
        }
        let said = serde_json::to_string(model)?;
        Ok(Self::new(kept.iter().map(String::as_str), &said))
    }

    fn new<'a>(kept: impl Iterator<Item = &'a str>, said: &str) -> Self {
        let said = words(said);
        let kept = kept.map(words).filter(|kept| !kept.is_empty() && !holds(&said, kept));
        Self(kept.collect())
    }

    /// What a text would tell; nothing when it tells nothing.
    pub(crate) fn told_by(&self, text: &str) -> Option<String> {
        let said = words(text);
        let name = self.0.iter().find(|kept| holds(&said, kept)).map(|kept| kept.join(" "));
        name.or_else(|| address(text)).or_else(|| number(text))
    }
}

/// The words of a text, letters and digits only, small.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn holds(said: &[String], kept: &[String]) -> bool {
    said.windows(kept.len().max(1)).any(|some| some == kept)
}

/// An address of mail or of a page.
fn address(text: &str) -> Option<String> {
    let is_address = |word: &&str| {
        let mail = word.split_once('@').is_some_and(|(before, after)| !before.is_empty() && after.contains('.'));
        mail || word.contains("://") || word.starts_with("www.")
    };
    text.split_whitespace().find(is_address).map(str::to_owned)
}

/// A telephone number, or that of an identity card.
fn number(text: &str) -> Option<String> {
    let is_card = |word: &str| {
        let letters = word.chars().take_while(char::is_ascii_alphabetic).count();
        let rest: Vec<char> = word.chars().skip(letters).collect();
        (1..=2).contains(&letters) && (5..=7).contains(&rest.len()) && rest.iter().all(char::is_ascii_digit)
    };
    let card = text.split(|sign: char| !sign.is_alphanumeric()).find(|word| is_card(word));
    card.map(str::to_owned).or_else(|| telephone(text))
}

/// Digits of any script with blanks, points and hyphens between them, from a nought or a plus on.
fn telephone(text: &str) -> Option<String> {
    let mut run = String::new();
    for sign in text.chars().chain(['\n']) {
        let digit = match sign {
            '\u{660}'..='\u{669}' => char::from_digit(u32::from(sign) - 0x660, 10),
            '\u{6f0}'..='\u{6f9}' => char::from_digit(u32::from(sign) - 0x6f0, 10),
            '0'..='9' | '+' => Some(sign),
            _ => None,
        };
        match digit {
            Some(digit) => run.push(digit),
            None if [' ', '.', '-', '\u{a0}', '\u{202f}'].contains(&sign) => {}
            None if is_telephone(&run) => return Some(run),
            None => run.clear(),
        }
    }
    None
}

fn is_telephone(run: &str) -> bool {
    let digits = run.chars().filter(char::is_ascii_digit).count();
    DIGITS.contains(&digits) && (run.starts_with('0') || run.starts_with('+') || run.starts_with("212"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_places_and_numbers_are_found_in_whatever_writing_and_figures_are_not() {
        let kept = ["Fadma Aït Brahim", "Brahim", "Tifaouine n Ouargan", "تارودانت", "Safran de chez nous", "safran"];
        let guarded = Guarded::new(kept.into_iter(), "{\"fr\":\"Le safran\"}");
        for (text, told) in [
            ("Demandez à fadma aït brahim.", Some("fadma aït brahim")),
            ("chez BRAHIM", Some("brahim")),
            ("Notre coopérative, Tifaouine-n-Ouargan", Some("tifaouine n ouargan")),
            ("في تارودانت", Some("تارودانت")),
            ("moi@exemple.ma", Some("moi@exemple.ma")),
            ("voir www.exemple.ma", Some("www.exemple.ma")),
            ("appelez le 06 61 23 45 67", Some("0661234567")),
            ("٠٦٦١٢٣٤٥٦٧", Some("0661234567")),
            ("+212 661-23-45-67", Some("+212661234567")),
            ("carte JB123456", Some("JB123456")),
            ("Le safran se vend 35 dirhams le gramme, soit 1 250 000 000 au plus en 2026.", None),
            ("des brahims, un tifaouine", None),
            ("", None),
        ] {
            assert_eq!(guarded.told_by(text).as_deref(), told, "{text}");
        }
    }
}
