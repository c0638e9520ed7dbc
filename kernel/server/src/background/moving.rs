//! Keeps the records of proposals and transfers in step with the node: what people did is told, what came is kept, and what a seal or a void
//! leaves to do is done. What is held of others and the records have not taken is shown to them again whenever that may have changed.

use std::sync::Arc;
use std::time::Duration;

use tiwizi_federation::SqlStore;
use tiwizi_federation::proposals::ProposalsError;
use tiwizi_federation::transfers::TransfersError;
use tiwizi_federation_core::flow::{Node, StoreError};

use super::Pause;
use crate::app::App;
use crate::edge::chain;
use crate::tasks::Stop;

/// Any commit wakes those who follow the log. A round here goes through all that is open, and most commits are no news to it: it looks rarely.
const FOLLOW_EVERY: Duration = Duration::from_secs(5);

/// What a round cannot go on after.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error("the proposals do not follow")]
    Proposals(#[from] ProposalsError),
    #[error("the transfers do not follow")]
    Transfers(#[from] TransfersError),
    #[error("what is held of others could not be shown to the records again")]
    Apply(#[from] StoreError),
}

/// When the records were last shown what is held of others.
#[derive(Default)]
struct Shown {
    /// The node then: it is made anew with other kinds, keys or another directory. None since the start.
    by: Option<Arc<Node<SqlStore>>>,
    /// Whether a transfer has left something to take again since then.
    is_due: bool,
}

/// One round after the other, as long as this instance has keys.
pub(super) async fn follow(app: Arc<App>, mut stop: Stop) {
    let (mut shown, mut pause) = (Shown::default(), Pause::default());
    while !stop.is_asked() {
        let round = tokio::select! {
            round = step(&app, &mut shown) => round,
            // What a stop cuts off is done again by the next start.
            () = stop.asked() => return,
        };
        if let Err(error) = round {
            tracing::error!(error = %chain(&error), "proposals and transfers do not go on");
            pause.sleep(&mut stop).await;
            continue;
        }
        pause.reset();
        tokio::select! {
            () = tokio::time::sleep(FOLLOW_EVERY) => {}
            () = stop.asked() => {}
        }
    }
}

async fn step(app: &App, shown: &mut Shown) -> Result<(), RoundError> {
    let (Some(proposals), Some(transfers), Some(talk)) = (app.proposals(), app.transfers(), app.federation.talk())
    else {
        return Ok(());
    };
    proposals.follow().await?;
    let settled = transfers.follow().await;
    // Also one that failed may have settled some before.
    shown.is_due |= !matches!(settled, Ok(0));
    settled?;
    let node = Arc::clone(&talk.ends().known().node);
    if !shown.is_due && shown.by.as_ref().is_some_and(|by| Arc::ptr_eq(by, &node)) {
        return Ok(());
    }
    // Which kinds have changed is kept in the store: a start may be that of another version.
    node.store().apply_changed(&node.setting().kinds).await?;
    *shown = Shown { by: Some(node), is_due: false };
    Ok(())
}
