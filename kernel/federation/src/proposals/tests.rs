//! Proposals between two offices over real databases.

use serde_json::json;
use tiwizi_federation_core::flow::proposal::{Answer, Base, Proposal, Refusal};
use tiwizi_federation_core::wire::Entity;
use tiwizi_identity::Caller;
use tiwizi_model::{RecordId, Version};
use tiwizi_records::{Draft, WriteError};
use uuid::Uuid;

use super::*;
use crate::testing::register::{Desk, HERE, give_names, talk};

/// Two offices, a cooperative of the first that the second sees, and somebody who keeps the register in each.
struct Pair {
    home: Desk,
    peer: Desk,
    cooperative: RecordId,
    answering: Caller,
    asking: Caller,
}

impl Pair {
    async fn new() -> Self {
        let [home, peer] = Desk::pair().await;
        let cooperative = home.cooperative("1/2019").await;
        give_names(&home, &peer).await;
        let (answering, asking) = (home.holder(1, "registrar", HERE).await, peer.holder(2, "registrar", HERE).await);
        Self { home, peer, cooperative, answering, asking }
    }

    /// A proposal to call the cooperative otherwise, as it stands at the sender and at the home.
    async fn propose(&self, patch: serde_json::Value) -> (RecordId, ProposalView) {
        let door = self.peer.proposals().await;
        let opened = door.open(&self.asking, &self.peer.names.cooperative, self.cooperative).await.unwrap();
        let sent = door.propose(&self.asking, self.asks(&opened, patch)).await.unwrap();
        talk(&self.home, &self.peer).await;
        let door = self.home.proposals().await;
        assert_eq!(door.follow().await.unwrap().come, 1);
        let page = door.list(&self.answering, Way::Received, None).await.unwrap();
        (sent, page.items.into_iter().next().unwrap())
    }

    fn asks(&self, opened: &Opened, patch: serde_json::Value) -> NewProposal {
        NewProposal {
            kind: self.peer.names.cooperative.clone(),
            record: self.cooperative,
            seen: opened.record.version,
            patch,
            key: opened.key.clone(),
        }
    }

    /// A proposal as the peer's node makes one, without anybody at its door.
    fn bare(&self, ver: u64) -> Proposal {
        Proposal {
            id: RecordId(Uuid::from_u128(61)),
            entity: Entity { kind: self.peer.names.cooperative.clone(), id: self.cooperative },
            root: self.cooperative,
            base: Base { tenure: 1, ver },
            patch: json!({ "name_fr": "Faux" }),
            idem: [6; 16],
        }
    }

    /// How it stands at the sender, after the lines were open.
    async fn at_sender(&self, id: RecordId) -> Question {
        talk(&self.home, &self.peer).await;
        let door = self.peer.proposals().await;
        door.follow().await.unwrap();
        door.show(&self.asking, id).await.unwrap()
    }
}

fn accept(view: &ProposalView, record: i64) -> Accept {
    Accept { proposal: view.id, seen: view.version, record: Version(record) }
}

#[tokio::test]
async fn a_change_is_proposed_once_and_answered_once() {
    let pair = Pair::new().await;
    let door = pair.peer.proposals().await;
    let opened = door.open(&pair.asking, &pair.peer.names.cooperative, pair.cooperative).await.unwrap();
    assert_eq!(opened.home, "Instance 1");
    let new = pair.asks(&opened, json!({ "name_fr": "Tifaouine Souss", "court": "Taroudannt" }));
    let sent = door.propose(&pair.asking, new.clone()).await.unwrap();
    assert_eq!(door.propose(&pair.asking, new).await.unwrap(), sent, "the same form twice is one proposal");
    talk(&pair.home, &pair.peer).await;

    let door = pair.home.proposals().await;
    assert_eq!(door.follow().await.unwrap().come, 1);
    assert_eq!(door.follow().await.unwrap(), Followed::default(), "once is enough");
    let page = door.list(&pair.answering, Way::Received, None).await.unwrap();
    let [view] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!((view.status, view.node_name.as_str()), (Status::Waiting, "Instance 2"));
    let question = door.show(&pair.answering, view.id).await.unwrap();
    let [field] = question.fields.as_slice() else { panic!("what says nothing new does not go out: {question:?}") };
    let [seen, proposed, now] = [&field.seen, &field.proposed, &field.now].map(|value| value.clone().unwrap());
    assert_eq!([seen, proposed, now], [json!("Tifaouine"), json!("Tifaouine Souss"), json!("Tifaouine")]);
    assert!(question.may_answer && !question.is_stale && !field.conflict);

    let moved = door.accept(&pair.answering, accept(view, 7)).await;
    assert!(matches!(moved, Err(ProposalsError::Moved)), "{moved:?}");
    assert_eq!(door.accept(&pair.answering, accept(view, 1)).await.unwrap(), Decided::Answered);
    let record = pair.home.whole(&pair.home.names.cooperative, pair.cooperative).await.unwrap();
    assert_eq!((record.version, record.author.account), (Version(2), pair.answering.account()));
    let again = door.accept(&pair.answering, accept(view, 2)).await;
    assert!(matches!(again, Err(ProposalsError::Answered)), "{again:?}");
    let again = door.refuse(&pair.answering, (view.id, view.version), "no").await;
    assert!(matches!(again, Err(ProposalsError::Answered)), "{again:?}");

    let question = pair.at_sender(sent).await;
    assert_eq!((question.view.status, question.view.written), (Status::Accepted, Some(2)));
    assert_eq!(pair.peer.name_of(pair.cooperative).await, Some(json!("Tifaouine Souss")));
}

#[tokio::test]
async fn a_refusal_carries_its_reason_and_nothing_is_written() {
    let pair = Pair::new().await;
    let (sent, view) = pair.propose(json!({ "name_fr": "Autre" })).await;
    let door = pair.home.proposals().await;
    for reason in ["", "  ", &"a".repeat(1_001)] {
        let refused = door.refuse(&pair.answering, (view.id, view.version), reason).await;
        assert!(matches!(refused, Err(ProposalsError::Invalid { .. })), "{refused:?}");
    }
    door.refuse(&pair.answering, (view.id, view.version), " Le nom est pris. ").await.unwrap();
    assert_eq!(pair.home.name_of(pair.cooperative).await, Some(json!("Tifaouine")));
    let question = pair.at_sender(sent).await;
    assert_eq!((question.view.status, question.view.outcome), (Status::Refused, Some(Outcome::Declined)));
    assert_eq!(question.view.reason.as_deref(), Some("Le nom est pris."));
}

#[tokio::test]
async fn an_observer_is_told_nowhere_why_a_proposal_was_refused() {
    let pair = Pair::new().await;
    let (_, view) = pair.propose(json!({ "name_fr": "Autre" })).await;
    let door = pair.home.proposals().await;
    door.refuse(&pair.answering, (view.id, view.version), "Le nom est pris.").await.unwrap();
    let observer = pair.home.holder(6, "observer", HERE).await;
    for (caller, reason) in [(&pair.answering, Some("Le nom est pris.")), (&observer, None)] {
        let listed = door.list(caller, Way::Received, None).await.unwrap().items;
        let about = door.about(caller, pair.cooperative).await.unwrap();
        let shown = door.show(caller, view.id).await.unwrap().view;
        for found in [&listed[0], &about[0], &shown] {
            assert_eq!((found.id, found.reason.as_deref()), (view.id, reason));
        }
    }
}

#[tokio::test]
async fn what_changed_meanwhile_is_shown_and_can_be_accepted_all_the_same() {
    let pair = Pair::new().await;
    let kind = pair.home.names.cooperative.clone();
    let patch = json!({ "name_fr": "Tifaouine Anzi" });
    pair.home.office.submit(Draft::patch(kind, pair.cooperative, patch, None)).await;
    let (sent, view) = pair.propose(json!({ "name_fr": "Tifaouine Souss" })).await;
    assert_eq!(view.status, Status::Review);
    let door = pair.home.proposals().await;
    let question = door.show(&pair.answering, view.id).await.unwrap();
    assert!(question.is_stale && question.fields[0].conflict, "{question:?}");
    assert_eq!(question.fields[0].now, Some(json!("Tifaouine Anzi")));
    door.accept(&pair.answering, accept(&view, 2)).await.unwrap();
    assert_eq!(pair.home.name_of(pair.cooperative).await, Some(json!("Tifaouine Souss")));
    assert_eq!(pair.at_sender(sent).await.view.status, Status::Accepted);
}

#[tokio::test]
async fn what_the_records_own_door_refuses_is_not_accepted() {
    let pair = Pair::new().await;
    let (_, view) = pair.propose(json!({ "status": "shut" })).await;
    let door = pair.home.proposals().await;
    let refused = door.accept(&pair.answering, accept(&view, 1)).await;
    let Err(ProposalsError::NotWritten(why)) = &refused else { panic!("{refused:?}") };
    assert!(matches!(**why, WriteError::Invalid { .. }), "{why:?}");
    let record = pair.home.whole(&pair.home.names.cooperative, pair.cooperative).await.unwrap();
    assert_eq!(record.version, Version::FIRST);
    door.refuse(&pair.answering, (view.id, view.version), "Cet état n’existe pas.").await.unwrap();
}

#[tokio::test]
async fn what_is_wrong_with_one_proposal_does_not_hold_up_the_others() {
    let pair = Pair::new().await;
    // No record has such a version, so this one cannot be kept at its home.
    pair.peer.node.propose(pair.bare(0)).await.unwrap();
    let (sent, view) = pair.propose(json!({ "name_fr": "Autre" })).await;
    pair.home.proposals().await.refuse(&pair.answering, (view.id, view.version), "Le nom est pris.").await.unwrap();
    assert_eq!(pair.at_sender(sent).await.view.status, Status::Refused);
}

#[tokio::test]
async fn what_the_node_answers_without_anybody_is_answered_from_then_on() {
    let pair = Pair::new().await;
    pair.peer.node.propose(pair.bare(1)).await.unwrap();
    talk(&pair.home, &pair.peer).await;
    let door = pair.home.proposals().await;
    door.follow().await.unwrap();
    let answer = Answer::Refused(Refusal::Absent);
    pair.home.node.answer_proposal(&pair.peer.office.me, [6; 16], answer).await.unwrap();
    assert_eq!(door.follow().await.unwrap().changed, 1);
    let page = door.list(&pair.answering, Way::Received, None).await.unwrap();
    let [view] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!((view.status, view.outcome), (Status::Refused, Some(Outcome::Absent)));
    assert!(view.answered_at.is_some(), "it is kept for as long as answered ones are");
}

#[tokio::test]
async fn who_may_not_ask_or_answer_is_refused() {
    let pair = Pair::new().await;
    let kind = pair.peer.names.cooperative.clone();
    let door = pair.peer.proposals().await;
    let observer = pair.peer.holder(3, "observer", HERE).await;
    for caller in [Caller::public(), Caller::system(), observer] {
        let refused = door.open(&caller, &kind, pair.cooperative).await.map(drop);
        assert!(matches!(refused, Err(ProposalsError::Refused(_))), "{refused:?}");
    }
    let own = pair.peer.cooperative("2/2019").await;
    let refused = door.open(&pair.asking, &kind, own).await.map(drop);
    assert!(matches!(refused, Err(ProposalsError::Own)), "{refused:?}");
    let opened = door.open(&pair.asking, &kind, pair.cooperative).await.unwrap();
    for patch in [json!({}), json!({ "name_fr": "Tifaouine" }), json!({ "colour": "red" }), json!([1])] {
        let refused = door.propose(&pair.asking, pair.asks(&opened, patch)).await;
        assert!(matches!(refused, Err(ProposalsError::Invalid { .. })), "{refused:?}");
    }
    let (_, view) = pair.propose(json!({ "name_fr": "Autre" })).await;
    let door = pair.home.proposals().await;
    let elsewhere = pair.home.holder(4, "registrar", "province:01.051").await;
    let refused = door.accept(&elsewhere, accept(&view, 1)).await;
    assert!(matches!(refused, Err(ProposalsError::Missing)), "{refused:?}");
    let observer = pair.home.holder(5, "observer", HERE).await;
    let refused = door.accept(&observer, accept(&view, 1)).await;
    assert!(matches!(refused, Err(ProposalsError::Refused(_))), "{refused:?}");
    let refused = door.list(&Caller::public(), Way::Received, None).await.map(drop);
    assert!(matches!(refused, Err(ProposalsError::Refused(_))), "{refused:?}");
}
