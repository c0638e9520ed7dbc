//! Whether the cards say what the models say, whatever becomes of a model, and whether lists read cards alone.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tiwizi_sdk::hooks::Operation;
use tiwizi_sdk::{Entry, Find, Request, Store, native};

use crate::ProjectBank;
use crate::card::Card;
use crate::kinds::{Model, State};
use crate::tests::{installed, page, told, version};

fn saffron() -> Entry<Model> {
    Model::find("saffron").unwrap().unwrap()
}

/// Writes the saffron model as a trainer does, past the plugin's pages.
fn turn(change: impl FnOnce(&mut Model)) -> Entry<Model> {
    native::as_holder(&["trainer"]);
    let mut entry = saffron();
    change(&mut entry.body);
    Store::replace(&entry).unwrap()
}

/// Every field of every card is what its model says, and each model has one card.
fn held_against_the_models() {
    let (models, cards) = (native::bodies("model"), native::bodies("card"));
    assert_eq!(cards.len(), models.len());
    for (id, model) in native::ids("model").iter().zip(&models) {
        let card = cards.iter().find(|card| card["record"] == *id).unwrap();
        for (name, value) in card.as_object().unwrap().iter().filter(|(name, _)| *name != "record") {
            assert_eq!(value, &model[name], "{name}");
        }
    }
}

fn listed(words: &str) -> Vec<String> {
    native::as_public();
    let (_, _, data) = page(&Request::get("/").with_query("words", words));
    data["models"].as_array().unwrap().iter().map(|model| model["code"].as_str().unwrap().to_owned()).collect()
}

/// A copy of a model that comes along, under a code of its own.
fn copies(count: usize) {
    native::as_holder(&["trainer"]);
    let model = saffron().body;
    for number in 0..count {
        let entry = Store::create(&Model { code: format!("copy-{number}"), ..model.clone() }).unwrap();
        told(Operation::Create, &entry.id);
    }
}

#[test]
fn a_card_is_there_from_the_installation_on_and_follows_every_change_of_its_model() {
    installed();
    held_against_the_models();
    for state in [State::Draft, State::Review, State::Withdrawn] {
        let entry = turn(|model| model.state = state);
        told(Operation::Change, &entry.id);
        held_against_the_models();
        assert_eq!(listed("Safran"), Vec::<String>::new(), "{state:?}");
    }
    let entry = turn(|model| {
        model.state = State::Published;
        model.version += 1;
        model.words = "Crocus".to_owned();
    });
    // Twice, and late: what is told of is an older change than what is there.
    told(Operation::Change, &entry.id);
    told(Operation::Create, &entry.id);
    held_against_the_models();
    assert_eq!(listed("Crocus"), ["saffron"]);
    // Nobody may delete a model; what the operator of an instance removes is told of like this.
    let gone = "00000000-0000-7000-8000-0000000000ff";
    let mut card = Store::first(&Find::new().equal(Card::RECORD, entry.id.as_str())).unwrap().unwrap();
    card.body.record = gone.to_owned();
    Store::replace(&card).unwrap();
    told(Operation::Delete, gone);
    told(Operation::Delete, gone);
    assert_eq!(listed("Crocus"), Vec::<String>::new());
}

#[test]
fn an_upgrade_makes_the_cards_of_the_models_that_were_there_before() {
    installed();
    copies(120);
    let ids: BTreeSet<String> = native::ids("card").into_iter().collect();
    // As the version before the cards left it, with one card that says something old.
    native::as_public();
    let mut cards: Vec<Entry<Card>> = Vec::new();
    let mut next = None;
    loop {
        let found = Store::list(&Find::<Card>::new().limit(100).after(next.as_deref())).unwrap();
        cards.extend(found.items);
        next = found.next;
        if next.is_none() {
            break;
        }
    }
    let old = cards.pop().unwrap();
    for card in &cards {
        Store::delete(card).unwrap();
    }
    Store::replace(&Entry { body: Card { words: "old".to_owned(), ..old.body.clone() }, ..old }).unwrap();
    assert_eq!(native::ids("card").len(), 1);
    assert_eq!(native::upgrade::<ProjectBank>("0.1.0"), Ok(ids.len().div_ceil(50)));
    held_against_the_models();
    assert_eq!(native::upgrade::<ProjectBank>("0.1.0"), Ok(ids.len().div_ceil(50)), "again it changes nothing");
    held_against_the_models();
}

#[test]
fn a_list_reads_one_page_of_cards_and_no_sheet() {
    installed();
    copies(100);
    native::as_public();
    let asked = [
        Request::get("/"),
        Request::get("/").with_query("words", "Safran"),
        Request::get("/").with_query("words", "زعفران").with_query("sector", "agriculture").in_language("ar"),
        Request::get("/").with_query("sector", "agriculture").with_query("amount", "1000000000"),
    ];
    for request in asked {
        let (_, _, data) = page(&request);
        let used = native::used();
        assert_eq!(data["models"].as_array().map(Vec::len), Some(24), "{:?}", request.query);
        assert_eq!((used.of("store"), used.of("context"), used.calls.len()), (1, 1, 2), "{used:?}");
        assert_eq!(used.bytes.keys().collect::<Vec<_>>(), ["card"]);
        assert!(used.bytes_read() < 24 * 8_000, "{used:?}");
    }
}

#[test]
fn the_desk_lists_models_by_their_cards_too() {
    installed();
    native::as_holder(&["trainer"]);
    let (_, _, data) = page(&Request::get("/model-desk").with_query("words", "Safran").with_query("from", "saffron"));
    let used = native::used();
    assert_eq!((&data["models"][0]["code"], &data["models"][0]["version"]), (&json!("saffron"), &json!(version(0))));
    assert!(data["copied"].as_str().is_some_and(|title| !title.is_empty()), "{data}");
    assert_eq!(used.bytes.keys().collect::<Vec<_>>(), ["card", "model-draft"], "{used:?}");
}

#[test]
fn a_sheet_is_one_record_its_proposals_and_one_question_to_the_training() {
    installed();
    native::as_public();
    let (status, _, _) = page(&Request::get("/models/saffron"));
    let used = native::used();
    assert_eq!(status, 200);
    // The second read is what was taken over from proposals.
    assert_eq!((used.of("store"), used.of("calls"), used.of("context")), (2, 1, 1), "{used:?}");
    assert_eq!(used.bytes.keys().collect::<Vec<_>>(), ["model", "proposal"]);
}

#[test]
fn what_is_shown_of_a_model_is_what_the_sheet_shows() {
    installed();
    native::as_public();
    for language in ["ar", "fr", "shi"] {
        let (_, _, data) = page(&Request::get("/").in_language(language));
        for shown in data["models"].as_array().unwrap() {
            let code = shown["code"].as_str().unwrap();
            let (_, _, sheet) = page(&Request::get(&format!("/models/{code}")).in_language(language));
            for field in ["code", "title", "summary", "sector", "publics", "example"] {
                assert_eq!(shown[field], sheet["model"][field], "{code} {field}");
            }
            let model = native::bodies("model").into_iter().find(|model| model["code"] == code).unwrap_or(Value::Null);
            assert_eq!((&shown["amount"], &model["state"]), (&model["amount"], &json!("published")));
        }
    }
}
