//! Two homes may have the same cooperative; within one home that is the office's own pair.

use super::*;

fn there(number: u128) -> RecordId {
    RecordId(uuid::Uuid::from_u128(number))
}

async fn across(register: &Register, ids: &[RecordId]) -> Vec<Across> {
    let search = search(register);
    catch_up(&register.records, &search.reader()).await.unwrap();
    let mut tx = register.records.db().read().await.unwrap();
    assert_eq!(search.coded_up_to(&mut tx).await.unwrap().0, register.changes().await);
    search.across(&mut tx, ids).await.unwrap()
}

#[tokio::test]
async fn a_name_and_a_number_meet_across_homes_and_not_within_one() {
    let register = Register::new().await;
    let name = ("name_fr", "Coopérative Tafoukt Argan");
    let here = create(&register, cooperative("1/2019", name)).await.unwrap();
    register.receive(&register.names.cooperative, there(1), 1, cooperative("9/2021", name)).await;
    register.receive(&register.names.cooperative, there(2), 1, cooperative("10/2021", name)).await;
    register
        .receive(&register.names.cooperative, there(3), 1, cooperative("3/2020", ("name_fr", "Tiwizi Saffran")))
        .await;
    let found = across(&register, &[here]).await;
    let sides: Vec<[RecordId; 2]> = found.iter().map(|across| across.sides.clone().map(|side| side.id)).collect();
    assert_eq!(sides.len(), 2, "{found:?}");
    assert!([there(1), there(2)].iter().all(|id| sides.contains(&[*id, here])), "the smaller id stands first");
    // The two of the other home are that home's own pair; each of them meets the one of here.
    assert_eq!(across(&register, &[there(1), there(2)]).await.len(), 2);
    assert!(across(&register, &[there(3)]).await.is_empty());
}

#[tokio::test]
async fn one_number_is_enough_wherever_the_other_is_and_whatever_it_is_called() {
    let register = Register::new().await;
    let mut body = cooperative("1/2019", ("name_fr", "Tafoukt Argan"));
    body["ice"] = json!("001561191000066");
    let here = create(&register, body.clone()).await.unwrap();
    body["name_fr"] = json!("Moulouya Lait");
    body["number"] = json!("77/2011");
    body["province"] = json!("02.113");
    register.receive(&register.names.cooperative, there(1), 1, body).await;
    let found = across(&register, &[there(1)]).await;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].finding.level, found[0].finding.reasons.clone()), (Level::Certain, vec!["ice".to_owned()]));
    assert_eq!(found[0].sides.clone().map(|side| side.id), [there(1), here]);
}

#[tokio::test]
async fn what_somebody_said_to_be_distinct_and_what_was_merged_is_no_case() {
    let register = Register::new().await;
    let name = ("name_fr", "Coopérative Tafoukt Argan");
    let other = there(1);
    register.receive(&register.names.cooperative, other, 1, cooperative("9/2021", name)).await;
    let mut body = cooperative("1/2019", name);
    body["confirm_distinct"] = json!([other.to_string()]);
    let told = create(&register, body).await.unwrap();
    assert!(across(&register, &[told]).await.is_empty());
    let mut merged = cooperative("9/2021", name);
    merged["merged_into"] = json!(there(8).to_string());
    register.receive(&register.names.cooperative, other, 2, merged).await;
    assert!(across(&register, &[other]).await.is_empty());
}
