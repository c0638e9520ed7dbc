//! What the public may read: published models, and nothing else of what trainers and people keep here.

use serde_json::{Value, json};
use tiwizi_sdk::hooks::Operation;
use tiwizi_sdk::{Find, Store, native};

use crate::ProjectBank;
use crate::kinds::{Model, State};
use crate::publication::Publication;
use crate::tests::{MANIFEST, installed, told};

/// Tells of all models, as the log does after the installation.
fn told_of_all() {
    for record in native::ids("model") {
        told(Operation::Create, &record);
    }
}

/// The codes of what the public reads.
fn published() -> Vec<String> {
    native::bodies("publication").iter().map(|body| body["code"].as_str().unwrap().to_owned()).collect()
}

fn turn(state: State) -> String {
    native::as_holder(&["trainer"]);
    let mut entry = Store::<Model>::first(&Find::new().equal(Model::CODE, "saffron")).unwrap().unwrap();
    entry.body.state = state;
    Store::replace(&entry).unwrap();
    native::as_public();
    entry.id
}

#[test]
fn the_public_may_read_no_kind_in_which_a_draft_can_stand() {
    let manifest: Value = serde_json::from_str(MANIFEST).unwrap();
    let kinds = manifest["kinds"].as_array().unwrap();
    let is_open = |kind: &&Value| {
        let readers = kind["access"]["read"].as_array().unwrap();
        readers.iter().any(|reader| ["public", "signed-in"].contains(&reader.as_str().unwrap()))
    };
    for kind in kinds.iter().filter(is_open) {
        assert_eq!(kind["schema"]["properties"]["state"], Value::Null, "{} is open and has states", kind["name"]);
        let writers: Vec<&Value> =
            ["create", "change", "delete"].iter().flat_map(|may| kind["access"][may].as_array().unwrap()).collect();
        assert!(writers.iter().all(|writer| **writer == "plugin"), "{} is open and others write it", kind["name"]);
    }
    for name in ["model", "model-version", "model-draft"] {
        let kind = kinds.iter().find(|kind| kind["name"] == name).unwrap();
        assert_eq!(kind["access"]["read"], json!(["plugin", "role:trainer"]), "{name}");
    }
}

#[test]
fn every_model_that_comes_along_has_a_copy_for_the_public_that_says_the_same() {
    installed();
    told_of_all();
    let copies = native::bodies("publication");
    assert_eq!(copies.len(), native::bodies("model").len());
    for copy in copies {
        let model = native::bodies("model").into_iter().find(|model| model["code"] == copy["code"]).unwrap();
        for (name, value) in copy.as_object().unwrap().iter().filter(|(name, _)| *name != "record") {
            assert_eq!(value, &model[name], "{name}");
        }
        assert_eq!(copy["state"], Value::Null);
    }
}

#[test]
fn a_model_that_is_no_longer_published_is_no_longer_read_by_the_public() {
    installed();
    told_of_all();
    for state in [State::Draft, State::Review, State::Withdrawn] {
        let record = turn(state);
        told(Operation::Change, &record);
        assert!(!published().contains(&"saffron".to_owned()), "{state:?}");
        told(Operation::Change, &record);
        let record = turn(State::Published);
        told(Operation::Change, &record);
        told(Operation::Change, &record);
        assert_eq!(published().iter().filter(|code| *code == "saffron").count(), 1, "{state:?}");
    }
}

#[test]
fn a_corrected_model_is_read_as_it_is_now_and_one_that_is_gone_not_at_all() {
    installed();
    told_of_all();
    native::as_holder(&["trainer"]);
    let mut entry = Model::find("saffron").unwrap().unwrap();
    entry.body.version += 1;
    let entry = Store::replace(&entry).unwrap();
    told(Operation::Change, &entry.id);
    let copy = native::bodies("publication").into_iter().find(|copy| copy["code"] == "saffron").unwrap();
    assert_eq!(copy["version"], json!(entry.body.version));
    // Nobody may delete a model; what the operator of an instance removes is told of like this.
    let gone = "00000000-0000-7000-8000-0000000000ff";
    let copies = Find::new().equal(Publication::RECORD, entry.id.as_str());
    let mut copy = Store::<Publication>::first(&copies).unwrap().unwrap();
    copy.body.record = gone.to_owned();
    Store::replace(&copy).unwrap();
    told(Operation::Delete, gone);
    assert!(!published().contains(&"saffron".to_owned()));
}

#[test]
fn nobody_writes_a_model_but_the_plugin() {
    let manifest: Value = serde_json::from_str(MANIFEST).unwrap();
    let kinds = manifest["kinds"].as_array().unwrap();
    for name in ["model", "model-version", "model-draft", "publication"] {
        let kind = kinds.iter().find(|kind| kind["name"] == name).unwrap();
        for may in ["create", "change", "delete"] {
            let writers = kind["access"][may].as_array().unwrap();
            assert!(writers.iter().all(|writer| *writer == "plugin"), "{may} {name}: {writers:?}");
        }
    }
}

#[test]
fn without_its_copy_a_draft_is_on_no_page_either() {
    installed();
    turn(State::Draft);
    let page = native::call::<ProjectBank>(&tiwizi_sdk::Request::get("/models/saffron"));
    assert!(matches!(page, tiwizi_sdk::Answer::Page { status: 404, .. }), "{page:?}");
}
