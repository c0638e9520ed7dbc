//! What must hold between the nation and each region, seen from outside. The invariants are those of `federation.md`, section 2.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tiwizi_tests::client::{at, text};

use super::looks::{homes, of_home, pause, records, until};
use super::setting::{GIVES, NARROWS, Region, Twelve};
use super::terms::{held, projected};

/// What is counted, with what is read of a cooperative and of members.
const MEASURES: [&str; 5] = ["cooperatives", "members", "women", "youth", "capital"];
/// How often the two sides are compared before they are said to differ.
const COMPARISONS: u32 = 240;

/// I4, I15: each region has told the nation everything, and nothing waits or was skipped on either side.
pub(super) async fn everything_came(place: &Twelve) -> anyhow::Result<()> {
    let nation = place.nation.node();
    for (code, region) in &place.regions {
        let path = format!("/api/v1/peers/{nation}");
        let is_told = |peer: &Value| at(peer, "/behind_there") == &json!(0) && at(peer, "/behind_here") == &json!(0);
        let client = region.registrar()?;
        let what = format!("region {code} and the nation");
        let told = until(client, &path, &what, |answer| is_told(&answer.json())).await?.json();
        let stands = |given: &Value| at(given, "/needs_snapshot") == &json!(false);
        ensure!(at(&told, "/given").as_array().is_some_and(|given| given.iter().all(stands)), "{code}: {told}");
        let path = format!("/api/v1/peers/{}", region.house.node());
        until(place.registrar()?, &path, &what, |answer| is_told(&answer.json())).await?;
    }
    Ok(())
}

/// I3, I4, I6, I22: under each agreement the nation holds what the home gives, byte for byte, and no record more.
pub(super) async fn both_sides_are_equal(place: &Twelve) -> anyhow::Result<()> {
    let homes = homes(place).await?;
    ensure!(homes.len() == place.regions.len(), "every region has a home: {homes:?}");
    for kind in ["registry/cooperative", "registry/membership", "registry/person", "chaos/note"] {
        let mut different: Vec<&Region> = place.regions.values().collect();
        let mut why = String::new();
        for _ in 0..COMPARISONS {
            let there = records(place.registrar()?, kind).await?;
            let mut still = Vec::new();
            for region in different {
                let home = homes.get(&region.code).context("it has a home")?;
                if let Some(difference) = differs(region, kind, &of_home(&there, home), home).await? {
                    why = format!("region {}: {difference}", region.code);
                    still.push(region);
                }
            }
            different = still;
            if different.is_empty() {
                break;
            }
            pause().await;
        }
        ensure!(different.is_empty(), "{} regions differ from the nation; {why}", different.len());
    }
    Ok(())
}

/// The first difference between what a region gives of a kind and what the nation has of it.
async fn differs(
    region: &Region,
    kind: &str,
    there: &BTreeMap<String, Value>,
    home: &str,
) -> anyhow::Result<Option<String>> {
    let Some(terms) = region.gives.get(kind) else {
        // What is given no more is there no more.
        return Ok(there.values().next().map(|left| format!("of {kind} nothing is given, and the nation has {left}")));
    };
    let here = of_home(&records(region.registrar()?, kind).await?, home);
    let given = lines(&here, |record| projected(record, terms))?;
    let taken = lines(there, held)?;
    Ok(given.symmetric_difference(&taken).next().map(|line| {
        let side = if given.contains(line) { "the home gives" } else { "the nation has" };
        format!("{} of {kind} here and {} there; {side} alone: {line}", given.len(), taken.len())
    }))
}

fn lines(
    records: &BTreeMap<String, Value>,
    line: impl Fn(&Value) -> anyhow::Result<String>,
) -> anyhow::Result<BTreeSet<String>> {
    records.values().map(line).collect()
}

/// I1, I24: a cooperative that anybody has is written by one home, the same for everybody who has it in its last term.
pub(super) async fn one_home_writes(place: &Twelve) -> anyhow::Result<()> {
    let mut own: BTreeMap<String, String> = BTreeMap::new();
    let homes = homes(place).await?;
    for (code, region) in &place.regions {
        let home = homes.get(code).context("it has a home")?;
        for id in of_home(&records(region.registrar()?, "registry/cooperative").await?, home).into_keys() {
            let before = own.insert(id.clone(), code.clone());
            ensure!(before.is_none(), "{id} is written in region {code} and in region {before:?}");
        }
    }
    let known = records(place.registrar()?, "registry/cooperative").await?;
    ensure!(known.keys().eq(own.keys()), "the nation knows {} cooperatives and there are {}", known.len(), own.len());
    Ok(())
}

/// I3, I9, I15, I17: of every log everything that is proven was taken; none has two histories, and no entry waits.
pub(super) async fn the_logs_are_whole(place: &Twelve) -> anyhow::Result<()> {
    let coverage = place.registrar()?.get("/api/v1/coverage").await?.expect(200)?.json();
    let regions = at(&coverage, "/regions").as_array().context("there are regions")?;
    for region in regions {
        let sources = at(region, "/sources").as_array().context("a region has its sources")?;
        ensure!(sources.len() == 1 && text(region, "/state") == "whole", "{region}");
        for source in sources {
            let planes = at(source, "/planes").as_object().context("staff sees the planes")?;
            ensure!(["control", "registry", "members"].iter().all(|plane| planes.contains_key(*plane)), "{source}");
            let is_whole = |plane: &Value| at(plane, "/taken") == at(plane, "/size") && at(plane, "/stopped").is_null();
            ensure!(planes.values().all(is_whole), "{source}");
        }
    }
    let peers = place.registrar()?.get("/api/v1/peers").await?.expect(200)?;
    for peer in peers.items() {
        let taken = at(&peer, "/taken").as_array().context("something was taken")?;
        let goes_on = |taken: &Value| at(taken, "/stopped") == &json!(false) && at(taken, "/parked") == &json!(0);
        ensure!(at(&peer, "/parked") == &json!(0) && taken.iter().all(goes_on), "{peer}");
    }
    Ok(())
}

/// Both sides of every agreement hold the same signed document, and say so on their pages.
pub(super) async fn both_sides_have_signed_the_same(place: &Twelve) -> anyhow::Result<()> {
    let pages = Twelve::at_the_pages(&place.nation).await?;
    for (code, region) in &place.regions {
        let path = format!("/api/v1/agreements/{}", region.agreement);
        let here = region.registrar()?.get(&path).await?.expect(200)?.json();
        let there = place.registrar()?.get(&path).await?.expect(200)?.json();
        for pointer in ["/current/hash", "/current/version", "/current/state", "/current/document"] {
            ensure!(at(&here, pointer) == at(&there, pointer), "region {code}: {here} {there}");
        }
        ensure!(text(&here, "/current/state") == "active" && at(&there, "/waits_for_us") == false, "{code}: {there}");
        let page = pages.get(&format!("/fr/federation/agreements/{}", region.agreement)).await?.expect(200)?.text;
        let version = format!("Version {}", text(&here, "/current/version"));
        let purpose = format!("région {code}");
        ensure!(page.contains(&version) && page.contains(&purpose) && page.contains("en vigueur"), "{code}: {page}");
    }
    Ok(())
}

/// I6: of what was given once and is given no more nothing is left, on no page either.
pub(super) async fn what_was_narrowed_is_gone(place: &Twelve) -> anyhow::Result<()> {
    let region = place.region(NARROWS)?;
    let homes = homes(place).await?;
    let home = homes.get(NARROWS).context("it has a home")?;
    let here = of_home(&records(region.registrar()?, "registry/cooperative").await?, home);
    let there = of_home(&records(place.registrar()?, "registry/cooperative").await?, home);
    let hidden = |record: &Value| at(record, "/body/phone").is_null() && at(record, "/body/email").is_null();
    ensure!(here.values().any(|record| !hidden(record)) && there.values().all(hidden), "it can be called still");
    let (id, record) = here.iter().find(|(_, record)| !hidden(record)).context("one has a phone")?;
    let page = place.registrar()?.get(&format!("/fr/directory/{id}")).await?.expect(200)?.text;
    ensure!(!page.contains(&text(record, "/body/email")), "{page}");
    Ok(())
}

/// The nation's counts are the sum of what the regions count, and of what their registers hold.
pub(super) async fn the_sums_are_right(place: &Twelve) -> anyhow::Result<()> {
    for measure in MEASURES {
        let path = format!("/api/v1/statistics/{measure}?by=province");
        let mut expected: BTreeMap<String, i64> = BTreeMap::new();
        for region in place.regions.values() {
            let counted = region.registrar()?.get(&path).await?.expect(200)?.json();
            ensure!(at(&counted, "/coverage").is_null(), "a region counts its own register: {counted}");
            for (province, count) in counts(&counted)? {
                let sum = expected.entry(province).or_default();
                *sum = sum.saturating_add(count);
            }
        }
        let what = format!("the sum of the regions, {expected:?}");
        let is_sum = |answer: &tiwizi_tests::Answer| counts(&answer.json()).is_ok_and(|found| found == expected);
        let found = until(place.registrar()?, &path, &what, is_sum).await?.json();
        ensure!(at(&found, "/unknown") == &json!({}) && at(&found, "/hidden") == &json!([]), "{measure}: {found}");
        ensure!(at(&found, "/total").as_i64() == Some(expected.values().sum::<i64>()), "{measure}: {found}");
        ensure!(at(&found, "/coverage/known") == &json!(12), "{measure}: {found}");
    }
    let known = records(place.registrar()?, "registry/cooperative").await?;
    let counted = place.registrar()?.get("/api/v1/statistics/cooperatives").await?.expect(200)?.json();
    ensure!(at(&counted, "/total").as_u64() == Some(known.len() as u64), "{} are known: {counted}", known.len());
    Ok(())
}

fn counts(found: &Value) -> anyhow::Result<BTreeMap<String, i64>> {
    let counts = at(found, "/counts").as_object().with_context(|| format!("there are counts: {found}"))?;
    let one = |(place, count): (&String, &Value)| Some((place.clone(), count.as_i64()?));
    counts.iter().map(one).collect::<Option<_>>().with_context(|| format!("something is unknown: {found}"))
}

/// Every page that speaks of the others says how it stands.
pub(super) async fn the_pages_say_the_truth(place: &Twelve) -> anyhow::Result<()> {
    let visitor = place.nation.instance.visitor()?;
    let coverage = visitor.get("/fr/federation/coverage").await?.expect(200)?.text;
    ensure!(coverage.contains("12 régions sur 12") && !coverage.contains("Inconnue"), "{coverage}");
    ensure!(coverage.matches("toute la région").count() == 12, "{coverage}");
    let known = records(place.registrar()?, "registry/cooperative").await?.len();
    let statistics = visitor.get("/fr/statistics?measure=cooperatives").await?.expect(200)?.text;
    ensure!(statistics.contains("12 régions sur 12") && statistics.contains(&known.to_string()), "{statistics}");
    ensure!(!statistics.contains("pas de données"), "{statistics}");
    let list = visitor.get("/fr/directory").await?.expect(200)?.text;
    ensure!(list.contains("12 régions sur 12") && list.contains("Tenue par") && list.contains("à jour au"), "{list}");

    for region in place.regions.values() {
        let line = format!("/api/v1/peers/{}", region.house.node());
        let is_well = |answer: &tiwizi_tests::Answer| answer.at("/next_step") == "nothing";
        until(place.registrar()?, &line, "a line that is well", is_well).await?;
        let line = format!("/api/v1/peers/{}", place.nation.node());
        until(region.registrar()?, &line, "a line that is well", is_well).await?;
        let page = Twelve::at_the_pages(&region.house).await?.get("/fr/federation").await?.expect(200)?.text;
        ensure!(page.matches("Tout va bien.").count() == 1, "{}: {page}", region.code);
    }
    let pages = Twelve::at_the_pages(&place.nation).await?;
    let peers = pages.get("/fr/federation").await?.expect(200)?.text;
    ensure!(peers.matches("Tout va bien.").count() == 12, "{peers}");
    let transfers = pages.get("/fr/federation/transfers").await?.expect(200)?.text;
    ensure!(transfers.contains("terminé"), "{transfers}");
    Ok(())
}

/// Every region has what the nation published, and the former home of what moved says whose it is now.
pub(super) async fn the_nation_is_heard(place: &Twelve, moved: &str) -> anyhow::Result<()> {
    for region in place.regions.values() {
        let found = region.registrar()?.get("/api/v1/packages").await?.expect(200)?;
        ensure!(found.at("/items/0/name") == "rules/office", "{}: {}", region.code, found.text);
    }
    let former = place.region(GIVES)?.house.instance.visitor()?;
    let page = former.get(&format!("/fr/directory/{moved}")).await?.expect(200)?.text;
    ensure!(page.contains("est tenue par"), "{page}");
    Ok(())
}
