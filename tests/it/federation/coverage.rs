//! Does the nation say of which regions it knows nothing, instead of nought, and as of when it knows the others?

use anyhow::ensure;
use serde_json::{Value, json};
use tiwizi_tests::client::{at, text};

use super::nation::{Nation, PROVINCES, cooperative, until};

#[tokio::test]
async fn a_region_is_unknown_until_its_register_has_come_and_known_as_of_then() -> anyhow::Result<()> {
    let mut place = Nation::new()?;
    place.offer()?;
    place.serve()?;
    let visitor = place.nation.instance.visitor()?;
    let before = visitor.get("/api/v1/coverage").await?.expect(200)?.json();
    ensure!(at(&before, "/known") == &json!(0) && at(&before, "/of") == &json!(12), "{before}");
    let nothing = visitor.get("/api/v1/statistics/cooperatives?by=region").await?.expect(200)?.json();
    ensure!(at(&nothing, "/total").is_null() && text(&nothing, "/total_reason") == "unknown", "{nothing}");
    ensure!(at(&nothing, "/counts/01").is_null() && text(&nothing, "/unknown/01") == "not-enrolled", "{nothing}");
    ensure!(text(&nothing, "/unknown/09") == "nothing-came", "{nothing}");

    for (number, (province, name)) in PROVINCES.into_iter().zip(["Tafoukt Argan", "Oriental Miel"]).enumerate() {
        let body = cooperative(province, "1/2019", name);
        place.office(number).await?.post("/api/v1/records/registry/cooperative", &body).await?.expect(201)?;
    }
    let administrator = place.administrator().await?;
    place.sign(&administrator).await?;
    let counted = |found: &Value| at(found, "/counts/09") == &json!(1) && at(found, "/coverage/known") == &json!(2);
    let found = until(&administrator, "/api/v1/statistics/cooperatives?by=region", counted).await?;
    ensure!(at(&found, "/total") == &json!(2) && at(&found, "/total_reason").is_null(), "{found}");
    ensure!(at(&found, "/unknown/02").is_null() && text(&found, "/unknown/01") == "not-enrolled", "{found}");
    let regions = at(&found, "/coverage/regions").as_array().cloned().unwrap_or_default();
    let souss = regions.iter().find(|region| text(region, "/code") == "09");
    ensure!(
        souss.is_some_and(|region| text(region, "/state") == "part" && at(region, "/as_of").is_string()),
        "{found}"
    );

    // Its members are not agreed on, and so nobody has counted them.
    let women = visitor.get("/api/v1/statistics/women?by=region").await?.expect(200)?.json();
    ensure!(at(&women, "/counts/09").is_null() && text(&women, "/unknown/09") == "nothing-came", "{women}");
    ensure!(at(&women, "/total").is_null() && text(&women, "/total_reason") == "unknown", "{women}");
    ensure!(souss.is_some_and(|region| text(region, "/members") == "nothing-came"), "{found}");

    let id = text(&visitor.get("/api/v1/records/registry/cooperative").await?.expect(200)?.json(), "/items/0/id");
    let record = visitor.get(&format!("/fr/records/registry/cooperative/{id}")).await?.expect(200)?.text;
    ensure!(record.contains("Tenue par") && record.contains("à jour au"), "{record}");

    let table = visitor.get("/open-data/statistics/cooperatives-by-region.csv").await?.expect(200)?;
    ensure!(table.header("x-coverage").starts_with("2/12; as-of="), "{}", table.header("x-coverage"));
    let page = visitor.get("/fr/statistics?measure=cooperatives").await?.expect(200)?.text;
    ensure!(page.contains("2 régions sur 12") && page.contains("pas de données"), "{page}");
    let list = visitor.get("/fr/directory").await?.expect(200)?.text;
    ensure!(list.contains("Tafoukt Argan") && list.contains("Tenue par") && list.contains("à jour au"), "{list}");
    Ok(())
}
