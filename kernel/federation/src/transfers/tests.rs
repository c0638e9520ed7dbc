//! Transfers between two offices over real databases; the first one's office seals.

use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::may_see_federation;
use tiwizi_model::RecordId;
use tiwizi_records::{Draft, WriteError};
use tiwizi_storage::federation::fence;

use super::*;
use crate::testing::register::{Desk, HERE, talk};

/// Two offices, and those who take the steps.
struct Pair {
    home: Desk,
    taker: Desk,
    offering: Caller,
    accepting: Caller,
    sealing: Caller,
}

impl Pair {
    async fn new() -> Self {
        let [home, taker] = Desk::pair().await;
        let offering = home.holder(1, "registrar", HERE).await;
        let sealing = home.holder(2, "registrar", "nation").await;
        let accepting = taker.holder(3, "registrar", HERE).await;
        Self { home, taker, offering, accepting, sealing }
    }

    async fn offer(&self, cooperative: RecordId) -> Uuid {
        let offer = NewOffer { cooperatives: [cooperative].into(), to: self.taker.office.me };
        let id = self.home.transfers().await.offer(&self.offering, &offer).await.unwrap();
        talk(&self.home, &self.taker).await;
        id
    }

    async fn parcel(&self, id: Uuid) -> Vec<u8> {
        self.home.transfers().await.parcel(&self.offering, id).await.unwrap().as_bytes().to_vec()
    }

    async fn accept(&self, id: Uuid) -> Checked {
        let checked = self.taker.transfers().await.accept(&self.accepting, id, &self.parcel(id).await).await.unwrap();
        talk(&self.home, &self.taker).await;
        checked
    }
}

async fn view(desk: &Desk, id: Uuid) -> TransferView {
    desk.transfers().await.show(&may_see_federation(&Caller::system()).unwrap(), id).await.unwrap()
}

#[tokio::test]
async fn a_cooperative_moves_step_by_step_with_those_who_belong_to_it() {
    let pair = Pair::new().await;
    let (home, taker) = (&pair.home, &pair.taker);
    let (goes, stays) = (home.cooperative("1/2019").await, home.cooperative("2/2019").await);
    let (member, of_both, former) =
        (home.person("Fadma").await, home.person("Tanirt").await, home.person("Hammou").await);
    let membership = home.member(goes, member, None).await;
    for (cooperative, person, left_on) in
        [(goes, of_both, None), (stays, of_both, None), (goes, former, Some("2020-01-01"))]
    {
        home.member(cooperative, person, left_on).await;
    }

    let id = pair.offer(goes).await;
    let offered = view(home, id).await;
    assert_eq!((offered.state, offered.side), (State::Offered, Side::Gives));
    let mut roots = vec![goes, member];
    roots.sort();
    assert_eq!(offered.roots, roots, "whoever stays a member elsewhere stays, and whoever left stays");
    let next = offered.next().unwrap();
    assert_eq!((next.step, next.who.as_str(), next.is_ours), (Step::Accept, "Instance 2", false));
    let patch = Draft::patch(home.names.person.clone(), member, json!({ "name_fr": "F" }), None);
    let refused = home.office.records.submit(&Caller::system(), vec![patch], None).await;
    assert!(matches!(refused, Err(WriteError::InTransfer { .. })), "{refused:?}");

    let taken = view(taker, id).await;
    assert!(taken.side == Side::Takes && taken.next().is_some_and(|next| next.is_ours), "{taken:?}");
    assert_eq!(pair.accept(id).await.roots, 2);
    assert!(view(home, id).await.next().is_some_and(|next| next.step == Step::Seal && next.is_ours));

    let door = home.transfers().await;
    let tenure = view(home, id).await.tenure;
    let refused = door.seal(&pair.sealing, id, tenure + 1).await;
    assert!(matches!(refused, Err(TransfersError::Stale)), "{refused:?}");
    door.seal(&pair.sealing, id, tenure).await.unwrap();
    talk(home, taker).await;
    for desk in [home, taker] {
        assert_eq!(desk.transfers().await.follow().await.unwrap(), 1, "what is held is to be taken again");
    }

    for (kind, record) in
        [(&taker.names.cooperative, goes), (&taker.names.person, member), (&taker.names.membership, membership)]
    {
        let record = taker.whole(kind, record).await.unwrap();
        assert_eq!((record.home, record.tenure), (taker.office.records.instance(), i64::from(tenure) + 1), "{kind}");
    }
    let stub = home.whole(&home.names.cooperative, goes).await.unwrap();
    assert_eq!((stub.home, &stub.body["name_fr"]), (taker.office.records.instance(), &json!("Tifaouine")));
    assert!(home.whole(&home.names.person, member).await.is_none(), "what is not public does not stay");
    assert!(home.whole(&home.names.membership, membership).await.is_none());
    for person in [of_both, former] {
        let person = home.whole(&home.names.person, person).await.unwrap();
        assert_eq!(person.home, home.office.records.instance());
    }
    assert_eq!((view(home, id).await.state, view(taker, id).await.state), (State::Completed, State::Completed));
    assert!(view(home, id).await.next().is_none());
    let mut tx = home.office.house.db.read().await.unwrap();
    assert!(fence::standing(&mut tx, &roots).await.unwrap().is_empty());
    drop(tx);
    let roll = home.office.house.roll().await;
    let here = home.office.records.instance();
    let found = whereabouts(&home.office.house.db, &roll, here, &stub).await.unwrap();
    assert!(!found.in_transfer);
    assert_eq!(found.home.and_then(|home| home.name).as_deref(), Some("Instance 2"));
}

#[tokio::test]
async fn an_offer_that_is_called_off_gives_back_what_was_taken() {
    let pair = Pair::new().await;
    let id = pair.home.cooperative("1/2019").await;
    let transfer = pair.offer(id).await;
    pair.accept(transfer).await;
    assert!(pair.taker.whole(&pair.taker.names.cooperative, id).await.is_some());
    pair.home.transfers().await.void(&pair.sealing, transfer).await.unwrap();
    talk(&pair.home, &pair.taker).await;
    pair.taker.transfers().await.follow().await.unwrap();
    assert!(pair.taker.whole(&pair.taker.names.cooperative, id).await.is_none());
    assert_eq!(view(&pair.taker, transfer).await.state, State::Ended);
    let patch = Draft::patch(pair.home.names.cooperative.clone(), id, json!({ "name_fr": "Autre" }), None);
    pair.home.office.submit(patch).await;
    pair.offer(id).await;
}

#[tokio::test]
async fn a_parcel_that_is_not_the_offers_is_not_taken() {
    let pair = Pair::new().await;
    let (one, other) = (pair.home.cooperative("1/2019").await, pair.home.cooperative("2/2019").await);
    let (id, another) = (pair.offer(one).await, pair.offer(other).await);
    let door = pair.taker.transfers().await;
    let mut broken = pair.parcel(id).await;
    if let Some(last) = broken.last_mut() {
        *last ^= 1;
    }
    for bytes in [&broken[..], &[], b"{}"] {
        let refused = door.accept(&pair.accepting, id, bytes).await;
        assert!(matches!(refused, Err(TransfersError::Parcel(_))), "{refused:?}");
    }
    let refused = door.accept(&pair.accepting, id, &pair.parcel(another).await).await;
    assert!(matches!(refused, Err(TransfersError::Incomplete)), "{refused:?}");
    assert!(pair.taker.whole(&pair.taker.names.cooperative, one).await.is_none());
    assert_eq!(view(&pair.taker, id).await.state, State::Offered);
    // Nobody but the receiver opens it.
    let refused = pair.home.transfers().await.accept(&pair.offering, id, &pair.parcel(id).await).await;
    assert!(matches!(refused, Err(TransfersError::OtherSide)), "{refused:?}");
}

#[tokio::test]
async fn each_step_is_taken_by_those_whose_it_is_and_in_its_turn() {
    let pair = Pair::new().await;
    let id = pair.home.cooperative("1/2019").await;
    let door = pair.home.transfers().await;
    let (here, there) = (pair.home.office.me, pair.taker.office.me);
    let offer = |to, ids: &[RecordId]| NewOffer { cooperatives: ids.iter().copied().collect(), to };
    let refused = door.offer(&pair.offering, &offer(there, &[])).await;
    assert!(matches!(refused, Err(TransfersError::Count)), "{refused:?}");
    let refused = door.offer(&pair.offering, &offer(here, &[id])).await;
    assert!(matches!(refused, Err(TransfersError::Stranger { .. })), "{refused:?}");
    let refused = door.offer(&pair.offering, &offer(there, &[RecordId(Uuid::from_u128(77))])).await;
    assert!(matches!(refused, Err(TransfersError::Missing)), "{refused:?}");
    let (observer, elsewhere) =
        (pair.home.holder(7, "observer", HERE).await, pair.home.holder(8, "registrar", "province:01.051").await);
    for caller in [&Caller::public(), &observer, &elsewhere] {
        let refused = door.offer(caller, &offer(there, &[id])).await;
        assert!(matches!(refused, Err(TransfersError::Refused(_))), "{refused:?}");
    }
    let transfer = pair.offer(id).await;
    let refused = door.offer(&pair.offering, &offer(there, &[id])).await;
    assert!(matches!(refused, Err(TransfersError::Moving { .. })), "{refused:?}");
    let refused = door.seal(&pair.sealing, transfer, 1).await;
    assert!(matches!(refused, Err(TransfersError::State { state: State::Offered })), "{refused:?}");
    let parcel = pair.parcel(transfer).await;
    let refused = pair.taker.transfers().await.accept(&Caller::public(), transfer, &parcel).await;
    assert!(matches!(refused, Err(TransfersError::Refused(_))), "{refused:?}");
    pair.accept(transfer).await;
    for step in [door.seal(&pair.offering, transfer, 1).await, door.void(&pair.offering, transfer).await] {
        assert!(matches!(step, Err(TransfersError::Refused(_))), "{step:?}");
    }
    let nation = pair.taker.holder(9, "registrar", "nation").await;
    let refused = pair.taker.transfers().await.seal(&nation, transfer, 1).await;
    assert!(matches!(refused, Err(TransfersError::OtherSide)), "{refused:?}");
    door.seal(&pair.sealing, transfer, 1).await.unwrap();
    let refused = door.void(&pair.sealing, transfer).await;
    assert!(matches!(refused, Err(TransfersError::State { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_transfer_that_is_not_known_is_nowhere() {
    let pair = Pair::new().await;
    let door = pair.home.transfers().await;
    let nowhere = Uuid::from_u128(5);
    let refused = door.parcel(&pair.offering, nowhere).await.map(drop);
    assert!(matches!(refused, Err(TransfersError::Missing)), "{refused:?}");
    let refused = door.seal(&pair.sealing, nowhere, 1).await;
    assert!(matches!(refused, Err(TransfersError::Missing)), "{refused:?}");
    let view = may_see_federation(&Caller::system()).unwrap();
    assert!(door.list(&view).await.unwrap().is_empty());
}
