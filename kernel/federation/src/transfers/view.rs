//! Transfers as people look at them: a path of steps, and who waits for whom.

use serde_json::Value;
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::wire::{Hash, NodeId};
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{FederationView, Placement};
use tiwizi_model::limits::FED_TRANSFERS_SHOWN;
use tiwizi_model::{Instant, Record, RecordId};
use tiwizi_storage::federation::transfer;
use uuid::Uuid;

use super::Transfers;
use super::error::TransfersError as E;
use super::row::{Kept, State};

/// What this instance is to a transfer. The nation may take a cooperative over and seal that itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// It gives.
    Gives,
    /// It takes over.
    Takes,
    /// It looks on, or seals.
    Watches,
}

/// A step of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The home offers.
    Offer,
    /// The receiver accepts.
    Accept,
    /// The nation's registrar seals.
    Seal,
    /// The records follow.
    Complete,
    /// It was called off.
    Void,
}

/// Whether a step was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It was.
    Done,
    /// It is the next one.
    Next,
    /// It comes later.
    Later,
}

/// A step, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepView {
    /// Which.
    pub step: Step,
    /// Whether it was taken.
    pub phase: Phase,
    /// The instance that takes it.
    pub who: String,
    /// Whether that is this one.
    pub is_ours: bool,
}

/// A transfer.
#[derive(Debug, Clone, PartialEq)]
pub struct TransferView {
    /// Its id here.
    pub id: Uuid,
    /// The cooperative that leads.
    pub lead: RecordId,
    /// What the public register here knows of it.
    pub record: Option<Record>,
    /// Everything that moves: cooperatives, and the people who go along.
    pub roots: Vec<RecordId>,
    /// The home that gives.
    pub from: (NodeId, String),
    /// The home that takes over.
    pub to: (NodeId, String),
    /// The term that ends.
    pub tenure: u32,
    /// Where it stands.
    pub state: State,
    /// What this instance is to it.
    pub side: Side,
    /// Its steps.
    pub steps: Vec<StepView>,
    /// What stands in the way.
    pub trouble: Option<String>,
    /// Who began it here.
    pub by: Option<String>,
    /// When it began, or was heard of.
    pub made_at: Instant,
    /// When it last moved on.
    pub changed_at: Instant,
}

impl Step {
    /// Its name in the API and on pages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Accept => "accept",
            Self::Seal => "seal",
            Self::Complete => "complete",
            Self::Void => "void",
        }
    }
}

impl Phase {
    /// Its name in the API and on pages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Next => "next",
            Self::Later => "later",
        }
    }
}

impl TransferView {
    /// What the register calls its leading cooperative, by field.
    #[must_use]
    pub fn names(&self) -> Option<&Value> {
        self.record.as_ref().map(|record| &record.body)
    }

    /// The step that is next.
    #[must_use]
    pub fn next(&self) -> Option<&StepView> {
        self.steps.iter().find(|step| step.phase == Phase::Next)
    }
}

impl<S: Store> Transfers<S> {
    /// The newest transfers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, _: &FederationView) -> Result<Vec<TransferView>, E> {
        let rows = {
            let mut tx = self.records.db().read_single().await?;
            transfer::newest(&mut tx, FED_TRANSFERS_SHOWN).await?
        };
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let kept = {
                let mut tx = self.records.db().read_single().await?;
                Kept::of(&mut tx, row).await?
            };
            if let Some(kept) = kept {
                views.push(self.view(kept).await?);
            }
        }
        Ok(views)
    }

    /// One transfer.
    ///
    /// # Errors
    /// `Missing`; when the database fails.
    pub async fn show(&self, _: &FederationView, id: Uuid) -> Result<TransferView, E> {
        let kept = self.kept(id).await?;
        self.view(kept).await
    }

    /// Whether this caller takes the next step of a transfer here. Whoever accepts is asked again when the parcel says where the cooperative lies.
    #[must_use]
    pub fn may_step(&self, caller: &Caller, view: &TransferView) -> bool {
        let place = view.record.as_ref();
        let place = place.map(|record| Placement { subject: record.subject, province: record.province });
        let nation = Placement { subject: None, province: None };
        match view.next().filter(|next| next.is_ours).map(|next| next.step) {
            Some(Step::Accept) => place.is_none_or(|place| self.keeps(caller, place).is_ok()),
            Some(Step::Seal) => self.keeps(caller, nation).is_ok(),
            _ => false,
        }
    }

    /// Whether this caller may call a transfer off.
    #[must_use]
    pub fn may_void(&self, caller: &Caller, view: &TransferView) -> bool {
        let seals = self.node.setting().registrar == self.me();
        view.state.is_open() && seals && self.keeps(caller, Placement { subject: None, province: None }).is_ok()
    }

    /// Whether this caller may hand a parcel over.
    #[must_use]
    pub fn may_pack(&self, caller: &Caller, view: &TransferView) -> bool {
        let is_open = view.state.is_open() && view.side == Side::Gives;
        let record = view.record.as_ref();
        let place = record.map(|record| Placement { subject: record.subject, province: record.province });
        is_open && place.is_some_and(|place| self.keeps(caller, place).is_ok())
    }

    /// The members that a cooperative of this instance can be offered to.
    #[must_use]
    pub fn takers(&self) -> Vec<(NodeId, String)> {
        let others = self.roll.members().filter(|member| member.node != self.me() && !member.suspended);
        others.map(|member| (member.node, member.name.clone())).collect()
    }

    /// Whether this caller could offer that cooperative now.
    #[must_use]
    pub fn could_offer(&self, caller: &Caller, record: &Record) -> bool {
        let place = Placement { subject: record.subject, province: record.province };
        record.home == self.records.instance() && self.keeps(caller, place).is_ok()
    }

    async fn view(&self, kept: Kept) -> Result<TransferView, E> {
        let (from, to) = (NodeId(Hash(kept.row.from)), NodeId(Hash(kept.row.to)));
        let side = match (from == self.me(), to == self.me()) {
            (true, _) => Side::Gives,
            (false, true) => Side::Takes,
            (false, false) => Side::Watches,
        };
        // As the public reads it, whoever looks.
        let permit = self.records.may_read(&Caller::public(), &self.names.cooperative)?;
        let record = self.records.read(&permit, kept.row.entity).await?;
        Ok(TransferView {
            id: kept.row.id,
            lead: kept.row.entity,
            record,
            roots: kept.roots.into_keys().collect(),
            steps: self.steps(kept.state, side, (from, to)),
            from: (from, self.called(&from)),
            to: (to, self.called(&to)),
            tenure: kept.row.tenure,
            state: kept.state,
            side,
            trouble: kept.note.trouble,
            by: kept.note.by,
            made_at: kept.row.made_at,
            changed_at: kept.row.changed_at,
        })
    }

    fn steps(&self, state: State, side: Side, (from, to): (NodeId, NodeId)) -> Vec<StepView> {
        let registrar = self.node.setting().registrar;
        let step = |(step, phase, who): (Step, Phase, NodeId)| StepView {
            step,
            phase,
            who: self.called(&who),
            is_ours: who == self.me(),
        };
        if matches!(state, State::Void | State::Ended) {
            let steps = [(Step::Offer, Phase::Done, from), (Step::Void, Phase::Done, registrar)];
            return steps.into_iter().map(step).collect();
        }
        let done = match state {
            State::Offered | State::Void | State::Ended => 1,
            State::Accepted => 2,
            State::Sealed => 3,
            State::Completed => 4,
        };
        let path = [(Step::Offer, from), (Step::Accept, to), (Step::Seal, registrar), (Step::Complete, from)];
        // Whether the home before is done is seen there alone.
        let shown = if side == Side::Gives { path.len() } else { path.len().saturating_sub(1) };
        let phase = |place: usize| match place.cmp(&done) {
            std::cmp::Ordering::Less => Phase::Done,
            std::cmp::Ordering::Equal => Phase::Next,
            std::cmp::Ordering::Greater => Phase::Later,
        };
        path.into_iter().take(shown).enumerate().map(|(place, (one, who))| step((one, phase(place), who))).collect()
    }
}
