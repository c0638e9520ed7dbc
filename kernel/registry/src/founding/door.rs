//! The one door to founding files.
//!
//! It reads a file whole, by the right of the kernel, asks whether the caller takes part in it or keeps the register of its province, and
//! writes the file, its founders and what people are told in one unit. A version that was seen goes with every change of the file, so
//! that two who fill it in at once see each other.

mod acts;
mod carry;
mod edit;
mod invite;
mod looking;
mod office;
mod papers;
mod reading;
mod steps;
mod telling;
mod writing;

use tiwizi_identity::policy::{self, Access, Action, Grantee, Placement};
use tiwizi_identity::{Caller, Identity, Role};
use tiwizi_model::{AccountId, RecordId};
use tiwizi_records::Records;

pub(super) use self::carry::BY_SOURCE;
pub use self::invite::{Invitation, Invited, Offer};
pub use self::looking::{Mine, Seen, Viewer, WaitingPage, WaitingQuery};
pub use self::office::{Entry, NameAnswer};
pub use self::papers::NewDocument;
use self::reading::Held;
use super::error::FoundingError;
use super::founder::Seat;
use super::step::Step;
use crate::Acts;
use crate::day::Day;
use crate::kinds::Names;
use crate::national_id::NationalIdKey;
use crate::rule_pack::RulePack;

/// The door to founding files. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Foundings {
    records: Records,
    acts: Acts,
    identity: Identity,
    national_id_key: NationalIdKey,
    names: Names,
}

impl Foundings {
    /// A door to the files in these records, whose acts go through that door.
    #[must_use]
    pub fn new(records: Records, acts: Acts, identity: Identity, national_id_key: NationalIdKey) -> Self {
        Self { records, acts, identity, national_id_key, names: Names::new() }
    }

    /// The rules of today.
    ///
    /// # Errors
    /// `NoRules` when no pack is in force.
    pub fn rules(&self) -> Result<&RulePack, FoundingError> {
        self.acts.packs().at(self.today()).ok_or(FoundingError::NoRules)
    }

    /// Today, by universal time.
    #[must_use]
    pub fn today(&self) -> Day {
        Day::of(self.records.ambient().now())
    }

    fn now(&self) -> i64 {
        self.records.ambient().now().0
    }

    /// The seat of the caller in a file, if it takes part or was invited once.
    fn seat_of<'a>(&self, caller: &Caller, held: &'a Held) -> Option<&'a Seat> {
        let account = caller.account().filter(|_| caller.plugin().is_none())?;
        held.seats.iter().find(|seat| seat.founder.account == Some(account))
    }

    /// The same, as long as it takes part or may still join: an invitation whose time is over shows nothing and bars from nothing.
    fn standing_seat<'a>(&self, caller: &Caller, held: &'a Held) -> Option<&'a Seat> {
        let now = self.now();
        self.seat_of(caller, held).filter(|seat| seat.founder.has_joined() || seat.founder.is_invited(now))
    }

    /// The seat of a caller who takes part. One who was invited and has not joined yet may not fill in anything.
    fn demand_founder<'a>(&self, caller: &Caller, held: &'a Held) -> Result<&'a Seat, FoundingError> {
        match self.standing_seat(caller, held) {
            Some(seat) if seat.founder.has_joined() => Ok(seat),
            Some(_) => Err(FoundingError::NotFounder),
            // The office may see the file, and does not fill it in.
            None => Err(self.demand_office(caller, held).map_or_else(hidden, |()| FoundingError::NotFounder)),
        }
    }

    /// The one who opened the file.
    fn demand_opener<'a>(&self, caller: &Caller, held: &'a Held) -> Result<&'a Seat, FoundingError> {
        let seat = self.demand_founder(caller, held)?;
        if caller.account() == Some(held.founding.opened_by) { Ok(seat) } else { Err(FoundingError::NotOpener) }
    }

    /// Whoever keeps the register of the province, and founds nothing in this file.
    fn demand_office(&self, caller: &Caller, held: &Held) -> Result<(), FoundingError> {
        let place = Placement { subject: Some(held.founding.cooperative), province: Some(held.founding.province) };
        let access = Access { change: vec![Grantee::Role(Role::Registrar)], ..Access::default() };
        policy::may_write(caller, &self.names.founding, &access, Action::Change, place)
            .map_err(FoundingError::Refused)?;
        if self.standing_seat(caller, held).is_some() { Err(FoundingError::Own) } else { Ok(()) }
    }
}

/// A file that a caller may not see is not there for it.
fn hidden(error: FoundingError) -> FoundingError {
    match error {
        FoundingError::Refused(_) => FoundingError::Missing,
        error => error,
    }
}

/// The account of a caller who acts for itself.
fn account_of(caller: &Caller) -> Result<AccountId, FoundingError> {
    caller.account().filter(|_| caller.plugin().is_none()).ok_or(FoundingError::NotSignedIn)
}

fn demand_step(held: &Held, is_right: impl FnOnce(Step) -> bool) -> Result<(), FoundingError> {
    let step = held.founding.step;
    if is_right(step) { Ok(()) } else { Err(FoundingError::NotNow { step }) }
}

/// The seat with that record.
fn seat_with(held: &Held, id: RecordId) -> Result<&Seat, FoundingError> {
    held.seats.iter().find(|seat| seat.id == id).ok_or(FoundingError::Missing)
}
