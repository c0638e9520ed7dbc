//! Brings the filings of a cooperative to what its acts say, or its record while it has none (`imported`): the year that is over is
//! expected, what was entered as an act is accepted, what was annulled is expected again, and of one that left the register nothing is
//! expected any more.

use tiwizi_identity::Caller;
use tiwizi_model::{Record, RecordId};
use tiwizi_records::Unit;

use super::door::Filings;
use super::error::FilingError;
use super::filing::{Filing, Status, StoredFiling};
use crate::acts::{ActData, ActKind, Ledger, State, expected_year, keeps_acts};
use crate::day::Day;
use crate::rule_pack::Stage;

/// What becomes of a stored filing.
enum Settled {
    Stays,
    Becomes(Box<Filing>),
    Goes,
}

impl Filings {
    /// Settles the filings of a cooperative on a day. Says whether anything was written.
    ///
    /// # Errors
    /// When its acts or filings cannot be read or written; `Moved` when somebody works on one of them.
    pub async fn settle(&self, cooperative: RecordId, today: Day) -> Result<bool, FilingError> {
        // Before it is registered it files nothing, and one of another home files there.
        let record = self.cooperative(cooperative).await?.filter(|record| record.home == self.records.instance());
        let Some(record) = record else { return Ok(false) };
        Ok(self.settle_records(&[&record], today).await? > 0)
    }

    /// Settles the filings of some cooperatives in one transaction, from records that were read just now. Returns how many filings were
    /// written.
    ///
    /// # Errors
    /// As `settle`; `Moved` also when one of them got its first act since its record was read. Nothing was written then.
    pub async fn settle_records(&self, records: &[&Record], today: Day) -> Result<u64, FilingError> {
        let mut unit = Unit::new(self.records.clone(), Caller::system());
        for record in records {
            self.gather(&mut unit, record, today).await?;
        }
        let written = unit.commit(None).await.map_err(FilingError::written)?;
        Ok(u64::try_from(written.len()).unwrap_or(u64::MAX))
    }

    /// Gathers what of the filings of a cooperative is not as its acts, or its record while it has none, say.
    async fn gather(&self, unit: &mut Unit, record: &Record, today: Day) -> Result<(), FilingError> {
        let (state, ledger) = self.standing(record).await?;
        let stored = self.of_cooperative(record.id).await?;
        let is_accepted = stored.iter().any(|stored| stored.filing.status == Status::Accepted);
        if is_accepted && ledger.is_empty() {
            // Its first act was entered after its record was read.
            return Err(FilingError::Moved);
        }
        let kind = &self.names.filing;
        for StoredFiling { id, version, filing } in &stored {
            match self.settled(record, filing, (&state, &ledger), today) {
                Settled::Stays => {}
                Settled::Becomes(after) => {
                    unit.replace_by_kernel(kind, *id, after.body(), *version).await.map_err(FilingError::gathered)?;
                }
                Settled::Goes => {
                    unit.delete_by_kernel(kind, *id, *version).await.map_err(FilingError::gathered)?;
                }
            }
        }
        let is_new =
            |year: &u16| !state.filings.contains_key(year) && !stored.iter().any(|stored| stored.filing.year == *year);
        if let Some(year) = expected_year(&state, today).filter(is_new) {
            let filing = self.expected(record, year).standing(Status::Expected, today, None);
            unit.create_by_kernel(kind, filing.body()).map_err(FilingError::gathered)?;
        }
        Ok(())
    }

    /// Where a cooperative stands, with its acts. An alias of another record files nothing: the other one does.
    async fn standing(&self, record: &Record) -> Result<(State, Ledger), FilingError> {
        let mut state = self.state_of(record).await?;
        if record.body.get("merged_into").is_some_and(|into| !into.is_null()) {
            state.stage = Stage::Nothing;
        }
        if !keeps_acts(&record.body) {
            return Ok((state, Ledger::default()));
        }
        let ledger = self.acts.ledger(&Caller::system(), record.id).await?.0;
        Ok((state, ledger))
    }

    fn settled(&self, record: &Record, filing: &Filing, (state, ledger): (&State, &Ledger), today: Day) -> Settled {
        let is_entered = state.filings.contains_key(&filing.year);
        let becomes = |filing: Filing| Settled::Becomes(Box::new(filing));
        match filing.status {
            Status::Accepted if is_entered => Settled::Stays,
            // Its act was annulled: what was filed is looked at again.
            Status::Accepted if filing.submitted_on.is_some() => {
                let answer_by = self.rule.answer_by("filing-submitted", today);
                let filing = Filing { act: None, ..filing.clone() };
                becomes(filing.standing(Status::Submitted, today, Some(answer_by)))
            }
            Status::Accepted => {
                let filing = self.expected(record, filing.year);
                becomes(filing.standing(Status::Expected, today, None))
            }
            _ if is_entered => {
                let filing = Filing { act: place_of(ledger, filing.year), reason: None, ..filing.clone() };
                becomes(filing.standing(Status::Accepted, today, None))
            }
            Status::Expected | Status::Draft if !is_owed(state, filing.year) => Settled::Goes,
            // Whoever corrected it could not send it to anybody who may enter it.
            Status::Correction if !self.takes_filings(state, today) => Settled::Goes,
            _ if filing.province != record.province => becomes(Filing { province: record.province, ..filing.clone() }),
            _ => Settled::Stays,
        }
    }

    /// Whether the act of a filing can still be entered.
    fn takes_filings(&self, state: &State, today: Day) -> bool {
        let packs = self.acts.packs();
        let pack = packs.at(today).or_else(|| packs.newest());
        pack.is_none_or(|pack| pack.transitions.possible(state.stage).contains(&ActKind::YearlyFiling.name()))
    }
}

/// Whether a filing that is expected stays so: its cooperative is in the register, and was in that year. The first act of one that was
/// imported does not take away what was expected of it before.
fn is_owed(state: &State, year: u16) -> bool {
    let is_in_register = matches!(state.stage, Stage::Registered | Stage::Suspended);
    is_in_register && state.registered_on.is_none_or(|registered| registered.year() <= year)
}

/// The place of the last act that filed for a year.
fn place_of(ledger: &Ledger, year: u16) -> Option<u32> {
    let files = |data: &ActData| matches!(data, ActData::YearlyFiling(filing) if filing.year == year);
    ledger.acts().iter().rev().find(|act| files(&act.data)).map(|act| act.sequence)
}
