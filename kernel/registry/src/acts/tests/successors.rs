//! Who goes on with a cooperative that is merged or split: one that was in the register on that day, and never one that goes on in it.

use tiwizi_records::Draft;

use super::door::{codes, create, new, registrar};
use super::*;
use crate::testing::Register;

/// A cooperative that came by import.
async fn imported(register: &Register, name: &str, number: &str, status: &str) -> RecordId {
    let body = json!({ "court": "Taroudannt", "number": number, "registered_on": "2020-05-06", "name_fr": name,
        "sector": "crafts", "province": "09.541", "status": status });
    create(register, &register.names.cooperative, body).await
}

fn merged(on: &str, into: RecordId) -> NewAct {
    new(ActKind::Merged, on, json!({ "into": into.to_string() }))
}

/// The code of the one fault of an act that is refused.
async fn refused(register: &Register, cooperative: RecordId, act: NewAct) -> String {
    let faults = codes(register.acts().enter(&registrar(), cooperative, act).await.unwrap_err());
    assert_eq!((faults.len(), faults[0].0.as_str()), (1, "/data/into"), "{faults:?}");
    faults[0].1.clone()
}

#[tokio::test]
async fn who_was_not_in_the_register_on_the_day_goes_on_with_nobody() {
    let register = Register::new().await;
    let one = imported(&register, "Azekka Zaytoun", "1/2020", "registered").await;
    let ended = imported(&register, "Ighrem Ouzoud", "2/2020", "registered").await;
    let struck_off = imported(&register, "Tafukt", "3/2020", "struck_off").await;
    let acts = register.acts();
    acts.enter(&registrar(), ended, new(ActKind::Dissolved, "2024-06-01", json!({ "reason": "R" }))).await.unwrap();
    assert_eq!(refused(&register, one, merged("2024-07-01", ended)).await, "successor-state");
    assert_eq!(refused(&register, one, merged("2024-07-01", struck_off)).await, "successor-state");
    // Before it ended it could; its opening balance says so.
    let entered = acts.enter(&registrar(), one, merged("2024-05-01", ended)).await.unwrap();
    assert_eq!(entered.state.stage.name(), "merged");
}

#[tokio::test]
async fn an_alias_goes_on_with_nobody() {
    let register = Register::new().await;
    let one = imported(&register, "Azekka Zaytoun", "1/2020", "registered").await;
    let alias = imported(&register, "Ighrem Ouzoud", "2/2020", "registered").await;
    let remains = imported(&register, "Tafukt", "3/2020", "registered").await;
    let patch = json!({ "merged_into": remains.to_string() });
    let draft = Draft::patch(register.names.cooperative.clone(), alias, patch, None);
    register.records.submit(&tiwizi_identity::Caller::system(), vec![draft], None).await.unwrap();
    assert_eq!(refused(&register, one, merged("2024-07-01", alias)).await, "successor-alias");
    register.acts().enter(&registrar(), one, merged("2024-07-01", remains)).await.unwrap();
}

#[tokio::test]
async fn nobody_goes_on_in_one_that_goes_on_in_it() {
    let register = Register::new().await;
    let one = imported(&register, "Azekka Zaytoun", "1/2020", "registered").await;
    let other = imported(&register, "Ighrem Ouzoud", "2/2020", "registered").await;
    let third = imported(&register, "Tafukt", "3/2020", "registered").await;
    let acts = register.acts();
    acts.enter(&registrar(), one, merged("2024-06-10", other)).await.unwrap();
    assert_eq!(refused(&register, other, merged("2024-06-01", one)).await, "successor-circle");
    let late = acts.enter(&registrar(), other, merged("2024-06-20", one)).await.unwrap_err();
    let late: Vec<String> = codes(late).into_iter().map(|(_, code)| code).collect();
    assert_eq!(late, ["successor-state", "successor-circle"]);
    acts.enter(&registrar(), other, merged("2024-07-01", third)).await.unwrap();
    assert_eq!(refused(&register, third, merged("2024-06-01", one)).await, "successor-circle");
}

#[tokio::test]
async fn of_two_that_are_merged_into_each_other_at_once_one_is() {
    let register = Register::new().await;
    let one = imported(&register, "Azekka Zaytoun", "1/2020", "registered").await;
    let other = imported(&register, "Ighrem Ouzoud", "2/2020", "registered").await;
    let (acts, caller) = (register.acts(), registrar());
    let (first, second) = tokio::join!(
        acts.enter(&caller, one, merged("2024-06-01", other)),
        acts.enter(&caller, other, merged("2024-06-01", one))
    );
    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1, "{first:?} {second:?}");
    assert_eq!(register.all(&register.names.succession).await.len(), 1);
}
