//! Brings the filings of a cooperative to what its acts say: the year that is over is expected, what was entered as an act is accepted,
//! what was annulled is expected again, and of one that left the register nothing is expected any more.

use tiwizi_identity::Caller;
use tiwizi_model::{Record, RecordId};
use tiwizi_records::Unit;

use super::door::Filings;
use super::error::FilingError;
use super::filing::{Filing, Status, StoredFiling};
use crate::acts::{ActData, Ledger, State, expected_year};
use crate::day::Day;

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
        // Before it is registered it files nothing.
        let Some(record) = self.cooperative(cooperative).await? else { return Ok(false) };
        let ledger = self.acts.ledger(&Caller::system(), cooperative).await?.0;
        if ledger.is_empty() {
            return Ok(false);
        }
        let state = self.state(cooperative).await?;
        let stored = self.of_cooperative(cooperative).await?;
        let mut unit = Unit::new(self.records.clone(), Caller::system());
        let kind = &self.names.filing;
        for StoredFiling { id, version, filing } in &stored {
            match self.settled(&record, filing, (&state, &ledger), today) {
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
            let filing = self.expected(&record, year).standing(Status::Expected, today, None);
            unit.create_by_kernel(kind, filing.body()).map_err(FilingError::gathered)?;
        }
        let written = unit.commit(None).await.map_err(FilingError::written)?;
        Ok(!written.is_empty())
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
            Status::Expected | Status::Draft if expected_year(state, today).is_none() => Settled::Goes,
            _ if filing.province != record.province => becomes(Filing { province: record.province, ..filing.clone() }),
            _ => Settled::Stays,
        }
    }
}

/// The place of the last act that filed for a year.
fn place_of(ledger: &Ledger, year: u16) -> Option<u32> {
    let files = |data: &ActData| matches!(data, ActData::YearlyFiling(filing) if filing.year == year);
    ledger.acts().iter().rev().find(|act| files(&act.data)).map(|act| act.sequence)
}
