//! Does what the nation publishes come to every region, and is it looked at before it is applied, and undone by the version before?

use anyhow::ensure;
use serde_json::{Value, json};
use tiwizi_tests::client::{at, text};

use super::nation::{Nation, until};

const OFFICE: &str = include_str!("../../../manifests/rules/office.json");
/// The exit code of what was refused.
const REFUSED: Option<i32> = Some(3);

impl Nation {
    /// Publishes a rule of the office with another figure.
    fn publish(&self, days: u32) -> anyhow::Result<Value> {
        let file = self.nation.file("office.json");
        std::fs::write(&file, OFFICE.replace("\"value\": 30", &format!("\"value\": {days}")))?;
        let publish = self.nation.command("package publish --kind rule-pack --name rules/office --json");
        publish.word(&file).succeed()?.json()
    }
}

#[tokio::test]
async fn a_package_is_published_comes_is_looked_at_applied_and_undone() -> anyhow::Result<()> {
    let mut place = Nation::new()?;
    ensure!(place.publish(20)? == json!({ "name": "rules/office", "version": 1 }), "the first version");
    place.publish(10)?;
    place.serve()?;
    let [region, _] = &place.regions;
    let administrator = region.instance.administrator().await?.with_token("tests").await?;
    let is_here = |found: &Value| at(found, "/items").as_array().is_some_and(|items| items.len() == 2);
    let found = until(&administrator, "/api/v1/packages", is_here).await?;
    ensure!(text(&found, "/items/0/state") == "received" && text(&found, "/items/0/version") == "2", "{found}");

    let one = "/api/v1/packages/rules%2Foffice";
    let shown = administrator.get(&format!("{one}/1")).await?.expect(200)?.json();
    ensure!(text(&shown, "/publisher") == place.nation.node() && text(&shown, "/kind") == "rule-pack", "{shown}");
    let seen = administrator.get(&format!("{one}/difference?version=1")).await?.expect(200)?.json();
    ensure!(at(&seen, "/added") == &json!(1) && at(&seen, "/from").is_null(), "{seen}");
    let apply = async |version: Value, seen: Value| {
        let body = json!({ "version": version, "seen": seen });
        administrator.send(reqwest::Method::PUT, &format!("{one}/applied"), Some(&body)).await
    };
    let applied = apply(json!(1), json!(null)).await?.expect(200)?.json();
    ensure!(text(&applied, "/takes_effect") == "next-start", "{applied}");
    apply(json!(2), json!(null)).await?.expect_problem(412, "stale-version")?;
    let later = apply(json!(2), json!(1)).await?.expect(200)?.json();
    ensure!(at(&later, "/changed") == &json!(1) && text(&later, "/records/0/members/0") == "answer_days", "{later}");
    let back = apply(json!(1), json!(2)).await?.expect(200)?.json();
    ensure!(at(&back, "/to") == &json!(1), "{back}");

    // It holds from the next start, and the command line says the same.
    let [region, _] = &mut place.regions;
    region.instance.stop()?;
    let listed = region.command("package list --json").succeed()?.json()?;
    ensure!(text(&listed, "/items/1/state") == "applied", "{listed}");
    let taken = region.command("package apply rules/office --version 0 --json").succeed()?.json()?;
    ensure!(at(&taken, "/removed") == &json!(1), "{taken}");
    Ok(())
}

#[test]
fn what_is_wrong_is_not_published_and_a_region_publishes_nothing() -> anyhow::Result<()> {
    let place = Nation::new()?;
    let file = place.nation.file("office.json");
    std::fs::write(&file, "{}")?;
    let publish = |house: &super::house::House| {
        house.command("package publish --kind rule-pack --name rules/office --json").word(&file).run()
    };
    let wrong = publish(&place.nation)?;
    ensure!(wrong.code == REFUSED && wrong.complaint.contains("rule of the office"), "{wrong:?}");
    std::fs::write(&file, OFFICE)?;
    let [region, _] = &place.regions;
    let refused = publish(region)?;
    ensure!(refused.code == REFUSED && refused.complaint.contains("national"), "{refused:?}");
    Ok(())
}
