//! Two instances whose ends are joined in memory: what one writes arrives at the other, whatever the line does.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tiwizi_federation_core::agreement::{AgreementId, Step};
use tiwizi_federation_core::flow::memory::MemoryStore;
use tiwizi_federation_core::flow::{Store as _, StoreTx as _};
use tiwizi_federation_core::signature::challenge_line;
use tiwizi_federation_core::wire::{LogId, Plane, SigningKey};
use tiwizi_storage::federation::peer::Switch;

use crate::exchange::tests::{Party, head, names, pair, url};
use crate::exchange::{Body, Exchange, PROBLEM_TYPE, Refusal};
use crate::identity::{Change, Reason};

use super::*;

mod kept;
mod snapshots;

/// What the line does to the next requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Nothing.
    None,
    /// The request never arrives.
    Lost,
    /// It arrives, and the answer is lost.
    AnswerLost,
    /// Something between the two has changed a byte of the answer.
    Changed,
}

/// The way from one end to the other, within this process.
struct Joined {
    to: Arc<Exchange<MemoryStore>>,
    faults: Arc<Mutex<Vec<Fault>>>,
    asked: Arc<AtomicU64>,
}

impl Transport for Joined {
    async fn send(&self, _: &str, sent: Sent) -> Result<Came, Lost> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let fault = self.faults.lock().unwrap().pop();
        if fault == Some(Fault::Lost) {
            return Err(Lost::Slow);
        }
        let mut came = over(&self.to, &sent).await;
        match fault {
            Some(Fault::AnswerLost) => Err(Lost::Slow),
            Some(Fault::Changed) => {
                came.body.push(0);
                Ok(came)
            }
            _ => Ok(came),
        }
    }
}

/// What the server does between HTTP and the exchange. Statuses are nothing here but numbers that are signed.
async fn over(exchange: &Exchange<MemoryStore>, sent: &Sent) -> Came {
    let admitted = match exchange.admit(head(&sent.request, &sent.body)).await {
        Ok(admitted) => admitted,
        Err(denied) => return refused(exchange, sent, &denied.refusal),
    };
    if let Err(refusal) = exchange.check_body(&admitted, &sent.body) {
        return refused(exchange, sent, &refusal);
    }
    let range = sent.request.lines.value("range");
    let range = range.as_deref().and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
    let range = range.map(|(first, last)| (first.parse().unwrap(), last.parse().ok()));
    match exchange.answer(&admitted, &sent.body, range).await {
        Ok(answer) => {
            let bytes = answer.body.as_bytes().to_vec();
            let mut lines = Vec::new();
            if !bytes.is_empty() {
                lines.push(("content-type", answer.media_type.to_owned()));
            }
            if let Body::Part(part) = &answer.body {
                let last = part.first + bytes.len() as u64 - 1;
                lines.push(("content-range", format!("bytes {}-{last}/{}", part.first, part.of)));
            }
            came(exchange, sent, (200, bytes), &lines)
        }
        Err(refusal) => refused(exchange, sent, &refusal),
    }
}

fn refused(exchange: &Exchange<MemoryStore>, sent: &Sent, refusal: &Refusal) -> Came {
    let body = serde_json::json!({ "code": refusal.code() }).to_string().into_bytes();
    let mut lines = vec![("content-type", PROBLEM_TYPE.to_owned())];
    if let Refusal::Challenge(nonce) = refusal {
        let (name, value) = challenge_line(nonce).unwrap();
        lines.push((name, value));
    }
    came(exchange, sent, (400, body), &lines)
}

fn came(
    exchange: &Exchange<MemoryStore>,
    sent: &Sent,
    (status, body): (u16, Vec<u8>),
    lines: &[(&str, String)],
) -> Came {
    let lines = exchange.sign(&sent.request, (status, &body), lines).unwrap().unwrap();
    Came { status, lines, body }
}

/// An office that dials a nation.
struct Office {
    party: Party,
    nation: Party,
    served: Arc<Exchange<MemoryStore>>,
    link: Link<MemoryStore, Joined>,
    visit: Visit,
    faults: Arc<Mutex<Vec<Fault>>>,
    asked: Arc<AtomicU64>,
}

impl Office {
    async fn new() -> Self {
        let [nation, party] = pair().await;
        let served = Arc::new(Exchange::open(Arc::clone(&nation.ends)).await.unwrap());
        let (faults, asked): (Arc<Mutex<Vec<Fault>>>, Arc<AtomicU64>) = Default::default();
        let way = Joined { to: Arc::clone(&served), faults: Arc::clone(&faults), asked: Arc::clone(&asked) };
        let link = Link::new(Arc::clone(&party.ends), way);
        let visit = Visit::new(nation.ends.known().me());
        Self { party, nation, served, link, visit, faults, asked }
    }

    async fn round(&mut self) -> Result<Round, LinkError> {
        let mut line = line(&self.visit, &Road::Dial(url(1))).unwrap();
        let round = self.link.round(&mut self.visit, &mut line).await;
        self.visit.offset = line.offset;
        round
    }

    /// Rounds until there is nothing more to do at either end.
    async fn settle(&mut self) {
        for _ in 0..50 {
            for party in [&self.party, &self.nation] {
                while party.ends.known().node.sequence().await.unwrap() > 0 {}
            }
            if self.round().await.unwrap() == Round::Quiet(None) && self.is_settled().await {
                return;
            }
            self.visit.mark = None;
        }
        panic!("there is always something to do");
    }

    async fn is_settled(&self) -> bool {
        for (from, to) in [(&self.party, &self.nation), (&self.nation, &self.party)] {
            let mut tx = from.store.begin().await.unwrap();
            if !tx.drafts(1).await.unwrap().is_empty() {
                return false;
            }
            drop(tx);
            let me = from.ends.known().me();
            for (feed, (_, _, next)) in to.ends.known().node.wanted().await.unwrap() {
                let mut tx = from.store.begin().await.unwrap();
                let size = tx.head(&feed.log.plane).await.unwrap().map_or(0, |head| head.tree.size());
                if feed.log.node == me && next < size {
                    return false;
                }
            }
        }
        true
    }

    /// The office gives the nation its things: both sign, and it is in force.
    async fn agree(&mut self) -> AgreementId {
        let id = self.agree_first().await;
        self.settle().await;
        id
    }

    /// Both sign.
    async fn agree_first(&mut self) -> AgreementId {
        let document = names(&self.party, &self.nation);
        let id = document.id;
        self.party.ends.known().node.offer_agreement(document.clone()).await.unwrap();
        self.settle().await;
        self.nation.ends.known().node.sign_agreement(&document).await.unwrap();
        id
    }

    /// Agrees, and goes on until the nation has everything, over a line that loses every third answer. Tells how often it was cut.
    async fn agree_over_a_bad_line(&mut self) -> (AgreementId, u32) {
        let agreement = self.agree_first().await;
        let log = LogId { node: self.party.ends.known().me(), plane: "registry".parse().unwrap() };
        let key = (Way::Bring, Feed { log, agreement: Some(agreement) });
        // Parts are small from the beginning, so that a chunk takes many.
        (0..5).for_each(|_| self.visit.pace(&key).cut());
        let mut cuts = 0;
        for _ in 0..2_000 {
            for party in [&self.party, &self.nation] {
                while party.ends.known().node.sequence().await.unwrap() > 0 {}
            }
            *self.faults.lock().unwrap() = vec![Fault::AnswerLost, Fault::None, Fault::None];
            cuts += u32::from(self.round().await.is_err());
            self.visit.contact();
            self.visit.mark = None;
            self.faults.lock().unwrap().clear();
            if self.held(agreement).await == 1_100 {
                break;
            }
        }
        (agreement, cuts)
    }

    async fn write(&self, number: u128, name: &str) {
        self.party.write(number, name).await;
    }

    async fn follow_in_database(&self, agreement: AgreementId) {
        self.nation.follow_in_database(&self.party, agreement).await;
    }

    async fn as_of(&self) -> Option<tiwizi_model::Instant> {
        self.nation.as_of().await
    }

    /// How many things of the office the nation holds.
    async fn held(&self, agreement: AgreementId) -> usize {
        self.nation.held(agreement).await
    }
}

#[tokio::test]
async fn what_an_office_writes_arrives_at_a_nation_that_never_dials_it() {
    let mut office = Office::new().await;
    let agreement = office.agree().await;
    for number in 1..=300 {
        office.write(number, "Taddart").await;
    }
    office.settle().await;
    assert_eq!(office.held(agreement).await, 300);
    let before = office.asked.load(Ordering::SeqCst);
    office.visit.mark = None;
    assert_eq!(office.round().await.unwrap(), Round::Quiet(None));
    assert!(office.asked.load(Ordering::SeqCst) - before <= 2, "a settled line is only greeted");
}

#[tokio::test]
async fn an_empty_log_is_known_to_be_empty_once_its_office_has_said_so() {
    let mut office = Office::new().await;
    let agreement = office.agree().await;
    let log = LogId { node: office.party.ends.known().me(), plane: "registry".parse().unwrap() };
    let feed = Feed { log, agreement: Some(agreement) };
    let mut tx = office.nation.store.begin().await.unwrap();
    let cursor = tx.cursor(&feed).await.unwrap();
    assert_eq!(cursor.map(|cursor| (cursor.version, cursor.next_seq())), Some((1, 0)));
}

#[tokio::test]
async fn as_of_goes_on_while_an_office_writes_nothing_and_stands_still_while_it_is_silent() {
    let mut office = Office::new().await;
    let agreement = office.agree().await;
    office.follow_in_database(agreement).await;
    office.write(1, "Azrou").await;
    office.settle().await;
    let before = office.as_of().await.unwrap();
    let hour = u64::try_from(tiwizi_model::limits::FED_GOSSIP_MS).unwrap();
    office.nation.house.clock.advance_ms(hour);
    assert_eq!(office.as_of().await, Some(before));
    office.party.house.clock.advance_ms(hour);
    office.settle().await;
    assert_eq!(office.as_of().await, Some(office.nation.ends.ambient().now()));
}

#[tokio::test]
async fn i14_a_line_that_loses_every_second_answer_carries_everything_once() {
    let mut office = Office::new().await;
    let agreement = office.agree().await;
    for number in 1..=50 {
        office.write(number, "Tiwizi").await;
    }
    while office.party.ends.known().node.sequence().await.unwrap() > 0 {}
    let mut failed = 0;
    for _ in 0..200 {
        office.faults.lock().unwrap().extend([Fault::AnswerLost, Fault::Lost, Fault::Changed]);
        failed += u32::from(office.round().await.is_err());
        office.faults.lock().unwrap().clear();
        office.visit.mark = None;
        office.round().await.unwrap();
        if office.held(agreement).await == 50 {
            break;
        }
    }
    assert!(failed > 0);
    office.settle().await;
    assert_eq!(office.held(agreement).await, 50);
}

#[tokio::test]
async fn f10_a_clock_that_is_ten_years_off_costs_one_round_more() {
    let mut office = Office::new().await;
    office.party.house.clock.advance_ms(10 * 365 * 86_400_000);
    office.round().await.unwrap();
    assert!(office.visit.offset.ms < -9 * 365 * 86_400_000, "{:?}", office.visit.offset);
    let before = office.asked.load(Ordering::SeqCst);
    office.visit.mark = None;
    office.round().await.unwrap();
    assert_eq!(office.asked.load(Ordering::SeqCst) - before, 1, "the offset was learned");
}

#[tokio::test]
async fn f12_a_new_key_is_told_before_anything_that_it_signs() {
    let mut office = Office::new().await;
    office.round().await.unwrap();
    let house = &office.party.house;
    let [root, _] = &office.party.papers;
    let root = SigningKey::from_seed(&root.seed());
    let change = Change::prepare(&house.keys().await, root, Reason::Routine, &house.ambient).unwrap();
    change.store(&house.db, &house.instance, &house.ambient).await.unwrap();
    assert!(office.party.ends.renew().await.unwrap());
    office.visit.mark = None;
    office.round().await.unwrap();
    let (node, keys) = (office.party.ends.known().me(), office.party.house.keys().await);
    assert_eq!(office.nation.ends.known().ring().current(&node), Some(keys.signing().verifying()));
}

#[tokio::test]
async fn a_switch_cuts_the_line_both_ways_and_mends_it() {
    let mut office = Office::new().await;
    office.round().await.unwrap();
    let (nation, me) = (office.nation.ends.known().me(), office.party.ends.known().me());
    let now = office.nation.house.ambient.now();
    crate::peers::turn(&office.nation.house.db, &me, Switch::Cut, now).await.unwrap();
    office.visit.mark = None;
    let error = office.round().await.unwrap_err();
    assert!(matches!(&error, LinkError::Told { code, .. } if code == "line-cut"), "{error:?}");
    crate::peers::turn(&office.nation.house.db, &me, Switch::Mend, now).await.unwrap();
    office.round().await.unwrap();
    crate::peers::turn(&office.party.house.db, &nation, Switch::Cut, now).await.unwrap();
    assert!(matches!(office.link.check_line(&nation).await, Err(LinkError::Cut)));
    assert_eq!(Arc::strong_count(&office.served), 2);
}

#[tokio::test]
async fn i17_a_feed_that_is_held_holds_up_no_other() {
    let mut office = Office::new().await;
    let agreement = office.agree().await;
    let key = (
        Way::Bring,
        Feed { log: LogId { node: office.party.ends.known().me(), plane: Plane::control() }, agreement: None },
    );
    office.visit.hold(key, &office.party.house.ambient);
    office.write(1, "Agadir").await;
    while office.party.ends.known().node.sequence().await.unwrap() > 0 {}
    office.visit.mark = None;
    office.round().await.unwrap();
    assert_eq!(office.held(agreement).await, 1);
}

#[tokio::test]
async fn the_loop_brings_what_is_written_while_it_waits_and_ends_when_it_is_told_to() {
    let mut office = Office::new().await;
    let agreement = office.agree().await;
    let Office { party, nation, link, .. } = office;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let writing = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        party.write(7, "Imilchil").await;
        while party.ends.known().node.sequence().await.unwrap() > 0 {}
        // By the clock of the machine: the database knows no other.
        let mut held = 0;
        for _ in 0..1_000 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            held = nation.held(agreement).await;
            if held > 0 {
                break;
            }
        }
        stop.send(()).unwrap();
        held
    };
    let running = link.run(async { drop(stopped.await) });
    let ((), held) = tokio::join!(running, writing);
    assert_eq!(held, 1);
}
