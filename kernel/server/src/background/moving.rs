//! Keeps the records of proposals and transfers in step with the node: what people did is told, what came is kept, and what a seal or a void
//! leaves to do is done. What is held of others and the records have not taken is shown to them again whenever that may have changed.

use std::sync::Arc;
use std::time::Duration;

use tiwizi_federation::SqlStore;
use tiwizi_federation::proposals::ProposalsError;
use tiwizi_federation::transfers::TransfersError;
use tiwizi_federation_core::agreement::Kinds;
use tiwizi_federation_core::flow::{Node, StoreError};
use tiwizi_model::KindName;

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
    let kinds = shown.by.as_ref().map(|by| changed(&by.setting().kinds, &node.setting().kinds));
    node.store().apply_anew(&kinds.unwrap_or_default()).await?;
    *shown = Shown { by: Some(node), is_due: false };
    Ok(())
}

/// The kinds that are new or have other fields.
fn changed(before: &Kinds, now: &Kinds) -> Vec<KindName> {
    now.iter().filter(|(name, classes)| before.get(name) != Some(classes)).map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tiwizi_federation_core::agreement::{Class, KindClasses};

    use super::*;

    #[test]
    fn a_kind_is_shown_anew_when_it_comes_or_has_other_fields() {
        let [one, two, three] = ["test/one", "test/two", "test/three"].map(|name| name.parse::<KindName>().unwrap());
        let of = |fields: &[&str]| KindClasses {
            plane: "registry".parse().unwrap(),
            fields: fields.iter().map(|field| ((*field).to_owned(), Class::Public)).collect(),
            derived: BTreeMap::new(),
        };
        let before = Kinds::from([(one.clone(), of(&["name"])), (two.clone(), of(&["name"]))]);
        let now =
            Kinds::from([(one, of(&["name"])), (two.clone(), of(&["name", "phone"])), (three.clone(), of(&["name"]))]);
        assert_eq!(changed(&before, &now), [three, two]);
        assert!(changed(&now, &now).is_empty());
    }
}
