//! A form that was begun before others saved: what only they changed stays, and what both changed is asked.

use serde_json::{Value, json};
use tiwizi_sdk::{Entry, Error, Language, Request};

use super::inputs;
use crate::kinds::OwnPlan;
use crate::team::together::{Clash, Merged, Places, TITLE, merge, places, since};

/// A form as it counts now.
pub(crate) struct Settled {
    /// Without the fields that only others changed, and those of which one takes what the others say.
    pub(crate) request: Request,
    /// What both changed.
    pub(crate) clashes: Vec<Clash>,
    /// How many places others changed that stay.
    pub(crate) others: usize,
}

/// Settles a form of a plan against what stands there.
///
/// # Errors
/// When the store fails.
pub(crate) fn settle(entry: &Entry<OwnPlan>, request: &Request) -> Result<Settled, Error> {
    let mut settled = Settled { request: request.clone(), clashes: Vec::new(), others: 0 };
    let taken: Vec<String> =
        request.form.iter().filter(|(name, _)| name == "theirs").map(|(_, place)| place.clone()).collect();
    settled.request.form.retain(|(name, _)| !taken.contains(name));
    let seen = request.form("seen").and_then(|seen| seen.parse::<u64>().ok());
    let Some(seen) = seen.filter(|seen| *seen < entry.version) else { return Ok(settled) };
    let (edits, is_whole) = since(&entry.id, seen)?;
    if edits.is_empty() && is_whole {
        return Ok(settled);
    }
    // With a fault nothing can be compared yet: the form comes back as it was typed, with the version that it began with.
    let Ok(mine) = inputs::read(&entry.body.plan, &settled.request) else { return Ok(settled) };
    let now = places(&entry.body);
    let mut wanted: Places = inputs::places(&mine);
    let title = settled.request.form(TITLE).map(str::trim).filter(|title| !title.is_empty());
    wanted.insert(TITLE.to_owned(), title.unwrap_or(&entry.body.title).to_owned());
    let Merged { theirs, mut clashes } = merge(&now, &wanted, &edits, is_whole);
    // A line that is gone: what was typed there is told, for it has no place any more.
    let gone = edits.iter().flat_map(|edit| edit.changed.iter().map(move |one| (edit, one)));
    for (edit, one) in gone.filter(|(_, one)| one.to.is_none() && !now.contains_key(&one.place)) {
        let typed = settled.request.form(&one.place).map(str::trim).filter(|typed| Some(*typed) != one.from.as_deref());
        clashes.extend(typed.map(|typed| Clash {
            place: one.place.clone(),
            base: one.from.clone(),
            mine: Some(typed.to_owned()),
            theirs: None,
            who: edit.name.clone(),
        }));
    }
    settled.request.form.retain(|(name, _)| !theirs.contains(name));
    Ok(Settled { others: theirs.len(), clashes, ..settled })
}

/// What both changed, as the template shows it.
pub(crate) fn view(own: &OwnPlan, clashes: &[Clash], language: Language) -> Vec<Value> {
    let one = |clash: &Clash| {
        let (line, key) = inputs::called(&own.plan, &clash.place, language);
        json!({
            "place": clash.place,
            "line": line,
            "key": key,
            "is_title": clash.place == TITLE,
            "base": clash.base,
            "mine": clash.mine,
            "theirs": clash.theirs,
            "who": clash.who,
        })
    };
    clashes.iter().map(one).collect()
}
