//! What rows are found by. Their order is the order in which they are gone through.

use tiwizi_model::RecordId;

use crate::agreement::AgreementId;
use crate::flow::proposal::Base;
use crate::flow::rows::Feed;
use crate::wire::{Entity, LogId, NodeId, Plane, Position};

/// The place of one row. Where something may be none, none stands before everything and no row is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Head(Plane),
    DraftNumber,
    Draft(u64),
    Entry(Plane, u64),
    About(Plane, Option<Entity>, u64),
    KeptFrom(Plane),
    Node(Plane, u8, u64),
    Own(Option<Entity>),
    Body(Entity, Base),
    Custody(RecordId),
    Cursor(Option<Feed>),
    Leaves(LogId, u64),
    Proven(LogId),
    Covered(LogId),
    Heard(LogId),
    Stopped(LogId),
    Held(Option<AgreementId>, Option<Entity>),
    Parked(Option<AgreementId>, Option<Position>),
    Follower(Plane, NodeId, Option<AgreementId>),
    Sent(RecordId),
    Received(NodeId, [u8; 16]),
    Agreement(AgreementId),
    Loading(Feed),
}
