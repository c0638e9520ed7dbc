//! Does a stranger's plugin go the whole way, as the book tells it: made, signed, installed, granted, used, upgraded while people use it,
//! returned by a failing probe, and removed without a trace?
//!
//! The way itself stands in `docs/life-of-a-plugin.md`; the test follows it, and looks on between its headings.

mod members;
mod traces;

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use tiwizi_tests::guide::Guide;
use tiwizi_tests::oci::{Door, Registry};
use tiwizi_tests::stopwatch::Stopwatch;

use members::{Members, Note, notes_of};
use traces::Traces;

const PAGE: &str = "docs/life-of-a-plugin.md";
const DIRECTOR: &str = "director@example.org";
const MEMBER: &str = "member@example.org";
/// How many notes there are before the upgrade, so that its migration has several steps.
const NOTES: usize = 250;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strangers_plugin_in_javascript_goes_the_whole_way() -> anyhow::Result<()> {
    goes_the_whole_way("JavaScript").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strangers_plugin_in_python_goes_the_whole_way() -> anyhow::Result<()> {
    goes_the_whole_way("Python").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strangers_plugin_in_rust_goes_the_whole_way() -> anyhow::Result<()> {
    goes_the_whole_way("Rust").await
}

async fn goes_the_whole_way(language: &'static str) -> anyhow::Result<()> {
    let registry = Registry::start(Door::Open)?;
    let mut guide = Guide::open(PAGE, language)?;
    guide.stands_for("registry.example.org", registry.address());
    follow(&mut guide, &["Make it", "Sign it", "Hand it over", "Decide about it"])?;
    let before = Traces::on_disk(&guide).await?;
    follow(&mut guide, &["Install it from a registry", "Install it from a file"])?;
    follow(&mut guide, &["Grant it what it needs", "Use it", "Write the next version"])?;
    let member = guide.signed_in(MEMBER).await?;
    members::write(&member, NOTES).await?;

    let members = Members::come(&member);
    follow(&mut guide, &["Upgrade while people use it"])?;
    let written = members.leave().await?;
    let upgraded = notes_of(&member).await?;
    // One that the page itself writes.
    ensure!(
        upgraded.len() == 1 + NOTES + written.len(),
        "{} notes, and {} were written",
        upgraded.len(),
        written.len()
    );
    ensure_kept(&upgraded, &written)?;

    let director = guide.signed_in(DIRECTOR).await?;
    guide.set("TOKEN", director.with_token("a script").await?.token());
    let members = Members::come(&member);
    follow(&mut guide, &["Try a version that cannot work"])?;
    let written = members.leave().await?;
    let returned = notes_of(&member).await?;
    ensure!(returned.len() == upgraded.len() + written.len(), "{} notes", returned.len());
    ensure_kept(&returned, &written)?;
    for (id, note) in &upgraded {
        ensure!(returned.get(id) == Some(note), "a failed upgrade changed {note:?} to {:?}", returned.get(id));
    }
    let plugin = director.get("/api/v1/plugins/notes").await?.expect(200)?;
    ensure!(plugin.at("/version") == "0.2.0" && plugin.at("/state") == "enabled", "{}", plugin.text);

    before.ensure_everywhere(&guide, &director, &member).await?;
    follow(&mut guide, &["Remove it"])?;
    traces::ensure_unreachable(&director, &member).await?;
    guide.stop()?;
    before.ensure_left(&guide, returned.values().map(|note| note.text.as_str())).await?;
    guide.close()
}

/// Follows the page below these headings, and says how long it took.
#[expect(clippy::print_stderr, reason = "whoever waits for the longest of the tests is told where it is")]
fn follow(guide: &mut Guide, headings: &[&str]) -> anyhow::Result<()> {
    for heading in headings {
        let watch = Stopwatch::start();
        // The requests of members go on meanwhile.
        tokio::task::block_in_place(|| guide.follow(heading))?;
        eprintln!("{:>6.1} s  {heading}", watch.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Every note that members were told is kept is there, and each knows its words.
fn ensure_kept(notes: &BTreeMap<String, Note>, written: &[String]) -> anyhow::Result<()> {
    for text in written {
        notes.values().find(|note| note.text == *text).with_context(|| format!("{text:?} is lost"))?;
    }
    for note in notes.values() {
        let words = note.text.split_whitespace().count();
        ensure!(note.words == Some(u64::try_from(words)?), "{note:?} has {words} words");
    }
    Ok(())
}
