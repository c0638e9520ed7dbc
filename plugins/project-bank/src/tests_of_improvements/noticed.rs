//! Trainers are told that a proposal waits: once, without a name, and not as often as somebody likes.

use serde_json::Value;
use tiwizi_sdk::{Request, native};

use super::{ALL, DESK, WHY, adapted, form, send, trainer};
use crate::ProjectBank;
use crate::improve::notices::BACK_MAX;
use crate::tests::{FADMA, MANIFEST, page, redirect};

/// What the trainers were told.
fn told() -> Vec<native::Told> {
    let trainers = native::To::Role("trainer".to_owned(), None);
    native::told().into_iter().filter(|told| told.to == trainers).collect()
}

fn take_back(plan: &str, number: usize) {
    redirect(&Request::post(&format!("{plan}/improve/back"), &[("number", &number.to_string())]));
}

#[test]
fn trainers_get_one_notice_of_a_proposal_which_leads_to_it_and_names_nobody() {
    let plan = adapted();
    let improve = format!("{plan}/improve");
    let (_, _, look) = page(&Request::post(&improve, &form(&ALL, WHY, "look", "")));
    assert_eq!(told(), [], "looking tells nobody");
    let seen = look["seen"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        redirect(&Request::post(&improve, &form(&ALL, WHY, "send", &seen)));
    }
    let told = told();
    assert_eq!((told.len(), told[0].link.as_deref()), (1, Some(DESK)));
    let text = told[0].text("fr");
    assert!(text.contains("Safran") && text.contains("la proposition 1 attend"), "{text}");
    let said = format!("{:?}", told[0]);
    for secret in [FADMA, plan.rsplit('/').next().unwrap(), "Safran de Fadma", WHY] {
        assert!(!said.contains(secret), "{said}");
    }
    trainer("amina");
    let link = told[0].link.clone().unwrap();
    assert_eq!((page(&Request::get(&link)).0, page(&Request::get(&link)).1), (200, "proposal".to_owned()));
}

#[test]
fn sending_and_taking_back_does_not_fill_the_notices_of_trainers() {
    let plan = adapted();
    let most = usize::try_from(BACK_MAX).unwrap();
    for number in 1..=most + 2 {
        send(&plan, &ALL);
        assert_eq!(told().len(), number.min(most), "{number}");
        take_back(&plan, number);
    }
    native::advance(86_400_001);
    send(&plan, &ALL);
    assert_eq!(told().len(), most + 1, "the next day they are told again");
}

#[test]
fn where_the_plugin_may_send_no_notices_a_proposal_is_sent_all_the_same() {
    let mut manifest: Value = serde_json::from_str(MANIFEST).unwrap();
    manifest["capabilities"].as_array_mut().unwrap().retain(|one| one["name"] != "notify");
    native::start(&manifest.to_string());
    native::install::<ProjectBank>().unwrap();
    native::as_member(FADMA);
    let plan = redirect(&Request::post("/models/saffron/adopt", &[]));
    redirect(&Request::post(&plan, &[("discount", "7"), ("action", "keep")]));
    assert_eq!(send(&plan, &["discount"]), format!("{plan}/improve?sent=yes"));
    assert_eq!((native::bodies("proposal").len(), native::told().len()), (1, 0));
}
