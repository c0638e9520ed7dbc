//! Who sees which path, and what it says.

use serde_json::json;
use tiwizi_identity::{AccountCaller, RoleGrant};
use tiwizi_model::{AccountId, Language};
use tiwizi_records::{Unit, catch_up};

use super::*;
use crate::journey::funnel::JourneyReader;
use crate::testing::Register;

struct World {
    register: Register,
    records: Records,
    person: RecordId,
    cooperative: RecordId,
}

impl World {
    /// A founder who learnt something, and a cooperative that was registered.
    async fn new() -> Self {
        let register = Register::new().await;
        let records = register.plain();
        let (person, cooperative) = (records.ambient().new_id(), records.ambient().new_id());
        let mut world = Self { register, records, person, cooperative };
        let names = world.register.names.clone();
        world.person = world.create(&names.person, json!({ "name_fr": "Tanirt", "province": "09.541" })).await;
        let cooperative = json!({
            "court": "Taroudannt", "number": "1", "name_fr": "Tifaouine", "sector": "argan", "province": "09.541",
            "status": "registered", "registered_on": "2025-01-01",
        });
        world.cooperative = world.create(&names.cooperative, cooperative).await;
        world
    }

    async fn create(&self, kind: &KindName, body: Value) -> RecordId {
        let mut unit = Unit::new(self.records.clone(), Caller::system());
        let id = unit.create_by_kernel(kind, body).unwrap().id;
        unit.commit(None).await.unwrap();
        id
    }

    async fn learns(&self) {
        let proof = self.records.ambient().new_id().to_string();
        let body = json!({
            "subject": self.person.to_string(), "stage": "skills", "plugin": "training", "code": "module-completed",
            "reached_at": 1_700_000_000_000_i64, "proof": proof, "proof_kind": "training/progress",
        });
        self.create(&self.register.names.milestone, body).await;
    }

    async fn joins(&self) {
        let body = json!({
            "cooperative": self.cooperative.to_string(), "number": "1", "person": self.person.to_string(),
            "joined_on": "2024-12-01", "province": "09.541", "sector": "argan",
        });
        self.create(&self.register.names.membership, body).await;
    }

    /// A door a year later than the register of tests begins: the rules stand by then.
    async fn door(&self) -> Journey {
        self.register.clock.advance_ms(200 * 24 * 60 * 60 * 1000);
        catch_up(&self.records, &JourneyReader::new(self.records.clone())).await.unwrap();
        Journey::new(self.records.clone(), Arc::new(JourneyRules::own().unwrap()))
    }

    fn holder(&self, roles: &[(&str, String)]) -> Caller {
        Caller::of_account(AccountCaller {
            account: AccountId(self.person.0),
            name: "Tanirt".into(),
            person: Some(self.person),
            language: Language::Tachelhit,
            roles: roles
                .iter()
                .map(|(role, scope)| RoleGrant::new(role.parse().unwrap(), scope.parse().unwrap()).unwrap())
                .collect(),
        })
    }
}

fn codes(path: &Path) -> Vec<&str> {
    path.next.iter().map(|next| next.code.as_str()).collect()
}

#[tokio::test]
async fn a_person_sees_what_they_reached_with_its_proof_and_what_comes_next() {
    let world = World::new().await;
    let door = world.door().await;
    let path = door.own(&world.holder(&[])).await.unwrap();
    assert_eq!((path.furthest(), codes(&path)), (None, vec!["learn"]));
    world.learns().await;
    let path = door.own(&world.holder(&[])).await.unwrap();
    assert_eq!((path.furthest(), codes(&path)), (Some(Stage::Skills), vec!["choose-project"]));
    let [reached] = path.reached.as_slice() else { panic!("{path:?}") };
    assert_eq!(reached.proof.as_ref().map(|(kind, _)| kind.to_string()), Some("training/progress".to_owned()));
    assert_eq!((reached.people, path.is_cut), (None, false));
}

#[tokio::test]
async fn what_a_founder_learnt_is_on_the_path_of_the_cooperative_without_name_or_proof() {
    let world = World::new().await;
    world.learns().await;
    world.joins().await;
    let door = world.door().await;
    let own = door.own(&world.holder(&[])).await.unwrap();
    assert_eq!(own.cooperatives.iter().map(|record| record.id).collect::<Vec<_>>(), [world.cooperative]);
    let officer = world.holder(&[("officer", format!("cooperative:{}", world.cooperative))]);
    let (_, path) = door.of_cooperative(&officer, world.cooperative).await.unwrap();
    assert_eq!(codes(&path), ["open-shop", "next-fair", "plan-together"]);
    let [reached] = path.reached.as_slice() else { panic!("{path:?}") };
    assert_eq!((reached.people, &reached.proof), (Some(1), &None));
}

#[tokio::test]
async fn the_path_of_a_cooperative_is_for_its_officers_and_the_register() {
    let world = World::new().await;
    let door = world.door().await;
    let own = format!("cooperative:{}", world.cooperative);
    let elsewhere = format!("cooperative:{}", world.person);
    for (role, scope, sees) in [
        ("officer", own.as_str(), true),
        ("registrar", "province:09.541", true),
        ("observer", "nation", true),
        ("member", own.as_str(), false),
        ("officer", elsewhere.as_str(), false),
        ("registrar", "province:01.051", false),
        ("trainer", "nation", false),
        ("administrator", "nation", false),
    ] {
        let caller = world.holder(&[(role, scope.to_owned())]);
        let found = door.of_cooperative(&caller, world.cooperative).await;
        assert_eq!(found.is_ok(), sees, "{role} {scope}");
    }
    assert!(matches!(door.of_cooperative(&Caller::public(), world.cooperative).await, Err(JourneyError::Missing)));
    assert!(matches!(door.of_cooperative(&Caller::system(), world.person).await, Err(JourneyError::Missing)));
}
