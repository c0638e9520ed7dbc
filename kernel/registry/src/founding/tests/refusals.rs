//! What is refused on the path, and what nobody learns.

use tiwizi_records::Draft;

use super::*;

#[tokio::test]
async fn a_stranger_learns_nothing_of_a_file_and_another_province_neither() {
    let bureau = Bureau::open().await;
    let id = bureau.opened().await;
    let elsewhere = holder(901, &[("registrar", "province:01.051")]);
    for caller in [Caller::public(), founder(6), elsewhere] {
        let seen = bureau.foundings.look(&caller, id).await;
        assert!(matches!(seen, Err(FoundingError::Missing)), "{seen:?}");
        let answered = bureau.foundings.answer_name(&caller, (id, Version::FIRST), NameAnswer::default()).await;
        assert!(matches!(answered, Err(FoundingError::Missing)), "{answered:?}");
        if caller.account().is_some() {
            let confirmed = bureau.foundings.confirm(&caller, (id, Version(99))).await;
            assert!(matches!(confirmed, Err(FoundingError::Missing)), "{confirmed:?}");
            let removed = bureau.foundings.remove_document(&caller, (id, Version(99)), FileHash([1; 32])).await;
            assert!(matches!(removed, Err(FoundingError::Missing)), "{removed:?}");
        }
    }
    assert_eq!(bureau.foundings.look(&office(), id).await.unwrap().viewer, Viewer::Office);
    let given = map(json!({ "address": "Tiout" }));
    let written = bureau.foundings.edit(&office(), (id, Version::FIRST), Section::Assembly, &given).await;
    assert!(matches!(written, Err(FoundingError::NotFounder)), "{written:?}");
    let opened = bureau.foundings.open(&Caller::public(), &map(name())).await;
    assert!(matches!(opened, Err(FoundingError::NotSignedIn)), "{opened:?}");
}

#[tokio::test]
async fn a_registrar_does_not_decide_on_the_own_file() {
    let bureau = Bureau::open().await;
    let id = bureau.foundings.open(&office(), &map(name())).await.unwrap();
    let seen = bureau.foundings.look(&office(), id).await.unwrap();
    assert!(matches!(seen.viewer, Viewer::Founder(_)));
    bureau.foundings.ask_for_name(&office(), (id, seen.version)).await.unwrap();
    let version = bureau.foundings.look(&office(), id).await.unwrap().version;
    let answer = NameAnswer { is_approved: true, ..NameAnswer::default() };
    let refused = bureau.foundings.answer_name(&office(), (id, version), answer).await;
    assert!(matches!(refused, Err(FoundingError::Own)), "{refused:?}");
    assert!(bureau.register.all(&bureau.register.names.act).await.is_empty());
}

#[tokio::test]
async fn a_section_is_filled_in_with_its_terms_or_not_at_all() {
    let bureau = Bureau::open().await;
    let id = bureau.opened().await;
    let seen = bureau.foundings.look(&founder(1), id).await.unwrap();
    let (at, own) = ((id, seen.version), seen.seats[0].id);
    let value = map(json!({ "share_value_mad": 100 }));
    let write = async |shares: i64| {
        let terms = [(own, map(json!({ "shares": shares })))];
        bureau.foundings.edit_with_terms(&founder(1), at, (Section::Capital, &value), &terms).await
    };
    let Err(FoundingError::Invalid { fields }) = write(-1).await else { panic!("shares below nothing") };
    assert_eq!(fields.iter().map(|fault| fault.pointer.clone()).collect::<Vec<_>>(), [format!("/{own}/shares")]);
    let now = bureau.foundings.look(&founder(1), id).await.unwrap();
    assert_eq!((now.version, now.founding.share_value_mad), (seen.version, None));
    assert_eq!(write(5).await.unwrap(), Version(seen.version.0 + 1));
    let now = bureau.foundings.look(&founder(1), id).await.unwrap();
    assert_eq!((now.seats[0].founder.shares, now.founding.share_value_mad.is_some()), (Some(5), true));
    // What is there already makes no version.
    let at = bureau.at(id).await;
    let terms = [(own, map(json!({ "shares": 5 })))];
    let again = bureau.foundings.edit_with_terms(&founder(1), at, (Section::Capital, &value), &terms).await;
    assert_eq!(again.unwrap(), at.1);
}

#[tokio::test]
async fn an_invitation_is_good_once_for_a_time_and_for_one_account() {
    let bureau = Bureau::open().await;
    let id = bureau.opened().await;
    let nobody = bureau.foundings.invite(&founder(1), id, Invitation::default()).await.unwrap_err();
    assert_eq!(codes(&nobody), ["required"]);
    let by_mail = Invitation { name: "تودا".into(), email: Some("2@Example.org ".into()), phone: None };
    let invited = bureau.foundings.invite(&founder(1), id, by_mail.clone()).await.unwrap();
    assert_eq!(bureau.told(2).await, ["founding-notice-invited"]);
    let offer = bureau.foundings.offer(invited.secret.reveal()).await.unwrap();
    assert_eq!((offer.name.as_deref(), offer.invited.as_deref()), (Some("Tifaouine"), Some("تودا")));
    let again = bureau.foundings.invite(&founder(1), id, by_mail).await;
    assert!(matches!(again, Err(FoundingError::Taken)), "{again:?}");
    // Nobody has this address, and the second invitation is answered all the same.
    let unknown = Invitation { email: Some("nobody@example.org".into()), ..Invitation::default() };
    bureau.foundings.invite(&founder(1), id, unknown.clone()).await.unwrap();
    let again = bureau.foundings.invite(&founder(1), id, unknown).await;
    assert!(matches!(again, Err(FoundingError::Taken)), "{again:?}");
    let other = bureau.foundings.join(&founder(3), invited.secret.reveal()).await;
    assert!(matches!(other, Err(FoundingError::Invitation)), "{other:?}");
    assert_eq!(bureau.foundings.look(&founder(2), id).await.unwrap().viewer, Viewer::Invited(invited.founder));
    bureau.foundings.join_as_invited(&founder(2), id).await.unwrap();
    let used = bureau.foundings.offer(invited.secret.reveal()).await;
    assert!(matches!(used, Err(FoundingError::Invitation)), "{used:?}");
    let late = Invitation { phone: Some("0600000000".into()), ..Invitation::default() };
    let late = bureau.foundings.invite(&founder(1), id, late).await.unwrap();
    let twice = bureau.foundings.join(&founder(2), late.secret.reveal()).await;
    assert!(matches!(twice, Err(FoundingError::Taken)), "{twice:?}");
    bureau.register.clock.advance_ms(u64::try_from(tiwizi_model::limits::INVITATION_MS).unwrap() + 1);
    let late_join = bureau.foundings.join(&founder(3), late.secret.reveal()).await;
    assert!(matches!(late_join, Err(FoundingError::Invitation)), "{late_join:?}");
    let renewed = bureau.foundings.invite_again(&founder(1), id, late.founder).await.unwrap();
    bureau.foundings.join(&founder(3), renewed.secret.reveal()).await.unwrap();
}

#[tokio::test]
async fn an_invitation_of_an_account_ends_with_its_time_too() {
    let bureau = Bureau::open().await;
    let id = bureau.opened().await;
    let by_mail = Invitation { email: Some("2@example.org".into()), ..Invitation::default() };
    let invited = bureau.foundings.invite(&founder(1), id, by_mail).await.unwrap();
    bureau.register.clock.advance_ms(u64::try_from(tiwizi_model::limits::INVITATION_MS).unwrap() + 1);
    assert!(bureau.foundings.of_account(&founder(2)).await.unwrap().is_empty());
    let seen = bureau.foundings.look(&founder(2), id).await;
    assert!(matches!(seen, Err(FoundingError::Missing)), "neither the name nor who opened it: {seen:?}");
    let filled = bureau.foundings.edit(&founder(2), bureau.at(id).await, Section::Name, &map(name())).await;
    assert!(matches!(filled, Err(FoundingError::Missing)), "{filled:?}");
    let late = bureau.foundings.join_as_invited(&founder(2), id).await;
    assert!(matches!(late, Err(FoundingError::Invitation)), "{late:?}");
    bureau.foundings.invite_again(&founder(1), id, invited.founder).await.unwrap();
    assert_eq!(bureau.foundings.of_account(&founder(2)).await.unwrap().len(), 1);
    assert_eq!(bureau.foundings.look(&founder(2), id).await.unwrap().viewer, Viewer::Invited(invited.founder));
    bureau.foundings.join_as_invited(&founder(2), id).await.unwrap();
}

#[tokio::test]
async fn invitations_of_others_do_not_keep_an_account_out_of_a_file() {
    let bureau = Bureau::open().await;
    let opened_max = tiwizi_model::limits::FOUNDINGS_OPENED_MAX;
    let by_mail = Invitation { email: Some("7@example.org".into()), ..Invitation::default() };
    for opener in 2..=6 {
        for _ in 0..opened_max {
            let id = bureau.foundings.open(&founder(opener), &map(name())).await.unwrap();
            bureau.foundings.invite(&founder(opener), id, by_mail.clone()).await.unwrap();
        }
    }
    let invited = bureau.foundings.of_account(&founder(7)).await.unwrap().len();
    assert!(invited > tiwizi_model::limits::FOUNDINGS_OF_ACCOUNT_MAX, "{invited}");
    let id = bureau.opened().await;
    bureau.foundings.invite(&founder(1), id, by_mail).await.unwrap();
    bureau.foundings.join_as_invited(&founder(7), id).await.unwrap();
}

#[tokio::test]
async fn who_confirmed_confirms_anew_what_the_others_change() {
    let bureau = Bureau::open().await;
    let id = bureau.opened().await;
    bureau.fill_seats(id, 2).await;
    bureau.edit(id, Section::Capital, json!({ "share_value_mad": 100 })).await;
    bureau.foundings.confirm(&founder(2), bureau.at(id).await).await.unwrap();
    let seats = bureau.foundings.look(&founder(1), id).await.unwrap().seats;
    assert!(seats[1].founder.has_confirmed());
    bureau.edit(id, Section::Receipt, json!({ "receipt": "7" })).await;
    assert!(bureau.foundings.look(&founder(1), id).await.unwrap().seats[1].founder.has_confirmed());
    let terms = map(json!({ "shares": 20, "paid_mad": 500 }));
    let before = bureau.at(id).await;
    bureau.foundings.edit_founder(&founder(1), (id, seats[1].id), &terms).await.unwrap();
    let unseen = bureau.foundings.confirm(&founder(2), before).await;
    assert!(matches!(unseen, Err(FoundingError::Moved)), "nobody confirms what they did not see: {unseen:?}");
    let seats = bureau.foundings.look(&founder(1), id).await.unwrap().seats;
    assert!(!seats[1].founder.has_confirmed() && seats[1].founder.shares == Some(20));
    assert_eq!(bureau.told(2).await[0], "founding-notice-changed");
    let mine = map(json!({ "name_fr": "X" }));
    let written = bureau.foundings.edit_founder(&founder(1), (id, seats[1].id), &mine).await;
    assert!(matches!(written, Err(FoundingError::NotFounder)), "{written:?}");
    bureau.foundings.confirm(&founder(2), bureau.at(id).await).await.unwrap();
    bureau.edit(id, Section::Name, json!({ "province": "01.051" })).await;
    let seats = bureau.foundings.look(&founder(1), id).await.unwrap().seats;
    assert!(!seats[1].founder.has_confirmed() && seats[1].founder.province.to_string() == "01.051");
}

#[tokio::test]
async fn a_file_that_lacks_something_is_not_handed_in_and_says_what() {
    let bureau = Bureau::open().await;
    let id = bureau.foundings.open(&founder(1), &map(json!({ "province": "09.541" }))).await.unwrap();
    let unnamed = bureau.foundings.ask_for_name(&founder(1), bureau.at(id).await).await.unwrap_err();
    assert_eq!(codes(&unnamed), ["name", "sector", "category"]);
    bureau.edit(id, Section::Name, name()).await;
    let early = bureau.foundings.submit(&founder(1), bureau.at(id).await).await;
    assert!(matches!(early, Err(FoundingError::NotNow { step: Step::Name })), "{early:?}");
    let at = bureau.at(id).await;
    bureau.foundings.ask_for_name(&founder(1), at).await.unwrap();
    let stale = bureau.foundings.take_back(&founder(1), at).await;
    assert!(matches!(stale, Err(FoundingError::Moved)), "{stale:?}");
    let answer = NameAnswer { is_approved: true, ..NameAnswer::default() };
    bureau.foundings.answer_name(&office(), bureau.at(id).await, answer).await.unwrap();
    let empty = bureau.foundings.submit(&founder(1), bureau.at(id).await).await.unwrap_err();
    let found = codes(&empty);
    for code in ["founders-min", "share-value", "form", "statutes", "assembly-day", "receipt", "document"] {
        assert!(found.contains(&code), "{code} is not in {found:?}");
    }
    let late = bureau.foundings.edit(&founder(1), bureau.at(id).await, Section::Name, &map(name())).await;
    assert!(matches!(late, Err(FoundingError::NotNow { step: Step::File })), "{late:?}");
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_field() {
    let bureau = Bureau::open().await;
    let id = bureau.opened().await;
    for (section, given, pointer, code) in [
        (Section::Name, json!({ "sector": "space" }), "/sector", "sector"),
        (Section::Name, json!({ "address": "Tiout" }), "/address", "unknown-field"),
        (Section::Assembly, json!({ "founded_on": "2025-02-30" }), "/founded_on", "date"),
        (Section::Assembly, json!({ "founded_on": "2031-02-03" }), "/founded_on", "future"),
        (Section::Capital, json!({ "share_value_mad": 100.001 }), "/share_value_mad", "decimals"),
        (Section::Name, json!({ "province": null }), "/province", "required"),
    ] {
        let refused = bureau.foundings.edit(&founder(1), bureau.at(id).await, section, &map(given.clone())).await;
        let Err(FoundingError::Invalid { fields }) = refused else { panic!("{given}: {refused:?}") };
        assert_eq!((fields[0].pointer.as_str(), fields[0].code.as_ref()), (pointer, code), "{given}");
    }
    let photo = NewDocument { document: "photo".into(), hash: FileHash([1; 32]), bytes: 1, name: None };
    let refused = bureau.foundings.add_document(&founder(1), id, photo).await.unwrap_err();
    assert_eq!(codes(&refused), ["enum"]);
}

#[tokio::test]
async fn only_the_one_who_opened_a_file_gives_it_up_and_takes_others_out() {
    let bureau = Bureau::open().await;
    let id = bureau.opened().await;
    bureau.fill_seats(id, 3).await;
    let seats = bureau.foundings.look(&founder(1), id).await.unwrap().seats;
    let refused = bureau.foundings.remove(&founder(2), id, seats[2].id).await;
    assert!(matches!(refused, Err(FoundingError::NotOpener)), "{refused:?}");
    let refused = bureau.foundings.give_up(&founder(2), bureau.at(id).await).await;
    assert!(matches!(refused, Err(FoundingError::NotOpener)), "{refused:?}");
    bureau.foundings.remove(&founder(3), id, seats[2].id).await.unwrap();
    bureau.foundings.remove(&founder(1), id, seats[1].id).await.unwrap();
    assert!(matches!(bureau.foundings.look(&founder(2), id).await, Err(FoundingError::Missing)));
    bureau.foundings.give_up(&founder(1), bureau.at(id).await).await.unwrap();
    let ended = bureau.foundings.ask_for_name(&founder(1), bureau.at(id).await).await;
    assert!(matches!(ended, Err(FoundingError::NotNow { step: Step::GivenUp })), "{ended:?}");
}

#[tokio::test]
async fn of_a_founder_who_is_taken_out_nothing_is_kept() {
    let bureau = Bureau::open().await;
    let id = bureau.opened().await;
    bureau.fill_seats(id, 2).await;
    let seats = bureau.foundings.look(&founder(1), id).await.unwrap().seats;
    bureau.foundings.remove(&founder(2), id, seats[1].id).await.unwrap();
    let entry = &bureau.register.all(&bureau.register.names.erasure).await[0];
    assert_eq!((&entry["record"], &entry["status"]), (&json!(seats[1].id.to_string()), &json!("open")));
    crate::protection::finish(&bureau.register.records).await.unwrap();
    let entry = &bureau.register.all(&bureau.register.names.erasure).await[0];
    assert_eq!((&entry["reason"], &entry["status"]), (&json!("retention"), &json!("done")));
    let mut tx = bureau.register.records.db().read().await.unwrap();
    let left = tiwizi_storage::record::versions(&mut tx, seats[1].id, None, 99).await.unwrap();
    assert!(left.len() == 1 && left[0].1.deleted, "the tombstone alone: {left:?}");
    let whole = format!("{left:?}");
    assert!(!whole.contains("Fondateur 2") && !whole.contains("1994-05-06"), "{whole}");
}

#[tokio::test]
async fn the_office_sees_what_waits_in_its_province_the_oldest_first_with_its_day() {
    let bureau = Bureau::open().await;
    let (first, second) = (bureau.opened().await, bureau.opened().await);
    bureau.foundings.ask_for_name(&founder(1), bureau.at(second).await).await.unwrap();
    bureau.register.clock.advance_ms(1_000);
    bureau.foundings.ask_for_name(&founder(1), bureau.at(first).await).await.unwrap();
    let asked = WaitingQuery { step: Step::NameAsked, province: None, cursor: None };
    let page = bureau.foundings.waiting(&office(), asked).await.unwrap();
    let ids: Vec<RecordId> = page.items.iter().map(|(id, ..)| *id).collect();
    assert_eq!((ids, page.items[0].2.map(|day| day.to_string())), (vec![second, first], Some("2025-12-03".into())));
    let elsewhere = holder(901, &[("registrar", "province:01.051")]);
    assert!(bureau.foundings.waiting(&elsewhere, asked).await.unwrap().items.is_empty());
    assert!(bureau.foundings.waiting(&founder(1), asked).await.is_err());
}

#[tokio::test]
async fn the_number_of_somebody_elses_card_makes_nobody_that_person() {
    let bureau = Bureau::open().await;
    let (records, kind) = (&bureau.register.records, &bureau.register.names.person);
    let key = Register::key().hash("JA100002").unwrap();
    let body = json!({ "name_fr": "Tanirt", "birth_date": "1980-01-02", "national_id_key": key, "province": "09.541" });
    let drafts = vec![Draft::create(kind.clone(), body)];
    let known = records.submit(&Caller::system(), drafts, None).await.unwrap()[0].id;
    let id = bureau.complete().await;
    bureau.foundings.submit(&founder(1), bureau.at(id).await).await.unwrap();
    let refused = bureau.foundings.accept(&office(), bureau.at(id).await).await.unwrap_err();
    assert_eq!(codes(&refused), ["other-person"]);
    assert_eq!(bureau.register.all(kind).await.len(), 1, "nobody was entered");
    // The register was wrong about the day: then it is the same person.
    let drafts = vec![Draft::patch(kind.clone(), known, json!({ "birth_date": "1994-05-06" }), None)];
    records.submit(&Caller::system(), drafts, None).await.unwrap();
    bureau.belongs(3, RecordId(Uuid::from_u128(77))).await;
    bureau.foundings.accept(&office(), bureau.at(id).await).await.unwrap();
    let entry = Entry {
        court: "Taroudannt".into(),
        number: "12/2025".into(),
        registered_on: "2025-11-30".parse().unwrap(),
        confirm_distinct: Vec::new(),
    };
    bureau.foundings.register(&office(), bureau.at(id).await, entry).await.unwrap();
    assert_eq!(bureau.person_of(2).await, Some(known));
    assert_eq!(bureau.person_of(3).await, Some(RecordId(Uuid::from_u128(77))), "an account stays whose it is");
    assert!(bureau.person_of(4).await.is_some());
}

#[tokio::test]
async fn a_constitution_that_the_rules_refuse_leaves_nobody_in_the_register() {
    let bureau = Bureau::open().await;
    let (records, kind) = (&bureau.register.records, &bureau.register.names.person);
    let key = Register::key().hash("JA100003").unwrap();
    let body = json!({ "name_fr": "Tanirt", "birth_date": "1994-05-06", "national_id_key": key, "province": "09.541" });
    let known = records.submit(&Caller::system(), vec![Draft::create(kind.clone(), body)], None).await.unwrap()[0].id;
    let id = bureau.complete().await;
    // The account of the second founder belongs to the person who has the card of the third.
    let seats = bureau.foundings.look(&founder(1), id).await.unwrap().seats;
    let second = seats.iter().find(|seat| seat.founder.account == Some(AccountId(Uuid::from_u128(2)))).unwrap();
    let mut unit = tiwizi_records::Unit::new(records.clone(), Caller::system().by_kernel());
    let person = json!({ "person": known.to_string() });
    unit.patch(&bureau.register.names.founder, second.id, person, Some(second.version)).await.unwrap();
    unit.commit(None).await.unwrap();
    bureau.foundings.submit(&founder(1), bureau.at(id).await).await.unwrap();
    let refused = bureau.foundings.accept(&office(), bureau.at(id).await).await;
    assert!(matches!(refused, Err(FoundingError::Act(_))), "{refused:?}");
    assert_eq!(bureau.register.all(kind).await.len(), 1, "nobody was entered");
    let correction = Correction { section: Section::Founders, text: "Deux fois la même personne".into() };
    bureau.foundings.ask_correction(&office(), bureau.at(id).await, vec![correction]).await.unwrap();
}
