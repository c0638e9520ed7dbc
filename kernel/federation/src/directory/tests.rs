//! Enrolment and the directory over real databases: nobody is believed at first sight, and nothing goes back.

use std::collections::BTreeMap;

use tiwizi_federation_core::wire::{
    Directory, DirectoryError, Enrolment, Envelope, Hash, Member, NodeId, Role, Rotation, SigningKey,
};
use tiwizi_model::InstanceId;
use tiwizi_storage::federation::peer;
use uuid::Uuid;

use super::*;
use crate::identity::{Change, Reason};
use crate::testing::{House, root, signed};

async fn desk<'a>(house: &'a House, root: &'a SigningKey) -> Desk<'a> {
    Desk { db: &house.db, here: house.here().await, root, above: None, now: house.ambient.now() }
}

async fn terms(house: &House) -> Terms {
    Terms { fingerprint: house.node().await.fingerprint(), role: None, provinces: None }
}

async fn enrol(nation: &House, who: &House, role: Role) -> Result<Enrolled, EnrolError> {
    desk(nation, &root()).await.enrol(&who.request(role).await, &terms(who).await).await
}

/// The nation and two regions, all enrolled at the nation.
async fn three() -> [House; 3] {
    let houses = [House::new(1, "all").await, House::new(2, "09.541").await, House::new(3, "01.405").await];
    for (house, role) in houses.iter().zip([Role::National, Role::Region, Role::Region]) {
        house.begin().await;
        enrol(&houses[0], house, role).await.unwrap();
    }
    houses
}

async fn newest(house: &House) -> Envelope {
    published(&mut house.db.read().await.unwrap()).await.unwrap().unwrap().1
}

async fn take_at(house: &House, envelope: &Envelope) -> Result<Taken, TakeError> {
    take(&house.db, house.here().await, envelope, house.ambient.now()).await
}

async fn states(house: &House) -> Vec<(String, String)> {
    let rows = peer::all(&mut house.db.read().await.unwrap()).await.unwrap();
    rows.into_iter().map(|row| (row.name, row.state)).collect()
}

fn state(name: &str, state: &str) -> (String, String) {
    (name.to_owned(), state.to_owned())
}

#[tokio::test]
async fn members_know_each_other_by_the_directory_alone() {
    let [nation, south, north] = three().await;
    assert!(states(&south).await.is_empty());
    assert_eq!(take_at(&south, &newest(&nation).await).await.unwrap(), Taken::New { version: 3 });
    assert_eq!(take_at(&south, &newest(&nation).await).await.unwrap(), Taken::Known { version: 3 });
    assert_eq!(states(&south).await, [state("Instance 1", "member"), state("Instance 3", "member")]);
    assert_eq!(states(&nation).await, [state("Instance 2", "member"), state("Instance 3", "member")]);
    let roll = south.roll().await;
    assert_eq!(roll.nation().map(|member| member.node), Some(nation.node().await));
    let home = north.instance.id;
    assert_eq!(roll.node_of(&home), Some(north.node().await));
    assert_eq!(roll.home_of(&north.node().await), Some(home));
    assert_eq!(roll.speaking().current(&north.node().await), Some(north.keys().await.signing().verifying()));
}

#[tokio::test]
async fn a_wrong_fingerprint_enrols_nobody() {
    let [nation, south, north] = three().await;
    let request = south.request(Role::Region).await;
    for fingerprint in [north.node().await.fingerprint(), String::new(), "0".repeat(30)] {
        let terms = Terms { fingerprint, ..terms(&south).await };
        let refused = desk(&nation, &root()).await.enrol(&request, &terms).await;
        assert!(matches!(refused, Err(EnrolError::Fingerprint { .. })), "{refused:?}");
    }
    assert_eq!(nation.roll().await.version(), 3);
    let spoken = south.node().await.fingerprint().replace(' ', "-");
    let terms = Terms { fingerprint: spoken, ..terms(&south).await };
    assert_eq!(desk(&nation, &root()).await.enrol(&request, &terms).await.unwrap().version, 4);
}

#[tokio::test]
async fn a_request_that_was_changed_on_its_way_is_refused() {
    let [nation, south, _] = three().await;
    let Enrolment { member } = Enrolment::open(&south.request(Role::Region).await).unwrap();
    let bent = Enrolment { member: Member { url: Some("https://thief.example".to_owned()), ..member } };
    let forged = bent.sign(&SigningKey::from_seed(&[7; 32]));
    let refused = desk(&nation, &root()).await.enrol(&forged, &terms(&south).await).await;
    assert!(matches!(refused, Err(EnrolError::Request(_))), "{refused:?}");
}

#[tokio::test]
async fn only_the_root_that_is_believed_signs() {
    let [nation, south, _] = three().await;
    let stranger = SigningKey::from_seed(&[8; 32]);
    let refused = desk(&nation, &stranger).await.enrol(&south.request(Role::Region).await, &terms(&south).await).await;
    assert!(matches!(refused, Err(EnrolError::Root)), "{refused:?}");
    let members = nation.roll().await.members().cloned().collect();
    let forged = Directory { version: 9, members }.sign(&stranger);
    let refused = take_at(&south, &forged).await;
    assert!(matches!(refused, Err(TakeError::Directory(DirectoryError::Envelope(_)))), "{refused:?}");
    assert_eq!(south.roll().await.version(), 0);
}

#[tokio::test]
async fn without_the_key_of_the_root_no_directory_is_believed() {
    let [nation, mut south, _] = three().await;
    take_at(&south, &newest(&nation).await).await.unwrap();
    south.root = None;
    let refused = take_at(&south, &newest(&nation).await).await;
    assert!(matches!(refused, Err(TakeError::NoRoot)), "{refused:?}");
    let roll = south.roll().await;
    assert!(roll.members().next().is_none() && roll.nation().is_none());
    south.root = Some(SigningKey::from_seed(&[8; 32]));
    let roll = south.roll().await;
    assert!(roll.unread().is_some() && roll.members().next().is_none(), "another root's directory counts for nothing");
    assert!(roll.ring().knows(&south.node().await), "its own keys stay known");
}

#[tokio::test]
async fn f04_an_old_directory_brings_a_suspended_member_not_back() {
    let [nation, south, north] = three().await;
    let old = newest(&nation).await;
    desk(&nation, &root()).await.suspend(north.node().await, true).await.unwrap();
    assert_eq!(take_at(&south, &newest(&nation).await).await.unwrap(), Taken::New { version: 4 });
    let replayed = take_at(&south, &old).await;
    assert!(matches!(replayed, Err(TakeError::Lower { version: 3, seen: 4 })), "{replayed:?}");
    assert_eq!(states(&south).await, [state("Instance 1", "member"), state("Instance 3", "suspended")]);
}

#[tokio::test]
async fn f01_a_suspended_member_is_not_spoken_to_and_what_it_signed_stays_signed() {
    let [nation, _, north] = three().await;
    let node = north.node().await;
    desk(&nation, &root()).await.suspend(node, true).await.unwrap();
    let roll = nation.roll().await;
    assert!(roll.active(&node).is_none() && !roll.speaking().knows(&node) && roll.ring().knows(&node));
    // Whoever asks again stays suspended until somebody ends it.
    enrol(&nation, &north, Role::Region).await.unwrap();
    assert!(nation.roll().await.active(&node).is_none());
    desk(&nation, &root()).await.suspend(node, false).await.unwrap();
    assert!(nation.roll().await.speaking().knows(&node));
    assert_eq!(states(&nation).await, [state("Instance 2", "member"), state("Instance 3", "member")]);
}

#[tokio::test]
async fn f07_two_directories_with_one_number_are_not_both_taken() {
    let [nation, south, _] = three().await;
    take_at(&south, &newest(&nation).await).await.unwrap();
    let mut members: Vec<Member> = nation.roll().await.members().cloned().collect();
    members.pop();
    let refused = take_at(&south, &signed(3, members)).await;
    assert!(matches!(refused, Err(TakeError::Twofold { version: 3 })), "{refused:?}");
    assert_eq!(states(&south).await.len(), 2);
}

#[tokio::test]
async fn f06_no_other_member_becomes_the_home_of_our_records() {
    let [nation, south, north] = three().await;
    let mut members: Vec<Member> = nation.roll().await.members().cloned().collect();
    let node = north.node().await;
    members.retain(|member| member.instance != south.instance.id);
    for member in members.iter_mut().filter(|member| member.node == node) {
        member.instance = south.instance.id;
    }
    let refused = take_at(&south, &signed(9, members.clone())).await;
    assert!(matches!(refused, Err(TakeError::Ours { node: found }) if found == node), "{refused:?}");
    let misnamed = take_at(&north, &signed(9, members)).await;
    assert!(matches!(misnamed, Err(TakeError::Misnamed)), "{misnamed:?}");
}

#[tokio::test]
async fn a_home_that_lost_all_its_keys_comes_back_as_another_node() {
    let [nation, south, _] = three().await;
    let mut again = House::new(4, "09.541").await;
    again.instance.id = south.instance.id;
    again.begin().await;
    let refused = enrol(&nation, &again, Role::Region).await;
    assert!(matches!(refused, Err(EnrolError::Home { .. })), "{refused:?}");
    desk(&nation, &root()).await.suspend(south.node().await, true).await.unwrap();
    enrol(&nation, &again, Role::Region).await.unwrap();
    let roll = nation.roll().await;
    assert_eq!(roll.node_of(&south.instance.id), Some(again.node().await));
    assert_eq!(roll.home_of(&south.node().await), Some(south.instance.id), "entries from before are of the same home");
    let back = desk(&nation, &root()).await.suspend(south.node().await, false).await;
    assert!(matches!(back, Err(EnrolError::Home { .. })), "{back:?}");
}

#[tokio::test]
async fn there_is_one_nation() {
    let [nation, south, _] = three().await;
    let refused = enrol(&nation, &south, Role::National).await;
    assert!(matches!(refused, Err(EnrolError::Nation { .. })), "{refused:?}");
}

#[tokio::test]
async fn after_an_old_copy_the_next_version_is_above_what_others_have() {
    let [nation, south, _] = three().await;
    let key = root();
    let above = Desk { above: Some(40), ..desk(&nation, &key).await };
    let enrolled = above.enrol(&south.request(Role::Region).await, &terms(&south).await).await.unwrap();
    assert_eq!(enrolled.version, 41);
}

#[tokio::test]
async fn a_member_that_a_later_directory_leaves_out_is_unlisted() {
    let [nation, south, north] = three().await;
    take_at(&south, &newest(&nation).await).await.unwrap();
    let mut members: Vec<Member> = nation.roll().await.members().cloned().collect();
    let node = north.node().await;
    members.retain(|member| member.node != node);
    take_at(&south, &signed(9, members)).await.unwrap();
    assert_eq!(states(&south).await, [state("Instance 1", "member"), state("Instance 3", "unlisted")]);
}

#[tokio::test]
async fn a_change_of_keys_is_believed_from_whoever_brings_it_and_a_request_may_not_forget_it() {
    let [nation, south, _] = three().await;
    let house = House::new(5, "02.411").await;
    let [paper, _] = house.begin().await;
    enrol(&nation, &house, Role::Region).await.unwrap();
    take_at(&south, &newest(&nation).await).await.unwrap();
    let stale = house.request(Role::Region).await;
    let change = Change::prepare(&house.keys().await, paper, Reason::Routine, &house.ambient).unwrap();
    let keys = change.store(&house.db, &house.instance, &house.ambient).await.unwrap();
    let (node, told) = (keys.node(), keys.rotations());
    for new in [1, 0] {
        let learnt = learn(&south.db, south.here().await, &node, told, south.ambient.now()).await;
        assert_eq!(learnt.unwrap(), new);
    }
    assert_eq!(south.roll().await.speaking().current(&node), Some(keys.signing().verifying()));
    // The directory hears of it by a new request; one from before is refused from then on.
    enrol(&nation, &house, Role::Region).await.unwrap();
    let refused = desk(&nation, &root()).await.enrol(&stale, &terms(&house).await).await;
    assert!(matches!(refused, Err(EnrolError::Behind { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_change_of_keys_that_its_root_key_has_not_said_is_not_believed() {
    let [nation, south, _] = three().await;
    let thief = SigningKey::from_seed(&[7; 32]);
    let (now, told) = (nation.ambient.now(), [forged(&south, &thief).await]);
    let refused = learn(&nation.db, nation.here().await, &south.node().await, &told, now).await;
    assert!(matches!(refused, Err(LearnError::Statements { .. })), "{refused:?}");
    let refused = learn(&nation.db, nation.here().await, &NodeId(Hash([1; 32])), &told, now).await;
    assert!(matches!(refused, Err(LearnError::Stranger { .. })), "{refused:?}");
    assert_eq!(nation.roll().await.ring().every(&south.node().await).count(), 1);
}

/// A change of a house's keys, signed by somebody else.
async fn forged(house: &House, by: &SigningKey) -> Envelope {
    let rotation =
        Rotation { node: house.node().await, number: 1, signing: by.verifying(), logs: BTreeMap::new(), root: None };
    rotation.sign(by)
}

#[tokio::test]
async fn a_change_of_our_own_keys_that_we_did_not_make_is_an_alarm() {
    let nation = House::new(1, "all").await;
    let [paper, _] = nation.begin().await;
    enrol(&nation, &nation, Role::National).await.unwrap();
    let told = [forged(&nation, &paper).await];
    let node = nation.node().await;
    let refused = learn(&nation.db, nation.here().await, &node, &told, nation.ambient.now()).await;
    assert!(matches!(refused, Err(LearnError::Own)), "{refused:?}");
    assert!(nation.keys().await.rotations().is_empty());
}

#[tokio::test]
async fn an_instance_without_keys_takes_a_directory_and_is_no_member() {
    let [nation, ..] = three().await;
    let mut visitor = House::new(6, "02.411").await;
    visitor.instance.id = InstanceId(Uuid::from_u128(6));
    assert_eq!(take_at(&visitor, &newest(&nation).await).await.unwrap(), Taken::New { version: 3 });
    assert_eq!(states(&visitor).await.len(), 3);
    assert!(visitor.roll().await.own().is_none());
}
