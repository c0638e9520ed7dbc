//! The path from its first step to its last.

use super::*;

#[tokio::test]
async fn five_people_found_a_cooperative_from_its_name_to_its_registration() {
    let bureau = Bureau::open().await;
    let id = bureau.complete().await;
    let seen = bureau.foundings.look(&founder(4), id).await.unwrap();
    assert_eq!((seen.founding.step, seen.lacks.as_slice()), (Step::File, [].as_slice()));
    assert_eq!((seen.progress.done, seen.progress.all), (9, 11));
    bureau.foundings.submit(&founder(2), bureau.at(id).await).await.unwrap();
    bureau.foundings.accept(&office(), bureau.at(id).await).await.unwrap();
    assert!(bureau.register.all(&bureau.register.names.cooperative).await.is_empty());
    let entry = Entry {
        court: "Taroudannt".into(),
        number: "12/2025".into(),
        registered_on: "2025-11-30".parse().unwrap(),
        confirm_distinct: Vec::new(),
    };
    bureau.foundings.register(&office(), bureau.at(id).await, entry).await.unwrap();
    let seen = bureau.foundings.look(&founder(5), id).await.unwrap();
    assert_eq!((seen.founding.step, seen.progress.done), (Step::Registered, 11));
    let cooperatives = bureau.register.all(&bureau.register.names.cooperative).await;
    assert_eq!((&cooperatives[0]["number"], &cooperatives[0]["capital_mad"]), (&json!("12/2025"), &json!(5000)));
    let members = bureau.register.all(&bureau.register.names.membership).await;
    assert_eq!((members.len(), &members[0]["role"], &members[0]["gender"]), (5, &json!("president"), &json!("female")));
    // The number of each card is sealed: for the founder's record, and anew for the person that was made of it.
    let seats = bureau.register.all(&bureau.register.names.founder).await;
    assert!(seats.iter().all(|seat| seat["national_id_sealed"].is_string() && !seat.to_string().contains("JA1")));
    let people = crate::People::new(bureau.register.records.clone(), Register::key());
    let third = people.by_national_id(&Caller::system(), "JA100003").await.unwrap().unwrap();
    assert_eq!(people.national_id(&Caller::system(), third.id, "test").await.unwrap().reveal(), "JA100003");
    let acts = bureau.register.all(&bureau.register.names.act).await;
    let kinds: Vec<&str> = acts.iter().map(|act| act["act"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["denomination-requested", "denomination-answered", "constituted", "filed", "registered"]);
    assert_eq!(
        (acts[2]["documents"].as_array().unwrap().len(), acts[3]["documents"].as_array().unwrap().len()),
        (5, 1)
    );
    assert_eq!(acts[0]["cooperative"], seen.founding.cooperative.to_string());
}

#[tokio::test]
async fn whoever_waits_is_told_and_nobody_of_what_they_did_themselves() {
    let bureau = Bureau::open().await;
    let id = bureau.complete().await;
    assert_eq!(bureau.told(OFFICE).await, ["founding-notice-name-asked"]);
    bureau.foundings.submit(&founder(2), bureau.at(id).await).await.unwrap();
    assert_eq!(bureau.told(OFFICE).await[0], "founding-notice-submitted");
    let correction = Correction { section: Section::Statutes, text: "Article 7".into() };
    let many = vec![correction.clone(); tiwizi_model::limits::FOUNDING_CORRECTIONS_MAX + 1];
    let refused = bureau.foundings.ask_correction(&office(), bureau.at(id).await, many).await.unwrap_err();
    assert_eq!(codes(&refused), ["too-many"]);
    bureau.foundings.ask_correction(&office(), bureau.at(id).await, vec![correction.clone()]).await.unwrap();
    let seen = bureau.foundings.look(&founder(3), id).await.unwrap();
    assert_eq!((seen.founding.step, seen.founding.corrections), (Step::File, vec![correction]));
    assert_eq!(bureau.told(3).await, ["founding-notice-corrections", "founding-notice-name-approved"]);
    let opener = bureau.told(1).await;
    let count = |key: &str| opener.iter().filter(|told| *told == key).count();
    assert_eq!((count("founding-notice-joined"), count("founding-notice-confirmed")), (4, 4));
    assert_eq!(bureau.told(6).await, Vec::<String>::new());
}

#[tokio::test]
async fn accounts_act_for_the_cooperative_that_they_founded() {
    let bureau = Bureau::open().await;
    let id = bureau.complete().await;
    bureau.foundings.submit(&founder(1), bureau.at(id).await).await.unwrap();
    bureau.foundings.accept(&office(), bureau.at(id).await).await.unwrap();
    let entry = Entry {
        court: "Taroudannt".into(),
        number: "12/2025".into(),
        registered_on: "2025-11-30".parse().unwrap(),
        confirm_distinct: Vec::new(),
    };
    bureau.foundings.register(&office(), bureau.at(id).await, entry).await.unwrap();
    let cooperative = bureau.foundings.look(&founder(1), id).await.unwrap().founding.cooperative;
    let mut tx = bureau.register.records.db().read().await.unwrap();
    for (number, role) in [(1, "officer"), (4, "member")] {
        let account = AccountId(Uuid::from_u128(number));
        let grants = grant::of_account(&mut tx, account).await.unwrap();
        let held: Vec<_> = grants.iter().map(|grant| (grant.role.as_str(), grant.scope.clone())).collect();
        assert_eq!(held, [(role, format!("cooperative:{cooperative}"))]);
        assert!(account::find(&mut tx, account).await.unwrap().unwrap().person.is_some());
    }
}

#[tokio::test]
async fn a_decision_that_was_cut_off_is_taken_again_and_enters_nothing_twice() {
    let bureau = Bureau::open().await;
    let id = bureau.opened().await;
    bureau.foundings.ask_for_name(&founder(1), bureau.at(id).await).await.unwrap();
    let asked = bureau.foundings.look(&founder(1), id).await.unwrap().founding;
    // The acts were entered and the machine stopped before the file could say so.
    let data = json!({ "name_fr": "Tifaouine", "category": "a", "sector": "argan", "province": "09.541" });
    let new = crate::acts::NewAct {
        kind: crate::acts::ActKind::DenominationRequested,
        effective_on: asked.asked_on.unwrap(),
        documents: Vec::new(),
        corrects: None,
        data,
    };
    bureau.register.acts().request_denomination_as(&office(), asked.cooperative, new, None).await.unwrap();
    let answer = NameAnswer { is_approved: true, ..NameAnswer::default() };
    bureau.foundings.answer_name(&office(), bureau.at(id).await, answer).await.unwrap();
    assert_eq!(bureau.register.all(&bureau.register.names.act).await.len(), 2);
    let seen = bureau.foundings.look(&founder(1), id).await.unwrap().founding;
    assert!(seen.step == Step::File && seen.valid_until.is_some() && seen.answered_on.is_some());
}

#[tokio::test]
async fn a_name_that_was_refused_is_replaced_and_asked_for_again() {
    let bureau = Bureau::open().await;
    let id = bureau.opened().await;
    bureau.foundings.ask_for_name(&founder(1), bureau.at(id).await).await.unwrap();
    let silent = bureau.foundings.answer_name(&office(), bureau.at(id).await, NameAnswer::default()).await.unwrap_err();
    assert_eq!(codes(&silent), ["required"]);
    let refusal = NameAnswer { reason: Some("Déjà porté".into()), ..NameAnswer::default() };
    bureau.foundings.answer_name(&office(), bureau.at(id).await, refusal).await.unwrap();
    let seen = bureau.foundings.look(&founder(1), id).await.unwrap().founding;
    assert_eq!((seen.step, seen.reason.as_deref(), seen.valid_until), (Step::Name, Some("Déjà porté"), None));
    bureau.edit(id, Section::Name, json!({ "name_fr": "Tafukt" })).await;
    bureau.foundings.ask_for_name(&founder(1), bureau.at(id).await).await.unwrap();
    let answer = NameAnswer { is_approved: true, ..NameAnswer::default() };
    bureau.foundings.answer_name(&office(), bureau.at(id).await, answer).await.unwrap();
    let denominations = bureau.register.all(&bureau.register.names.denomination).await;
    assert_eq!((denominations.len(), &denominations[0]["name_fr"]), (1, &json!("Tafukt")));
}

#[tokio::test]
async fn the_same_name_is_asked_for_again_on_the_day_on_which_it_was_refused() {
    let bureau = Bureau::open().await;
    let id = bureau.opened().await;
    bureau.foundings.ask_for_name(&founder(1), bureau.at(id).await).await.unwrap();
    let refusal = NameAnswer { reason: Some("La catégorie est fausse".into()), ..NameAnswer::default() };
    bureau.foundings.answer_name(&office(), bureau.at(id).await, refusal).await.unwrap();
    bureau.edit(id, Section::Name, json!({ "category": "b" })).await;
    bureau.foundings.ask_for_name(&founder(1), bureau.at(id).await).await.unwrap();
    let answer = NameAnswer { is_approved: true, ..NameAnswer::default() };
    bureau.foundings.answer_name(&office(), bureau.at(id).await, answer).await.unwrap();
    assert_eq!(bureau.foundings.look(&founder(1), id).await.unwrap().founding.step, Step::File);
    let acts = bureau.register.all(&bureau.register.names.act).await;
    assert_eq!((acts.len(), &acts[2]["data"]["category"]), (4, &json!("b")));
}

#[tokio::test]
async fn what_was_filled_in_is_there_when_somebody_comes_back() {
    let bureau = Bureau::open().await;
    let id = bureau.opened().await;
    bureau.edit(id, Section::Assembly, json!({ "address": "Douar Tiout" })).await;
    bureau.edit(id, Section::Assembly, json!({ "founded_on": "2025-11-20" })).await;
    let seen = shared(&bureau).look(&founder(1), id).await.unwrap().founding;
    assert_eq!((seen.address.as_deref(), seen.founded_on.is_some()), (Some("Douar Tiout"), true));
    let mine = bureau.foundings.of_account(&founder(1)).await.unwrap();
    assert_eq!((mine.len(), mine[0].id, mine[0].has_joined), (1, id, true));
    let same = bureau.at(id).await;
    let version =
        bureau.foundings.edit(&founder(1), same, Section::Assembly, &map(json!({ "address": "Douar Tiout" }))).await;
    assert_eq!(version.unwrap(), same.1, "what is the same is no change");
}

/// Enters an act of the cooperative of a file directly, as a registrar may.
async fn enter(bureau: &Bureau, cooperative: RecordId, new: crate::acts::NewAct) {
    bureau.register.acts().enter(&office(), cooperative, new).await.unwrap();
}

fn new(kind: crate::acts::ActKind, data: Value) -> crate::acts::NewAct {
    let effective_on = "2025-11-30".parse().unwrap();
    crate::acts::NewAct { kind, effective_on, documents: Vec::new(), corrects: None, data }
}

#[tokio::test]
async fn a_file_is_taken_with_the_first_act_of_a_decision_and_let_go_with_its_end() {
    let bureau = Bureau::open().await;
    let id = bureau.complete().await;
    bureau.foundings.submit(&founder(1), bureau.at(id).await).await.unwrap();
    let names = &bureau.register.names;
    let mut unit = tiwizi_records::Unit::new(bureau.register.records.clone(), Caller::system().by_kernel());
    let taken = json!({ "deciding_since": 1 });
    unit.patch(&names.founding, id, taken, Some(bureau.version(id).await)).await.unwrap();
    unit.commit(None).await.unwrap();
    // The machine stopped behind the first act: the founders wait until the office has taken its decision again.
    for refused in [
        bureau.foundings.take_back(&founder(1), bureau.at(id).await).await,
        bureau.foundings.give_up(&founder(1), bureau.at(id).await).await,
    ] {
        assert!(matches!(refused, Err(FoundingError::NotNow { step: Step::Submitted })), "{refused:?}");
    }
    bureau.foundings.accept(&office(), bureau.at(id).await).await.unwrap();
    let seen = bureau.foundings.look(&founder(1), id).await.unwrap().founding;
    assert_eq!((seen.step, seen.deciding_since), (Step::Accepted, None));
}

#[tokio::test]
async fn a_constitution_that_says_something_else_than_the_file_is_not_taken_for_it() {
    let bureau = Bureau::open().await;
    let id = bureau.complete().await;
    bureau.foundings.submit(&founder(1), bureau.at(id).await).await.unwrap();
    let cooperative = bureau.foundings.look(&founder(1), id).await.unwrap().founding.cooperative;
    let (mut founders, mut officers) = (Vec::new(), Vec::new());
    for number in 1..=5 {
        let body = json!({ "name_fr": format!("Autre {number}"), "province": "09.541" });
        let drafts = vec![tiwizi_records::Draft::create(bureau.register.names.person.clone(), body)];
        let person = bureau.register.records.submit(&office(), drafts, None).await.unwrap()[0].id.to_string();
        let role = match number {
            1 => Some("president"),
            2 => Some("treasurer"),
            3 => Some("secretary"),
            _ => None,
        };
        officers.extend(role.map(|role| json!({ "person": person, "role": role })));
        founders.push(json!({ "number": number.to_string(), "person": person, "shares": 10, "paid_mad": 250 }));
    }
    let pack = rule_pack::built_in().unwrap().newest().unwrap();
    let items: Vec<Value> = pack.statutes.items.iter().map(|item| json!(item.code)).collect();
    let data = json!({ "statutes": items, "form": "board", "share_value_mad": 100, "founders": founders, "officers": officers });
    enter(&bureau, cooperative, new(crate::acts::ActKind::Constituted, data)).await;
    let refused = bureau.foundings.accept(&office(), bureau.at(id).await).await.unwrap_err();
    assert_eq!(codes(&refused), ["other-act"]);
    let correction = Correction { section: Section::Capital, text: "?".into() };
    let asked = bureau.foundings.ask_correction(&office(), bureau.at(id).await, vec![correction]).await;
    assert!(matches!(asked, Err(FoundingError::NotNow { .. })), "{asked:?}");
    let annulled = crate::acts::NewAct {
        corrects: Some(3),
        ..new(crate::acts::ActKind::Corrected, json!({ "reason": "of another file" }))
    };
    enter(&bureau, cooperative, annulled).await;
    bureau.foundings.accept(&office(), bureau.at(id).await).await.unwrap();
}

#[tokio::test]
async fn a_name_is_answered_again_when_every_act_of_the_file_was_annulled() {
    let bureau = Bureau::open().await;
    let id = bureau.opened().await;
    bureau.foundings.ask_for_name(&founder(1), bureau.at(id).await).await.unwrap();
    let refusal = NameAnswer { reason: Some("Déjà porté".into()), ..NameAnswer::default() };
    bureau.foundings.answer_name(&office(), bureau.at(id).await, refusal).await.unwrap();
    let cooperative = bureau.foundings.look(&founder(1), id).await.unwrap().founding.cooperative;
    for sequence in [2, 1] {
        let annulled = new(crate::acts::ActKind::Corrected, json!({ "reason": "entered for another file" }));
        enter(&bureau, cooperative, crate::acts::NewAct { corrects: Some(sequence), ..annulled }).await;
    }
    bureau.foundings.ask_for_name(&founder(1), bureau.at(id).await).await.unwrap();
    let answer = NameAnswer { is_approved: true, ..NameAnswer::default() };
    bureau.foundings.answer_name(&office(), bureau.at(id).await, answer).await.unwrap();
    assert_eq!(bureau.register.all(&bureau.register.names.act).await.len(), 6);
    assert_eq!(bureau.foundings.look(&founder(1), id).await.unwrap().founding.step, Step::File);
}

#[tokio::test]
async fn cooperatives_found_a_union_each_by_somebody_who_acts_for_it() {
    let bureau = Bureau::open().await;
    let cooperative = async |number: u8, name: &str| {
        let body = json!({ "court": "Taroudannt", "number": format!("{number}/2010"), "name_fr": name,
            "sector": "crafts", "province": "09.541", "status": "registered" });
        let drafts = vec![tiwizi_records::Draft::create(bureau.register.names.cooperative.clone(), body)];
        bureau.register.records.submit(&Caller::system(), drafts, None).await.unwrap()[0].id
    };
    let members = [cooperative(1, "Azekka Zaytoun").await, cooperative(2, "Ighrem Ouzoud").await];
    let id = bureau.opened().await;
    bureau.edit(id, Section::Name, json!({ "entity": "union" })).await;
    bureau.fill_seats(id, 2).await;
    let seen = bureau.foundings.look(&founder(1), id).await.unwrap();
    let lacks: Vec<&str> = seen.lacks.iter().map(|lack| lack.code).collect();
    assert!(lacks.contains(&"founder-cooperative") && !lacks.contains(&"founders-min"), "{lacks:?}");
    let says = async |number: u128, member: RecordId| {
        let seat = seen.seats.iter().find(|seat| seat.founder.account.unwrap().0.as_u128() == number).unwrap().id;
        let given = map(json!({ "holder": "cooperative", "member_cooperative": member.to_string() }));
        bureau.foundings.edit_founder(&founder(number), (id, seat), &given).await
    };
    let unknown = says(1, RecordId(Uuid::from_u128(77))).await.unwrap_err();
    assert_eq!(codes(&unknown), ["no-cooperative"]);
    says(1, members[0]).await.unwrap();
    says(2, members[0]).await.unwrap();
    let seen_now = bureau.foundings.look(&founder(1), id).await.unwrap();
    assert!(seen_now.lacks.iter().any(|lack| lack.code == "cooperative-twice"), "{:?}", seen_now.lacks);
    says(2, members[1]).await.unwrap();
    bureau.foundings.ask_for_name(&founder(1), bureau.at(id).await).await.unwrap();
    let answer = NameAnswer { is_approved: true, ..NameAnswer::default() };
    bureau.foundings.answer_name(&office(), bureau.at(id).await, answer).await.unwrap();
    bureau.fill_sections(id).await;
    let seats = bureau.foundings.look(&founder(1), id).await.unwrap().seats;
    let roles: Vec<_> = seats.iter().map(|seat| (seat.id, map(json!({ "role": "manager" })))).collect();
    let form = map(json!({ "form": "managers" }));
    let at = bureau.at(id).await;
    bureau.foundings.edit_with_terms(&founder(1), at, (Section::Management, &form), &roles).await.unwrap();
    bureau.confirm_all(id, 2).await;
    bureau.foundings.submit(&founder(1), bureau.at(id).await).await.unwrap();
    bureau.foundings.accept(&office(), bureau.at(id).await).await.unwrap();
    let entry = Entry {
        court: "Taroudannt".into(),
        number: "9/2025".into(),
        registered_on: "2025-11-30".parse().unwrap(),
        confirm_distinct: Vec::new(),
    };
    bureau.foundings.register(&office(), bureau.at(id).await, entry).await.unwrap();
    let all = bureau.register.all(&bureau.register.names.cooperative).await;
    let union = all.iter().find(|one| one["number"] == "9/2025").unwrap();
    assert_eq!(union["entity"], "union");
    let held = bureau.register.all(&bureau.register.names.membership).await;
    let of = |one: &Value| one["member_cooperative"].as_str().unwrap().to_owned();
    let found: std::collections::BTreeSet<String> = held.iter().map(of).collect();
    assert_eq!(found, members.iter().map(ToString::to_string).collect());
    assert!(held.iter().all(|one| one["represented_by"].is_string() && one["role"] == "manager"), "{held:?}");
}

#[tokio::test]
async fn a_legal_person_founds_a_cooperative_by_somebody_who_acts_for_it() {
    let bureau = Bureau::open().await;
    let id = bureau.complete().await;
    let seats = bureau.foundings.look(&founder(5), id).await.unwrap().seats;
    let seat = seats.iter().find(|seat| seat.founder.account.unwrap().0.as_u128() == 5).unwrap().id;
    let say = async |given: Value| bureau.foundings.edit_founder(&founder(5), (id, seat), &map(given)).await;
    say(json!({ "holder": "legal-person", "legal_form": "company" })).await.unwrap();
    let lacks = bureau.foundings.look(&founder(5), id).await.unwrap().lacks;
    let lacks: Vec<&str> = lacks.iter().map(|lack| lack.code).collect();
    assert_eq!(lacks, ["founder-legal", "not-confirmed"]);
    let wrong = say(json!({ "legal_ice": "123456789012345" })).await.unwrap_err();
    assert_eq!(codes(&wrong), ["ice"]);
    let ice = crate::ice::generate(1_525_713, 1);
    say(json!({ "legal_name_fr": "Argan du Souss SARL", "legal_ice": ice })).await.unwrap();
    bureau.foundings.confirm(&founder(5), bureau.at(id).await).await.unwrap();
    bureau.foundings.submit(&founder(1), bureau.at(id).await).await.unwrap();
    bureau.foundings.accept(&office(), bureau.at(id).await).await.unwrap();
    let legal = bureau.register.all(&bureau.register.names.legal_person).await;
    assert_eq!((legal.len(), &legal[0]["name_fr"]), (1, &json!("Argan du Souss SARL")));
    let acts = bureau.register.all(&bureau.register.names.act).await;
    let constituted = acts.iter().find(|act| act["act"] == "constituted").unwrap();
    let founders = constituted["data"]["founders"].as_array().unwrap();
    let company = founders.iter().find(|one| one["holder"] == "legal-person").unwrap();
    assert!(company["represented_by"].is_string() && company["represented_by"] != company["person"], "{company}");
}

#[tokio::test]
async fn a_name_like_one_of_the_register_is_approved_by_whoever_has_looked() {
    let bureau = Bureau::open().await;
    let id = bureau.foundings.open(&founder(1), &map(name())).await.unwrap();
    bureau.edit(id, Section::Name, json!({ "commune": "Igherm" })).await;
    let names = &bureau.register.names;
    let there = json!({ "court": "Agadir", "number": "1/2010", "name_fr": "Tifaouine", "sector": "argan",
        "province": "09.541", "commune": "Igherm", "status": "registered" });
    let there = vec![tiwizi_records::Draft::create(names.cooperative.clone(), there)];
    let there = bureau.register.records.submit(&Caller::system(), there, None).await.unwrap()[0].id;
    bureau.foundings.ask_for_name(&founder(1), bureau.at(id).await).await.unwrap();
    let at = bureau.at(id).await;
    let answer = NameAnswer { is_approved: true, ..NameAnswer::default() };
    let refused = bureau.foundings.answer_name(&office(), at, answer.clone()).await.unwrap_err();
    let FoundingError::Act(crate::acts::ActError::Alike { fields }) = refused else { panic!("{refused:?}") };
    assert_eq!((fields[0].pointer.as_str(), fields[0].record), ("/confirm_distinct", Some(there)));
    // Nothing was entered, and the file did not move: the same is sent again.
    assert!(bureau.register.all(&names.act).await.is_empty());
    let looked = NameAnswer { confirm_distinct: vec![there], ..answer };
    bureau.foundings.answer_name(&office(), at, looked).await.unwrap();
    assert_eq!(bureau.register.all(&names.act).await.len(), 2);
}
