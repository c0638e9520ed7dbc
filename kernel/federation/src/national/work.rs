//! One round of the background: what was said is heard, what is to be said is said, what is to be found is found.
//!
//! A round may be done at any time, and by several kernels on one database: everything in it is known again by its id.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::flow::node::Told;
use tiwizi_federation_core::flow::statement::{CaseSaid, Statement};
use tiwizi_federation_core::wire::Plane;
use tiwizi_model::RecordId;
use tiwizi_model::limits::FED_WORDS_READ_MAX;
use tiwizi_storage::federation::{cursor, log};

use super::National;
use super::cases::{answer_of, place};
use super::error::NationalError;

/// How far the control logs of others were when they were last heard: nothing is read again while nothing came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heard(Option<u64>);

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Worked {
    /// Packages that came whole.
    pub packages: usize,
    /// Words about cases that changed something.
    pub words: usize,
    /// What was said to others.
    pub said: usize,
    /// Cases that were found.
    pub found: usize,
    /// Whether there is more to find.
    pub is_more: bool,
}

impl Worked {
    /// Whether nothing was done.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl<S: Store> National<S> {
    /// Does a round. An instance that takes no part has nothing to do.
    ///
    /// # Errors
    /// When the node or the database fails; what was done stands, and the rest is done in the next round.
    pub async fn work(&self, heard: &mut Heard) -> Result<Worked, NationalError> {
        let mut worked = Worked::default();
        if self.node.is_none() {
            return Ok(worked);
        }
        let mark = self.mark().await?;
        if heard.0 != Some(mark) {
            (worked.packages, worked.words) = self.hear().await?;
            heard.0 = Some(mark);
        }
        worked.said = self.say_answers().await?;
        if self.is_nation() {
            (worked.is_more, worked.found) = self.find_cases().await?;
            worked.said = worked.said.saturating_add(self.say_what_is_left().await?);
            worked.said = worked.said.saturating_add(self.say_cases().await?);
        }
        Ok(worked)
    }

    /// A number that changes whenever something came of a control log.
    async fn mark(&self) -> Result<u64, NationalError> {
        let mut tx = self.db().read().await?;
        let control = Plane::control().to_string();
        let logs: Vec<_> = log::all(&mut tx).await?.into_iter().filter(|row| row.plane == control).collect();
        let mut hasher = DefaultHasher::new();
        for row in cursor::all(&mut tx).await? {
            if logs.iter().any(|log| log.no == row.log) {
                (row.log.0, row.next_seq).hash(&mut hasher);
            }
        }
        // With another nation in the directory the same words mean something else.
        self.roll.version().hash(&mut hasher);
        Ok(hasher.finish())
    }

    /// Reads everything that others told, and carries it to where people see it.
    async fn hear(&self) -> Result<(usize, usize), NationalError> {
        let mut arrived = self.awaited().await?;
        let mut words = 0_usize;
        let mut rest: Vec<Told> = Vec::new();
        let mut after = None;
        loop {
            let page = self.node()?.told_after(after.as_ref(), FED_WORDS_READ_MAX).await?;
            for told in page.told {
                match told.statement {
                    Statement::Package(part) => arrived.add(part),
                    Statement::Case(ref word) if matches!(word.said, CaseSaid::Opened { .. }) => {
                        words = words.saturating_add(usize::from(self.hear_case(&told).await?));
                    }
                    Statement::Case(_) => rest.push(told),
                    _ => {}
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        // Cases are opened before anything else is heard of them; what one log says is heard in its order.
        rest.sort_by_key(|told| (told.at.epoch, told.at.seq));
        for told in &rest {
            words = words.saturating_add(usize::from(self.hear_case(told).await?));
        }
        let packages = self.receive(arrived).await?;
        Ok((packages, words))
    }

    /// One word about a case. Only the nation opens and decides; only a home answers.
    async fn hear_case(&self, told: &Told) -> Result<bool, NationalError> {
        let Statement::Case(word) = &told.statement else { return Ok(false) };
        let (from, case): (_, RecordId) = (told.at.log.node, word.case);
        let is_nations = self.roll.nation().is_some_and(|nation| nation.node == from);
        match &word.said {
            CaseSaid::Opened { sides, grounds, .. } if is_nations => self.open_own(case, sides, grounds).await,
            CaseSaid::Decided(outcome) if is_nations => self.close_own(case, *outcome, Some(place(&told.at))).await,
            CaseSaid::Answered { answer, reason } if self.is_nation() => {
                self.answered(case, from, answer_of(*answer, reason, place(&told.at))).await
            }
            CaseSaid::Opened { .. } | CaseSaid::Decided(_) | CaseSaid::Answered { .. } => Ok(false),
        }
    }
}
