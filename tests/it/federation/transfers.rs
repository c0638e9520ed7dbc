//! Does a cooperative change its home step by step, by those whose step it is, and is it nowhere twice or not at all meanwhile?

use anyhow::ensure;
use reqwest::Method;
use serde_json::json;
use tiwizi_tests::client::at;

use super::two::{NOWHERE, OBSERVER, REGISTRAR, Two, cooperative, of, until};
use crate::register::COOPERATIVES;

const TRANSFERS: &str = "/api/v1/transfers";
/// The exit codes of what is refused, and of an instance in use.
const REFUSED: Option<i32> = Some(3);
const IN_USE: Option<i32> = Some(4);

#[tokio::test]
async fn a_cooperative_changes_its_home_and_the_one_before_says_where_it_is() -> anyhow::Result<()> {
    let mut two = Two::new()?;
    two.serve()?;
    let (region, nation) = (of(&two.region, REGISTRAR).await?, of(&two.nation, REGISTRAR).await?);
    let id = cooperative(&region, "1/2019").await?;
    let record = format!("{COOPERATIVES}/{id}");
    let offer = json!({ "cooperatives": [id], "to": two.nation.node() });

    let visitor = two.region.instance.visitor()?;
    visitor.post(TRANSFERS, &offer).await?.expect_problem(401, "not-signed-in")?;
    of(&two.region, OBSERVER).await?.post(TRANSFERS, &offer).await?.expect_problem(403, "forbidden")?;
    let strange = json!({ "cooperatives": [id], "to": "0".repeat(64) });
    let refused = region.post(TRANSFERS, &strange).await?.expect_problem(422, "invalid")?;
    ensure!(refused.at("/errors/0/code") == "no-peer", "{}", refused.text);
    let absent = json!({ "cooperatives": [NOWHERE], "to": two.nation.node() });
    region.post(TRANSFERS, &absent).await?.expect_problem(404, "not-found")?;

    let offered = region.post(TRANSFERS, &offer).await?.expect(201)?;
    let transfer = offered.at("/id");
    ensure!(offered.at("/state") == "offered" && offered.at("/steps/1/phase") == "next", "{}", offered.text);
    let change = json!({ "name_fr": "Autre" });
    region.send(Method::PATCH, &record, Some(&change)).await?.expect_problem(409, "in-transfer")?;
    region.post(TRANSFERS, &offer).await?.expect_problem(409, "in-transfer")?;
    let page = visitor.get(&format!("/fr/directory/{id}")).await?.expect(200)?;
    ensure!(page.text.contains("en transfert"), "{}", page.text);

    let (path, tenure) = (format!("{TRANSFERS}/{transfer}"), json!({ "tenure": 1 }));
    until(&nation, &path, "the offer", |answer| answer.status == 200).await?;
    nation.post(&format!("{path}/seal"), &tenure).await?.expect_problem(409, "conflict")?;
    let parcel = region.download(&format!("{path}/parcel")).await?;
    let accept = format!("{path}/accept");
    nation.upload(&accept, &b"no parcel"[..]).await?.expect_problem(422, "invalid")?;
    of(&two.nation, OBSERVER).await?.upload(&accept, parcel.clone()).await?.expect_problem(403, "forbidden")?;
    region.upload(&accept, parcel.clone()).await?.expect_problem(409, "conflict")?;
    let accepted = nation.upload(&accept, parcel).await?.expect(200)?;
    ensure!(at(&accepted.json(), "/records/registry~1cooperative") == 1, "{}", accepted.text);

    nation.post(&format!("{path}/seal"), &json!({ "tenure": 9 })).await?.expect_problem(412, "stale-version")?;
    region.post(&format!("{path}/seal"), &tenure).await?.expect_problem(403, "forbidden")?;
    nation.post(&format!("{path}/seal"), &tenure).await?.expect(200)?;
    nation.post(&format!("{path}/void"), &json!({})).await?.expect_problem(409, "conflict")?;
    nation.send(Method::PATCH, &record, Some(&change)).await?.expect(200)?;
    until(&region, &path, "the seal", |answer| answer.at("/state") == "completed").await?;
    region.send(Method::PATCH, &record, Some(&change)).await?.expect_problem(409, "not-home")?;
    let page = visitor.get(&format!("/fr/directory/{id}")).await?.expect(200)?;
    ensure!(page.text.contains("est tenue par"), "{}", page.text);
    Ok(())
}

#[tokio::test]
async fn an_offer_that_is_called_off_lets_the_home_write_again() -> anyhow::Result<()> {
    let mut two = Two::new()?;
    two.serve()?;
    let (region, nation) = (of(&two.region, REGISTRAR).await?, of(&two.nation, REGISTRAR).await?);
    let id = cooperative(&region, "1/2019").await?;
    let offer = json!({ "cooperatives": [id], "to": two.nation.node() });
    let path = format!("{TRANSFERS}/{}", region.post(TRANSFERS, &offer).await?.expect(201)?.at("/id"));
    until(&nation, &path, "the offer", |answer| answer.status == 200).await?;
    region.post(&format!("{path}/void"), &json!({})).await?.expect_problem(403, "forbidden")?;
    nation.post(&format!("{path}/void"), &json!({})).await?.expect(200)?;
    until(&region, &path, "the void", |answer| answer.at("/state") == "ended").await?;
    let change = json!({ "name_fr": "Autre" });
    region.send(Method::PATCH, &format!("{COOPERATIVES}/{id}"), Some(&change)).await?.expect(200)?;
    region.get(&format!("{path}/parcel")).await?.expect_problem(409, "conflict")?;
    Ok(())
}

#[tokio::test]
async fn the_pages_lead_through_the_steps() -> anyhow::Result<()> {
    let mut two = Two::new()?;
    two.serve()?;
    let (region, nation) =
        (two.region.instance.signed_in(REGISTRAR).await?, two.nation.instance.signed_in(REGISTRAR).await?);
    let id = cooperative(&of(&two.region, REGISTRAR).await?, "1/2019").await?;
    let shown = region.get(&format!("/fr/directory/{id}")).await?.expect(200)?;
    ensure!(shown.text.contains("/fr/federation/transfers/new"), "{}", shown.text);
    let new = format!("/fr/federation/transfers/new?cooperative={id}");
    ensure!(region.get(&new).await?.expect(200)?.text.contains(&two.nation.node()), "the nation can take it");
    two.region.instance.signed_in(OBSERVER).await?.get(&new).await?.expect(403)?;
    let fields = |to: &str| vec![("cooperative".to_owned(), id.clone()), ("to".to_owned(), to.to_owned())];
    let post = "/fr/federation/transfers/new";
    for (to, status) in [("0".repeat(64), 422), (two.nation.node(), 303)] {
        let fields = fields(&to);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        region.submit(post, &fields).await?.expect(status)?;
    }
    let (lists, transfer) = ("/fr/federation/transfers", {
        let found = of(&two.region, REGISTRAR).await?.get(TRANSFERS).await?.expect(200)?;
        found.at("/items/0/id")
    });
    let page = format!("{lists}/{transfer}");
    ensure!(region.get(lists).await?.expect(200)?.text.contains("Tifaouine"), "the list names what moves");
    let path = region.get(&page).await?.expect(200)?;
    ensure!(path.text.contains("step-current") && path.text.contains("/parcel"), "{}", path.text);
    until(&nation, &page, "the offer", |answer| answer.status == 200).await?;
    let parcel = region.download(&format!("{page}/parcel")).await?;
    nation.submit_file(&format!("{page}/accept"), "parcel", b"no parcel").await?.expect(422)?;
    nation.submit_file(&format!("{page}/accept"), "parcel", &parcel).await?.expect(303)?;
    nation.submit(&page, &[("step", "seal"), ("tenure", "7")]).await?.expect(412)?;
    region.submit(&page, &[("step", "seal"), ("tenure", "1")]).await?.expect(403)?;
    nation.submit(&page, &[("step", "seal"), ("tenure", "1")]).await?.expect(303)?;
    for language in ["ar", "ary", "fr", "zgh", "shi", "tzm", "rif"] {
        nation.get(&format!("/{language}/federation/transfers")).await?.expect(200)?;
        nation.get(&format!("/{language}/federation/transfers/{transfer}")).await?.expect(200)?;
    }
    for house in [&mut two.nation, &mut two.region] {
        let (ended, log) = house.instance.stop()?;
        ensure!(ended.success() && !log.contains("no language has this message"), "{log}");
    }
    Ok(())
}

#[tokio::test]
async fn the_command_line_takes_the_same_steps() -> anyhow::Result<()> {
    let mut two = Two::new()?;
    two.serve()?;
    let id = cooperative(&of(&two.region, REGISTRAR).await?, "1/2019").await?;
    let offer = |two: &Two, to: &str| {
        let file = two.region.file("out.tzparcel");
        two.region.command("transfer offer --json").option("--to", to).option("--parcel", file).word(&id).run()
    };
    let node = two.nation.node();
    ensure!(offer(&two, &node)?.code == IN_USE, "the instance is served");
    two.region.instance.stop()?;
    let ending = offer(&two, &"0".repeat(64))?;
    ensure!(ending.code == REFUSED, "{ending:?}");
    let offered = offer(&two, &node)?;
    ensure!(offered.code == Some(0), "{offered:?}");
    let transfer = at(&offered.json()?, "/id").as_str().unwrap_or_default().to_owned();
    let ending =
        two.region.command("transfer parcel --json").word(&transfer).option("--to", two.region.file("out.tzparcel"));
    ensure!(ending.run()?.code == REFUSED, "a file that is there is not written over");
    let listed = two.region.command("transfer list --json").succeed()?.json()?;
    ensure!(at(&listed, "/items/0/state") == "offered", "{listed}");
    for step in ["seal", "void"] {
        let ending = two.region.command(&format!("transfer {step} --json")).word(&transfer).run()?;
        ensure!(ending.code == REFUSED, "{step} is the nation's: {ending:?}");
    }
    let ending = two.region.command("transfer accept --json").word(&transfer);
    let ending = ending.option("--parcel", two.region.file("out.tzparcel")).run()?;
    ensure!(ending.code == REFUSED, "nobody accepts what they offer: {ending:?}");
    let absent = two.region.command("transfer seal --json").word(NOWHERE).run()?;
    ensure!(absent.code == REFUSED, "{absent:?}");
    Ok(())
}
