//! The talk with peers in the background: the loop that goes out, the sequencer of this instance's logs, and housekeeping.

use std::sync::Arc;
use std::time::Duration;

use tiwizi_federation_core::flow::NodeError;

use super::{Pause, wait};
use crate::app::App;
use crate::edge::chain;
use crate::fed::ByLetter;
use crate::tasks::Stop;

/// How often keys and directory are read anew: the command line changes them beside this process.
const RENEW_EVERY: Duration = Duration::from_secs(10);
/// How many of those make a housekeeping.
const RENEWALS_PER_KEEPING: u32 = 6;

/// Keeps the lines to all peers, and answers those that can only write. What a stop cuts off was not committed.
pub(super) async fn link(app: Arc<App>, mut stop: Stop) {
    if let Some(talk) = app.federation.talk() {
        let (mut also, answering) = (stop.clone(), ByLetter(Arc::clone(&app)));
        tokio::join!(talk.link().run(stop.asked()), talk.link().attend(&answering, also.asked()));
    }
}

/// Gives what was written its places in the logs of this instance.
pub(super) async fn sequence(app: Arc<App>, mut stop: Stop) {
    let Some(talk) = app.federation.talk() else { return };
    let mut woken = app.db.woken();
    let mut pause = Pause::default();
    while !stop.is_asked() {
        woken.mark_unchanged();
        let node = Arc::clone(&talk.ends().known().node);
        let sequenced = tokio::select! {
            sequenced = node.sequence() => sequenced,
            () = stop.asked() => return,
        };
        match sequenced {
            // As many as one step takes: there may be more.
            Ok(count) if count > 0 => pause.reset(),
            Ok(_) => {
                pause.reset();
                wait(&mut woken, &mut stop).await;
            }
            Err(error) => {
                complain(&error);
                pause.sleep(&mut stop).await;
            }
        }
    }
}

fn complain(error: &NodeError) {
    tracing::error!(error = %chain(error), "the logs of this instance could not be gone on with");
}

/// Learns what was changed beside this process, and forgets what is over.
pub(super) async fn keep(app: Arc<App>, mut stop: Stop) {
    let Some(talk) = app.federation.talk() else { return };
    let mut count = 0_u32;
    while !stop.is_asked() {
        if let Err(error) = talk.ends().renew().await {
            tracing::error!(error = %chain(&error), "keys and directory could not be read anew");
        }
        if count == 0
            && let Err(error) = talk.exchange().keep().await
        {
            tracing::error!(error = %chain(&error), "the federation could not be kept in order");
        }
        count = count.wrapping_add(1) % RENEWALS_PER_KEEPING;
        tokio::select! {
            () = tokio::time::sleep(RENEW_EVERY) => {}
            () = stop.asked() => {}
        }
    }
}
