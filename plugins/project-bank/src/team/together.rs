//! What two people change at once. Each save tells which figures and texts it changed (`Edit`); whoever began before it and saves later keeps what only
//! they changed, is given what only the others changed, and is asked where both changed the same: nothing of either is lost.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_sdk::{Entry, Error, Find, Store, context};

use super::access::seat_of;
use super::kinds::{Changed, Edit};
use crate::kinds::OwnPlan;
use crate::pages::inputs;

/// Edits of one plan that are kept. Who began before them is asked about everything that differs.
pub(crate) const EDITS_MAX: u32 = 50;
/// Letters that an edit keeps of a text.
const TEXT_CHARS_MAX: usize = 300;
/// The place of the plan's title.
pub(crate) const TITLE: &str = "title";

/// The figures and texts of a plan by their places.
pub(crate) type Places = BTreeMap<String, String>;

/// Something that two changed differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clash {
    pub(crate) place: String,
    /// What both began with; none when that is not known any more.
    pub(crate) base: Option<String>,
    pub(crate) mine: Option<String>,
    pub(crate) theirs: Option<String>,
    /// Who changed it meanwhile.
    pub(crate) who: String,
}

/// What comes of a save that began before others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Merged {
    /// Places that the others changed and this one did not touch: they stay.
    pub(crate) theirs: BTreeSet<String>,
    pub(crate) clashes: Vec<Clash>,
}

/// What a plan holds, by place.
pub(crate) fn places(own: &OwnPlan) -> Places {
    let mut places = inputs::places(&own.plan);
    places.insert(TITLE.to_owned(), own.title.clone());
    places
}

/// Compares what stands now with what one wants, given what others changed since that one began: the earliest first. Without `is_whole` older edits
/// are gone, and what differs and is in none of them may be anybody's.
pub(crate) fn merge(now: &Places, mine: &Places, since: &[Edit], is_whole: bool) -> Merged {
    let mut merged = Merged::default();
    for place in now.keys().chain(mine.keys()).collect::<BTreeSet<_>>() {
        let (stands, wanted) = (now.get(place), mine.get(place));
        if stands == wanted {
            continue;
        }
        let changes =
            || since.iter().filter_map(|edit| Some((edit, edit.changed.iter().find(|one| one.place == *place)?)));
        let base = match changes().next() {
            Some((_, first)) => first.from.clone(),
            // Nobody else changed it: what stands is what one began with.
            None if is_whole => continue,
            None => None,
        };
        if is_whole && base.as_ref() == wanted {
            merged.theirs.insert(place.clone());
        } else if base.is_none() || base.as_ref() != stands {
            let who = changes().next_back().map(|(edit, _)| edit.name.clone()).unwrap_or_default();
            let (mine, theirs) = (wanted.cloned(), stands.cloned());
            merged.clashes.push(Clash { place: place.clone(), base, mine, theirs, who });
        }
    }
    merged
}

/// What others saved since a version of the plan, the earliest first, and whether nothing of it is gone already.
pub(crate) fn since(plan: &str, version: u64) -> Result<(Vec<Edit>, bool), Error> {
    let find = Find::new().equal(Edit::PLAN, plan).sort_descending(Edit::VERSION).limit(EDITS_MAX);
    let kept = Store::list(&find)?.items;
    let is_whole = kept.len() < usize::try_from(EDITS_MAX).unwrap_or_default()
        || kept.last().is_some_and(|oldest| oldest.body.version <= version);
    let mut since: Vec<Edit> = kept.into_iter().map(|entry| entry.body).filter(|edit| edit.version > version).collect();
    since.reverse();
    Ok((since, is_whole))
}

/// Writes down what a save changed, and lets the oldest go.
pub(crate) fn note(before: &Places, saved: &Entry<OwnPlan>) -> Result<(), Error> {
    let after = places(&saved.body);
    let cut = |text: &String| text.chars().take(TEXT_CHARS_MAX).collect::<String>();
    let changed: Vec<Changed> = before
        .keys()
        .chain(after.keys())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .filter(|place| before.get(*place) != after.get(*place))
        .map(|place| Changed { place: place.clone(), from: before.get(place).map(cut), to: after.get(place).map(cut) })
        .collect();
    let caller = context::caller();
    let Some(person) = caller.person.filter(|_| !changed.is_empty()) else { return Ok(()) };
    let name = seat_of(&saved.id, &person)?.map_or(caller.name, |seat| seat.body.name).chars().take(120).collect();
    let find = || Find::new().equal(Edit::PLAN, saved.id.as_str()).sort(Edit::VERSION);
    let oldest = Store::list(&find().limit(EDITS_MAX))?;
    if oldest.items.len() >= usize::try_from(EDITS_MAX).unwrap_or_default()
        && let Some(first) = oldest.items.first()
    {
        Store::delete(first)?;
    }
    let edit = Edit { plan: saved.id.to_string(), version: saved.version, person, name, at: context::now(), changed };
    Store::create(&edit).map(drop)
}
