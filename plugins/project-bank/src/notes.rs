//! What people noted of the months of their plans. A note is never changed: a correction is a further note of the same month and group, and the
//! last one counts. Everybody of the team reads them and adds to them (`team::access`); a note's subject is who wrote it. Notes go with their
//! plan, and in no other way.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Entry, Error, Find, Kind, Store, context};

use crate::plan::actual::{Group, Noted};
use crate::plan::number::Number;

/// Notes of a plan: three of each month of the longest plan, and more than as many corrections.
pub(crate) const NOTES_MAX: usize = 400;
/// Records that one question answers.
const PAGE: u32 = 100;

/// A note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", plane = "local", unique(plan, month, group, number))]
#[kind(read("own", "plugin"), create("plugin:own"), delete("plugin:own"))]
#[kind(title(ar = "ما وقع فعلا", fr = "Ce qui s’est passé"))]
#[kind(purpose = "A person compares their project with its plan.", retention = "Kept as long as its plan.")]
pub(crate) struct Note {
    #[field(subject)]
    pub(crate) person: String,
    #[field(max_length = 60, description = "The record of the plan.")]
    pub(crate) plan: String,
    #[field(max = 60, description = "The plan's month; 0 is everything before the first one.")]
    pub(crate) month: u8,
    pub(crate) group: Group,
    #[field(min = 1, description = "1 is the first of its month and group; each further one corrects the one before.")]
    pub(crate) number: u32,
    #[field(description = "Dirhams, tax inside.")]
    pub(crate) amount: Number,
    #[serde(default)]
    #[field(max_length = 300)]
    pub(crate) text: String,
    #[field(description = "Milliseconds since 1970, UTC.")]
    pub(crate) at: u64,
}

/// The notes of one plan, the oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes(Vec<Entry<Note>>);

impl Notes {
    /// Reads the notes of a plan.
    ///
    /// # Errors
    /// As those of the store.
    pub(crate) fn of(plan: &str) -> Result<Self, Error> {
        let (mut notes, mut cursor) = (Vec::new(), None);
        loop {
            let page = Store::list(&Find::new().equal(Note::PLAN, plan).limit(PAGE).after(cursor.as_deref()))?;
            notes.extend(page.items);
            cursor = page.next;
            if cursor.is_none() || notes.len() > NOTES_MAX {
                break;
            }
        }
        notes.sort_by_key(|entry: &Entry<Note>| (entry.body.month, entry.body.group, entry.body.number));
        Ok(Self(notes))
    }

    /// All notes of a month.
    pub(crate) fn of_month(&self, month: usize) -> impl Iterator<Item = &Note> {
        self.0.iter().map(|entry| &entry.body).filter(move |note| usize::from(note.month) == month)
    }

    /// The months of which something is noted, the first one first.
    pub(crate) fn months(&self) -> BTreeSet<usize> {
        self.0.iter().map(|entry| usize::from(entry.body.month)).collect()
    }

    /// The note that counts of a month and a group.
    pub(crate) fn latest(&self, month: usize, group: Group) -> Option<&Note> {
        self.of_month(month).filter(|note| note.group == group).max_by_key(|note| note.number)
    }

    /// What counts.
    pub(crate) fn noted(&self) -> Noted {
        // They are in order: a later one takes the place of the one before.
        let notes = self.0.iter().map(|entry| &entry.body);
        notes.map(|note| ((usize::from(note.month), note.group), note.amount.value())).collect()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Writes a further note of a month and a group.
    ///
    /// # Errors
    /// As those of the store; `duplicate` when somebody else wrote one meanwhile.
    pub(crate) fn add(&self, plan: &str, month: u8, written: Written<'_>) -> Result<(), Error> {
        let number = self.latest(usize::from(month), written.group).map_or(0, |note| note.number) + 1;
        Store::create(&Note {
            person: context::caller().person.ok_or_else(Error::sign_in)?,
            plan: plan.to_owned(),
            month,
            group: written.group,
            number,
            amount: written.amount,
            text: written.text.to_owned(),
            at: context::now(),
        })
        .map(|_| ())
    }
}

/// What somebody writes down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Written<'a> {
    pub(crate) group: Group,
    pub(crate) amount: Number,
    pub(crate) text: &'a str,
}
