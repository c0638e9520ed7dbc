//! What the nation says and hears of cases.

use serde_json::{Value, json};
use tiwizi_federation_core::flow::proposal::{Base, Proposal};
use tiwizi_federation_core::flow::statement::{CaseAnswer, CaseOutcome, CaseSaid, CaseSide, CaseWord};
use tiwizi_federation_core::flow::{NodeError, Store};
use tiwizi_federation_core::wire::{Entity, Hash, NodeId};
use tiwizi_model::RecordId;
use tiwizi_model::limits::FED_CASES_STEP;
use tiwizi_registry::kinds::Names;
use tiwizi_storage::federation::case::{self as rows, CaseChange, CaseRow};
use tiwizi_storage::record;
use uuid::Uuid;

use super::super::National;
use super::super::error::NationalError;
use super::kept::{HomeAnswer, Kept};
use super::{CaseState, record_id};

/// A row, read.
pub(super) struct Stored {
    pub(super) id: Uuid,
    pub(super) state: CaseState,
    pub(super) sides: [CaseSide; 2],
    pub(super) grounds: Value,
    pub(super) kept: Kept,
    pub(super) row: CaseRow,
}

impl Stored {
    pub(super) fn of(row: CaseRow) -> Result<Self, NationalError> {
        let damaged = || NationalError::Damaged { what: format!("the case {}", row.id) };
        let grounds: Value = serde_json::from_str(&row.grounds).map_err(|_| damaged())?;
        let side = |place: usize| {
            let side = row.sides.get(place)?;
            let shown = grounds.get("shown")?.get(place)?.clone();
            Some(CaseSide { entity: side.entity, home: NodeId(Hash(side.home)), shown })
        };
        let sides = [side(0).ok_or_else(damaged)?, side(1).ok_or_else(damaged)?];
        let state = CaseState::named(&row.state).ok_or_else(damaged)?;
        let kept = Kept::read(row.decision.as_deref()).ok_or_else(damaged)?;
        Ok(Self { id: row.id, state, sides, grounds, kept, row })
    }

    pub(super) fn homes(&self) -> [NodeId; 2] {
        let [one, other] = &self.sides;
        [one.home, other.home]
    }

    /// Those who are told: the homes, but for this instance itself.
    fn addressees(&self, me: NodeId) -> Vec<NodeId> {
        self.homes().into_iter().filter(|home| *home != me).collect()
    }
}

impl<S: Store> National<S> {
    async fn in_state(&self, state: CaseState) -> Result<Vec<Stored>, NationalError> {
        let found = rows::in_state(&mut *self.db().read_single().await?, state.name(), FED_CASES_STEP).await?;
        found.into_iter().map(Stored::of).collect()
    }

    /// Says to the homes what was found, and what came of their answers.
    pub(in super::super) async fn say_cases(&self) -> Result<usize, NationalError> {
        let mut said = 0_usize;
        for stored in self.in_state(CaseState::Found).await? {
            self.say_opened(&stored).await?;
            said = said.saturating_add(1);
        }
        for stored in self.in_state(CaseState::Decided).await? {
            self.say_decided(&stored).await?;
            said = said.saturating_add(1);
        }
        Ok(said)
    }

    async fn say_opened(&self, stored: &Stored) -> Result<(), NationalError> {
        let me = self.me()?;
        let grounds = json!({
            "level": stored.grounds.get("level"),
            "points": stored.grounds.get("points"),
            "reasons": stored.grounds.get("reasons"),
        });
        let said = CaseSaid::Opened {
            kind: Names::new().cooperative,
            sides: Box::new(stored.sides.clone()),
            grounds: grounds.clone(),
        };
        self.say_word(stored, said).await?;
        if stored.homes().contains(&me) {
            self.open_own(record_id(stored.id), &stored.sides, &grounds).await?;
        }
        self.change(stored, CaseState::Open).await
    }

    async fn say_decided(&self, stored: &Stored) -> Result<(), NationalError> {
        let outcome = stored.kept.outcome;
        let outcome = outcome.ok_or_else(|| NationalError::Damaged { what: format!("the case {}", stored.id) })?;
        self.say_word(stored, CaseSaid::Decided(outcome)).await?;
        if stored.homes().contains(&self.me()?) {
            self.close_own(record_id(stored.id), outcome, None).await?;
        }
        if let CaseOutcome::Same { keep } = outcome {
            self.propose_alias(stored, keep).await?;
        }
        self.change(stored, CaseState::of(outcome)).await
    }

    async fn say_word(&self, stored: &Stored, said: CaseSaid) -> Result<(), NationalError> {
        let word = CaseWord { id: self.records.ambient().new_id(), case: record_id(stored.id), said };
        let to = stored.addressees(self.me()?);
        Ok(self.node()?.say_case(word, &to).await?)
    }

    /// Asks the home of the one that gives way to make an alias of it. Its office decides on the proposal, and merges with its own rules.
    async fn propose_alias(&self, stored: &Stored, keep: RecordId) -> Result<(), NationalError> {
        let gives_way = stored.sides.iter().find(|side| side.entity != keep);
        let Some(side) = gives_way.filter(|side| Some(side.home) != self.me().ok()) else { return Ok(()) };
        let found = record::find_many(&mut *self.db().read_single().await?, &[side.entity]).await?;
        let Some(row) = found.into_iter().next().filter(|row| !row.deleted) else { return Ok(()) };
        let base = Base {
            tenure: u32::try_from(row.tenure).unwrap_or(1),
            ver: u64::try_from(row.version.0).unwrap_or_default(),
        };
        let proposal = Proposal {
            // The same case is one proposal, however often it is said.
            id: record_id(stored.id),
            entity: Entity { kind: Names::new().cooperative, id: side.entity },
            root: side.entity,
            base,
            patch: json!({ "merged_into": keep.to_string() }),
            idem: *stored.id.as_bytes(),
        };
        match self.node()?.propose(proposal).await {
            Ok(()) => Ok(()),
            Err(NodeError::Absent { what }) => {
                tracing::warn!(case.id = %stored.id, what, "no alias can be proposed; the homes know what they said");
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A home answered. What comes from anybody else is left.
    pub(in super::super) async fn answered(
        &self,
        case: RecordId,
        from: NodeId,
        answer: HomeAnswer,
    ) -> Result<bool, NationalError> {
        let mut tx = self.db().begin_write().await?;
        let Some(row) = rows::find(&mut tx, case.0).await? else { return Ok(false) };
        let mut stored = Stored::of(row)?;
        let is_home = stored.homes().contains(&from);
        if !is_home || !stored.kept.take(from, answer) {
            return Ok(false);
        }
        let first = stored.sides.iter().map(|side| side.entity).min().unwrap_or(case);
        let outcome = stored.kept.came_to(stored.homes(), first);
        let to = match outcome {
            Some(outcome) => {
                stored.kept.outcome = Some(outcome);
                CaseState::Decided
            }
            // It was not said to the homes yet, or one of them has not answered.
            None => stored.state,
        };
        let text = stored.kept.text();
        let change =
            CaseChange { id: stored.id, from: &stored.row.state, to: to.name(), decision: Some(&text), at: self.now() };
        let moved = rows::change_state(&mut tx, change).await?;
        tx.commit().await?;
        Ok(moved)
    }

    /// Moves a case on. What was answered meanwhile stays; a case that somebody else has moved is looked at again.
    async fn change(&self, stored: &Stored, to: CaseState) -> Result<(), NationalError> {
        let mut tx = self.db().begin_write().await?;
        let Some(row) = rows::find(&mut tx, stored.id).await? else { return Ok(()) };
        if row.decision != stored.row.decision {
            return Ok(());
        }
        let (from, decision) = (stored.row.state.as_str(), row.decision.as_deref());
        let change = CaseChange { id: stored.id, from, to: to.name(), decision, at: self.now() };
        rows::change_state(&mut tx, change).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// An answer as a row keeps it.
pub(crate) fn answer_of(answer: CaseAnswer, reason: &str, place: u64) -> HomeAnswer {
    HomeAnswer { answer, reason: reason.to_owned(), place }
}
