//! How it stands with a peer, and one next step: the one that everything else waits for.

use std::sync::Arc;

use serde_json::json;
use tiwizi_federation_core::agreement::Step;
use tiwizi_federation_core::wire::{Hash, NodeId};
use tiwizi_identity::Caller;
use tiwizi_identity::policy::may_see_federation;
use tiwizi_model::Instant;
use tiwizi_records::Draft;
use tiwizi_registry::protection::Protection;
use tiwizi_storage::federation::peer::PeerRow;

use super::*;
use crate::agreements::{Agreements, DirectoryAge, Ground};
use crate::peers::Trouble;
use crate::testing::office::{Office, agree, agreement, body, cooperative, exchange};

fn row() -> PeerRow {
    PeerRow {
        node: [1; 32],
        name: "Souss-Massa".to_owned(),
        url: None,
        role: "region".to_owned(),
        genesis: Vec::new(),
        state: "member".to_owned(),
        paused: false,
        cut: false,
        cut_at: None,
        added_at: Instant(0),
        contact_at: Some(Instant(5)),
        error_code: None,
        error_at: None,
        clock_offset_ms: 0,
        goodput: 0,
        page_bytes: 0,
        retries: 0,
        next_try_at: Instant(9),
    }
}

fn well() -> Standing {
    Standing {
        node: NodeId(Hash([1; 32])),
        row: row(),
        is_member: true,
        given: vec![Given {
            plane: "registry".to_owned(),
            agreement: None,
            behind: 0,
            needs_snapshot: false,
            at: None,
        }],
        taken: vec![taken()],
        has_agreement: true,
        waits_for_us: false,
        waits_for_them: false,
        next: NextStep::Nothing,
    }
}

fn taken() -> Taken {
    Taken {
        plane: "registry".to_owned(),
        agreement: None,
        entries: 7,
        behind: 0,
        reached_at: Some(Instant(5)),
        parked: 0,
        parked_not_understood: 0,
        is_stopped: false,
    }
}

#[test]
fn the_step_that_others_wait_for_comes_first() {
    type Change = Box<dyn Fn(&mut Standing)>;
    let failed = |trouble: Trouble| -> Change {
        Box::new(move |standing| standing.row.error_code = Some(trouble.code().to_owned()))
    };
    // Each change is put on top of those below it in the list.
    let changes: Vec<(Change, &str)> = vec![
        (Box::new(|standing| standing.given[0].behind = 3), "catch-up"),
        (Box::new(|standing| standing.given[0].needs_snapshot = true), "snapshot"),
        (Box::new(|standing| standing.row.contact_at = None), "await"),
        (Box::new(|standing| standing.has_agreement = false), "agree"),
        (Box::new(|standing| standing.waits_for_us = true), "sign"),
        (failed(Trouble::Connect), "unreachable"),
        (failed(Trouble::Clock), "clock"),
        (failed(Trouble::Invalid), "call"),
        (failed(Trouble::KeyUnknown), "directory"),
        (Box::new(|standing| standing.taken[0].parked = 2), "parked"),
        (Box::new(|standing| standing.taken[0].parked_not_understood = 1), "upgrade"),
        (Box::new(|standing| standing.taken[0].is_stopped = true), "fork"),
        (Box::new(|standing| standing.is_member = false), "directory"),
        (Box::new(|standing| standing.row.paused = true), "resume"),
        (Box::new(|standing| standing.row.cut = true), "mend"),
    ];
    let mut standing = well();
    assert_eq!(NextStep::of(&standing), NextStep::Nothing);
    for (change, code) in changes {
        change(&mut standing);
        assert_eq!(NextStep::of(&standing).code(), code);
    }
}

#[test]
fn an_offer_that_waits_for_the_other_side_is_not_written_again() {
    let mut standing = well();
    (standing.has_agreement, standing.waits_for_them) = (false, true);
    let step = NextStep::of(&standing);
    assert_eq!((step, step.is_for_people()), (NextStep::Offered, false));
    standing.row.contact_at = None;
    assert_eq!(NextStep::of(&standing), NextStep::Await, "it cannot have heard of it");
    (standing.has_agreement, standing.row.contact_at) = (true, Some(Instant(5)));
    assert_eq!(NextStep::of(&standing), NextStep::Nothing, "what is in force goes on");
}

#[test]
fn what_comes_by_itself_is_for_nobody_and_an_unknown_failure_is_a_line_that_is_down() {
    let mut standing = well();
    standing.row.error_code = Some("from-a-later-version".to_owned());
    let step = NextStep::of(&standing);
    assert_eq!((step, step.is_for_people()), (NextStep::Unreachable { again_at: Instant(9) }, false));
    standing.row.error_code = Some(Trouble::Version.code().to_owned());
    assert!(NextStep::of(&standing).is_for_people());
}

#[test]
fn as_of_is_when_the_last_log_was_whole_and_unknown_while_one_never_was() {
    let mut standing = well();
    assert_eq!(
        (standing.as_of(), standing.gives()),
        (None, false),
        "what members always tell each other is no agreement"
    );
    let agreement = Some("01890000-0000-7000-8000-000000000001".parse().unwrap());
    standing.taken = vec![
        Taken { agreement, reached_at: Some(Instant(5)), ..taken() },
        Taken { agreement, reached_at: Some(Instant(3)), ..taken() },
    ];
    assert_eq!((standing.as_of(), standing.gives()), (Some(Instant(3)), true));
    standing.taken.push(Taken { agreement, reached_at: None, ..taken() });
    assert_eq!(standing.as_of(), None);
}

#[tokio::test]
async fn nobody_is_behind_under_an_agreement_that_is_over() {
    let [one, two] = Office::pair().await;
    let id = one.create(cooperative(), body("A", 5)).await;
    let (home, peer) = (Arc::new(one.node(one.me).await), two.node(one.me).await);
    let document = agreement(one.me, two.me, (1, None), &["name"]);
    agree(&home, &peer, document.clone()).await;
    let door = Agreements::new(Ground {
        node: Arc::clone(&home),
        records: one.records.clone(),
        protection: Protection::new(one.records.clone()),
        directory: DirectoryAge::Fresh,
        name: "One".to_owned(),
    });
    let view = may_see_federation(&Caller::system()).unwrap();
    let given = async || {
        let agreements = door.list(&view).await.unwrap();
        let found = find(&one.house.db, &view, (one.me, two.me), &agreements).await.unwrap().unwrap();
        found.given.into_iter().filter(|given| given.agreement.is_some()).count()
    };
    assert_eq!(given().await, 1);
    home.step_agreement(document.id, Step::Terminate).await.unwrap();
    one.submit(Draft::patch(cooperative(), id, json!({ "name": "B" }), None)).await;
    exchange(&home, &peer).await;
    assert_eq!(given().await, 0);
}
