//! Is what leaves seen before it is signed, decided by those who run the instance alone, and told to the others of the office?

use anyhow::ensure;
use serde_json::{Value, json};
use tiwizi_tests::Client;
use tiwizi_tests::client::{at, text};
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::instance::PASSWORD;
use tiwizi_tests::postgres::Database;

use super::house::{House, Root};
use crate::cooperative::free_place;

const REGISTRAR: &str = "register@tests.invalid";
const MEMBER: &str = "founder@tests.invalid";
const AGREEMENTS: &str = "/api/v1/agreements";
/// The exit code of what was refused.
const REFUSED: Option<i32> = Some(3);
const NOWHERE: &str = "01890000-0000-7000-8000-000000000000";

/// A region that knows the nation, with somebody who keeps its register and somebody who does neither.
struct Place {
    region: House,
    nation: String,
    root: Root,
}

fn place(database: Option<String>) -> anyhow::Result<Place> {
    let root = Root::new()?;
    let (nation, region) = (House::new("all", None, &root)?, House::new("09.541", database, &root)?);
    for house in [&nation, &region] {
        let ending = nation.enrol(&root, &house.request("request")?, &house.fingerprint())?;
        ensure!(ending.code == Some(0), "{ending:?}");
    }
    region.take(&nation.publish("directory")?)?.json()?;
    let add =
        |email: &str| Tiwizi::words("user add --password-stdin").data(region.instance.data()).option("--email", email);
    add(REGISTRAR).option("--role", "registrar").option("--scope", "province:09.541").input(PASSWORD).succeed()?;
    add(MEMBER).input(PASSWORD).succeed()?;
    Ok(Place { nation: nation.node(), region, root })
}

/// What the region gives of its cooperatives: names of those of one province.
fn draft(peer: &str) -> Value {
    json!({
        "peer": peer, "purpose": "Statistiques nationales", "legal_basis": "Loi 112-12", "expires_on": next_year(),
        "retention_days": 365, "erasure_days": 30,
        "gives": { "registry/cooperative": {
            "fields": { "name_fr": "clear", "province": "clear", "phone": "withheld" }, "rows": { "province": ["09.541"] },
        } },
    })
}

/// A day within two years from now, whatever the day is.
fn next_year() -> String {
    let now = tiwizi_model::Ambient::system().now();
    now.plus_ms(365 * 86_400_000).rfc3339().chars().take(10).collect()
}

impl Place {
    fn file(&self, name: &str, draft: &Value) -> anyhow::Result<std::path::PathBuf> {
        let file = self.region.file(name);
        std::fs::write(&file, draft.to_string())?;
        Ok(file)
    }

    fn serve(&mut self) -> anyhow::Result<()> {
        let variables = [("TIWIZI_FEDERATION_ROOT", self.root.key.clone())];
        self.region.instance.serve_at(&free_place()?, &variables)
    }

    async fn administrator(&self) -> anyhow::Result<Client> {
        self.region.instance.administrator().await?.with_token("tests").await
    }

    async fn signed_in(&self, email: &str) -> anyhow::Result<Client> {
        self.region.instance.signed_in(email).await?.with_token("tests").await
    }
}

fn offer_by_the_command_line(place: &Place) -> anyhow::Result<String> {
    let file = place.file("draft.json", &draft(&place.nation))?;
    let seen = place.region.command("agreement preview --json").option("--file", &file).succeed()?.json()?;
    ensure!(*at(&seen, "/whole") == true && *at(&seen, "/planes/0/personal") == json!([]), "{seen}");
    ensure!(
        at(&place.region.command("agreement list --json").succeed()?.json()?, "/items") == &json!([]),
        "it was kept"
    );
    let offered = place.region.command("agreement offer --json").option("--file", &file).succeed()?.json()?;
    ensure!(text(&offered, "/next/state") == "offered" && *at(&offered, "/next/ours") == true, "{offered}");
    ensure!(text(&offered, "/peer") == place.nation, "{offered}");
    let id = text(&offered, "/id");
    let shown = place.region.command("agreement show --json").word(&id).succeed()?.json()?;
    ensure!(shown == offered, "{shown}");
    let listed = place.region.command("agreement list").succeed()?;
    ensure!(listed.output.contains(&id) && listed.output.contains("offered"), "{listed:?}");
    Ok(id)
}

#[test]
fn what_a_file_says_is_looked_at_then_offered() -> anyhow::Result<()> {
    offer_by_the_command_line(&place(None)?).map(drop)
}

#[tokio::test]
async fn what_a_file_says_is_offered_on_postgresql() -> anyhow::Result<()> {
    let database = Database::create().await?;
    offer_by_the_command_line(&place(Some(database.url().to_owned()))?).map(drop)
}

#[test]
fn a_file_that_does_not_fit_is_refused_with_every_place() -> anyhow::Result<()> {
    let place = place(None)?;
    let offer = |file: &std::path::Path| place.region.command("agreement offer --json").option("--file", file).run();
    let mut wrong = draft(&place.nation);
    wrong["gives"]["registry/cooperative"]["fields"]["colour"] = json!("clear");
    wrong["purpose"] = json!("");
    let ending = offer(&place.file("wrong.json", &wrong)?)?;
    ensure!(ending.code == REFUSED && ending.complaint.contains("/purpose"), "{ending:?}");
    let mut people = draft(&place.nation);
    people["gives"] = json!({ "registry/person": { "fields": { "phone": "clear" } } });
    let ending = offer(&place.file("people.json", &people)?)?;
    ensure!(ending.code == REFUSED && ending.complaint.contains("/cndp"), "{ending:?}");
    let stranger = draft(&"0".repeat(64));
    ensure!(offer(&place.file("stranger.json", &stranger)?)?.code == REFUSED, "a stranger was offered something");
    ensure!(offer(&place.file("none.json", &json!([]))?)?.code == REFUSED, "a list is no draft");
    let absent = place.region.command("agreement suspend --json").word(NOWHERE).run()?;
    ensure!(absent.code == Some(1) && absent.complaint.contains("no such agreement"), "{absent:?}");
    let listed = place.region.command("agreement list --json").succeed()?.json()?;
    ensure!(*at(&listed, "/items") == json!([]), "{listed}");
    Ok(())
}

#[tokio::test]
async fn those_who_keep_the_register_look_and_those_who_run_the_instance_decide() -> anyhow::Result<()> {
    let mut place = place(None)?;
    place.serve()?;
    let (admin, registrar) = (place.administrator().await?, place.signed_in(REGISTRAR).await?);
    let (member, public) = (place.signed_in(MEMBER).await?, place.region.instance.visitor()?);
    let draft = draft(&place.nation);
    let preview = format!("{AGREEMENTS}/preview");
    public.post(AGREEMENTS, &draft).await?.expect_problem(401, "not-signed-in")?;
    for path in [AGREEMENTS, "/api/v1/peers"] {
        public.get(path).await?.expect_problem(401, "not-signed-in")?;
        member.get(path).await?.expect_problem(403, "forbidden")?;
        registrar.get(path).await?.expect(200)?;
    }
    member.post(&preview, &draft).await?.expect_problem(403, "forbidden")?;
    let seen = registrar.post(&preview, &draft).await?.expect(200)?;
    ensure!(seen.at("/fills/0/what") == "kind" && seen.at("/document/version") == "1", "{}", seen.text);
    registrar.post(AGREEMENTS, &draft).await?.expect_problem(403, "forbidden")?;
    let made = admin.post(AGREEMENTS, &draft).await?.expect(201)?;
    let (id, state) = (made.at("/id"), made.at("/next/state"));
    ensure!(state == "offered", "{}", made.text);
    let steps = format!("{AGREEMENTS}/{id}/steps");
    let step = |step: &str, version: u32| json!({ "step": step, "version": version });
    registrar.post(&steps, &step("suspend", 1)).await?.expect_problem(403, "forbidden")?;
    admin.post(&steps, &step("suspend", 1)).await?.expect_problem(409, "conflict")?;
    admin.post(&steps, &step("accept", 7)).await?.expect_problem(412, "stale-version")?;
    // Nobody signs for the other side.
    admin.post(&steps, &step("accept", 1)).await?.expect_problem(409, "conflict")?;
    admin.post(&steps, &step("burn", 1)).await?.expect_problem(422, "invalid")?;
    admin.get(&format!("{AGREEMENTS}/{NOWHERE}")).await?.expect_problem(404, "not-found")?;
    registrar.get(&format!("{AGREEMENTS}/{id}/preview")).await?.expect(200)?;
    registrar.get(&format!("{AGREEMENTS}/{id}/preview?version=9")).await?.expect_problem(404, "not-found")?;
    Ok(())
}

#[tokio::test]
async fn what_does_not_fit_is_named_and_nothing_is_offered() -> anyhow::Result<()> {
    let mut place = place(None)?;
    place.serve()?;
    let admin = place.administrator().await?;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut draft = draft(&place.nation);
        change(&mut draft);
        draft
    };
    for (draft, pointer, code) in [
        (with(&|draft| draft["peer"] = json!("0".repeat(64))), "/peer", "no-peer"),
        (with(&|draft| draft["expires_on"] = json!("2099-01-01")), "/expires_on", "range"),
        (
            with(&|draft| draft["gives"]["registry/cooperative"]["fields"]["colour"] = json!("clear")),
            "/gives/registry~1cooperative/fields/colour",
            "no-class",
        ),
        (
            with(&|draft| draft["gives"]["registry/cooperative"]["fields"]["province"] = json!("withheld")),
            "/gives/registry~1cooperative/rows/province",
            "filter-hidden",
        ),
        (
            with(&|draft| draft["gives"] = json!({ "registry/person": { "fields": { "phone": "clear" } } })),
            "/cndp",
            "no-reference",
        ),
        (with(&|draft| draft["colour"] = json!("red")), "/colour", "unknown-field"),
    ] {
        let answer = admin.post(AGREEMENTS, &draft).await?.expect_problem(422, "invalid")?;
        ensure!(
            (answer.at("/errors/0/pointer"), answer.at("/errors/0/code")) == (pointer.into(), code.into()),
            "{}",
            answer.text
        );
    }
    ensure!(admin.get(AGREEMENTS).await?.items().is_empty(), "a refused draft left something");
    Ok(())
}

#[tokio::test]
async fn the_switch_of_a_line_says_what_to_do_next() -> anyhow::Result<()> {
    let mut place = place(None)?;
    place.serve()?;
    let (admin, registrar) = (place.administrator().await?, place.signed_in(REGISTRAR).await?);
    let (peer, body) = (format!("/api/v1/peers/{}", place.nation), |word: &str| json!({ "switch": word }));
    let switch = format!("{peer}/switch");
    registrar.post(&switch, &body("cut")).await?.expect_problem(403, "forbidden")?;
    admin.post(&switch, &body("burn")).await?.expect_problem(422, "invalid")?;
    admin
        .post(&format!("/api/v1/peers/{}/switch", "0".repeat(64)), &body("cut"))
        .await?
        .expect_problem(404, "not-found")?;
    for (word, next) in [("cut", "mend"), ("pause", "mend"), ("mend", "resume")] {
        let turned = admin.post(&switch, &body(word)).await?.expect(200)?;
        ensure!(turned.at("/next_step") == next, "{word}: {}", turned.text);
    }
    let resumed = admin.post(&switch, &body("resume")).await?.expect(200)?;
    ensure!(resumed.at("/cut") == "false" && resumed.at("/paused") == "false", "{}", resumed.text);
    let shown = registrar.get(&peer).await?.expect(200)?;
    ensure!(shown.at("/id") == place.nation && shown.at("/member") == "true", "{}", shown.text);
    let ledger = registrar.get(&format!("{peer}/ledger")).await?.expect(200)?;
    ensure!(ledger.items().is_empty(), "{}", ledger.text);
    Ok(())
}

#[tokio::test]
async fn the_pages_show_what_would_leave_before_it_is_offered() -> anyhow::Result<()> {
    let mut place = place(None)?;
    place.serve()?;
    let admin = place.region.instance.administrator().await?;
    let registrar = place.region.instance.signed_in(REGISTRAR).await?;
    let new = "/fr/federation/agreements/new";
    let public = place.region.instance.visitor()?.get("/fr/federation").await?;
    ensure!(public.status == 303 && public.header("location").contains("/fr/sign-in"), "{public:?}");
    place.region.instance.signed_in(MEMBER).await?.get("/fr/federation").await?.expect(403)?;
    let peers = registrar.get("/fr/federation").await?.expect(200)?;
    ensure!(peers.text.contains(&place.nation), "{}", peers.text);
    registrar.get(new).await?.expect(403)?;
    let peer = format!("/fr/federation/peers/{}", place.nation);
    ensure!(
        !registrar.get(&peer).await?.expect(200)?.text.contains("name=\"switch\""),
        "a registrar sees the switches"
    );
    registrar.submit(&peer, &[("switch", "cut")]).await?.expect(403)?;
    let query = [("peer", place.nation.as_str()), ("gives", "registry/cooperative"), ("gives", "registry/person")];
    let form = admin.send_query(new, &query).await?.expect(200)?;
    ensure!(form.text.contains("name=\"rule|gives|registry/person|birth_date\""), "{}", form.text);
    ensure!(form.text.contains("value=\"as|birth_date.year\""), "{}", form.text);
    let day = next_year();
    let filled = [
        ("do", "preview"),
        ("peer", place.nation.as_str()),
        ("purpose", "Statistiques"),
        ("legal_basis", "Loi 112-12"),
        ("expires_on", day.as_str()),
        ("retention_days", "365"),
        ("erasure_days", "30"),
        ("rule|gives|registry/cooperative|name_fr", "clear"),
        ("rows|gives|registry/cooperative|province", "09.541"),
    ];
    let seen = admin.submit(new, &filled).await?.expect(200)?;
    ensure!(seen.text.contains("name=\"draft\"") && seen.text.contains("Statistiques"), "{}", seen.text);
    ensure!(admin.get(AGREEMENTS).await?.items().is_empty(), "looking kept something");
    let mut empty = filled;
    empty[2] = ("purpose", "");
    let again = admin.submit(new, &empty).await?.expect(422)?;
    ensure!(again.text.contains("/purpose") && again.text.contains("Loi 112-12"), "{}", again.text);
    let text = draft(&place.nation).to_string();
    registrar.submit(new, &[("do", "offer"), ("draft", &text)]).await?.expect(403)?;
    let offered = admin.submit(new, &[("do", "offer"), ("draft", &text)]).await?.expect(303)?;
    let page = offered.header("location").to_owned();
    let shown = admin.get(&page).await?.expect(200)?;
    ensure!(shown.text.contains("Loi 112-12") && shown.text.contains("La proposition est signée"), "{}", shown.text);
    for language in ["ar", "ary", "fr", "zgh", "shi", "tzm", "rif"] {
        for path in ["federation", "federation/agreements", "federation/agreements/new"] {
            admin.get(&format!("/{language}/{path}")).await?.expect(200)?;
        }
    }
    let (ended, log) = place.region.instance.stop()?;
    ensure!(ended.success() && !log.contains("no language has this message"), "{log}");
    Ok(())
}

#[tokio::test]
async fn an_instance_in_no_federation_says_so() -> anyhow::Result<()> {
    let instance = tiwizi_tests::Instance::start(&tiwizi_tests::Setting::default())?;
    let admin = instance.administrator().await?;
    admin.get(AGREEMENTS).await?.expect_problem(409, "no-federation")?;
    let page = admin.get("/fr/federation").await?.expect(200)?;
    ensure!(page.text.contains("tiwizi federation init"), "{}", page.text);
    Ok(())
}
