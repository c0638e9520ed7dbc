//! A cooperative that the register may have already: no name is approved, and nothing registered, before somebody has looked.

use serde_json::json;

use super::door::{create, new, people, registrar};
use super::*;
use crate::testing::Register;

/// The pointers and the records of an act that was held up.
fn alike(outcome: Result<Entered, ActError>) -> Vec<(String, Option<RecordId>)> {
    let Err(ActError::Alike { fields }) = outcome else { panic!("{outcome:?}") };
    fields.into_iter().map(|field| (field.pointer, field.record)).collect()
}

/// A cooperative of the register, and the request of another one for its name.
async fn asked_twice(register: &Register) -> (RecordId, RecordId) {
    let there = json!({ "court": "Agadir", "number": "1/2010", "registered_on": "2010-05-06", "name_fr": "Tifaouine",
        "sector": "argan", "province": "09.541", "commune": "Igherm", "status": "registered" });
    let there = create(register, &register.names.cooperative, there).await;
    let mut asked = request();
    asked["commune"] = "Igherm".into();
    let asked = new(ActKind::DenominationRequested, "2024-01-02", asked);
    let entered = register.acts().request_denomination(&registrar(), asked).await.unwrap();
    (there, entered.act.cooperative)
}

#[tokio::test]
async fn a_name_like_one_of_the_register_is_approved_by_whoever_has_looked() {
    let register = Register::new().await;
    let (there, cooperative) = asked_twice(&register).await;
    let (acts, caller) = (register.acts(), registrar());
    let answer = |data: Value| new(ActKind::DenominationAnswered, "2024-01-04", data);
    let refused = acts.enter(&caller, cooperative, answer(json!({ "answer": "approved" }))).await;
    assert_eq!(alike(refused), [("/data/confirm_distinct".to_owned(), Some(there))]);
    assert_eq!(acts.ledger(&caller, cooperative).await.unwrap().0.acts().len(), 1);
    let looked = answer(json!({ "answer": "approved", "confirm_distinct": [there.to_string()] }));
    let state = acts.enter(&caller, cooperative, looked).await.unwrap().state;
    assert_eq!(state.confirm_distinct, [there]);

    let people = people(&register, 5).await;
    acts.enter(&caller, cooperative, new(ActKind::Constituted, "2024-02-01", constitution(&people))).await.unwrap();
    let filed = json!({ "authority": "Caïdat", "receipt": "7" });
    acts.enter(&caller, cooperative, new(ActKind::Filed, "2024-02-10", filed)).await.unwrap();
    let register_as =
        |court: &str, number: &str| new(ActKind::Registered, "2024-03-01", json!({ "court": court, "number": number }));
    let taken = acts.enter(&caller, cooperative, register_as("Agadir", "1/2010")).await;
    let Err(ActError::Invalid { fields }) = taken else { panic!("{taken:?}") };
    let named: Vec<_> = fields.iter().map(|field| (field.pointer.as_str(), &*field.code, field.record)).collect();
    assert_eq!(named, [("/data/number", "taken", Some(there))]);
    acts.enter(&caller, cooperative, register_as("Taroudannt", "12/2024")).await.unwrap();
    let permit = register.records.may_read(&caller, &register.names.cooperative).unwrap();
    let record = register.records.read(&permit, cooperative).await.unwrap().unwrap();
    assert_eq!(record.body["confirm_distinct"], json!([there.to_string()]));
}

#[tokio::test]
async fn a_name_like_one_of_the_register_is_refused_without_a_word_on_which_is_which() {
    let register = Register::new().await;
    let (_, cooperative) = asked_twice(&register).await;
    let refusal = json!({ "answer": "refused", "reason": "Déjà porté" });
    let refusal = new(ActKind::DenominationAnswered, "2024-01-04", refusal);
    register.acts().enter(&registrar(), cooperative, refusal).await.unwrap();
}
