//! A change of rules, tried on a register.

use tiwizi_identity::Caller;

use super::door::{create, found, holder, imported, registrar};
use super::*;
use crate::testing::Register;

#[tokio::test]
async fn a_change_of_rules_is_tried_on_a_whole_place_by_those_who_may_see_it() {
    let register = Register::new().await;
    let founded = found(&register).await;
    let bare = create(&register, &register.names.cooperative, imported()).await;
    let before = register.changes().await;
    let acts = register.acts();
    let new = crate::rule_pack::tests::with(&[("/rules/members_min/value", json!(7))]);
    let old = acts.packs().newest().unwrap();
    let change =
        |province: &str| PackChange { old, new: &new, day: day("2025-11-30"), province: province.parse().ok() };
    let part = acts.reevaluate_part(&registrar(), change("09.541"), None).await.unwrap();
    assert_eq!((part.looked, part.unread, part.next), (2, 0, None));
    assert_eq!(part.found.rules[0].rule, "/rules/members_min");
    assert_eq!(
        part.records.iter().map(|record| record.id).collect::<Vec<_>>(),
        [founded],
        "{bare} has no list of members"
    );
    assert_eq!(part.found.cooperatives[0].arises, [Finding::MembersMin { members: 5, members_min: 7 }]);
    assert_eq!(part.found.after.findings.get("members-min"), Some(&1));
    let elsewhere =
        acts.reevaluate_part(&holder("registrar", "province:01.051"), change("09.541"), None).await.unwrap();
    assert_eq!((elsewhere.looked, elsewhere.found.rules.len()), (0, 1));
    let everywhere = PackChange { province: None, ..change("09.541") };
    let passed = acts.reevaluate_part(&holder("registrar", "province:01.051"), everywhere, None).await.unwrap();
    assert_eq!((passed.looked, passed.unread, passed.passed), (0, 0, 2));
    assert!(acts.reevaluate_part(&Caller::public(), change("09.541"), None).await.is_err());
    assert_eq!(register.changes().await, before, "nothing is written");
}
