//! Good answers arrive; rubbish becomes an error of the plugin.

use serde_json::json;

use super::house::{House, chaos};
use crate::{Answer, AnswerError, CallError};

#[tokio::test]
async fn good_answers_arrive() {
    let house = House::with_chaos().await;
    let page = house.get("/page").await.unwrap();
    let expected = Answer::Page {
        status: 200,
        template: "page".to_owned(),
        title: "A page".to_owned(),
        data: json!({ "word": "tiwizi" }),
    };
    assert_eq!(page, expected);
    let edition = house.host.edition(&chaos()).unwrap();
    assert!(edition.templates()["page"].contains("{{ word }}"));
    assert_eq!(house.get("/asset").await.unwrap(), Answer::Asset { path: "note.txt".to_owned() });
    let asset = edition.asset("note.txt").unwrap();
    assert_eq!(asset.media_type, "text/plain; charset=utf-8");
    let bytes = house.host.files().get(asset.hash).await.unwrap().unwrap();
    assert_eq!(bytes.len() as u64, asset.bytes);
}

#[tokio::test]
async fn p34_rubbish_answers_are_refused() {
    let house = House::with_chaos().await;
    let refused = async |path: &str| match house.get(path).await {
        Err(CallError::Answer { source }) => source,
        other => panic!("{path}: {other:?}"),
    };
    assert!(matches!(refused("/answers/large").await, AnswerError::Large { .. }));
    assert!(matches!(refused("/answers/no-json").await, AnswerError::Object { .. }));
    assert!(matches!(refused("/answers/deep-json").await, AnswerError::Json { .. }));
    assert!(matches!(refused("/answers/line-break").await, AnswerError::Redirect { .. }));
    assert!(matches!(refused("/answers/away").await, AnswerError::Redirect { .. }));
    assert!(matches!(refused("/answers/template").await, AnswerError::Template { .. }));
    assert!(matches!(refused("/answers/status").await, AnswerError::Status { status: 101 }));
    assert!(matches!(refused("/answers/file").await, AnswerError::Asset { .. }));
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p34_an_answer_beyond_what_a_call_may_hand_over_is_not_even_copied() {
    let house = House::with_chaos().await;
    let outcome = house.get("/answers/giant").await;
    assert!(matches!(outcome, Err(CallError::Trap { .. })), "{outcome:?}");
    house.assert_unhurt().await;
}
