//! Is what another instance proposes asked once, answered once by those who keep the register there, and written by their own door?

use anyhow::ensure;
use serde_json::{Value, json};
use tiwizi_tests::Client;

use super::two::{NOWHERE, OBSERVER, REGISTRAR, Two, cooperative, of, until};
use crate::register::COOPERATIVES;

const PROPOSALS: &str = "/api/v1/proposals";

/// A cooperative of the region that the nation sees, and a registrar in each.
struct Seen {
    two: Two,
    region: Client,
    nation: Client,
    id: String,
    record: String,
}

impl Seen {
    async fn new() -> anyhow::Result<Self> {
        let mut two = Two::new()?;
        let agreement = two.offer_names()?;
        two.serve()?;
        let (region, nation) = (of(&two.region, REGISTRAR).await?, of(&two.nation, REGISTRAR).await?);
        let id = cooperative(&region, "1/2019").await?;
        two.give_names(&agreement).await?;
        let record = format!("{COOPERATIVES}/{id}");
        until(&nation, &record, "the cooperative", |answer| answer.status == 200).await?;
        Ok(Self { two, region, nation, id, record })
    }

    fn proposal(&self, patch: Value, key: char) -> Value {
        json!({ "kind": "registry/cooperative", "record": self.id, "version": 1, "patch": patch,
            "key": key.to_string().repeat(32) })
    }

    /// Proposes, and tells the path of the proposal at the sender and at the home.
    async fn propose(&self, patch: Value, key: char) -> anyhow::Result<[String; 2]> {
        let before = self.region.get(PROPOSALS).await?.items().len();
        let sent = self.nation.post(PROPOSALS, &self.proposal(patch, key)).await?.expect(201)?;
        let came =
            until(&self.region, PROPOSALS, "the proposal", |answer| answer.items().len() == before.saturating_add(1))
                .await?;
        Ok([sent.at("/proposal/id"), came.at("/items/0/id")].map(|id| format!("{PROPOSALS}/{id}")))
    }
}

#[tokio::test]
async fn a_change_is_proposed_once_and_answered_once() -> anyhow::Result<()> {
    let seen = Seen::new().await?;
    let proposal = seen.proposal(json!({ "name_fr": "Tifaouine Souss" }), 'a');
    seen.two.nation.instance.visitor()?.post(PROPOSALS, &proposal).await?.expect_problem(401, "not-signed-in")?;
    of(&seen.two.nation, OBSERVER).await?.post(PROPOSALS, &proposal).await?.expect_problem(403, "forbidden")?;
    seen.region.post(PROPOSALS, &proposal).await?.expect_problem(409, "conflict")?;
    for patch in [json!({}), json!({ "name_fr": "Tifaouine" }), json!({ "colour": "red" })] {
        seen.nation.post(PROPOSALS, &seen.proposal(patch, 'b')).await?.expect_problem(422, "invalid")?;
    }
    let mut absent = proposal.clone();
    absent["record"] = json!(NOWHERE);
    seen.nation.post(PROPOSALS, &absent).await?.expect_problem(404, "not-found")?;

    let [sent, came] = seen.propose(json!({ "name_fr": "Tifaouine Souss" }), 'a').await?;
    let again = seen.nation.post(PROPOSALS, &proposal).await?;
    ensure!(
        again.status == 201 && sent.ends_with(&again.at("/proposal/id")),
        "the same form twice is one proposal: {}",
        again.text
    );
    let shown = seen.region.get(&came).await?.expect(200)?;
    ensure!(shown.at("/fields/0/proposed") == "Tifaouine Souss", "{}", shown.text);
    let tasks = seen.region.get("/api/v1/office/tasks").await?.expect(200)?;
    ensure!(tasks.text.contains("proposal-waiting"), "{}", tasks.text);

    let version = shown.json().pointer("/proposal/version").cloned().unwrap_or_default();
    let answer = |accepted: bool, record: i64, reason: &str| json!({ "version": version, "accepted": accepted, "record_version": record, "reason": reason });
    let path = format!("{came}/answer");
    of(&seen.two.region, OBSERVER).await?.post(&path, &answer(true, 1, "")).await?.expect_problem(403, "forbidden")?;
    seen.region.post(&path, &answer(false, 1, "")).await?.expect_problem(422, "invalid")?;
    seen.region.post(&path, &answer(true, 7, "")).await?.expect_problem(412, "stale-version")?;
    seen.region.post(&path, &answer(true, 1, "")).await?.expect(200)?;
    seen.region.post(&path, &answer(false, 1, "trop tard")).await?.expect_problem(409, "conflict")?;
    let record = seen.region.get(&seen.record).await?.expect(200)?;
    ensure!(record.at("/version") == "2" && record.at("/body/name_fr") == "Tifaouine Souss", "{}", record.text);
    until(&seen.nation, &sent, "the answer", |answer| answer.at("/proposal/status") == "accepted").await?;
    until(&seen.nation, &seen.record, "the change", |answer| answer.at("/body/name_fr") == "Tifaouine Souss").await?;
    Ok(())
}

#[tokio::test]
async fn a_refusal_says_why_and_what_the_register_refuses_is_not_accepted() -> anyhow::Result<()> {
    let seen = Seen::new().await?;
    let [sent, came] = seen.propose(json!({ "status": "shut" }), 'c').await?;
    let shown = seen.region.get(&came).await?.expect(200)?;
    let version = shown.json().pointer("/proposal/version").cloned().unwrap_or_default();
    let path = format!("{came}/answer");
    let accept = json!({ "version": version, "accepted": true, "record_version": 1 });
    seen.region.post(&path, &accept).await?.expect_problem(422, "invalid")?;
    let refuse = json!({ "version": version, "accepted": false, "reason": "Cet état n’existe pas." });
    seen.region.post(&path, &refuse).await?.expect(200)?;
    let answered =
        until(&seen.nation, &sent, "the answer", |answer| answer.at("/proposal/status") == "refused").await?;
    ensure!(answered.at("/proposal/reason") == "Cet état n’existe pas.", "{}", answered.text);
    Ok(())
}

#[tokio::test]
async fn the_pages_propose_compare_and_answer() -> anyhow::Result<()> {
    let mut seen = Seen::new().await?;
    let (region, nation) =
        (seen.two.region.instance.signed_in(REGISTRAR).await?, seen.two.nation.instance.signed_in(REGISTRAR).await?);
    let page = format!("/fr/records/registry/cooperative/{}", seen.id);
    let propose = format!("{page}/propose");
    ensure!(nation.get(&page).await?.expect(200)?.text.contains(&propose), "the page of a foreign record offers it");
    ensure!(!region.get(&page).await?.expect(200)?.text.contains("/propose"), "its home writes it instead");
    region.get(&propose).await?.expect(409)?;
    seen.two.nation.instance.signed_in(OBSERVER).await?.get(&propose).await?.expect(403)?;
    let form = nation.get(&propose).await?.expect(200)?;
    ensure!(form.text.contains("name=\"key\"") && form.text.contains("Proposer un changement"), "{}", form.text);
    let key = "d".repeat(32);
    let fields = |name: &'static str| {
        [
            ("seen", "1"),
            ("key", key.as_str()),
            ("/court", "Taroudannt"),
            ("/number", "1/2019"),
            ("/name_fr", name),
            ("/sector", "argan"),
            ("/province", "09.541"),
            ("/status", "registered"),
        ]
    };
    nation.submit(&propose, &fields("Tifaouine")).await?.expect(422)?;
    let sent = nation.submit(&propose, &fields("Tifaouine Anzi")).await?.expect(303)?;
    let sent = sent.header("location").to_owned();
    ensure!(nation.get(&sent).await?.expect(200)?.text.contains("Tifaouine Anzi"), "{sent}");
    let lists = "/fr/federation/proposals";
    let came = until(&seen.region, PROPOSALS, "the proposal", |answer| !answer.items().is_empty()).await?;
    let came = format!("{lists}/{}", came.at("/items/0/id"));
    ensure!(region.get(lists).await?.expect(200)?.text.contains(&came), "the list leads to it");
    let shown = region.get(&came).await?.expect(200)?;
    ensure!(shown.text.contains("Tifaouine Anzi") && shown.text.contains("name=\"decision\""), "{}", shown.text);
    ensure!(
        !seen.two.region.instance.signed_in(OBSERVER).await?.get(&came).await?.expect(200)?.text.contains("decision"),
        "who observes does not answer"
    );
    let empty = [("seen", "1"), ("decision", "refuse"), ("reason", "")];
    region.submit(&came, &empty).await?.expect(422)?;
    region.submit(&came, &[("seen", "1"), ("decision", "accept"), ("record", "9")]).await?.expect(412)?;
    region.submit(&came, &[("seen", "1"), ("decision", "accept"), ("record", "1")]).await?.expect(303)?;
    region.submit(&came, &[("seen", "1"), ("decision", "accept"), ("record", "1")]).await?.expect(409)?;
    for language in ["ar", "ary", "fr", "zgh", "shi", "tzm", "rif"] {
        for path in ["federation/proposals", "federation/proposals?way=sent"] {
            region.get(&format!("/{language}/{path}")).await?.expect(200)?;
        }
    }
    for house in [&mut seen.two.nation, &mut seen.two.region] {
        let (ended, log) = house.instance.stop()?;
        ensure!(ended.success() && !log.contains("no language has this message"), "{log}");
    }
    Ok(())
}
