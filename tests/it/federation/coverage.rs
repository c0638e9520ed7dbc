//! Does the nation say of which regions it knows nothing, instead of nought?

use anyhow::ensure;
use serde_json::json;
use tiwizi_tests::client::{at, text};

use super::nation::Nation;

#[tokio::test]
async fn a_region_of_which_nothing_came_is_unknown_and_not_nought() -> anyhow::Result<()> {
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

    Ok(())
}
