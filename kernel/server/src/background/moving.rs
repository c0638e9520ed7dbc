//! Keeps the records of proposals and transfers in step with the node: what people did is told, what came is kept, and what a seal or a void
//! leaves to do is done.

use std::sync::Arc;
use std::time::Duration;

use tiwizi_federation::proposals::ProposalsError;
use tiwizi_federation::transfers::TransfersError;
use tiwizi_federation_core::flow::StoreError;

use super::Pause;
use crate::app::App;
use crate::edge::chain;
use crate::tasks::Stop;

/// A peer's answer wakes nobody here, so it is looked for.
const FOLLOW_EVERY: Duration = Duration::from_secs(5);

/// What a round cannot go on after.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error("the proposals do not follow")]
    Proposals(#[from] ProposalsError),
    #[error("the transfers do not follow")]
    Transfers(#[from] TransfersError),
    #[error("what agreements give of a transfer's records could not be taken again")]
    Apply(#[from] StoreError),
}

/// One round after the other, as long as this instance has keys.
pub(super) async fn follow(app: Arc<App>, mut stop: Stop) {
    let mut pause = Pause::default();
    while !stop.is_asked() {
        let round = tokio::select! {
            round = step(&app) => round,
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

async fn step(app: &App) -> Result<(), RoundError> {
    let (Some(proposals), Some(transfers), Some(talk)) = (app.proposals(), app.transfers(), app.federation.talk())
    else {
        return Ok(());
    };
    proposals.follow().await?;
    if transfers.follow().await? > 0 {
        let node = Arc::clone(&talk.ends().known().node);
        node.store().apply_again().await?;
    }
    Ok(())
}
