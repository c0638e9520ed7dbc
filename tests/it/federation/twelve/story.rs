//! What happens to them: they load, two are cut for ninety days, one cooperative moves, one agreement is narrowed, one version is mixed,
//! and all are joined again.

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_tests::Client;
use tiwizi_tests::client::{at, text};

use super::looks::{as_of, homes, insist, of_home, pause, records, until};
use super::setting::{COMES_LAST, CUT_BY_LINE, CUT_BY_SWITCH, GIVES, MIXES, NARROWS, Region, TAKES, Twelve};
use super::terms::{fewer_cooperatives, notes};
use crate::register::COOPERATIVES;

/// In the name of a person, which no agreement gives.
pub(super) const CANARY: &str = "Zzcanarywithheld";
const TRIES: u32 = 120;

/// A cooperative of which the nation proposes a change while its home is cut off.
pub(super) struct Proposed {
    id: String,
    proposal: String,
    version: i64,
}

/// The nation signs what it was offered, by all or by all but one. Until a region has come it is unknown, and not nought.
pub(super) async fn agree_and_load(place: &Twelve) -> anyhow::Result<()> {
    let administrator = place.administrator()?;
    for (code, region) in &place.regions {
        let path = format!("/api/v1/agreements/{}", region.agreement);
        until(administrator, &path, &format!("the offer of region {code}"), |answer| answer.status == 200).await?;
    }
    previews_are_true(place).await?;
    let before = place.registrar()?.get("/api/v1/statistics/cooperatives?by=region").await?.expect(200)?.json();
    ensure!(at(&before, "/total").is_null() && text(&before, "/total_reason") == "unknown", "{before}");
    let accept = json!({ "step": "accept", "version": 1 });
    let steps = |region: &Region| format!("/api/v1/agreements/{}/steps", region.agreement);
    for region in place.regions.values().filter(|region| region.code != COMES_LAST) {
        administrator.post(&steps(region), &accept).await?.expect(200)?;
    }
    let is_eleven = |answer: &tiwizi_tests::Answer| answer.at("/coverage/known") == "11";
    let path = "/api/v1/statistics/cooperatives?by=region";
    let eleven = until(place.registrar()?, path, "eleven regions", is_eleven).await?.json();
    ensure!(at(&eleven, &format!("/counts/{COMES_LAST}")).is_null(), "{eleven}");
    ensure!(text(&eleven, &format!("/unknown/{COMES_LAST}")) == "nothing-came", "{eleven}");
    let page = place.nation.instance.visitor()?.get("/fr/federation/coverage").await?.expect(200)?.text;
    ensure!(page.contains("11 régions sur 12") && page.contains("Inconnue"), "{page}");
    administrator.post(&steps(place.region(COMES_LAST)?), &accept).await?.expect(200)?;
    until(place.registrar()?, path, "twelve regions", |answer| answer.at("/coverage/known") == "12").await?;
    Ok(())
}

/// What is said to leave before it is signed is what there is.
async fn previews_are_true(place: &Twelve) -> anyhow::Result<()> {
    for region in place.regions.values() {
        let path = format!("/api/v1/agreements/{}/preview", region.agreement);
        let own = records(region.registrar()?, "registry/cooperative").await?.len() as u64;
        let counted = |seen: &Value| {
            let planes = at(seen, "/planes").as_array().into_iter().flatten();
            planes.filter_map(|plane| at(plane, "/counts/registry~1cooperative/shown").as_u64()).sum::<u64>()
        };
        let what = format!("{own} cooperatives in a preview");
        until(region.registrar()?, &path, &what, |answer| counted(&answer.json()) == own).await?;
    }
    Ok(())
}

/// What a region has that nobody else is to see, and records of a plugin.
pub(super) async fn write_what_is_watched(place: &Twelve) -> anyhow::Result<()> {
    let region = place.region(MIXES)?;
    let person = json!({ "name_fr": CANARY, "gender": "female", "birth_date": "1980-04-05", "phone": "+212 500 99 99 99",
        "province": first_province(region)? });
    region.registrar()?.post("/api/v1/records/registry/person", &person).await?.expect(201)?;
    let visitor = region.house.instance.visitor()?;
    for text in ["one", "two words", "three more words"] {
        visitor.submit("/fr/p/chaos/write", &[("text", text)]).await?.expect(200)?;
    }
    Ok(())
}

fn first_province(region: &Region) -> anyhow::Result<&str> {
    Ok(region.provinces.first().context("a region has provinces")?)
}

/// The one region's line is dead, the other one's administrator cuts it on the pages.
pub(super) async fn cut(place: &Twelve) -> anyhow::Result<()> {
    place.line.cut()?;
    turn_switches(place, "cut").await
}

/// Both can be reached again. An hour later everybody who waits for a next try has come to it.
pub(super) async fn join(place: &Twelve) -> anyhow::Result<()> {
    place.line.pass()?;
    turn_switches(place, "mend").await?;
    place.calendar.turn_s(3_600)
}

async fn turn_switches(place: &Twelve, word: &str) -> anyhow::Result<()> {
    let administrator = place.region(CUT_BY_SWITCH)?.administrator()?;
    for node in [place.nation.node(), place.region(TAKES)?.house.node()] {
        let switch = format!("/api/v1/peers/{node}/switch");
        administrator.post(&switch, &json!({ "switch": word })).await?.expect(200)?;
    }
    Ok(())
}

/// I20: whoever is cut off goes on with all work of its own.
pub(super) async fn work_cut_off(place: &Twelve, number: &str) -> anyhow::Result<()> {
    for (code, name) in [(CUT_BY_LINE, "Tafoukt"), (CUT_BY_SWITCH, "Azaghar")] {
        let region = place.region(code)?;
        let registrar = region.registrar()?;
        let province = first_province(region)?;
        let body = json!({ "court": format!("Tribunal {code}"), "number": number, "name_fr": format!("{name} {number}"),
            "sector": "argan", "province": province, "status": "registered" });
        let id = registrar.post(COOPERATIVES, &body).await?.expect(201)?.at("/id");
        let changed = json!({ "phone": format!("+212 500 88 {code} 01"), "capital_mad": 1_200.5 });
        registrar.send(Method::PATCH, &format!("{COOPERATIVES}/{id}"), Some(&changed)).await?.expect(200)?;
        let shown = region.house.instance.visitor()?.get(&format!("/fr/directory/{id}")).await?.expect(200)?.text;
        ensure!(shown.contains(name), "{shown}");
        let there = place.registrar()?.get(&format!("{COOPERATIVES}/{id}")).await?;
        ensure!(there.status == 404, "the line of region {code} is not cut: {}", there.text);
    }
    Ok(())
}

/// I17: those who are not cut off are not held up: what they write comes to the nation.
pub(super) async fn work_of_the_others(place: &Twelve, note: &str) -> anyhow::Result<()> {
    let homes = homes(place).await?;
    let is_joined = |region: &&Region| ![CUT_BY_LINE, CUT_BY_SWITCH].contains(&region.code.as_str());
    for region in place.regions.values().filter(is_joined) {
        let home = homes.get(&region.code).context("it has a home")?;
        let own = of_home(&records(region.registrar()?, "registry/cooperative").await?, home);
        let (id, _) = own.last_key_value().context("a region has cooperatives")?;
        let path = format!("{COOPERATIVES}/{id}");
        let changed = json!({ "commune": note });
        region.registrar()?.send(Method::PATCH, &path, Some(&changed)).await?.expect(200)?;
        let is_there = |answer: &tiwizi_tests::Answer| answer.at("/body/commune") == note;
        until(place.registrar()?, &path, "a change of a region that is joined", is_there).await?;
    }
    Ok(())
}

/// I2, I24: a cooperative moves from one region to another. Nobody writes it on the way, one home writes it afterwards, and its versions go on.
pub(super) async fn move_one(place: &Twelve) -> anyhow::Result<String> {
    let (gives, takes) = (place.region(GIVES)?, place.region(TAKES)?);
    let homes = homes(place).await?;
    let (giver, taker, nation) = (gives.registrar()?, takes.registrar()?, place.registrar()?);
    let own = of_home(&records(giver, "registry/cooperative").await?, homes.get(GIVES).context("it has a home")?);
    let (id, record) = own.first_key_value().context("a region has cooperatives")?;
    let before = at(record, "/version").as_i64().context("a record has a version")?;
    let offer = json!({ "cooperatives": [id], "to": takes.house.node() });
    let offered = giver.post("/api/v1/transfers", &offer).await?.expect(201)?;
    let (path, cooperative) = (format!("/api/v1/transfers/{}", offered.at("/id")), format!("{COOPERATIVES}/{id}"));
    let change = json!({ "commune": "Ailleurs" });
    giver.send(Method::PATCH, &cooperative, Some(&change)).await?.expect_problem(409, "in-transfer")?;

    until(taker, &path, "the offer at the taker", |answer| answer.status == 200).await?;
    let parcel = giver.download(&format!("{path}/parcel")).await?;
    accept(taker, &format!("{path}/accept"), &parcel).await?;
    until(nation, &path, "the acceptance", |answer| answer.at("/state") == "accepted").await?;
    for (who, code) in [(giver, "in-transfer"), (taker, "not-home")] {
        let refused = who.send(Method::PATCH, &cooperative, Some(&change)).await?;
        ensure!(refused.status == 409, "nobody writes between offer and seal ({code}): {}", refused.text);
    }
    nation.post(&format!("{path}/seal"), &json!({ "tenure": 1 })).await?.expect(200)?;
    for who in [giver, taker] {
        until(who, &path, "the end of the transfer", |answer| answer.at("/state") == "completed").await?;
    }
    giver.send(Method::PATCH, &cooperative, Some(&change)).await?.expect_problem(409, "not-home")?;
    let written = taker.send(Method::PATCH, &cooperative, Some(&change)).await?.expect(200)?.json();
    // One version for the new home, one for what it wrote.
    ensure!(at(&written, "/version").as_i64() == Some(before + 2), "versions go on over terms: {before} {written}");
    let taker_home = homes.get(TAKES).context("it has a home")?;
    ensure!(text(&written, "/home") == *taker_home && at(&written, "/tenure") == 2, "{written}");
    let is_moved =
        |answer: &tiwizi_tests::Answer| answer.at("/home") == *taker_home && answer.at("/body/commune") == "Ailleurs";
    until(nation, &cooperative, "the new home", is_moved).await?;
    Ok(id.clone())
}

/// What the parcel was made after may still be on its way.
async fn accept(taker: &Client, path: &str, parcel: &[u8]) -> anyhow::Result<()> {
    for _ in 0..TRIES {
        let answer = taker.upload(path, parcel).await?;
        if answer.status != 409 {
            return answer.expect(200).map(drop);
        }
        pause().await;
    }
    anyhow::bail!("the parcel was not accepted: {}", taker.upload(path, parcel).await?.text)
}

/// I6: one region gives less from now on: no ways to reach a cooperative, and nobody's person.
pub(super) async fn narrow(place: &mut Twelve) -> anyhow::Result<()> {
    let region = place.regions.get_mut(NARROWS).context("it is one of the regions")?;
    region.gives["registry/cooperative"] = fewer_cooperatives();
    if let Some(gives) = region.gives.as_object_mut() {
        gives.remove("registry/person");
    }
    let region = place.region(NARROWS)?;
    let offered = offer_next(place, region).await?;
    ensure!(text(&offered, "/next/version") == "2" && text(&offered, "/next/state") == "offered", "{offered}");
    let seen = place.registrar()?;
    let path = format!("/api/v1/agreements/{}", region.agreement);
    until(seen, &path, "the narrower version", |answer| answer.at("/next/version") == "2").await?;
    let steps = format!("{path}/steps");
    place.administrator()?.post(&steps, &json!({ "step": "accept", "version": 2 })).await?.expect(200)?;
    second_is_in_force(place, region).await
}

async fn offer_next(place: &Twelve, region: &Region) -> anyhow::Result<Value> {
    let draft = region.draft(&place.nation.node());
    // What is agreed on learns of a kind's new fields a little after the upgrade.
    Ok(insist(region.administrator()?, ("/api/v1/agreements", &draft), (201, 422)).await?.json())
}

async fn second_is_in_force(place: &Twelve, region: &Region) -> anyhow::Result<()> {
    let path = format!("/api/v1/agreements/{}", region.agreement);
    for client in [place.registrar()?, region.registrar()?] {
        let is_it = |answer: &tiwizi_tests::Answer| {
            answer.at("/current/version") == "2" && answer.at("/current/state") == "active"
        };
        until(client, &path, "the second version", is_it).await?;
    }
    Ok(())
}

/// I18: one region has a later version of a plugin than the nation, whose records have a further field. Meanwhile everything else of them goes
/// on; the field is withheld until both have agreed on it, and nobody can sign for a field that its version does not know.
pub(super) async fn mix_versions(place: &mut Twelve) -> anyhow::Result<()> {
    let later = place.next_version("count")?;
    let region = place.region(MIXES)?;
    let administrator = region.administrator()?;
    administrator.upload("/api/v1/plugins/chaos/upgrade", later).await?.expect(200)?;
    let notes_here = records(region.registrar()?, "chaos/note").await?;
    let words = |record: &Value| at(record, "/body/words").is_u64();
    ensure!(notes_here.len() == 3 && notes_here.values().all(words), "{notes_here:?}");
    for id in notes_here.keys() {
        let path = format!("/api/v1/records/chaos/note/{id}");
        let came = until(place.registrar()?, &path, "the later version", |answer| answer.at("/version") == "2").await?;
        ensure!(came.json().pointer("/body/words").is_none(), "a new field is withheld: {}", came.text);
    }

    place.regions.get_mut(MIXES).context("it is one of the regions")?.gives["chaos/note"] = notes(true);
    let region = place.region(MIXES)?;
    offer_next(place, region).await?;
    let path = format!("/api/v1/agreements/{}", region.agreement);
    until(place.registrar()?, &path, "the wider version", |answer| answer.at("/next/version") == "2").await?;
    let nation = place.administrator()?;
    let (steps, sign) = (format!("{path}/steps"), json!({ "step": "accept", "version": 2 }));
    let refused = nation.post(&steps, &sign).await?.expect_problem(422, "invalid")?;
    ensure!(refused.at("/errors/0/code") == "no-class", "{}", refused.text);
    // The nation has no note of its own to count.
    let later = place.next_version("nothing")?;
    nation.upload("/api/v1/plugins/chaos/upgrade", later).await?.expect(200)?;
    // The talk with peers learns of it a little later.
    insist(nation, (steps.as_str(), &sign), (200, 422)).await?;
    second_is_in_force(place, region).await?;
    for (id, note) in &notes_here {
        let path = format!("/api/v1/records/chaos/note/{id}");
        let expected = text(note, "/body/words");
        until(place.registrar()?, &path, "the field", |answer| answer.at("/body/words") == expected).await?;
    }
    Ok(())
}

/// The nation proposes a change of a cooperative whose home is cut off.
pub(super) async fn propose(place: &Twelve) -> anyhow::Result<Proposed> {
    let homes = homes(place).await?;
    let known = records(place.registrar()?, "registry/cooperative").await?;
    let own = of_home(&known, homes.get(CUT_BY_LINE).context("it has a home")?);
    let (id, record) = own.first_key_value().context("a region has cooperatives")?;
    let version = at(record, "/version").as_i64().context("a record has a version")?;
    let proposal = json!({ "kind": "registry/cooperative", "record": id, "version": version,
        "patch": { "commune": "Proposée" }, "key": "a".repeat(32) });
    let sent = place.registrar()?.post("/api/v1/proposals", &proposal).await?.expect(201)?;
    Ok(Proposed { id: id.clone(), proposal: sent.at("/proposal/id"), version })
}

/// I21: it comes once the line is there again, is answered once, and changes its record once.
pub(super) async fn answer(place: &Twelve, proposed: &Proposed) -> anyhow::Result<()> {
    let home = place.region(CUT_BY_LINE)?.registrar()?;
    let came = until(home, "/api/v1/proposals", "the proposal", |answer| !answer.items().is_empty()).await?;
    ensure!(came.items().len() == 1, "{}", came.text);
    let path = format!("/api/v1/proposals/{}", came.at("/items/0/id"));
    let shown = home.get(&path).await?.expect(200)?.json();
    let answer = json!({ "version": at(&shown, "/proposal/version"), "accepted": true, "reason": "",
        "record_version": proposed.version });
    home.post(&format!("{path}/answer"), &answer).await?.expect(200)?;
    let again = json!({ "version": at(&shown, "/proposal/version"), "accepted": false, "reason": "Trop tard",
        "record_version": proposed.version });
    home.post(&format!("{path}/answer"), &again).await?.expect_problem(409, "conflict")?;
    let sent = format!("/api/v1/proposals/{}", proposed.proposal);
    let is_accepted = |answer: &tiwizi_tests::Answer| answer.at("/proposal/status") == "accepted";
    until(place.registrar()?, &sent, "the answer", is_accepted).await?;
    let written = home.get(&format!("{COOPERATIVES}/{}", proposed.id)).await?.expect(200)?.json();
    ensure!(at(&written, "/version").as_i64() == Some(proposed.version + 1), "it was written once: {written}");
    ensure!(text(&written, "/body/commune") == "Proposée", "{written}");
    Ok(())
}

/// After ninety days: what is known of those who are cut off is as old as the cut, and says so; their own pages say what is wrong.
pub(super) async fn the_cut_is_seen(place: &Twelve) -> anyhow::Result<()> {
    let day_before = (place.calendar.ahead_s() - 86_400).saturating_mul(1_000);
    let day_before = tiwizi_model::Ambient::system().now().plus_ms(day_before).rfc3339();
    let known = as_of(place).await?;
    let is_old = |code: &str| known.get(code).is_some_and(|at| !at.is_empty() && *at < day_before);
    for code in place.regions.keys() {
        let is_cut = [CUT_BY_LINE, CUT_BY_SWITCH].contains(&code.as_str());
        ensure!(is_old(code) == is_cut, "region {code} is as of {:?}, and it was {day_before}", known.get(code));
    }
    let coverage = place.registrar()?.get("/api/v1/coverage").await?.expect(200)?;
    ensure!(coverage.at("/as_of") < day_before && coverage.at("/known") == "12", "{}", coverage.text);
    for (code, said) in [(CUT_BY_LINE, "Elle ne répond pas."), (CUT_BY_SWITCH, "La ligne est coupée ici.")] {
        let region = place.region(code)?;
        let page = format!("/fr/federation/peers/{}", place.nation.node());
        let shown = Twelve::at_the_pages(&region.house).await?.get(&page).await?.expect(200)?.text;
        ensure!(shown.contains(said), "region {code}: {shown}");
        let peer = place.registrar()?.get(&format!("/api/v1/peers/{}", region.house.node())).await?.expect(200)?;
        ensure!(peer.at("/contact") < day_before, "the nation has not heard of region {code}: {}", peer.text);
    }
    Ok(())
}
