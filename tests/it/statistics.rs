//! Are the numbers of the register the same on both databases, and right again after a recount?

use anyhow::ensure;
use serde_json::json;
use tiwizi_tests::Instance;
use tiwizi_tests::client::{at, text};
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::instance::{PASSWORD, REGISTRAR};

use crate::database::on_both;
use crate::register::{COOPERATIVES, cooperative, create, with};

on_both! {
    the_doctor_counts_the_register_again_and_everybody_sees_the_counts,
}

async fn the_doctor_counts_the_register_again_and_everybody_sees_the_counts(
    instance: &mut Instance,
) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let first = create(&client, "1").await?.at("/id");
    let paid = with(with(cooperative("2"), "category", json!("ac")), "capital_mad", json!(2_500));
    let second = client.post(COOPERATIVES, &paid).await?.expect(201)?.at("/id");
    for number in 1..=14 {
        let body = json!({
            "cooperative": if number <= 6 { &first } else { &second }, "number": number.to_string(), "person": &first,
            "province": "09.541", "sector": "agriculture", "gender": if number % 2 == 0 { "female" } else { "male" },
            "birth_year": 1983 + number,
        });
        client.post("/api/v1/records/registry/membership", &body).await?.expect(201)?;
    }
    instance.stop()?;
    let doctor = Tiwizi::words("doctor --json").data(instance.data()).succeed()?.json()?;
    ensure!(
        *at(&doctor, "/statistics/mended") == 0 && *at(&doctor, "/statistics/changes") == *at(&doctor, "/changes"),
        "{doctor}"
    );
    instance.serve()?;
    let staff = instance.visitor()?.sign_in(REGISTRAR, PASSWORD).await?;
    for (measure, by, key, expected) in [
        ("cooperatives", "province", "09.541", "2"),
        ("members", "region", "09", "14"),
        ("women", "size", "5-9", "7"),
        ("youth", "sector", "agriculture", "8"),
        ("jobs", "province", "09.541", "8"),
        ("capital", "region", "09", "2500"),
        ("members", "age", "36-45", "6"),
    ] {
        let answer = staff.get(&format!("/api/v1/statistics/{measure}?by={by}&ages=2025")).await?.expect(200)?;
        let found = text(&answer.json(), &format!("/counts/{key}"));
        ensure!(found == expected, "{measure} by {by}: {}", answer.text);
        ensure!(*at(&answer.json(), "/as_of/0/seq") == *at(&doctor, "/changes"), "{}", answer.text);
    }
    let public = instance.visitor()?.get("/api/v1/statistics/members?by=size").await?.expect(200)?;
    ensure!(*at(&public.json(), "/counts") == json!({ "5-9": 14 }), "{}", public.text);
    Ok(())
}
