//! Does the line come back by itself, whatever happened to it, and does nothing count that somebody between the two sends again?

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_tests::FaultProxy;
use tiwizi_tests::client::{Answer, text};
use tiwizi_tests::fault_proxy::Fault;

use super::evil::free_place;
use super::house::{House, Root};
use super::two::until;

/// A nation and a region that knows it by the address of a line that can be made to fail. Both are served.
struct Pair {
    nation: House,
    region: House,
    line: FaultProxy,
}

impl Pair {
    fn new() -> anyhow::Result<Self> {
        Self::under(None)
    }

    /// A pair whose first answer comes so.
    fn under(fault: Option<Fault>) -> anyhow::Result<Self> {
        let (root, place, own) = (Root::new()?, free_place()?, free_place()?);
        let line = FaultProxy::start(&place)?;
        let (nation, region) = (House::new("all", None, &root)?, House::new("09.541", None, &root)?);
        let file = nation.file("request");
        let request = nation.command("federation request --json").variable("TIWIZI_FEDERATION_URL", line.address());
        request.option("--to", &file).succeed()?;
        for (request, house) in [(file, &nation), (region.request("request")?, &region)] {
            let ending = nation.enrol(&root, &request, &house.fingerprint())?;
            ensure!(ending.code == Some(0), "{ending:?}");
        }
        region.take(&nation.publish("directory")?)?;
        let mut pair = Self { nation, region, line };
        let key = ("TIWIZI_FEDERATION_ROOT", root.key.clone());
        let nation_variables = [
            key.clone(),
            ("TIWIZI_FEDERATION_LISTENS", "true".to_owned()),
            ("TIWIZI_FEDERATION_URL", pair.line.address()),
        ];
        pair.nation.instance.serve_at(&place, &nation_variables)?;
        if let Some(fault) = fault {
            pair.line.next_answer(fault)?;
        }
        let private = ("TIWIZI_FEDERATION_PRIVATE", "[\"127.0.0.0/8\"]".to_owned());
        pair.region.instance.serve_at(&own, &[key, private])?;
        Ok(pair)
    }

    /// Waits until so many more answers have come over the line.
    async fn answered(&self, more: u64) -> anyhow::Result<()> {
        let wanted = self.line.counts().answers.saturating_add(more);
        self.line.until(|counts| counts.answers >= wanted).await?;
        Ok(())
    }

    /// Waits until somebody has tried the line once more.
    async fn tried(&self) -> anyhow::Result<()> {
        let before = self.line.counts();
        let is_more = move |counts: &tiwizi_tests::fault_proxy::Counts| {
            counts.connections > before.connections || counts.requests > before.requests
        };
        self.line.until(is_more).await?;
        Ok(())
    }

    /// What the region says of the nation, stopped once it has noted that it reached it: an answer has come before what follows from it.
    async fn peer(&mut self) -> anyhow::Result<Value> {
        let administrator = self.region.instance.administrator().await?.with_token("tests").await?;
        let is_reached = |answer: &Answer| answer.json().pointer("/items/0/contact").is_some_and(Value::is_string);
        until(&administrator, "/api/v1/peers", "the contact", is_reached).await?;
        self.region.instance.stop()?;
        let peers = self.region.command("peer list --json").succeed()?.json()?;
        peers.pointer("/peers/0").cloned().context("the region has a peer")
    }
}

#[tokio::test]
async fn a_line_that_failed_in_every_way_is_a_line_again() -> anyhow::Result<()> {
    let mut pair = Pair::new()?;
    pair.answered(2).await?;
    pair.line.half_open()?;
    pair.line.hang_up()?;
    pair.tried().await?;
    pair.line.pass()?;
    pair.line.hang_up()?;
    pair.answered(2).await?;
    pair.line.swallow_answers()?;
    pair.line.hang_up()?;
    pair.tried().await?;
    pair.line.pass()?;
    pair.line.hang_up()?;
    pair.answered(2).await?;
    pair.line.cut()?;
    pair.line.pass()?;
    pair.answered(2).await?;
    let peer = pair.peer().await?;
    ensure!(peer.get("contact_at").is_some_and(Value::is_string), "{peer}");
    Ok(())
}

#[tokio::test]
async fn an_answer_that_is_cut_short_or_held_back_changes_nothing() -> anyhow::Result<()> {
    let faults = [
        Fault::Reset { after_bytes: 300 },
        Fault::Truncate { after_bytes: 200 },
        Fault::Shorten { after_bytes: 10 },
        Fault::Hold { until_bytes: 1 << 20 },
    ];
    for fault in faults {
        let mut pair = Pair::under(Some(fault))?;
        pair.line.until(|counts| counts.faults > 0).await.with_context(|| format!("{fault:?}"))?;
        pair.answered(4).await.with_context(|| format!("{fault:?}"))?;
        let peer = pair.peer().await?;
        ensure!(peer.get("contact_at").is_some_and(Value::is_string), "{fault:?}: {peer}");
    }
    Ok(())
}

#[tokio::test]
async fn a_line_of_50_kbit_is_enough() -> anyhow::Result<()> {
    let mut pair = Pair::new()?;
    pair.line.kbit_max(Some(50));
    pair.line.latency_ms(300);
    pair.line.hang_up()?;
    pair.answered(4).await?;
    let peer = pair.peer().await?;
    ensure!(text(&peer, "/state") == "member" && peer.get("contact_at").is_some_and(Value::is_string), "{peer}");
    Ok(())
}

#[tokio::test]
async fn f04_what_somebody_on_the_line_sends_again_has_no_effect() -> anyhow::Result<()> {
    let pair = Pair::new()?;
    pair.answered(3).await?;
    for recorded in pair.line.recorded().iter().take(3) {
        let answer = pair.line.send_again(recorded).await?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let refused = ["HTTP/1.1 409", "HTTP/1.1 401", "HTTP/1.1 429"].iter().any(|status| answer.starts_with(status));
        ensure!(refused, "{answer}");
    }
    Ok(())
}
