//! Snapshots over the line: in parts, noted when they are loaded, and given no longer than they may be.

use tiwizi_federation_core::flow::node::{Ask, AskRefusal};
use tiwizi_federation_core::flow::retention::Following;
use tiwizi_federation_core::flow::snapshot::Manifest;

use super::*;

#[tokio::test]
async fn an_office_whose_entries_are_not_kept_brings_a_snapshot_in_parts_over_a_line_that_is_cut() {
    let mut office = Office::new().await;
    for number in 1..=1_100 {
        office.write(number, &format!("Coopérative {number}")).await;
    }
    office.settle().await;
    // Nobody was given anything of it yet, so nothing of it is kept for anybody.
    let registry: Plane = "registry".parse().unwrap();
    office.party.ends.known().node.release(&registry).await.unwrap();
    let mut tx = office.party.store.begin().await.unwrap();
    assert_eq!(tx.kept_from(&registry).await.unwrap(), 1_100);
    drop(tx);
    let (agreement, cuts) = office.agree_over_a_bad_line().await;
    assert!(cuts > 5, "{cuts}");
    assert_eq!(office.held(agreement).await, 1_100);
    office.follow_in_database(agreement).await;
    office.settle().await;
    assert_eq!(office.as_of().await, Some(office.nation.ends.ambient().now()), "no page has to follow it");
    let nation = office.nation.ends.known().me();
    let mut tx = office.party.store.begin().await.unwrap();
    let follower = tx.follower(&nation, &registry, Some(agreement)).await.unwrap().unwrap();
    assert_eq!((follower.acknowledged, follower.following), (1_100, Following::Log), "nor to be noted");
    drop(tx);
    office.write(1_101, "After it").await;
    office.settle().await;
    assert_eq!(office.held(agreement).await, 1_101, "pages follow where the snapshot ends");
}

#[tokio::test]
async fn a_snapshot_that_was_made_is_given_no_longer_than_its_agreement_is_in_force() {
    let mut office = Office::new().await;
    let id = office.agree().await;
    office.write(1, "Taddart").await;
    office.settle().await;
    let (ends, nation) = (&office.party.ends, office.nation.ends.known().me());
    let log = LogId { node: ends.known().me(), plane: "registry".parse().unwrap() };
    let feed = Feed { log: log.clone(), agreement: Some(id) };
    let ask = Ask { feed, version: 1, epoch: 0, from: 0, bytes_max: 0 };
    let manifest = Envelope::decode(ends.snapshot(&nation, &ask).await.unwrap().as_bytes()).unwrap();
    let hash = Manifest::decode(&manifest.payload).unwrap().chunks.first().unwrap().hash;
    assert!(ends.part(&nation, (&log, &hash), 0, None).await.unwrap().is_some());
    assert!(ends.part(&ends.known().me(), (&log, &hash), 0, None).await.unwrap().is_none(), "it is for the nation");
    ends.known().node.step_agreement(id, Step::Terminate).await.unwrap();
    let refused = ends.snapshot(&nation, &ask).await.unwrap_err();
    assert!(matches!(refused, Refusal::Ask(AskRefusal::NoAgreement)), "{refused:?}");
    assert!(ends.part(&nation, (&log, &hash), 0, None).await.unwrap().is_none());
}
