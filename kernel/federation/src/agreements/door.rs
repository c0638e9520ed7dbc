//! The door: what people do with agreements.

use std::collections::BTreeSet;
use std::sync::Arc;

use tiwizi_federation_core::agreement::{AgreementId, Document, Kinds, Party, State, Step as CoreStep};
use tiwizi_federation_core::flow::rows::Agreed;
use tiwizi_federation_core::flow::{Node, NodeError, Store, StoreTx};
use tiwizi_federation_core::wire::{Hash, NodeId};
use tiwizi_identity::policy::{FederationDecision, FederationView};
use tiwizi_model::{Instant, KindName};
use tiwizi_records::Records;
use tiwizi_registry::protection::Protection;
use tiwizi_storage::federation::peer;

use super::draft::{Draft, Frame, faults_of};
use super::error::AgreementsError as E;
use super::view::Agreement;

/// A step that people take with an agreement that is there. An offer is taken with a draft: see [`Agreements::offer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Signs what the other side offered.
    Accept,
    /// Declines what the other side offered.
    Decline,
    /// Takes back what this side offered.
    Withdraw,
    /// Holds up what is in force.
    Suspend,
    /// Holds it up no more.
    Resume,
    /// Ends it for good.
    Terminate,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Accept, Self::Decline, Self::Withdraw, Self::Suspend, Self::Resume, Self::Terminate];

    /// Its name in the API, on pages and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Withdraw => "withdraw",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Terminate => "terminate",
        }
    }

    /// The step of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// Whether it is taken with the version on offer; the others with that in force.
    #[must_use]
    pub fn is_of_offer(self) -> bool {
        match self {
            Self::Accept | Self::Decline | Self::Withdraw => true,
            Self::Suspend | Self::Resume | Self::Terminate => false,
        }
    }
}

/// What people looked at before they decided: nothing is decided on anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookedAt {
    /// The number of the version.
    pub version: u32,
    /// The hash of its document. An offer may become another one under the same number, so whoever signs says which one.
    pub hash: Option<Hash>,
}

/// How old the directory in force is, as far as agreements go by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryAge {
    /// Its word is good for new agreements.
    Fresh,
    /// It is too old, or there is none: what was agreed goes on, and nothing new is signed.
    Old,
}

/// What the door stands on.
pub struct Ground<S> {
    /// The node of this instance.
    pub node: Arc<Node<S>>,
    /// Its records.
    pub records: Records,
    /// What is processed here.
    pub protection: Protection,
    /// The directory in force.
    pub directory: DirectoryAge,
    /// What people call this instance.
    pub name: String,
}

/// The door to agreements, for one request.
pub struct Agreements<S> {
    pub(super) node: Arc<Node<S>>,
    pub(super) records: Records,
    protection: Protection,
    directory: DirectoryAge,
    name: String,
}

impl<S: Store> Agreements<S> {
    /// The door.
    #[must_use]
    pub fn new(ground: Ground<S>) -> Self {
        let Ground { node, records, protection, directory, name } = ground;
        Self { node, records, protection, directory, name }
    }

    /// This instance in the federation.
    #[must_use]
    pub fn me(&self) -> NodeId {
        self.node.setting().me
    }

    /// The kinds with the classes of their fields.
    #[must_use]
    pub fn kinds(&self) -> &Kinds {
        &self.node.setting().kinds
    }

    pub(super) fn now(&self) -> Instant {
        self.records.ambient().now()
    }

    /// Every agreement, those that wait for this side first, then by the name of the other side.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self, _: &FederationView) -> Result<Vec<Agreement>, E> {
        let mut tx = self.node.store().begin().await?;
        let agreed = tx.agreements().await?;
        let (me, now) = (self.me(), self.now());
        let mut found: Vec<Agreement> = agreed.iter().filter_map(|agreed| Agreement::of(agreed, me, now)).collect();
        found.sort_by_cached_key(|one| (!one.waits_for_us(), one.other.name.clone(), one.id));
        Ok(found)
    }

    /// One agreement.
    ///
    /// # Errors
    /// `Absent`; when the store fails.
    pub async fn show(&self, _: &FederationView, id: AgreementId) -> Result<Agreement, E> {
        let agreed = self.find(id).await?;
        Agreement::of(&agreed, self.me(), self.now()).ok_or(E::Absent)
    }

    /// The document that a draft makes, as it would be offered now. Nothing is kept of it.
    ///
    /// # Errors
    /// `Faults` with everything that does not fit; `Stranger`; `Absent` and `OnOffer` for a next version.
    pub async fn write(&self, _: &FederationView, draft: &Draft) -> Result<Document, E> {
        let frame = self.frame(draft).await?;
        draft.document(frame, self.kinds()).map_err(E::Faults)
    }

    /// Signs what a draft says and offers it to the other side.
    ///
    /// # Errors
    /// As `write`; `OldDirectory`; `Uncovered` when fields about people are given or taken that no processing in force covers.
    pub async fn offer(&self, decision: &FederationDecision, draft: &Draft) -> Result<AgreementId, E> {
        let frame = self.frame(draft).await?;
        let document = draft.document(frame, self.kinds()).map_err(E::Faults)?;
        self.demand_directory()?;
        self.demand_processings(&document).await?;
        let (id, version) = (document.id, document.version);
        self.node.offer_agreement(document).await?;
        told(decision, id, version, "offer");
        Ok(id)
    }

    /// Takes a step of a version: what people looked at is what they decide on.
    ///
    /// # Errors
    /// `Absent`; `Stale` when that does not stand there any more; `NotInForce`; as `offer` for a signature.
    pub async fn step(
        &self,
        decision: &FederationDecision,
        id: AgreementId,
        looked_at: LookedAt,
        step: Step,
    ) -> Result<(), E> {
        let agreed = self.find(id).await?;
        let life = if step.is_of_offer() { agreed.next.as_ref() } else { agreed.current.as_ref() };
        let document = life.ok_or(E::NotInForce)?.document();
        let version = document.version;
        if version != looked_at.version || looked_at.hash.is_some_and(|hash| hash != document.hash()) {
            return Err(E::Stale);
        }
        match step {
            Step::Accept => {
                self.demand_fit(document)?;
                self.demand_directory()?;
                self.demand_processings(document).await?;
                self.node.sign_agreement(document).await.map_err(gone)?;
            }
            Step::Decline => self.node.turn_down_agreement(document, CoreStep::Decline).await.map_err(gone)?,
            Step::Withdraw => self.node.turn_down_agreement(document, CoreStep::Withdraw).await.map_err(gone)?,
            Step::Suspend => self.node.step_agreement(id, CoreStep::Suspend).await?,
            Step::Resume => self.node.step_agreement(id, CoreStep::Resume).await?,
            Step::Terminate => self.node.step_agreement(id, CoreStep::Terminate).await?,
        }
        told(decision, id, version, step.name());
        Ok(())
    }

    pub(super) async fn find(&self, id: AgreementId) -> Result<Agreed, E> {
        let mut tx = self.node.store().begin().await?;
        tx.agreement(id).await?.ok_or(E::Absent)
    }

    /// What a draft does not say: the parties, and which version it is.
    async fn frame(&self, draft: &Draft) -> Result<Frame, E> {
        let me = Party { node: self.me(), name: self.name.clone() };
        let other = self.party(draft.peer).await?;
        let fresh = Frame {
            id: AgreementId(self.records.ambient().new_uuid()),
            version: 1,
            before: None,
            me,
            other,
            now: self.now(),
        };
        let Some(id) = draft.follows else { return Ok(fresh) };
        let agreed = self.find(id).await?;
        if agreed.next.as_ref().is_some_and(|next| next.state() == State::Offered) {
            return Err(E::OnOffer);
        }
        let current = agreed.current.as_ref().filter(|life| !life.state().is_over());
        let before = current.ok_or(E::NotInForce)?.document();
        if before.other(&self.me()) != Some(&draft.peer) {
            return Err(E::Stranger { node: draft.peer });
        }
        let parties = before.parties.clone();
        let named = |party: Party| parties.iter().find(|one| one.node == party.node).cloned().unwrap_or(party);
        // The next version has the same parties to the letter, also when an instance has another name by now.
        Ok(Frame {
            id,
            version: before.version.saturating_add(1),
            before: Some(before.hash()),
            me: named(fresh.me),
            other: named(fresh.other),
            now: fresh.now,
        })
    }

    /// A peer as a party.
    async fn party(&self, node: NodeId) -> Result<Party, E> {
        let mut tx = self.records.db().read_single().await?;
        let row = peer::find(&mut tx, &node.0.0).await?;
        let row = row.filter(|_| self.node.setting().keys.knows(&node)).ok_or(E::Stranger { node })?;
        Ok(Party { node, name: row.name })
    }

    /// What the other side wrote fits the classes that fields have here.
    fn demand_fit(&self, document: &Document) -> Result<(), E> {
        let faults = faults_of(document, self.kinds());
        if faults.is_empty() { Ok(()) } else { Err(E::Faults(faults)) }
    }

    /// Whom a signature binds is what the directory says, so an old one is good for no new signature.
    fn demand_directory(&self) -> Result<(), E> {
        match self.directory {
            DirectoryAge::Fresh => Ok(()),
            DirectoryAge::Old => Err(E::OldDirectory),
        }
    }

    /// Fields about people go out and come in only while a processing in force covers their kinds.
    async fn demand_processings(&self, document: &Document) -> Result<(), E> {
        let sides = document.parties.iter();
        let about: BTreeSet<&KindName> =
            sides.flat_map(|party| document.personal(&party.node, self.kinds())).map(|(kind, _)| kind).collect();
        let in_use = self.records.kinds();
        let demanded: Vec<_> = about.into_iter().filter_map(|kind| in_use.find(kind)).map(|kind| &**kind).collect();
        self.protection.demand(&demanded).await?.map_err(E::Uncovered)
    }
}

/// Why a step of an offer is not taken: what is not on offer any more was there when it was looked for.
fn gone(error: NodeError) -> E {
    match error {
        NodeError::Absent { .. } => E::Stale,
        error => error.into(),
    }
}

/// A step is in the control log for good; the log of the program says who took it here.
fn told(decision: &FederationDecision, id: AgreementId, version: u32, step: &'static str) {
    let account = decision.author().account.map_or_else(|| "the instance".to_owned(), |account| account.to_string());
    tracing::info!(agreement.id = %id, agreement.version = version, agreement.step = step, account, "a step of an agreement");
}
