//! Is somebody only known after people have compared a fingerprint, and does nothing that was decided ever go back?

use anyhow::{Context as _, ensure};
use tiwizi_tests::client::text;
use tiwizi_tests::command::{Ending, Tiwizi};
use tiwizi_tests::postgres::Database;

use super::house::{House, Root};

/// The exit code of what was refused.
const REFUSED: Option<i32> = Some(3);

fn ensure_refused(ending: &Ending, word: &str) -> anyhow::Result<()> {
    ensure!(ending.code == REFUSED && ending.complaint.contains(word), "{word:?} was expected: {ending:?}");
    Ok(())
}

/// A nation and a region that were both enrolled; the region has taken no directory yet.
fn two(root: &Root, database: Option<String>) -> anyhow::Result<[House; 2]> {
    let (nation, region) = (House::new("all", None, root)?, House::new("09.541", database, root)?);
    for house in [&nation, &region] {
        let ending = nation.enrol(root, &house.request("request")?, &house.fingerprint())?;
        ensure!(ending.code == Some(0), "{ending:?}");
    }
    Ok([nation, region])
}

fn two_know_each_other(root: &Root, [nation, region]: &[House; 2]) -> anyhow::Result<()> {
    ensure!(region.peers()?.is_empty(), "somebody is known before the directory was taken");
    let taken = region.take(&nation.publish("directory")?)?.json()?;
    ensure!(taken == serde_json::json!({ "version": 2, "new": true }), "{taken}");
    ensure!(region.peers()? == [[nation.node(), "member".to_owned()]], "{:?}", region.peers());
    ensure!(nation.peers()? == [[region.node(), "member".to_owned()]], "{:?}", nation.peers());
    let card = region.command("federation card --json").succeed()?.json()?;
    ensure!(text(&card, "/fingerprint") == region.fingerprint(), "{card}");
    let other = House::new("01.405", None, root)?;
    ensure!(other.fingerprint() != region.fingerprint(), "two instances have one fingerprint");
    Ok(())
}

#[test]
fn two_instances_know_each_other_by_a_directory_in_a_file() -> anyhow::Result<()> {
    let root = Root::new()?;
    two_know_each_other(&root, &two(&root, None)?)
}

#[tokio::test]
async fn a_region_on_postgresql_knows_the_nation_by_a_directory_in_a_file() -> anyhow::Result<()> {
    let (root, database) = (Root::new()?, Database::create().await?);
    two_know_each_other(&root, &two(&root, Some(database.url().to_owned()))?)
}

#[test]
fn f01_a_wrong_fingerprint_enrols_nobody() -> anyhow::Result<()> {
    let root = Root::new()?;
    let [nation, region] = two(&root, None)?;
    let stranger = House::new("01.405", None, &root)?;
    let request = stranger.request("request")?;
    // Somebody put another file in the place of the one that was sent.
    ensure_refused(&nation.enrol(&root, &request, &region.fingerprint())?, "fingerprint")?;
    let said = nation.command("federation directory list --json").succeed()?.json()?;
    ensure!(text(&said, "/version") == "2", "{said}");
    let shown = Tiwizi::words("federation show --json").word(&request).succeed()?.json()?;
    ensure!(text(&shown, "/fingerprint") == stranger.fingerprint(), "{shown}");
    let spoken = stranger.fingerprint().replace(' ', "-");
    ensure!(nation.enrol(&root, &request, &spoken)?.code == Some(0), "the right one was refused");
    Ok(())
}

#[test]
fn f03_a_request_or_directory_of_which_one_letter_was_changed_is_refused() -> anyhow::Result<()> {
    let root = Root::new()?;
    let [nation, region] = two(&root, None)?;
    let bend = |file: &std::path::Path| -> anyhow::Result<()> {
        let text = std::fs::read_to_string(file)?;
        let at = text.find("\"payload\":\"").context("no payload")? + 40;
        let letter = if text.as_bytes().get(at) == Some(&b'A') { "B" } else { "A" };
        let (before, after) = (text.get(..at).context("short")?, text.get(at + 1..).context("short")?);
        Ok(std::fs::write(file, format!("{before}{letter}{after}"))?)
    };
    let (request, directory) = (region.request("again")?, nation.publish("directory")?);
    bend(&request)?;
    bend(&directory)?;
    ensure!(nation.enrol(&root, &request, &region.fingerprint())?.code == REFUSED, "a bent request was taken");
    ensure!(region.take(&directory)?.code == REFUSED, "a bent directory was taken");
    ensure!(region.peers()?.is_empty(), "{:?}", region.peers());
    Ok(())
}

#[test]
fn f04_a_directory_from_before_does_not_bring_a_suspended_member_back() -> anyhow::Result<()> {
    let root = Root::new()?;
    let [nation, region] = two(&root, None)?;
    let other = House::new("01.405", None, &root)?;
    nation.enrol(&root, &other.request("request")?, &other.fingerprint())?.json()?;
    let before = nation.publish("before")?;
    region.take(&before)?.json()?;
    nation.desk("federation suspend --json", &root).word(other.node()).succeed()?;
    let suspended = [other.node(), "suspended".to_owned()];
    let after = nation.publish("after")?;
    region.take(&after)?.json()?;
    ensure_refused(&region.take(&before)?, "lower")?;
    ensure!(region.peers()?.contains(&suspended), "{:?}", region.peers());
    // The same again is no harm.
    ensure!(text(&region.take(&after)?.json()?, "/new") == "false", "it was taken twice");
    nation.desk("federation reinstate --json", &root).word(other.node()).succeed()?;
    region.take(&nation.publish("last")?)?.json()?;
    ensure!(!region.peers()?.contains(&suspended), "{:?}", region.peers());
    Ok(())
}

#[test]
fn a_directory_of_another_root_or_without_one_is_refused() -> anyhow::Result<()> {
    let (root, wrong) = (Root::new()?, Root::new()?);
    let [nation, region] = two(&root, None)?;
    let directory = nation.publish("directory")?;
    let stranger = House::new("01.405", None, &wrong)?;
    ensure!(stranger.take(&directory)?.code == REFUSED, "a directory of another root was taken");
    ensure!(stranger.peers()?.is_empty(), "{:?}", stranger.peers());
    let unset = Tiwizi::words("federation directory take").data(region.instance.data()).word(&directory).run()?;
    ensure_refused(&unset, "federation_root")?;
    // Nor does the key of another root sign here.
    let ending = nation.enrol(&wrong, &stranger.request("request")?, &stranger.fingerprint())?;
    ensure_refused(&ending, "root")
}

#[test]
fn a_root_key_that_lies_with_the_data_or_open_to_others_signs_nothing() -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let root = Root::new()?;
    let [nation, region] = two(&root, None)?;
    let inside = nation.instance.data().join("root");
    std::fs::copy(root.secret(), &inside)?;
    let enrol = nation.command("federation enrol").option("--root", &inside);
    let enrol = enrol.option("--fingerprint", region.fingerprint()).word(region.request("again")?);
    ensure_refused(&enrol.run()?, "data directory")?;
    std::fs::set_permissions(root.secret(), std::fs::Permissions::from_mode(0o640))?;
    ensure_refused(&nation.enrol(&root, &region.file("again"), &region.fingerprint())?, "others may read")
}

#[test]
fn f12_keys_change_by_a_paper_and_the_directory_hears_of_it() -> anyhow::Result<()> {
    let root = Root::new()?;
    let [nation, region] = two(&root, None)?;
    region.take(&nation.publish("directory")?)?.json()?;
    let rotate = |paper: &str| region.command("federation rotate --json --paper-stdin").input(paper).run();
    ensure_refused(&rotate(&text(&nation.begun, "/root_key"))?, "neither")?;
    ensure_refused(&rotate("0000 0000")?, "letters")?;
    let stale = region.request("stale")?;
    let changed = rotate(&text(&region.begun, "/root_key"))?.json()?;
    ensure!(text(&changed, "/node") == region.node(), "an instance keeps its name: {changed}");
    ensure!(region.findings()?.0.contains(&"own-key-unlisted".to_owned()), "{:?}", region.findings());
    ensure!(
        nation.enrol(&root, &region.request("fresh")?, &region.fingerprint())?.code == Some(0),
        "not enrolled again"
    );
    ensure_refused(&nation.enrol(&root, &stale, &region.fingerprint())?, "keys")?;
    region.take(&nation.publish("later")?)?.json()?;
    ensure!(!region.findings()?.0.contains(&"own-key-unlisted".to_owned()), "{:?}", region.findings());
    // The root key is lost: the reserve takes its place, and a new reserve is shown.
    let replaced = rotate(&text(&region.begun, "/reserve_key").to_lowercase())?.json()?;
    ensure!(!text(&replaced, "/reserve_key").is_empty(), "{replaced}");
    ensure_refused(&rotate(&text(&region.begun, "/root_key"))?, "neither")
}

#[test]
fn keys_are_made_once_and_what_stands_on_paper_lies_nowhere() -> anyhow::Result<()> {
    let root = Root::new()?;
    let region = House::new("09.541", None, &root)?;
    let again = region.command("federation init --json").run()?;
    ensure!(again.code == Some(1) && again.output.is_empty(), "{again:?}");
    let papers = [text(&region.begun, "/root_key"), text(&region.begun, "/reserve_key")];
    for file in std::fs::read_dir(region.instance.data())? {
        let path = file?.path();
        let bytes = if path.is_file() { std::fs::read(&path)? } else { Vec::new() };
        for paper in papers.iter().flat_map(|paper| [paper.clone(), paper.replace(' ', "")]) {
            ensure!(!paper.is_empty(), "a paper is empty");
            let found = bytes.windows(paper.len()).any(|window| window == paper.as_bytes());
            ensure!(!found, "{} holds a root key", path.display());
        }
    }
    Ok(())
}

#[test]
fn the_doctor_leads_from_nothing_to_the_directory_and_a_peer_is_let_rest() -> anyhow::Result<()> {
    let root = Root::new()?;
    let [nation, region] = two(&root, None)?;
    let (found, code) = region.findings()?;
    ensure!(found == ["no-directory"] && code == Some(1), "{found:?} {code:?}");
    region.take(&nation.publish("directory")?)?.json()?;
    let (found, code) = region.findings()?;
    ensure!(found == ["never-heard"] && code == Some(0), "{found:?} {code:?}");
    let node = nation.node();
    region.command("peer pause --json").word(&node).succeed()?;
    let (found, code) = region.findings()?;
    ensure!(found == ["paused"] && code == Some(1), "{found:?} {code:?}");
    region.command("peer resume --json").word(&node).succeed()?;
    let tried = region.command("peer sync --json").succeed()?.json()?;
    ensure!(text(&tried, "/peers/0") == node, "{tried}");
    ensure_refused(&region.command("peer pause").word("nobody").run()?, "nobody")
}
