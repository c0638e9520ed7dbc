//! Table tests of the rules.

use tiwizi_model::{AccountId, KindName, ProvinceCode, RecordId};

use super::*;
use crate::caller::{AccountCaller, Caller};
use crate::role::RoleGrant;

fn id(number: u128) -> RecordId {
    RecordId(uuid::Uuid::from_u128(number))
}

const PERSON: u128 = 1;
const COOPERATIVE: u128 = 2;

fn holder(grants: &[(&str, &str)]) -> Caller {
    let roles = grants
        .iter()
        .map(|(role, scope)| RoleGrant::new(role.parse().unwrap(), scope.parse().unwrap()).unwrap())
        .collect();
    Caller::of_account(AccountCaller {
        account: AccountId(uuid::Uuid::from_u128(99)),
        name: "Fadma".into(),
        person: Some(id(PERSON)),
        language: tiwizi_model::Language::Tachelhit,
        roles,
    })
}

fn of_cooperative(role: &str) -> Caller {
    holder(&[(role, &format!("cooperative:{}", id(COOPERATIVE)))])
}

fn kind() -> KindName {
    "training/enrolment".parse().unwrap()
}

fn read(grantees: &[&str]) -> Access {
    Access { read: grantees.iter().map(|text| text.parse().unwrap()).collect(), ..Access::default() }
}

fn all(grantees: &[&str]) -> Access {
    let grantees: Vec<Grantee> = grantees.iter().map(|text| text.parse().unwrap()).collect();
    Access { read: grantees.clone(), create: grantees.clone(), change: grantees.clone(), delete: grantees }
}

fn province(text: &str) -> Option<ProvinceCode> {
    text.parse().ok()
}

fn through(caller: &Caller, plugin: &str) -> Caller {
    caller.through(plugin.parse().unwrap())
}

/// A name, a caller, who may read, and what the caller sees in the four places.
type Case = (&'static str, Caller, &'static [&'static str], [Option<Classes>; 4]);

/// Which classes a caller sees in a row of the person's, of the cooperative's, in its province, and elsewhere.
#[test]
fn each_grantee_sees_its_rows_and_classes_and_no_others() {
    let (none, public) = (None, Some(Classes::PUBLIC));
    let (internal, personal, every) = (Some(Classes::INTERNAL), Some(Classes::PERSONAL), Some(Classes::ALL));
    let registrar = holder(&[("registrar", "province:09.541")]);
    let table: Vec<Case> = vec![
        ("public", Caller::public(), &["public"], [public; 4]),
        ("nobody", Caller::public(), &["signed-in", "own", "role:registrar", "plugin"], [none; 4]),
        ("signed in", holder(&[]), &["signed-in"], [public; 4]),
        ("own person", holder(&[]), &["own"], [every, none, none, none]),
        ("officer", of_cooperative("officer"), &["own"], [every, every, none, none]),
        ("member", of_cooperative("member"), &["own"], [every, internal, none, none]),
        ("registrar", registrar.clone(), &["role:registrar"], [none, none, every, none]),
        ("registrar and public", registrar.clone(), &["public", "role:registrar"], [public, public, every, public]),
        ("nation", holder(&[("trainer", "nation")]), &["role:trainer"], [personal; 4]),
        ("observer", holder(&[("observer", "province:09.541")]), &["role:observer"], [none, none, personal, none]),
        ("other role", holder(&[("observer", "nation")]), &["role:registrar"], [none; 4]),
        ("administrator", holder(&[("administrator", "nation")]), &["role:administrator"], [internal; 4]),
        ("plugin", through(&holder(&[]), "training"), &["plugin"], [internal; 4]),
        (
            "plugin for own",
            through(&holder(&[]), "training"),
            &["plugin", "own"],
            [every, internal, internal, internal],
        ),
        ("plugin own", through(&holder(&[]), "training"), &["plugin:own"], [every, none, none, none]),
        ("another plugin", through(&holder(&[]), "market"), &["plugin", "plugin:own"], [none; 4]),
        ("another plugin for own", through(&holder(&[]), "market"), &["own"], [personal, none, none, none]),
        (
            "another plugin for a registrar",
            through(&registrar, "market"),
            &["role:registrar"],
            [none, none, personal, none],
        ),
        (
            "another plugin for the public and a registrar",
            through(&registrar, "market"),
            &["public", "role:registrar"],
            [public, public, personal, public],
        ),
        ("plugin's lifecycle", through(&Caller::system(), "training"), &["plugin"], [every; 4]),
        ("another's lifecycle", through(&Caller::system(), "market"), &["plugin", "own"], [none; 4]),
        ("system", Caller::system(), &[], [every; 4]),
        ("kernel rule for the public", through(&Caller::public(), "training").by_kernel(), &[], [every; 4]),
        ("kernel rule", through(&holder(&[]), "training").by_kernel(), &[], [every; 4]),
    ];
    let places = [
        (Some(id(PERSON)), None),
        (Some(id(COOPERATIVE)), province("09.551")),
        (Some(id(7)), province("09.541")),
        (Some(id(8)), province("01.051")),
    ];
    for (name, caller, grantees, expected) in table {
        let permit = may_read(&caller, &kind(), &read(grantees));
        let seen =
            places.map(|(subject, province)| permit.as_ref().ok().and_then(|permit| permit.classes(subject, province)));
        assert_eq!(seen, expected, "{name}");
    }
}

#[test]
fn a_refusal_says_whether_signing_in_may_help() {
    let refused = may_read(&Caller::public(), &kind(), &read(&["signed-in"])).unwrap_err();
    assert!(!refused.signed_in);
    let refused = may_read(&holder(&[]), &kind(), &read(&["role:registrar"])).unwrap_err();
    assert!(refused.signed_in);
}

#[test]
fn a_registrar_writes_inside_the_province_only() {
    let registrar = holder(&[("registrar", "province:09.541")]);
    let access = all(&["role:registrar"]);
    for action in [Action::Create, Action::Change, Action::Delete] {
        let inside = Placement { subject: None, province: province("09.541") };
        assert!(may_write(&registrar, &kind(), &access, action, inside).is_ok());
        for outside in [None, province("09.551")] {
            let outside = Placement { subject: None, province: outside };
            assert!(may_write(&registrar, &kind(), &access, action, outside).is_err());
        }
    }
}

#[test]
fn a_plain_member_does_not_write_in_the_cooperatives_name() {
    let place = Placement { subject: Some(id(COOPERATIVE)), province: None };
    assert!(may_write(&of_cooperative("member"), &kind(), &all(&["own"]), Action::Change, place).is_err());
    let permit = may_write(&of_cooperative("officer"), &kind(), &all(&["own"]), Action::Change, place).unwrap();
    assert_eq!(permit.classes(), Classes::ALL);
}

#[test]
fn a_narrowed_permit_reaches_only_rows_that_show_the_class() {
    let registrar = holder(&[("registrar", "province:09.541")]);
    let permit = may_read(&registrar, &kind(), &read(&["public", "role:registrar"])).unwrap();
    assert_eq!(permit.reach(), Reach::All);
    let narrowed = permit.narrowed(Classes::NONE.with(Class::Personal)).unwrap();
    let Reach::Some { provinces, subjects } = narrowed.reach() else { panic!("the permit reaches too far") };
    assert_eq!((provinces.len(), subjects.len()), (1, 0));
    let public = may_read(&Caller::public(), &kind(), &read(&["public"])).unwrap();
    assert!(public.narrowed(Classes::NONE.with(Class::Personal)).is_none());
    let plugin = may_read(&through(&registrar, "market"), &kind(), &read(&["role:registrar"])).unwrap();
    assert!(plugin.narrowed(Classes::NONE.with(Class::Sensitive)).is_none());
}

#[test]
fn the_author_of_a_write_is_the_caller_and_its_plugin() {
    let caller = through(&holder(&[]), "training");
    let place = Placement { subject: Some(id(PERSON)), province: None };
    let permit = may_write(&caller, &kind(), &all(&["plugin:own"]), Action::Create, place).unwrap();
    assert_eq!(permit.author(), &caller.author());
    assert_eq!(caller.by_kernel().author(), caller.author());
}
