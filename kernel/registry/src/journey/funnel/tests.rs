//! The funnel is what counting the records by hand gives, however the log was cut.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::{Instant, KindName, Record, RecordId};
use tiwizi_records::{Query, Records, Unit, catch_up};
use tiwizi_storage::tally;

use super::counts::all;
use super::*;
use crate::journey::Stage;
use crate::readers::{By, Counted, Known, Sight};
use crate::testing::Register;

const DAY: i64 = 24 * 60 * 60 * 1000;
/// 2024-01-01.
const BEGIN: i64 = 1_704_067_200_000;

/// A register without reviewers, and what was written into it.
struct World {
    register: Register,
    records: Records,
    persons: Vec<RecordId>,
    cooperatives: Vec<RecordId>,
}

impl World {
    async fn new(persons: usize, cooperatives: usize) -> Self {
        let register = Register::new().await;
        let records = register.plain();
        let mut world = Self { register, records, persons: Vec::new(), cooperatives: Vec::new() };
        for number in 0..persons {
            let gender = if number % 2 == 0 { "female" } else { "male" };
            let body = json!({
                "name_fr": format!("P{number}"), "gender": gender, "province": if number % 3 == 0 { "01.051" } else { "09.541" },
                "birth_date": format!("{}-01-01", 1980 + number * 9),
            });
            let id = world.create(&world.register.names.person.clone(), body).await;
            world.persons.push(id);
        }
        for number in 0..cooperatives {
            let body = json!({
                "court": "Taroudannt", "number": number.to_string(), "name_fr": format!("C{number}"), "status": "registered",
                "sector": if number % 2 == 0 { "argan" } else { "crafts" }, "province": "09.541", "registered_on": "2024-03-01",
            });
            let id = world.create(&world.register.names.cooperative.clone(), body).await;
            world.cooperatives.push(id);
        }
        world
    }

    async fn create(&self, kind: &KindName, body: Value) -> RecordId {
        let mut unit = Unit::new(self.records.clone(), Caller::system());
        let id = unit.create_by_kernel(kind, body).unwrap().id;
        unit.commit(None).await.unwrap();
        id
    }

    async fn patch(&self, kind: &KindName, id: RecordId, body: Value) {
        let mut unit = Unit::new(self.records.clone(), Caller::system());
        unit.patch(kind, id, body, None).await.unwrap();
        unit.commit(None).await.unwrap();
    }

    async fn delete(&self, kind: &KindName, at: usize) {
        let found = self.list(kind).await;
        let Some(record) = found.get(at % found.len().max(1)) else { return };
        let mut unit = Unit::new(self.records.clone(), Caller::system());
        unit.delete_by_kernel(kind, record.id, record.version).await.unwrap();
        unit.commit(None).await.unwrap();
    }

    async fn milestone(&self, subject: RecordId, stage: Stage, day: i64) {
        let body = json!({
            "subject": subject.to_string(), "stage": stage.name(), "plugin": "training", "code": "done",
            "reached_at": BEGIN + day * DAY, "proof": self.records.ambient().new_id().to_string(),
        });
        self.create(&self.register.names.milestone, body).await;
    }

    async fn membership(&self, cooperative: RecordId, person: RecordId, joined_on: Option<&str>) -> RecordId {
        let number = self.records.ambient().new_id().to_string();
        let mut body = json!({
            "cooperative": cooperative.to_string(), "number": &number[24..], "person": person.to_string(),
            "province": "09.541", "sector": "argan",
        });
        if let Some(day) = joined_on {
            body["joined_on"] = day.into();
        }
        self.create(&self.register.names.membership, body).await
    }

    async fn list(&self, kind: &KindName) -> Vec<Record> {
        let permit = self.records.may_read(&Caller::system(), kind).unwrap();
        self.records.list(&permit, &Query { limit: 100, ..Query::default() }).await.unwrap().items
    }

    async fn follow(&self) {
        catch_up(&self.records, &JourneyReader::new(self.records.clone())).await.unwrap();
    }

    async fn rows(&self) -> BTreeMap<(String, String), i64> {
        let rows = tally::within(&mut self.records.db().read().await.unwrap(), &all()).await.unwrap();
        rows.into_iter().map(|(dimension, key, amount)| ((dimension, key), amount)).collect()
    }

    async fn funnel(&self) -> Funnel {
        self.follow().await;
        Funnel::open(self.records.db(), self.records.ambient().now()).await.unwrap()
    }

    /// The counts by hand: for each person and cooperative all milestones, gone through one by one.
    async fn by_hand(&self) -> BTreeMap<(String, String), i64> {
        let names = &self.register.names;
        let (persons, cooperatives) = (self.list(&names.person).await, self.list(&names.cooperative).await);
        let (memberships, milestones) = (self.list(&names.membership).await, self.list(&names.milestone).await);
        let mut counts: BTreeMap<(String, String), i64> = BTreeMap::new();
        let mut add = |dimension: String, key: &Value| {
            *counts.entry((dimension, key.as_str().unwrap().to_owned())).or_default() += 1;
        };
        let level = |milestone: &Record| match milestone.body["stage"].as_str().unwrap() {
            "skills" => 1,
            "project" => 2,
            _ => 3,
        };
        let names = ["", "skills", "project", "market"];
        let of = |id: RecordId| {
            let id = id.to_string();
            milestones.iter().filter(move |milestone| milestone.body["subject"] == id.as_str())
        };
        for person in &persons {
            let furthest = of(person.id).map(level).max().unwrap_or(0);
            if furthest == 0 {
                continue;
            }
            let (stage, province) = (names[furthest], &person.body["province"]);
            add(format!("journey.people.{stage}.province"), province);
            if person.body["gender"] == "female" {
                add(format!("journey.women.{stage}.province"), province);
            }
            let year = &person.body["birth_date"].as_str().unwrap()[..4];
            add(format!("journey.births.{stage}.province.{year}"), province);
        }
        for cooperative in &cooperatives {
            if cooperative.body["status"] != "registered" {
                continue;
            }
            let mut furthest = of(cooperative.id).map(level).max().unwrap_or(0);
            for membership in memberships.iter().filter(|one| one.body["cooperative"] == cooperative.id.to_string()) {
                let person: RecordId = membership.body["person"].as_str().unwrap().parse().unwrap();
                let text = |field: &str| membership.body[field].as_str().map(ToOwned::to_owned);
                let registered = cooperative.body["registered_on"].as_str().unwrap();
                for milestone in of(person) {
                    let day = crate::day::Day::of(Instant(milestone.body["reached_at"].as_i64().unwrap())).to_string();
                    let came = text("joined_on").is_none_or(|joined| joined.as_str() <= registered || joined <= day);
                    if came && text("left_on").is_none_or(|left| day <= left) {
                        furthest = furthest.max(level(milestone));
                    }
                }
            }
            if furthest > 0 {
                let stage = names[furthest];
                add(format!("journey.cooperatives.{stage}.province"), &cooperative.body["province"]);
                add(format!("journey.cooperatives.{stage}.sector"), &cooperative.body["sector"]);
            }
        }
        counts
    }

    /// One step of somebody's life.
    async fn step(&self, what: u8, one: usize, two: usize, day: i64) {
        let (person, cooperative) =
            (self.persons[one % self.persons.len()], self.cooperatives[two % self.cooperatives.len()]);
        let stage = Stage::ALL[(one + two) % 3];
        let names = self.register.names.clone();
        match what {
            0 | 1 => self.milestone(person, stage, day).await,
            2 => self.milestone(cooperative, stage, day).await,
            3 | 4 => {
                let joined = [None, Some("2024-02-01"), Some("2024-06-01"), Some("2024-09-01")][(one + two) % 4];
                self.membership(cooperative, person, joined).await;
            }
            5 => {
                let found = self.list(&names.membership).await;
                if let Some(record) = found.get(one) {
                    self.patch(&names.membership, record.id, json!({ "left_on": "2024-08-01" })).await;
                }
            }
            6 => {
                let body = json!({ "province": "12.391", "gender": if two == 0 { "male" } else { "female" } });
                self.patch(&names.person, person, body).await;
            }
            7 => {
                let status = ["registered", "struck_off"][one % 2];
                let day = ["2024-03-01", "2024-07-01", "2024-10-01"][two % 3];
                self.patch(&names.cooperative, cooperative, json!({ "status": status, "registered_on": day })).await;
            }
            8 => self.delete(&names.milestone, one).await,
            9 => self.delete(&names.membership, two).await,
            _ => self.follow().await,
        }
    }
}

fn of_sights(rows: &BTreeMap<(String, String), i64>) -> BTreeMap<(String, String), i64> {
    let told = rows
        .iter()
        .filter(|((dimension, _), _)| !dimension.starts_with("journey.waits.") && dimension != "journey.kept")
        .filter(|((dimension, _), _)| !dimension.starts_with("journey.own."));
    told.map(|(key, amount)| (key.clone(), *amount)).collect()
}

/// The counts of this home's milestones, under the names of all.
fn own(rows: &BTreeMap<(String, String), i64>) -> BTreeMap<(String, String), i64> {
    let own = rows.iter().filter_map(|((dimension, key), amount)| {
        let rest = dimension.strip_prefix("journey.own.")?;
        Some(((format!("journey.{rest}"), key.clone()), *amount))
    });
    own.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
    #[test]
    fn the_funnel_is_what_counting_by_hand_gives(
        steps in proptest::collection::vec((0_u8..12, 0_usize..4, 0_usize..3, 0_i64..400), 1..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::new(4, 3).await;
            for (what, one, two, day) in steps {
                world.step(what, one, two, day).await;
            }
            world.follow().await;
            let (rows, expected) = (world.rows().await, world.by_hand().await);
            assert_eq!(of_sights(&rows), expected);
            assert_eq!(of_sights(&own(&rows)), expected, "all of it is this home's");
            recount(&world.records).await.unwrap();
            assert_eq!(world.rows().await, rows, "counted from the start it is the same");
        });
    }
}

#[tokio::test]
async fn what_a_founder_learnt_joins_the_cooperative_and_a_stranger_brings_nothing() {
    let world = World::new(2, 2).await;
    world.milestone(world.persons[0], Stage::Skills, 0).await;
    world.milestone(world.persons[1], Stage::Project, 1).await;
    world.membership(world.cooperatives[0], world.persons[0], Some("2024-02-01")).await;
    let mut funnel = world.funnel().await;
    let amounts = funnel.amounts(Who::Cooperatives, Stage::Skills, By::Sector).await.unwrap();
    assert_eq!(amounts, BTreeMap::from([("argan".to_owned(), 1)]));
    assert!(funnel.amounts(Who::Cooperatives, Stage::Project, By::Sector).await.unwrap().is_empty());
    let people = joined_people(&mut world.records.db().read().await.unwrap(), world.cooperatives[0]).await.unwrap();
    assert_eq!(people.into_keys().collect::<Vec<_>>(), [world.persons[0]]);
}

#[tokio::test]
async fn a_region_counts_the_milestones_of_its_own_home_and_the_nation_those_of_all() {
    let world = World::new(2, 1).await;
    world.milestone(world.persons[0], Stage::Skills, 0).await;
    world.membership(world.cooperatives[0], world.persons[0], Some("2024-02-01")).await;
    let there = |subject: RecordId| {
        json!({
            "subject": subject.to_string(), "stage": "market", "plugin": "marketplace", "code": "shop-opened",
            "reached_at": BEGIN + DAY, "proof": world.records.ambient().new_id().to_string(), "province": "09.541",
        })
    };
    let kind = world.register.names.milestone.clone();
    for (subject, id) in [(world.persons[0], 70_u128), (world.persons[1], 71), (world.cooperatives[0], 72)] {
        let id = RecordId(uuid::Uuid::from_u128(id));
        world.register.receive(&kind, id, 1, there(subject)).await;
    }
    let mut funnel = world.funnel().await;
    let mut stands = async |counted: Counted, who: Who| {
        funnel.count(counted);
        let mut found = Vec::new();
        for stage in Stage::ALL {
            found.push(funnel.amounts(who, stage, By::Region).await.unwrap().values().sum::<i64>());
        }
        found
    };
    assert_eq!(
        stands(Counted::Own, Who::People).await,
        [1, 0, 0],
        "what another home says of them is its own to count"
    );
    assert_eq!(stands(Counted::Own, Who::Cooperatives).await, [1, 0, 0]);
    assert_eq!(stands(Counted::All, Who::People).await, [0, 0, 2]);
    assert_eq!(stands(Counted::All, Who::Cooperatives).await, [0, 0, 1]);
}

#[tokio::test]
async fn small_counts_are_hidden_from_the_public_also_those_of_cooperatives() {
    let world = World::new(13, 1).await;
    for person in &world.persons {
        world.milestone(*person, Stage::Skills, 0).await;
    }
    world.membership(world.cooperatives[0], world.persons[0], None).await;
    let mut funnel = world.funnel().await;
    let shown = |table: &FunnelTable| -> BTreeMap<String, Option<i64>> {
        let rows = table.rows.iter().filter(|row| row.amount != Some(0));
        rows.map(|row| (row.key.clone(), row.amount)).collect()
    };
    let people = funnel.table(Who::People, Stage::Skills, By::Region, Sight::Public).await.unwrap();
    assert_eq!(shown(&people), BTreeMap::from([("01".to_owned(), Some(5)), ("09".to_owned(), Some(8))]));
    assert_eq!((people.total, people.has_hidden()), (Some(13), false));
    // Three women of five in the north leave two men.
    let women = funnel.table(Who::Women, Stage::Skills, By::Region, Sight::Public).await.unwrap();
    assert_eq!(shown(&women), BTreeMap::from([("01".to_owned(), None), ("09".to_owned(), None)]));
    let cooperatives = funnel.table(Who::Cooperatives, Stage::Skills, By::Sector, Sight::Public).await.unwrap();
    assert_eq!((cooperatives.total, cooperatives.has_hidden()), (None, true));
    let staff = funnel.table(Who::Cooperatives, Stage::Skills, By::Sector, Sight::Staff).await.unwrap();
    assert_eq!((staff.total, staff.has_hidden()), (Some(1), false));
}

#[tokio::test]
async fn a_region_of_which_no_milestone_came_is_unknown_and_not_nought() {
    let world = World::new(2, 0).await;
    world.milestone(world.persons[0], Stage::Skills, 0).await;
    let mut funnel = world.funnel().await;
    let codes = ["01.051", "09.541"].map(|code| code.parse().unwrap());
    funnel.know_only(Known::Provinces(codes.into_iter().collect())).await.unwrap();
    let table = funnel.table(Who::People, Stage::Project, By::Region, Sight::Staff).await.unwrap();
    let of = |key: &str| table.rows.iter().find(|row| row.key == key).unwrap();
    assert_eq!((of("01").amount, of("01").is_unknown), (Some(0), false));
    assert_eq!((of("09").amount, of("09").is_unknown), (None, true));
}

#[tokio::test]
async fn half_take_as_long_as_the_median_and_few_tell_nothing() {
    let world = World::new(6, 0).await;
    for (person, days) in world.persons.iter().zip([2, 10, 3, 40, 7, 5_000]) {
        world.milestone(*person, Stage::Skills, 0).await;
        world.milestone(*person, Stage::Project, days).await;
    }
    let told = [Wait { from: Stage::Skills, median_days: 7, count: 6 }];
    assert_eq!(world.funnel().await.waits(Who::People, Sight::Public).await.unwrap(), told);
    world.milestone(world.persons[0], Stage::Market, 9).await;
    let mut funnel = world.funnel().await;
    assert_eq!(funnel.waits(Who::People, Sight::Staff).await.unwrap(), told);
    let public = funnel.waits(Who::People, Sight::Public).await.unwrap();
    assert!(public.is_empty(), "six went on, and how many of them are at the market is hidden: {public:?}");
}
