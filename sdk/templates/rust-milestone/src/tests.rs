//! The plugin's rules, run natively against the kernel in memory.

use tiwizi_sdk::{Answer, Declared as _, Request, native};

use crate::{__TYPE__, Practice};

const MANIFEST: &str = include_str!("../manifest.json");
const MEMBER: &str = "00000000-0000-7000-8000-00000000000a";

fn add(skill: &str, day: &str) -> Answer {
    native::call::<__TYPE__>(&Request::post("/", &[("skill", skill), ("day", day)]))
}

#[test]
fn the_manifest_says_what_the_types_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/manifest.json");
    native::check_manifest(MANIFEST, path, &[Practice::declaration()]);
}

#[test]
fn a_practice_is_kept_and_counts_as_a_milestone() {
    native::start(MANIFEST);
    native::as_member(MEMBER);
    assert_eq!(add("prices", "2026-03-08"), Answer::redirect("/"));
    let ids = native::ids("practice");
    assert_eq!(native::reached(), [("practised".to_owned(), ids[0].clone())]);
}

#[test]
fn the_same_skill_counts_once() {
    native::start(MANIFEST);
    native::as_member(MEMBER);
    add("prices", "2026-03-08");
    let Answer::Page { status, data, .. } = add("prices", "2026-03-09") else { panic!("the form comes back") };
    assert_eq!((status, &data["form"]["faults"]["skill"]), (409, &"duplicate".into()));
    assert_eq!(native::reached().len(), 1);
}

#[test]
fn a_wrong_form_comes_back_with_its_faults() {
    native::start(MANIFEST);
    native::as_member(MEMBER);
    let Answer::Page { data, .. } = add("singing", "2026-02-30") else { panic!("the form comes back") };
    assert_eq!((&data["form"]["faults"]["skill"], &data["form"]["faults"]["day"]), (&"enum".into(), &"format".into()));
}

#[test]
fn without_the_grant_of_milestones_nothing_is_kept() {
    native::start(MANIFEST);
    native::as_member(MEMBER);
    native::deny("milestones");
    assert!(matches!(add("prices", "2026-03-08"), Answer::Problem(error) if error.status == 403));
    assert!(native::bodies("practice").is_empty());
}
