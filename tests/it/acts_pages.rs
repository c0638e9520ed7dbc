//! Does somebody enter an act in the browser, on both databases?

use anyhow::ensure;
use tiwizi_tests::Instance;

use crate::database::on_both;
use crate::register::{COOPERATIVES, create};

on_both! {
    an_act_is_entered_by_its_sheet_and_shown_in_the_history,
}

async fn an_act_is_entered_by_its_sheet_and_shown_in_the_history(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let id = create(&client, "77").await?.at("/id");
    let sheet = format!("/fr/directory/{id}/acts/new/seat");
    let shown = client.get(&sheet).await?.expect(200)?;
    ensure!(shown.text.contains("name=\"/commune\""), "{}", shown.text);
    let seat = |commune, seen, step| {
        [
            ("/effective_on", "2025-01-31"),
            ("/province", "09.541"),
            ("/commune", commune),
            ("seen", seen),
            ("step", step),
        ]
    };
    let tried = client.submit(&sheet, &seat("Tiout", "0", "check")).await?.expect(200)?;
    ensure!(tried.text.contains("Ce que cet acte changerait"), "{}", tried.text);
    client.submit(&sheet, &seat("Tiout", "0", "enter")).await?.expect(303)?;
    let body = client.get(&format!("{COOPERATIVES}/{id}")).await?.expect(200)?;
    ensure!(body.at("/body/commune") == "Tiout" && body.at("/body/acts") == "2", "{}", body.text);
    // Another one that was made before it comes back.
    client.submit(&sheet, &seat("Igherm", "0", "enter")).await?.expect(409)?;
    let history = client.get(&format!("/fr/directory/{id}/acts")).await?.expect(200)?;
    ensure!(history.text.contains("id=\"act-2\"") && history.text.contains("Tiout"), "{}", history.text);
    Ok(())
}
