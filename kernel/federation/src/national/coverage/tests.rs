//! What is known of a region, by what came from whoever keeps it.

use uuid::Uuid;

use super::*;
use crate::testing::{Followed, House};

fn plane(taken: u64, reached_at: Option<i64>) -> PlaneCoverage {
    PlaneCoverage {
        taken,
        size: (taken > 0).then_some(taken),
        reached_at: reached_at.map(Instant),
        changed_at: Instant(9),
        state: "following".to_owned(),
        stopped: None,
    }
}

fn source(number: u8, provinces: &[&str], registry: Option<PlaneCoverage>) -> Source {
    Source {
        node: NodeId(Hash([number; 32])),
        home: InstanceId(Uuid::from_u128(number.into())),
        name: format!("Region {number}"),
        role: Role::Region,
        suspended: false,
        provinces: provinces.iter().map(|code| code.parse().unwrap()).collect(),
        planes: registry.map(|plane| (REGISTRY.to_owned(), plane)).into_iter().collect(),
    }
}

fn region<'a>(coverage: &'a Coverage, code: &str) -> &'a RegionCoverage {
    coverage.regions().iter().find(|region| region.code == code).unwrap()
}

fn all_of(region: &str) -> Vec<String> {
    let provinces = territory::provinces().iter().filter(|province| province.region == region);
    provinces.map(|province| province.code.to_string()).collect()
}

#[test]
fn a_region_is_known_from_the_moment_its_register_was_read_to_its_end() {
    let souss = all_of("09");
    let souss: Vec<&str> = souss.iter().map(String::as_str).collect();
    let oriental = all_of("02");
    let oriental: Vec<&str> = oriental.iter().map(String::as_str).collect();
    let sources = vec![
        source(1, &souss, Some(plane(40, Some(5)))),
        source(2, &oriental[..1], Some(plane(7, None))),
        source(3, &oriental[1..2], None),
    ];
    let coverage = Coverage::of(true, sources);
    assert_eq!(coverage.count(), Some((1, 12)));
    assert_eq!((region(&coverage, "09").state, region(&coverage, "09").as_of), (RegionState::Whole, Some(Instant(5))));
    assert_eq!((region(&coverage, "02").state, coverage.missing("02")), (RegionState::Missing, Some(Missing::Loading)));
    assert_eq!(coverage.missing(oriental[1]), Some(Missing::NothingCame));
    assert_eq!(coverage.missing(oriental[2]), Some(Missing::NotEnrolled));
    assert_eq!((coverage.missing("01"), coverage.missing("09")), (Some(Missing::NotEnrolled), None));
    let known = coverage.known();
    assert!(known.holds(souss[0]) && !known.holds(oriental[0]) && !known.is_nowhere());
    assert_eq!(coverage.as_of(), Some(Instant(5)));
}

#[test]
fn a_region_that_two_instances_keep_is_as_old_as_the_older_and_part_when_one_is_missing() {
    let souss = all_of("09");
    let souss: Vec<&str> = souss.iter().map(String::as_str).collect();
    let two = |second: Option<PlaneCoverage>| {
        let sources = vec![source(1, &souss[..1], Some(plane(4, Some(50)))), source(2, &souss[1..], second)];
        Coverage::of(true, sources)
    };
    let whole = two(Some(plane(2, Some(20))));
    assert_eq!((region(&whole, "09").state, region(&whole, "09").as_of), (RegionState::Whole, Some(Instant(20))));
    let part = two(None);
    assert_eq!((region(&part, "09").state, region(&part, "09").as_of), (RegionState::Part, Some(Instant(50))));
    assert_eq!((part.count(), part.missing("09")), (Some((1, 12)), None));
    assert_eq!(region(&part, "09").sources, [0, 1]);
}

#[test]
fn of_the_members_of_a_region_something_is_known_once_their_own_log_was_read_to_its_end() {
    let souss = all_of("09");
    let souss: Vec<&str> = souss.iter().map(String::as_str).collect();
    for (members, reason) in [
        (None, Some(Missing::NothingCame)),
        (Some(plane(3, None)), Some(Missing::Loading)),
        (Some(plane(3, Some(9))), None),
    ] {
        let mut region = source(1, &souss, Some(plane(40, Some(5))));
        region.planes.extend(members.map(|members| (MEMBERS.to_owned(), members)));
        let coverage = Coverage::of(true, vec![region]);
        assert_eq!((coverage.missing("09"), coverage.missing_members("09")), (None, reason));
        assert_eq!(coverage.missing_members(souss[0]), reason);
        assert_eq!(
            (coverage.known().holds(souss[0]), coverage.known_members().holds(souss[0])),
            (true, reason.is_none())
        );
        assert_eq!(coverage.missing_members("01"), Some(Missing::NotEnrolled));
    }
    // Members without the register that they are in say nothing.
    let mut alone = source(1, &souss, None);
    alone.planes.insert(MEMBERS.to_owned(), plane(3, Some(9)));
    assert!(!Coverage::of(true, vec![alone]).known_members().holds(souss[0]));
}

#[test]
fn a_region_whose_register_was_read_to_its_end_and_is_empty_is_known() {
    let souss = all_of("09");
    let souss: Vec<&str> = souss.iter().map(String::as_str).collect();
    let coverage = Coverage::of(true, vec![source(1, &souss, Some(plane(0, Some(5))))]);
    assert_eq!((region(&coverage, "09").state, coverage.missing("09")), (RegionState::Whole, None));
}

#[tokio::test]
async fn what_came_under_an_agreement_that_is_over_counts_for_nothing() {
    let house = House::new(1, "all").await;
    let regions = [[2; 32], [3; 32], [4; 32]];
    let mut tx = house.db.begin_write().await.unwrap();
    for (node, state) in regions.iter().zip([State::Terminated, State::Expired, State::Suspended]) {
        let followed = Followed {
            holder: node,
            me: &[1; 32],
            agreement: &Uuid::from_u128(node[0].into()).to_string(),
            state,
            next_seq: 3,
            reached_at: Some(Instant(5)),
            at: Instant(5),
        };
        followed.put(&mut tx).await;
    }
    tx.commit().await.unwrap();
    let found = planes(&mut house.db.read().await.unwrap()).await.unwrap();
    assert_eq!(found.keys().map(|node| node.0.0).collect::<Vec<_>>(), [regions[2]]);
}

#[test]
fn an_instance_that_is_not_the_nation_knows_its_own_register() {
    let coverage = Coverage::of(false, vec![source(1, &["09.541"], None)]);
    assert_eq!((coverage.known(), coverage.count(), coverage.missing("01")), (Known::Everywhere, None, None));
    assert!(coverage.regions().is_empty());
}

#[test]
fn a_home_that_was_enrolled_again_is_shown_as_it_is_now() {
    let mut before = source(1, &["09.541"], None);
    before.suspended = true;
    let mut now = source(2, &["09.541"], None);
    now.home = before.home;
    let coverage = Coverage::of(true, vec![before.clone(), now.clone()]);
    assert_eq!(coverage.source_of(now.home).map(|source| source.node), Some(now.node));
    assert_eq!(coverage.source_of(InstanceId(Uuid::from_u128(9))), None);
}
