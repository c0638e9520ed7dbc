//! What stays, what goes, and who may say so: offices, several grounds, erasures that were cut off, people who move.

use tiwizi_model::limits::PAGE_ROWS_DEFAULT;

use super::*;

fn mandate_body(cooperative: &Record, person: &Record) -> Value {
    json!({
        "cooperative": cooperative.id.to_string(), "place": 1, "person": person.id.to_string(), "role": "manager",
        "from": "2020-01-01", "until": "2026-01-01", "runs_until": "2026-01-01", "province": "09.541",
    })
}

#[tokio::test]
async fn who_holds_an_office_and_is_no_member_is_kept_until_ten_years_after_it() {
    let register = Register::new().await;
    let (cooperative, [gone, _], _) = left_and_stayed(&register).await;
    let kind = register.names.person.clone();
    let manager = create(&register, &kind, person_body("Idir")).await.unwrap();
    let mandate = create(&register, &register.names.mandate, mandate_body(&cooperative, &manager)).await.unwrap();
    register.clock.advance_ms(4_000 * DAY_MS);
    let due = step(&register.records, &kind, None).await.unwrap().due;
    assert_eq!(due.iter().map(|due| due.item.id).collect::<Vec<_>>(), [gone.id], "the office lasts");
    change(&register, &mandate, json!({ "ended_on": "2026-02-01", "runs_until": null })).await.unwrap();
    let due = step(&register.records, &kind, None).await.unwrap().due;
    let over = due.iter().find(|due| due.item.id == manager.id).unwrap();
    assert_eq!(over.item.due_on.unwrap().to_string(), "2036-02-01");
}

#[tokio::test]
async fn a_request_that_waits_behind_a_page_of_others_holds_too() {
    let register = Register::new().await;
    let (_, [gone, _], _) = left_and_stayed(&register).await;
    let own = holder(Some(gone.id), &[]);
    for _ in 0..=PAGE_ROWS_DEFAULT {
        let asked = ask(&register.records, &own, access(gone.id)).await.unwrap();
        withdraw(&register.records, &own, (asked.id, asked.version)).await.unwrap();
    }
    ask(&register.records, &own, access(gone.id)).await.unwrap();
    let due = step(&register.records, &register.names.person, None).await.unwrap().due;
    assert!(due.iter().any(|due| due.item.id == gone.id && due.is_held), "{due:?}");
}
