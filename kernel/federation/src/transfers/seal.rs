//! The steps of the nation's registrar: to seal what was accepted, or to call an offer off. What either leaves to do with records is `follow`'s
//! here as it is at every other instance.

use tiwizi_federation_core::flow::transfer::TransferError;
use tiwizi_federation_core::flow::{NodeError, Store};
use tiwizi_identity::Caller;
use tiwizi_identity::policy::Placement;
use uuid::Uuid;

use super::Transfers;
use super::error::TransfersError as E;
use super::row::{Kept, State};

impl<S: Store> Transfers<S> {
    /// Seals a transfer: the home changes. The term of each root is compared with the one that is kept here and set, all together; `seen` is the
    /// term of the leading cooperative that the registrar looked at.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `OtherSide`, `State`; `Stale` when a term is another one by now.
    pub async fn seal(&self, caller: &Caller, id: Uuid, seen: u32) -> Result<(), E> {
        let kept = self.to_end(caller, id).await?;
        if kept.row.tenure != seen {
            return Err(E::Stale);
        }
        if kept.state != State::Accepted {
            return Err(E::State { state: kept.state });
        }
        self.node.seal_together(kept.row.entity, &kept.roots).await.map_err(ended)?;
        told(caller, id, "seal");
        Ok(())
    }

    /// Calls a transfer off: its home may write again.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `OtherSide`, `State` when it is sealed or over.
    pub async fn void(&self, caller: &Caller, id: Uuid) -> Result<(), E> {
        let kept = self.to_end(caller, id).await?;
        if !kept.state.is_open() {
            return Err(E::State { state: kept.state });
        }
        self.node.void_together(kept.row.entity).await.map_err(ended)?;
        told(caller, id, "void");
        Ok(())
    }

    /// A transfer, for a registrar of the nation at the instance that seals.
    async fn to_end(&self, caller: &Caller, id: Uuid) -> Result<Kept, E> {
        // Whoever keeps the register of no province in particular keeps it everywhere.
        self.keeps(caller, Placement { subject: None, province: None })?;
        let kept = self.kept(id).await?;
        if self.node.setting().registrar == self.me() { Ok(kept) } else { Err(E::OtherSide) }
    }
}

/// What the node says to a step that comes too late.
fn ended(error: NodeError) -> E {
    match error {
        NodeError::Transfer(TransferError::Tenure { .. } | TransferError::NoOffer) => E::Stale,
        NodeError::Transfer(TransferError::Incomplete) => E::State { state: State::Offered },
        NodeError::NotHome => E::OtherSide,
        error => E::Node(error),
    }
}

/// A step is in the control log for good; the log of the program says who took it here.
pub(super) fn told(caller: &Caller, id: Uuid, step: &'static str) {
    let account = caller.account().map_or_else(|| "the instance".to_owned(), |account| account.to_string());
    tracing::info!(transfer.id = %id, transfer.step = step, account, "a step of a transfer");
}
