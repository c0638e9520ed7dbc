//! Do any acts give the same state, replayed or step by step, on SQLite and on a real PostgreSQL?
//!
//! Acts go through the one door into a database. What the door answers is held, act by act, against the single step from the state before
//! and against a replay in memory; what is stored in the end against a replay of every beginning of it; and the records against the acts.

mod lives;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tiwizi_identity::{AccountCaller, Caller, RoleGrant};
use tiwizi_model::{AccountId, InstanceId, KindName, Language, RecordId};
use tiwizi_records::review::Reviewers;
use tiwizi_records::{Catalogue, Draft, Filter, Manifest, Query, Records};
use tiwizi_registry::acts::{Act, ActData, ActError, ActKind, Acts, Ledger, NewAct, State, apply};
use tiwizi_registry::kinds::{MANIFEST, Names};
use tiwizi_registry::{Rules, rule_pack};
use uuid::Uuid;

use self::lives::{Cast, Try, correction, day, ends, founding, new, said};
use crate::storage::Store;

/// Lives that are tried on each database; each takes about a second.
const CASES: u32 = 24;

/// A register over one database.
struct House {
    store: Store,
    records: Records,
    /// The same without anybody who reviews what is written: a hand in the database.
    bare: Records,
    acts: Acts,
    names: Names,
    caller: Caller,
}

/// What stands of one cooperative, by the door and by a replay that agreed so far.
#[derive(Default)]
struct Life {
    id: Option<RecordId>,
    ledger: Ledger,
    /// The state after each act.
    states: Vec<State>,
}

impl House {
    async fn over(store: Store) -> Self {
        let (db, ambient) = (store.db.clone(), store.ambient.clone());
        let catalogue = Catalogue::open(&db).await.unwrap();
        let mut tx = db.begin_write().await.unwrap();
        let addition = catalogue.add(&mut tx, &Manifest::parse(MANIFEST).unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        catalogue.publish(addition);
        let instance = InstanceId(Uuid::from_u128(1));
        let bare = Records::new(db.clone(), catalogue.clone(), Vec::new(), ambient.clone(), instance);
        let reviewers: Reviewers = vec![Arc::new(Rules::new(ambient.clone()).over(bare.clone()))];
        let records = Records::new(db, catalogue, reviewers, ambient, instance);
        let acts = Acts::new(records.clone(), Arc::new(rule_pack::built_in().unwrap().clone()));
        let caller = Caller::of_account(AccountCaller {
            account: AccountId(Uuid::from_u128(500)),
            name: "Tanirt".into(),
            person: None,
            language: Language::French,
            roles: vec![RoleGrant::new("registrar".parse().unwrap(), "nation".parse().unwrap()).unwrap()],
        });
        Self { store, records, bare, acts, names: Names::new(), caller }
    }

    async fn create(&self, kind: &KindName, bodies: Vec<Value>) -> Vec<RecordId> {
        let drafts = bodies.into_iter().map(|body| Draft::create(kind.clone(), body)).collect();
        let written = self.records.submit(&self.caller, drafts, None).await.unwrap();
        written.into_iter().map(|record| record.id).collect()
    }

    async fn cast(&self, case: &str) -> Cast {
        let person = |number: u32| {
            let gender = if number.is_multiple_of(2) { "female" } else { "male" };
            json!({ "name_fr": format!("Membre {number}"), "gender": gender, "birth_date": "1994-05-06", "province": "09.541" })
        };
        let company = json!({ "name_fr": "Arganier SARL", "form": "company", "province": "09.541" });
        Cast {
            case: case.to_owned(),
            persons: self.create(&self.names.person, (0..9).map(person).collect()).await,
            company: self.create(&self.names.legal_person, vec![company]).await[0],
            heirs: self.create(&self.names.cooperative, (0..2).map(|at| imported(case, at)).collect()).await,
        }
    }

    /// Enters an act and holds what the door says to what the replay and the single step say. Whether it was entered.
    async fn tries(&self, life: &mut Life, new: NewAct) -> bool {
        let door = match life.id {
            None => self.acts.request_denomination(&self.caller, new.clone()).await,
            Some(id) => self.acts.enter(&self.caller, id, new.clone()).await,
        };
        let first = door.as_ref().ok().map(|entered| entered.act.cooperative);
        let Some(id) = life.id.or(first) else { panic!("the first act is refused: {door:?}") };
        let Ok(data) = ActData::read(new.kind, new.data) else {
            assert!(door.is_err(), "{}: what cannot be read was entered", new.kind);
            return false;
        };
        let act = Act {
            cooperative: id,
            sequence: life.ledger.next_sequence(),
            effective_on: new.effective_on,
            entered_at: self.store.ambient.now(),
            author: self.caller.account(),
            documents: new.documents,
            corrects: new.corrects,
            data,
        };
        let packs = self.acts.packs();
        let before = life.states.last().cloned().unwrap_or_default();
        let stepped = apply(before, &act, packs);
        match (life.ledger.entered(act, packs), door) {
            (Ok((ledger, state)), Ok(entered)) => {
                assert_eq!(entered.state, state, "{}: the door and the replay", new.kind);
                assert_eq!(Some(&entered.act), ledger.acts().last());
                if new.kind != ActKind::Corrected {
                    assert_eq!(stepped, Ok(state.clone()), "{}: the single step and the replay", new.kind);
                }
                life.id = Some(id);
                life.ledger = ledger;
                life.states.push(state);
                true
            }
            (Err(_), Err(ActError::Invalid { .. })) => false,
            // That a correction would take a cooperative out of the register the door alone knows.
            (Ok(_), Err(ActError::Invalid { fields })) if fields.iter().all(|fault| fault.code == "not-registered") => {
                false
            }
            (replayed, door) => panic!("{}: the replay says {replayed:?}, the door {door:?}", new.kind),
        }
    }

    /// What is stored is what was entered, every beginning of it replays to what the door said then, and the records follow from it.
    async fn holds(&self, life: &Life) {
        let id = life.id.unwrap();
        let (stored, _) = self.acts.ledger(&self.caller, id).await.unwrap();
        assert_eq!(stored, life.ledger);
        assert_eq!(stored.acts().len(), life.states.len());
        for (at, state) in life.states.iter().enumerate() {
            let beginning = Ledger::of(stored.acts()[..=at].to_vec()).unwrap();
            assert_eq!(&beginning.project(self.acts.packs()).unwrap(), state, "after act {}", at + 1);
        }
        let (state, _) = self.acts.state(&self.caller, id).await.unwrap();
        assert_eq!(Some(&state), life.states.last());
        assert_eq!(self.acts.drift(id).await.unwrap(), Vec::new());
    }

    /// A cooperative that came by import, and its first acts.
    async fn takes_over(&self, cast: &Cast) -> Life {
        let id = self.create(&self.names.cooperative, vec![imported(&cast.case, 9)]).await[0];
        let membership = |at: usize| {
            json!({ "cooperative": id.to_string(), "number": (at + 1).to_string(), "person": cast.persons[at].to_string(),
                "role": if at == 0 { "manager" } else { "member" }, "shares": 10, "share_value_mad": 100, "joined_on": "2010-05-06",
                "gender": "female", "birth_year": 1994, "province": "09.541", "sector": "crafts" })
        };
        self.create(&self.names.membership, (0..5).map(membership).collect()).await;
        let joined = json!({ "joined": [{ "number": "9", "person": cast.persons[8].to_string(), "shares": 2, "paid_mad": 200 }] });
        let first = new(ActKind::MembersChanged, day("2024-04-01"), joined);
        let entered = self.acts.enter(&self.caller, id, first).await.unwrap();
        let (ledger, _) = self.acts.ledger(&self.caller, id).await.unwrap();
        let opening = Ledger::of(ledger.acts()[..1].to_vec()).unwrap().project(self.acts.packs()).unwrap();
        Life { id: Some(id), ledger, states: vec![opening, entered.state] }
    }
}

/// The record of a cooperative that was registered long ago.
fn imported(case: &str, number: u32) -> Value {
    json!({ "court": "Tata", "number": format!("{case}/{number}"), "registered_on": "2010-05-06", "name_fr": format!("Ancienne {case} {number}"),
        "sector": "crafts", "province": "09.541", "status": "registered", "capital_mad": 5000 })
}

async fn both() -> [House; 2] {
    [House::over(Store::sqlite().await).await, House::over(Store::postgres().await).await]
}

/// What became of a life, without the ids that differ from database to database.
fn told(cast: &Cast, life: &Life) -> String {
    let kinds: Vec<&str> = life.ledger.acts().iter().map(|act| act.kind().name()).collect();
    cast.anonymous(&json!({ "acts": kinds, "states": life.states }).to_string())
}

/// Which acts of a life have to be entered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Must {
    All,
    /// Those that are legal; which ones that are, all ways have to agree on.
    Legal,
}

/// Lives one life on each database; both must come to the same. Gives the kinds of the acts that were entered.
async fn live(houses: &[House; 2], case: &str, wanted: impl Fn(&Cast) -> Vec<NewAct>, must: Must) -> BTreeSet<ActKind> {
    let (mut ends, mut kinds) = (Vec::new(), BTreeSet::new());
    for house in houses {
        let (cast, mut life) = (house.cast(case).await, Life::default());
        for new in wanted(&cast) {
            let kind = new.kind;
            let is_entered = house.tries(&mut life, new).await;
            assert!(is_entered || must == Must::Legal, "{case}: {kind} was refused");
        }
        house.holds(&life).await;
        kinds.extend(life.ledger.acts().iter().map(Act::kind));
        ends.push(told(&cast, &life));
    }
    assert_eq!(ends[0], ends[1], "SQLite and PostgreSQL");
    kinds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_act_holds_the_laws_on_both_databases() {
    let houses = both().await;
    let mut kinds = BTreeSet::new();
    for at in 0..4 {
        let whole = |cast: &Cast| [founding(cast), ends(cast).swap_remove(at)].concat();
        kinds.extend(live(&houses, &format!("end-{at}"), whole, Must::All).await);
    }
    let mut told_of = Vec::new();
    for house in &houses {
        let cast = house.cast("taken-over").await;
        let mut life = house.takes_over(&cast).await;
        assert!(house.tries(&mut life, new(ActKind::Suspended, day("2024-05-01"), json!({ "reason": "R" }))).await);
        house.holds(&life).await;
        kinds.extend(life.ledger.acts().iter().map(Act::kind));
        told_of.push(told(&cast, &life));
    }
    assert_eq!(told_of[0], told_of[1], "SQLite and PostgreSQL");
    assert_eq!(kinds, ActKind::ALL.iter().copied().collect::<BTreeSet<_>>());
}

/// Acts of any kind, those of a cooperative that goes on living more often.
fn tries() -> impl Strategy<Value = Vec<Try>> {
    let place = |kind: ActKind| ActKind::ALL.iter().position(|one| *one == kind).unwrap();
    let living = [
        ActKind::Amended,
        ActKind::OfficersChanged,
        ActKind::CapitalChanged,
        ActKind::MembersChanged,
        ActKind::YearlyFiling,
        ActKind::Suspended,
        ActKind::Resumed,
        ActKind::Corrected,
    ];
    let living: Vec<usize> = living.into_iter().map(place).collect();
    let kinds = prop_oneof![6 => prop::sample::select(living), 1 => 0..ActKind::ALL.len()];
    prop::collection::vec((kinds, 0_u8..25, any::<u8>()), 4..24)
}

/// The acts of a life: founded, and then whatever was tried.
fn acts_of(cast: &Cast, tries: &[Try]) -> Vec<NewAct> {
    let (mut acts, mut on) = (founding(cast), day("2024-03-01"));
    for (kind, days, vary) in tries {
        let kind = ActKind::ALL[*kind];
        on = on.plus_days(u32::from(*days));
        let data = said(cast, kind, *vary);
        acts.push(match kind {
            ActKind::Corrected => correction(u32::from(*vary) % 16 + 1, on, data),
            _ => new(kind, on, data),
        });
    }
    acts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_acts_give_the_same_state_replayed_and_step_by_step_on_both_databases() {
    let (houses, here, case) = (both().await, tokio::runtime::Handle::current(), AtomicU32::new(0));
    let config = Config { failure_persistence: None, max_shrink_iters: 60, ..Config::with_cases(CASES) };
    let mut runner = TestRunner::new(config);
    let ended = tokio::task::block_in_place(|| {
        runner.run(&tries(), |tries| {
            let case = format!("any-{}", case.fetch_add(1, Ordering::Relaxed));
            here.block_on(live(&houses, &case, |cast| acts_of(cast, &tries), Must::Legal));
            Ok(())
        })
    });
    assert!(ended.is_ok(), "{ended:?}");
}

/// A planted bug: records that were projected wrongly, or not at all, are named with what they should be.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_does_not_follow_from_the_acts_is_found_on_both_databases() {
    for house in &both().await {
        let (cast, mut life) = (house.cast("planted").await, Life::default());
        for new in founding(&cast) {
            assert!(house.tries(&mut life, new).await);
        }
        let (id, names) = (life.id.unwrap(), &house.names);
        let permit = house.bare.may_read(&Caller::system(), &names.membership).unwrap();
        let filters = vec![Filter::equals("cooperative", id.to_string())];
        let members = house.bare.list(&permit, &Query { filters, ..Query::default() }).await.unwrap().items;
        let of = |number: &str| members.iter().find(|member| member.body["number"] == number).unwrap().id;
        let planted = vec![
            Draft::patch(names.cooperative.clone(), id, json!({ "status": "suspended" }), None),
            Draft::patch(names.membership.clone(), of("2"), json!({ "shares": 11 }), None),
            Draft::delete(names.membership.clone(), of("4"), None),
        ];
        house.bare.submit(&Caller::system(), planted, None).await.unwrap();
        let drift = house.acts.drift(id).await.unwrap();
        let found: Vec<(&KindName, &str)> = drift.iter().map(|one| (&one.kind, one.place.as_str())).collect();
        assert_eq!(found, [(&names.cooperative, ""), (&names.membership, "2"), (&names.membership, "4")]);
        assert_eq!(drift[1].follows.as_ref().unwrap()["shares"], 10);
        assert_eq!((drift[2].follows.is_some(), &drift[2].stored), (true, &None));
    }
}
