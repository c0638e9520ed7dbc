//! The nation and two regions over real databases, with nodes in memory and a line that carries what each says.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tiwizi_federation_core::agreement::Kinds;
use tiwizi_federation_core::flow::apply::Schemas;
use tiwizi_federation_core::flow::node::{Ask, Served, Setting, Taken};
use tiwizi_federation_core::flow::plant::Planted;
use tiwizi_federation_core::flow::rows::Feed;
use tiwizi_federation_core::flow::statement::{CaseAnswer, CaseSaid, CaseSide, CaseWord};
use tiwizi_federation_core::flow::{MemoryStore, Node};
use tiwizi_federation_core::package::PackageKind;
use tiwizi_federation_core::wire::{LogId, Plane, Role, SigningKey};
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{FederationDecision, FederationView, may_decide_federation, may_see_federation};
use tiwizi_model::{InstanceId, Instant, RecordId, Version};
use tiwizi_records::{Catalogue, Draft, Manifest, Records, Said, Saying, Verdict, catch_up};
use tiwizi_registry::duplicates::{Duplicates, RuleBook};
use tiwizi_registry::kinds::{MANIFEST, Names};
use tiwizi_storage::record;
use uuid::Uuid;

use super::*;
use crate::directory::{Desk, Terms, published as directory_of, take};
use crate::testing::{House, root};

const ICE: &str = "001561191000066";

/// A manifest of courses, as the training plugin's.
const TRAINING: &str = include_str!("../../../../manifests/training/manifest.json");

struct Place {
    house: House,
    records: Records,
    duplicates: Duplicates,
    roll: Arc<Roll>,
    node: Arc<Node<MemoryStore>>,
}

impl Place {
    async fn new(house: House, nation: tiwizi_federation_core::wire::NodeId) -> Self {
        let catalogue = Catalogue::open(&house.db).await.unwrap();
        for manifest in [MANIFEST, TRAINING.as_bytes()] {
            let mut tx = house.db.begin_write().await.unwrap();
            let addition = catalogue.add(&mut tx, &Manifest::parse(manifest).unwrap()).await.unwrap();
            tx.commit().await.unwrap();
            catalogue.publish(addition);
        }
        let (db, ambient) = (house.db.clone(), house.ambient.clone());
        let records = Records::new(db, catalogue, Vec::new(), ambient.clone(), house.instance.id);
        let duplicates = Duplicates::new(records.clone(), Arc::new(RuleBook::own().unwrap()));
        let roll = Arc::new(house.roll().await);
        let keys = house.keys().await;
        let setting = Setting {
            me: keys.node(),
            registrar: nation,
            keys: roll.ring().clone(),
            kinds: Kinds::default(),
            schemas: Schemas::default(),
            derive: |_, _| BTreeMap::new(),
            planted: Planted::default(),
        };
        let key = SigningKey::from_seed(&keys.signing().seed());
        let node = Arc::new(Node::new(MemoryStore::default(), setting, key, ambient));
        Self { house, records, duplicates, roll, node }
    }

    fn national(&self) -> National<MemoryStore> {
        let (node, roll) = (Some(Arc::clone(&self.node)), Arc::clone(&self.roll));
        National::new(node, roll, self.records.clone(), self.duplicates.clone())
    }

    /// Rounds until nothing is left to do. The store in memory has no cursors in the database, so everything is heard each time.
    async fn work(&self) -> Worked {
        catch_up(&self.records, &self.duplicates.reader()).await.unwrap();
        let mut all = Worked::default();
        for _ in 0..20 {
            let worked = self.national().work(&mut Heard::default()).await.unwrap();
            all.packages += worked.packages;
            all.words += worked.words;
            all.found += worked.found;
            if !worked.is_more && (worked.packages, worked.words, worked.said) == (0, 0, 0) {
                return all;
            }
        }
        panic!("it does not end");
    }

    async fn founds(&self, body: Value) -> RecordId {
        let draft = Draft::create(Names::new().cooperative, body);
        self.records.submit(&Caller::system(), vec![draft], None).await.unwrap()[0].id
    }

    /// Takes a cooperative of another home, as an agreement would bring it.
    async fn takes(&self, home: InstanceId, id: RecordId, body: Value) {
        let saying = Saying::Put { body, withheld: [].into() };
        let (kind, at) = (Names::new().cooperative, Instant(1));
        let said = Said { kind, id, version: Version(1), tenure: 1, home, at, saying };
        let mut tx = self.house.db.begin_write().await.unwrap();
        let verdicts = self.records.receive(&mut tx, vec![said]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(verdicts[..], [Verdict::Stored(_)]), "{verdicts:?}");
    }

    async fn course(&self, id: RecordId) -> Option<(InstanceId, Value)> {
        let rows = record::find_many(&mut self.house.db.read().await.unwrap(), &[id]).await.unwrap();
        let row = rows.into_iter().next().filter(|row| !row.deleted)?;
        Some((row.home, serde_json::from_str(&row.body).unwrap()))
    }
}

fn decision() -> FederationDecision {
    may_decide_federation(&Caller::system()).unwrap()
}

fn view() -> FederationView {
    may_see_federation(&Caller::system()).unwrap()
}

/// The nation and two regions that know each other.
async fn three() -> [Place; 3] {
    let houses = [House::new(1, "all").await, House::new(2, "09.541").await, House::new(3, "02.113").await];
    for (house, role) in houses.iter().zip([Role::National, Role::Region, Role::Region]) {
        house.begin().await;
        let (key, nation) = (root(), &houses[0]);
        let desk =
            Desk { db: &nation.db, here: nation.here().await, root: &key, above: None, now: nation.ambient.now() };
        let terms = Terms { fingerprint: house.node().await.fingerprint(), role: None, provinces: None };
        desk.enrol(&house.request(role).await, &terms).await.unwrap();
    }
    let newest = directory_of(&mut houses[0].db.read().await.unwrap()).await.unwrap().unwrap().1;
    let nation = houses[0].node().await;
    for house in &houses[1..] {
        take(&house.db, house.here().await, &newest, house.ambient.now()).await.unwrap();
    }
    let [one, two, three] = houses;
    [Place::new(one, nation).await, Place::new(two, nation).await, Place::new(three, nation).await]
}

/// Carries everything that one says in its control log to another.
async fn carry(from: &Place, to: &Place) {
    while from.node.sequence().await.unwrap() > 0 {}
    let feed = Feed { log: LogId { node: from.node.setting().me, plane: Plane::control() }, agreement: None };
    for _ in 0..100 {
        let (version, epoch, next) = to.node.wanted().await.unwrap()[&feed];
        let ask = Ask { feed: feed.clone(), version, epoch, from: next, bytes_max: 1 << 20 };
        match from.node.serve(&to.node.setting().me, &ask).await.unwrap() {
            Served::Page(page) => {
                let taken = to.node.take(page.as_bytes()).await.unwrap();
                assert!(matches!(taken, Taken::Taken { .. }), "{taken:?}");
            }
            Served::UpToDate => return,
            other => panic!("{other:?}"),
        }
    }
    panic!("it does not end");
}

/// Everybody works and hears everybody, until that changes nothing.
async fn settle(places: &[Place; 3]) {
    for _ in 0..4 {
        for place in places {
            place.work().await;
        }
        for from in places {
            for to in places.iter().filter(|to| to.node.setting().me != from.node.setting().me) {
                carry(from, to).await;
            }
        }
    }
}

fn cooperative(number: &str, name: &str, province: &str) -> Value {
    json!({
        "court": "Taroudannt", "number": number, "name_fr": name, "sector": "argan", "province": province,
        "commune": "Aoulouz", "status": "registered", "ice": ICE,
    })
}

fn draft(kind: PackageKind, name: &str, contents: &[(&str, &str)]) -> PackageDraft {
    let contents = contents.iter().map(|(name, text)| ((*name).to_owned(), (*text).as_bytes().to_vec())).collect();
    PackageDraft { kind, name: name.to_owned(), contents }
}

/// The nation has one cooperative of each of the two regions, with one ICE.
async fn with_a_case() -> ([Place; 3], [RecordId; 2]) {
    let places = three().await;
    let [nation, south, east] = &places;
    let bodies = [cooperative("1/2019", "Tafoukt Argan", "09.541"), cooperative("7/2011", "Moulouya Lait", "02.113")];
    let first = south.founds(bodies[0].clone()).await;
    let second = east.founds(bodies[1].clone()).await;
    nation.takes(south.house.instance.id, first, bodies[0].clone()).await;
    nation.takes(east.house.instance.id, second, bodies[1].clone()).await;
    settle(&places).await;
    (places, [first, second])
}

async fn own(place: &Place, state: OwnState) -> Vec<OwnCase> {
    place.national().own_cases(&Caller::system(), state, None).await.unwrap().0
}

async fn answer(place: &Place, state: OwnState, answer: CaseAnswer, reason: &str) {
    let found = own(place, state).await.remove(0);
    place.national().answer(&Caller::system(), (found.id, found.version), answer, reason).await.unwrap();
}

#[tokio::test]
async fn a_case_is_opened_once_and_both_homes_have_it_with_what_is_public_of_the_other() {
    let (places, [first, second]) = with_a_case().await;
    let [nation, south, east] = &places;
    let cases = nation.national().cases(&view(), CaseState::Open).await.unwrap();
    assert_eq!(
        (cases.len(), cases[0].level.as_str(), cases[0].reasons.clone()),
        (1, "certain", vec!["ice".to_owned()])
    );
    for (place, mine, other, shown) in [(south, first, second, "Moulouya Lait"), (east, second, first, "Tafoukt Argan")]
    {
        let found = own(place, OwnState::Open).await;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].own, found[0].other, found[0].shown["name_fr"].as_str()), (mine, other, Some(shown)));
    }
    settle(&places).await;
    assert_eq!(nation.national().cases(&view(), CaseState::Open).await.unwrap().len(), 1);
    assert_eq!(own(south, OwnState::Open).await.len(), 1);
    assert!(matches!(south.national().cases(&view(), CaseState::Open).await, Err(NationalError::NotTheNation)));
}

#[tokio::test]
async fn two_cooperatives_are_in_one_case_whatever_the_nation_calls_it() {
    let (places, _) = with_a_case().await;
    let [nation, south, east] = &places;
    let found = nation.national().cases(&view(), CaseState::Open).await.unwrap().remove(0);
    let side = |side: CaseView| CaseSide { entity: side.entity, home: side.home, shown: side.shown };
    let said = CaseSaid::Opened {
        kind: Names::new().cooperative,
        sides: Box::new(found.sides.map(side)),
        grounds: json!({ "level": "likely" }),
    };
    let word = CaseWord { id: RecordId(Uuid::from_u128(71)), case: RecordId(Uuid::from_u128(72)), said };
    nation.node.say_case(word, &[south.node.setting().me, east.node.setting().me]).await.unwrap();
    settle(&places).await;
    // The work goes on, and the case is the one that was opened first.
    answer(south, OwnState::Open, CaseAnswer::Same, "one ICE").await;
    settle(&places).await;
    let open = nation.national().cases(&view(), CaseState::Open).await.unwrap();
    assert_eq!((open.len(), open[0].id), (1, found.id));
    assert_eq!(open[0].sides.iter().filter(|side| side.answer.is_some()).count(), 1);
}

#[tokio::test]
async fn what_both_homes_say_alike_holds_and_everything_else_is_disputed_until_they_do() {
    let (places, [first, second]) = with_a_case().await;
    let [nation, south, east] = &places;
    answer(south, OwnState::Open, CaseAnswer::Same, "one ICE").await;
    settle(&places).await;
    assert_eq!(own(south, OwnState::Answered).await.len(), 1);
    assert_eq!(nation.national().cases(&view(), CaseState::Open).await.unwrap().len(), 1, "one has not answered");
    answer(east, OwnState::Open, CaseAnswer::Distinct, "two seats").await;
    settle(&places).await;
    let disputed = nation.national().cases(&view(), CaseState::Disputed).await.unwrap();
    let reasons: Vec<&str> =
        disputed[0].sides.iter().filter_map(|side| Some(side.answer.as_ref()?.reason.as_str())).collect();
    assert_eq!(reasons.len(), 2);
    assert_eq!((own(south, OwnState::Disputed).await.len(), own(east, OwnState::Disputed).await.len()), (1, 1));
    answer(east, OwnState::Disputed, CaseAnswer::Same, "the seat moved in 2015").await;
    settle(&places).await;
    let same = nation.national().cases(&view(), CaseState::Same).await.unwrap();
    assert_eq!((same.len(), same[0].keep), (1, Some(first.min(second))));
    for place in [south, east] {
        let found = own(place, OwnState::Same).await;
        assert_eq!((found.len(), found[0].keep), (1, Some(first.min(second))));
        let refused = place.national();
        let refused = refused.answer(&Caller::system(), (found[0].id, found[0].version), CaseAnswer::Same, "x").await;
        assert!(matches!(refused, Err(NationalError::Settled { .. })));
    }
}

#[tokio::test]
async fn an_answer_has_a_reason_and_is_of_the_version_that_was_looked_at() {
    let (places, _) = with_a_case().await;
    let south = &places[1];
    let found = own(south, OwnState::Open).await.remove(0);
    let system = Caller::system();
    for reason in ["", "  ", &"x".repeat(501)] {
        let refused = south.national();
        let refused = refused.answer(&system, (found.id, found.version), CaseAnswer::Same, reason).await;
        assert!(matches!(refused, Err(NationalError::Reason)));
    }
    let stale = (found.id, Version(found.version.0 + 1));
    let refused = south.national();
    assert!(matches!(refused.answer(&system, stale, CaseAnswer::Same, "x").await, Err(NationalError::Stale)));
    let public = south.national();
    assert!(public.answer(&Caller::public(), (found.id, found.version), CaseAnswer::Same, "x").await.is_err());
}

#[tokio::test]
async fn a_package_comes_to_every_region_and_a_difference_is_shown_before_it_is_applied() {
    let places = three().await;
    let [nation, south, _] = &places;
    let own = include_str!("../../../../manifests/rules/office.json");
    let rules = |days: &str| own.replace("\"value\": 30", &format!("\"value\": {days}"));
    let name = "rules/office";
    let published = |text: String| draft(PackageKind::RulePack, name, &[("office.json", text.as_str())]);
    assert_eq!(nation.national().publish(&decision(), published(rules("20"))).await.unwrap(), 1);
    assert_eq!(nation.national().publish(&decision(), published(rules("10"))).await.unwrap(), 2);
    settle(&places).await;
    let door = south.national();
    let lines = door.packages(&view()).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.version).collect::<Vec<_>>(), [2, 1]);
    assert!(lines.iter().all(|line| line.state == PackageState::Received));
    let first = door.difference(&view(), name, Target::Version(1)).await.unwrap();
    assert_eq!((first.from, first.to, first.added), (None, Some(1), 1));
    assert!(super::published(&south.house.db).await.unwrap().is_empty(), "to look changes nothing");
    let applied = door.apply(&decision(), name, Target::Version(1), None).await.unwrap();
    assert_eq!(applied.takes_effect, TakesEffect::AtNextStart);
    let second = door.difference(&view(), name, Target::Version(2)).await.unwrap();
    assert_eq!((second.changed, second.lines[0].members.contains("answer_days")), (1, true));
    assert!(matches!(door.apply(&decision(), name, Target::Version(2), None).await, Err(NationalError::Stale)));
    door.apply(&decision(), name, Target::Version(2), Some(1)).await.unwrap();
    let text = super::published(&south.house.db).await.unwrap();
    assert_eq!(text.text("office.json"), Some(rules("10").as_bytes()));
    // Undone by the version before, and by none.
    door.apply(&decision(), name, Target::Version(1), Some(2)).await.unwrap();
    assert_eq!(super::published(&south.house.db).await.unwrap().text("office.json"), Some(rules("20").as_bytes()));
    door.apply(&decision(), name, Target::Nothing, Some(1)).await.unwrap();
    assert!(super::published(&south.house.db).await.unwrap().is_empty());
}

#[tokio::test]
async fn only_the_nation_publishes_and_what_is_wrong_is_neither_published_nor_applied() {
    let places = three().await;
    let [nation, south, _] = &places;
    let office = include_str!("../../../../manifests/rules/office.json");
    let right = draft(PackageKind::RulePack, "rules/office", &[("office.json", office)]);
    assert!(matches!(south.national().publish(&decision(), right.clone()).await, Err(NationalError::NotTheNation)));
    let fault = |result: Result<u32, NationalError>| match result {
        Err(NationalError::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    };
    let door = nation.national();
    for (kind, contents, expected) in [
        (PackageKind::RulePack, vec![], "holds something"),
        (PackageKind::Nomenclature, vec![("office.json", office)], "no name"),
        (PackageKind::RulePack, vec![("sectors.json", "{}")], "no name"),
        (PackageKind::Course, vec![("training/course", "{}")], "no name"),
        (PackageKind::Course, vec![("registry/person/0192f0c1-2345-7000-8000-000000000001", "{}")], "about persons"),
        (PackageKind::Course, vec![("training/course/0192f0c1-2345-7000-8000-000000000001", "[")], "not JSON"),
        (PackageKind::Course, vec![("market/stall/0192f0c1-2345-7000-8000-000000000001", "{}")], "not in use"),
    ] {
        let text = fault(door.publish(&decision(), draft(kind, "a", &contents)).await).to_string();
        assert!(text.contains(expected), "{text}");
    }
    let wrong = draft(PackageKind::RulePack, "rules/office", &[("office.json", "{}")]);
    assert!(matches!(door.publish(&decision(), wrong).await, Err(NationalError::Published(_))));
    // Two packages do not hold the same text.
    door.publish(&decision(), right.clone()).await.unwrap();
    door.publish(&decision(), PackageDraft { name: "rules/other".to_owned(), ..right }).await.unwrap();
    settle(&places).await;
    let door = south.national();
    door.apply(&decision(), "rules/office", Target::Version(1), None).await.unwrap();
    let refused = door.apply(&decision(), "rules/other", Target::Version(1), None).await;
    assert!(matches!(refused, Err(NationalError::Fault(PackageFault::Twice { .. }))));
}

#[tokio::test]
async fn a_list_of_sectors_takes_nothing_away_that_cooperatives_have() {
    let places = three().await;
    let [nation, south, _] = &places;
    south.founds(cooperative("1/2019", "Tafoukt Argan", "09.541")).await;
    catch_up(&south.records, &tiwizi_registry::TallyReader::default()).await.unwrap();
    let own =
        include_str!("../../../../manifests/registry/sectors.json").replacen("\"version\": 1", "\"version\": 2", 1);
    let without = own.replace("\"argan\"", "\"argan-oil\"");
    for (text, name) in [(&own, "sectors"), (&without, "sectors-without")] {
        let contents = [("sectors.json", text.as_str())];
        nation.national().publish(&decision(), draft(PackageKind::Nomenclature, name, &contents)).await.unwrap();
    }
    settle(&places).await;
    let refused = south.national().apply(&decision(), "sectors-without", Target::Version(1), None).await;
    let Err(NationalError::Fault(PackageFault::InUse { codes })) = refused else { panic!("{refused:?}") };
    assert_eq!(codes, ["argan"]);
    south.national().apply(&decision(), "sectors", Target::Version(1), None).await.unwrap();
}

#[tokio::test]
async fn courses_become_records_of_the_nation_and_go_back_to_the_version_before() {
    let places = three().await;
    let [nation, south, _] = &places;
    let id = RecordId(Uuid::from_u128(0x0192_f0c1_2345_7000_8000_0000_0000_0001));
    let name = format!("training/course/{id}");
    let kinds = nation.records.kinds();
    let kind = kinds.find(&"training/course".parse().unwrap()).unwrap();
    let course = |title: &str| {
        let body = json!({
            "code": "base", "version": 1, "title": { "fr": title }, "summary": { "fr": title }, "languages": ["fr"], "order": 1,
            "modules": [{
                "code": "one", "title": { "fr": title }, "minutes": 5, "quiz": "first", "pass": 1,
                "lessons": [{ "code": "first", "title": { "fr": title } }],
            }],
        });
        (kind.validate(&body).err(), body.to_string())
    };
    let (wrong, first) = course("Bases");
    assert_eq!(wrong, None, "the course of this test is one");
    let second = course("Bases de la coopérative").1;
    for text in [&first, &second] {
        let contents = [(name.as_str(), text.as_str())];
        nation.national().publish(&decision(), draft(PackageKind::Course, "courses", &contents)).await.unwrap();
    }
    settle(&places).await;
    let door = south.national();
    let title =
        async || south.course(id).await.map(|(home, body)| (home, body["title"]["fr"].as_str().unwrap().to_owned()));
    let home = nation.house.instance.id;
    let applied = door.apply(&decision(), "courses", Target::Version(1), None).await.unwrap();
    assert_eq!((applied.takes_effect, title().await), (TakesEffect::Now, Some((home, "Bases".to_owned()))));
    door.apply(&decision(), "courses", Target::Version(2), Some(1)).await.unwrap();
    assert_eq!(title().await, Some((home, "Bases de la coopérative".to_owned())));
    door.apply(&decision(), "courses", Target::Version(1), Some(2)).await.unwrap();
    assert_eq!(title().await, Some((home, "Bases".to_owned())));
    door.apply(&decision(), "courses", Target::Nothing, Some(1)).await.unwrap();
    assert_eq!(title().await, None);
    door.apply(&decision(), "courses", Target::Version(2), None).await.unwrap();
    assert_eq!(title().await.map(|(_, title)| title), Some("Bases de la coopérative".to_owned()));
    assert!(matches!(
        nation.national().apply(&decision(), "courses", Target::Version(1), None).await,
        Err(NationalError::Own)
    ));
}

#[tokio::test]
async fn the_nation_says_of_which_regions_it_has_nothing_and_a_region_knows_its_own_register() {
    let places = three().await;
    let coverage = places[0].national().coverage().await.unwrap();
    assert_eq!(coverage.count(), Some((0, 12)));
    assert_eq!(coverage.missing("09.541"), Some(Missing::NothingCame));
    assert_eq!(coverage.missing("12.066"), Some(Missing::NotEnrolled));
    assert!(coverage.known().is_nowhere());
    assert_eq!(coverage.sources().len(), 2);
    assert_eq!(places[1].national().coverage().await.unwrap().count(), None);
}
