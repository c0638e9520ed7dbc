//! The steps, and their answers as text. Values and seeds do not show in `Debug`, so they are written as bytes.

use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::flow::retention::Follower;
use tiwizi_federation_core::flow::rows::{
    Agreed, Draft, Feed, Head, Held, Own, Parked, ReceivedProposal, SentProposal, Stopped,
};
use tiwizi_federation_core::flow::snapshot::Loading;
use tiwizi_federation_core::flow::transfer::Custody;
use tiwizi_federation_core::flow::{Cursor, StoreTx};
use tiwizi_federation_core::wire::{Disclosure, Entity, Entry, Group, Hash, LogId, NodeId, Plane, Position};
use tiwizi_model::RecordId;

pub(super) type Under = Option<AgreementId>;

/// One step.
#[derive(Debug, Clone)]
pub(super) enum Op {
    Head(Plane),
    PutHead(Plane, Head),
    Planes,
    AddDraft(Box<Draft>),
    Drafts(usize),
    PlaceOldestDraft,
    AddEntry(Plane, u64, Entity, Entry),
    Entries(Plane, u64, usize),
    Entry(Plane, u64),
    EntryBefore(Plane, Entity, u64),
    LatestBelow(Plane, u64, u64, usize),
    ReleaseEntries(Plane, u64),
    KeptFrom(Plane),
    AddNodes(Plane, Vec<(u8, u64, Hash)>),
    Node(Plane, u8, u64),
    Own(Entity),
    PutOwn(Own),
    Owned(RecordId),
    Custody(RecordId),
    PutCustody(Custody),
    Moving,
    Cursor(Feed),
    PutCursor(Feed, Cursor),
    Cursors,
    AddLeaves(LogId, u64, Vec<Hash>),
    Leaves(LogId, u64),
    Proven(LogId),
    PutProven(LogId, String),
    Covered(LogId),
    PutCovered(LogId, String),
    Heard(LogId),
    PutHeard(LogId, Vec<String>),
    Stopped(LogId),
    Stop(LogId, Stopped),
    Held(Under, Entity),
    PutHeld(Box<Held>),
    HeldAfter(Under, Option<Entity>, usize),
    Park(Box<Parked>),
    Unpark(Under, Position),
    ParkedAfter(Option<(Under, Position)>, usize),
    ParkedAt(Position),
    ParkedCount(Feed),
    ParkedEntity(Under, Entity),
    Follower(NodeId, Plane, Under),
    PutFollower(Plane, Under, Follower),
    Followers(Plane),
    Sent(RecordId),
    PutSent(SentProposal),
    Received(NodeId, [u8; 16]),
    PutReceived(ReceivedProposal),
    Waiting(RecordId),
    Agreement(AgreementId),
    PutAgreement(Box<Agreed>),
    Agreements,
    Loading(Feed),
    PutLoading(Feed, Option<Loading>),
}

fn groups(groups: &[Group]) -> Vec<Vec<u8>> {
    let whole = |Group { no, seed, fields }: Group| Disclosure::Whole { no, seed, fields }.encode();
    groups.iter().cloned().map(whole).collect()
}

fn entry(entry: &Entry) -> String {
    format!("{:?} {:?}", entry.header, groups(&entry.groups))
}

fn held(held: &Held) -> String {
    let shown: Vec<Vec<u8>> = held.shown.iter().map(Disclosure::encode).collect();
    format!("{held:?} {shown:?}")
}

fn parked(parked: &Parked) -> String {
    let shown: Vec<Vec<u8>> = parked.shown.iter().map(Disclosure::encode).collect();
    format!("{parked:?} {shown:?}")
}

/// Takes a step, and tells what came of it.
#[expect(clippy::too_many_lines, reason = "one line for each step")]
pub(super) async fn answer<T: StoreTx>(tx: &mut T, op: &Op) -> String {
    macro_rules! told {
        ($answer:expr) => {
            format!("{:?}", $answer.await.unwrap())
        };
    }
    match op.clone() {
        Op::Head(plane) => told!(tx.head(&plane)),
        Op::PutHead(plane, head) => told!(tx.put_head(&plane, head)),
        Op::Planes => told!(tx.planes()),
        Op::AddDraft(draft) => told!(tx.add_draft(*draft)),
        Op::Drafts(max) => {
            let drafts = tx.drafts(max).await.unwrap();
            let text = |draft: &Draft| format!("{draft:?} {:?}", groups(&draft.groups));
            format!("{:?}", drafts.iter().map(|(_, draft)| text(draft)).collect::<Vec<_>>())
        }
        Op::PlaceOldestDraft => match tx.drafts(1).await.unwrap().first() {
            Some((number, _)) => told!(tx.remove_draft(*number)),
            None => String::new(),
        },
        Op::AddEntry(plane, seq, about, one) => told!(tx.add_entry(&plane, seq, &about, one)),
        Op::Entries(plane, from, max) => {
            let entries = tx.entries(&plane, from, max).await.unwrap();
            format!("{:?}", entries.iter().map(|(seq, one)| (seq, entry(one))).collect::<Vec<_>>())
        }
        Op::Entry(plane, seq) => format!("{:?}", tx.entry(&plane, seq).await.unwrap().as_ref().map(entry)),
        Op::EntryBefore(plane, about, seq) => {
            let before = tx.entry_before(&plane, &about, seq).await.unwrap();
            format!("{:?}", before.map(|(seq, one)| (seq, one.as_ref().map(entry))))
        }
        Op::LatestBelow(plane, from, size, max) => told!(tx.latest_below(&plane, from, size, max)),
        Op::ReleaseEntries(plane, below) => told!(tx.release_entries(&plane, below)),
        Op::KeptFrom(plane) => told!(tx.kept_from(&plane)),
        Op::AddNodes(plane, nodes) => told!(tx.add_nodes(&plane, &nodes)),
        Op::Node(plane, level, index) => told!(tx.node(&plane, level, index)),
        Op::Own(about) => told!(tx.own(&about)),
        Op::PutOwn(own) => told!(tx.put_own(own)),
        Op::Owned(root) => told!(tx.owned(root)),
        Op::Custody(root) => told!(tx.custody(root)),
        Op::PutCustody(custody) => told!(tx.put_custody(custody)),
        Op::Moving => told!(tx.moving()),
        Op::Cursor(feed) => told!(tx.cursor(&feed)),
        Op::PutCursor(feed, cursor) => told!(tx.put_cursor(&feed, cursor)),
        Op::Cursors => told!(tx.cursors()),
        Op::AddLeaves(log, from, leaves) => told!(tx.add_leaves(&log, from, &leaves)),
        Op::Leaves(log, max) => told!(tx.leaves(&log, max)),
        Op::Proven(log) => told!(tx.proven(&log)),
        Op::PutProven(log, note) => told!(tx.put_proven(&log, &note)),
        Op::Covered(log) => told!(tx.covered(&log)),
        Op::PutCovered(log, note) => told!(tx.put_covered(&log, &note)),
        Op::Heard(log) => told!(tx.heard(&log)),
        Op::PutHeard(log, notes) => told!(tx.put_heard(&log, notes)),
        Op::Stopped(log) => told!(tx.stopped(&log)),
        Op::Stop(log, stopped) => told!(tx.stop(&log, stopped)),
        Op::Held(under, about) => format!("{:?}", tx.held(under, &about).await.unwrap().as_ref().map(held)),
        Op::PutHeld(one) => told!(tx.put_held(*one)),
        Op::HeldAfter(under, after, max) => {
            let rows = tx.held_after(under, after.as_ref(), max).await.unwrap();
            format!("{:?}", rows.iter().map(held).collect::<Vec<_>>())
        }
        Op::Park(one) => told!(tx.park(*one)),
        Op::Unpark(under, at) => told!(tx.unpark(under, &at)),
        Op::ParkedAfter(after, max) => {
            let rows = tx.parked_after(after, max).await.unwrap();
            format!("{:?}", rows.iter().map(parked).collect::<Vec<_>>())
        }
        Op::ParkedAt(at) => told!(tx.parked_at(&at)),
        Op::ParkedCount(feed) => told!(tx.parked_count(&feed)),
        Op::ParkedEntity(under, about) => told!(tx.parked_entity(under, &about)),
        Op::Follower(peer, plane, under) => told!(tx.follower(&peer, &plane, under)),
        Op::PutFollower(plane, under, follower) => told!(tx.put_follower(&plane, under, follower)),
        Op::Followers(plane) => told!(tx.followers(&plane)),
        Op::Sent(id) => told!(tx.sent_proposal(id)),
        Op::PutSent(sent) => told!(tx.put_sent_proposal(sent)),
        Op::Received(from, idem) => told!(tx.received_proposal(&from, idem)),
        Op::PutReceived(received) => told!(tx.put_received_proposal(received)),
        Op::Waiting(root) => told!(tx.waiting_proposals(root)),
        Op::Agreement(id) => told!(tx.agreement(id)),
        Op::PutAgreement(agreed) => told!(tx.put_agreement(*agreed)),
        Op::Agreements => told!(tx.agreements()),
        Op::Loading(feed) => told!(tx.loading(&feed)),
        Op::PutLoading(feed, loading) => told!(tx.put_loading(&feed, loading)),
    }
}
