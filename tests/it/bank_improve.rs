//! Does a plan of the project bank give something back to its model in a real kernel, without telling whose it is, and is it decided on once?

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::{Answer, Client, Instance, Setting, paths};

const PASSWORD: &str = "olives et miel de mai";
const BANK: &str = "/fr/p/project-bank";
const AMINA: &str = "amina@example.org";
const BRAHIM: &str = "brahim@example.org";
/// Whoever proposes, and whoever only took the same model.
const PEOPLE: [(&str, &str); 2] = [
    ("fadma@example.org", "01a21be5-84ee-7000-b0a7-ee98d2174aa1"),
    ("hassan@example.org", "01a21be5-84ee-7000-b0a7-ee98d2174aa2"),
];
/// What a trainer calls the new line in Arabic.
const NAME: &str = "سدادات";
const WHY: &str = "Le flacon se vend mieux que dans le modèle.";

/// An instance with the plugin and two trainers, and two persons of the register.
async fn started() -> anyhow::Result<(Instance, Client, Client)> {
    let setting = Setting { bundle: Some(paths::bundle("project-bank")?), ..Setting::default() };
    let setting = setting.user(AMINA, "trainer", "nation").user(BRAHIM, "trainer", "nation");
    let mut instance = Instance::make(&setting)?;
    for (email, person) in PEOPLE {
        let add = Tiwizi::words("user add --password-stdin").data(instance.data()).option("--email", email);
        add.option("--person", person).input(PASSWORD).succeed()?;
    }
    instance.serve()?;
    let [(fadma, _), (hassan, _)] = PEOPLE;
    let fadma = instance.visitor()?.sign_in(fadma, PASSWORD).await?;
    let hassan = instance.visitor()?.sign_in(hassan, PASSWORD).await?;
    Ok((instance, fadma, hassan))
}

/// The value of a hidden field of a page.
fn hidden(page: &Answer, name: &str) -> anyhow::Result<String> {
    let (_, rest) = page.text.split_once(&format!("name=\"{name}\" value=\"")).with_context(|| format!("no {name}"))?;
    Ok(rest.split_once('"').map_or("", |(value, _)| value).to_owned())
}

async fn sent(client: &Client, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<String> {
    Ok(client.submit(path, fields).await?.expect(303)?.header("location").to_owned())
}

/// Takes the saffron model; answers where the plan is.
async fn adopted(client: &Client) -> anyhow::Result<String> {
    sent(client, &format!("{BANK}/models/saffron/adopt"), &[]).await
}

/// A line of one's own in a plan.
async fn add_line(client: &Client, plan: &str) -> anyhow::Result<()> {
    let line = [
        ("list", "costs"),
        ("code", "own-1"),
        ("label", "Bouchons"),
        ("basis", "monthly"),
        ("product", ""),
        ("amount", "150"),
        ("vat", "20"),
        ("source", ""),
    ];
    sent(client, &format!("{plan}/lines/new"), &line).await.map(drop)
}

/// Looks at what others will see, and sends it twice.
async fn propose(client: &Client, plan: &str, places: &[&str]) -> anyhow::Result<()> {
    let improve = format!("{plan}/improve");
    let yes = places.iter().map(|place| ("yes", *place));
    let form: Vec<(&str, &str)> = yes.chain([("why", WHY), ("experience", "")]).collect();
    let with = |more: &[(&'static str, String)]| -> Vec<(String, String)> {
        let form = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        form.chain(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone()))).collect()
    };
    let look = with(&[("action", "look".to_owned())]);
    let look: Vec<(&str, &str)> = look.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let seen = hidden(&client.submit(&improve, &look).await?.expect(200)?, "seen")?;
    let send = with(&[("action", "send".to_owned()), ("seen", seen)]);
    let send: Vec<(&str, &str)> = send.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for _ in 0..2 {
        let to = sent(client, &improve, &send).await?;
        ensure!(to.ends_with("/improve?sent=yes"), "{to}");
    }
    Ok(())
}

/// The version of the model that a trainer sees.
async fn version(trainer: &Client) -> anyhow::Result<u64> {
    let models = trainer.get("/api/v1/records/project-bank/model?code=saffron").await?.expect(200)?.items();
    let version = models.first().and_then(|model| model.pointer("/body/version")).and_then(Value::as_u64);
    version.context("there is no such model")
}

/// Trainers have one notice that the first proposal waits, which leads to it.
async fn waits(trainers: [&Client; 2]) -> anyhow::Result<()> {
    for trainer in trainers {
        let told = trainer.get("/api/v1/notices?language=fr").await?.expect(200)?;
        ensure!(told.text.matches("la proposition 1 attend").count() == 1, "{}", told.text);
        ensure!(told.text.contains("/proposals/saffron/1"), "the notice leads nowhere: {}", told.text);
    }
    Ok(())
}

#[tokio::test]
async fn what_a_plan_proposes_is_decided_on_once_and_offered_to_the_others() -> anyhow::Result<()> {
    let (instance, fadma, hassan) = started().await?;
    let (plan, other) = (adopted(&fadma).await?, adopted(&hassan).await?);
    let figures = [("parameters/flask/value", "43"), ("title", "Safran de Fadma"), ("action", "keep")];
    sent(&fadma, &plan, &figures).await?;
    add_line(&fadma, &plan).await?;
    propose(&fadma, &plan, &["parameters/flask/value", "costs/own-1"]).await?;

    // A trainer sees it on a page that tells of nobody, and by no other way.
    let (amina, brahim) = (instance.signed_in(AMINA).await?, instance.signed_in(BRAHIM).await?);
    waits([&amina, &brahim]).await?;
    let desk = format!("{BANK}/proposals/saffron/1");
    let list = amina.get(&format!("{BANK}/proposals")).await?.expect(200)?;
    ensure!(list.text.matches("/proposals/saffron/").count() == 1, "sent twice is not one: {}", list.text);
    let page = amina.get(&desk).await?.expect(200)?;
    ensure!(page.text.contains(WHY) && page.text.contains("Bouchons"), "{}", page.text);
    let id = plan.rsplit('/').next().unwrap_or_default();
    for secret in [id, "Safran de Fadma", "fadma@example.org", "01a21be5-84ee-7000-b0a7-ee98d2174aa1"] {
        ensure!(!page.text.contains(secret), "the page tells {secret}");
    }
    let token = amina.with_token("tests").await?;
    let before = version(&token).await?;
    for kind in ["proposal", "proposer"] {
        let answer = token.get(&format!("/api/v1/records/project-bank/{kind}")).await?;
        ensure!(!answer.text.contains(WHY) && !answer.text.contains(id), "{kind}: {}", answer.text);
    }
    hassan.get(&desk).await?.expect(403)?;

    // Two decide at once: one does, and the other is told.
    let seen = hidden(&page, "seen")?;
    let all = [
        ("yes", "parameters/flask/value"),
        ("yes", "costs/own-1"),
        ("name/costs/own-1/ar", NAME),
        ("remark", ""),
        ("action", "take"),
        ("seen", seen.as_str()),
    ];
    let one = [
        ("yes", "costs/own-1"),
        ("name/costs/own-1/ar", NAME),
        ("remark", "La ligne seule."),
        ("action", "take"),
        ("seen", seen.as_str()),
    ];
    let (first, second) = tokio::join!(amina.submit(&desk, &all), brahim.submit(&desk, &one));
    let mut statuses = [first?.status, second?.status];
    statuses.sort_unstable();
    let [done, told] = statuses;
    ensure!(done == 303 && [409, 412].contains(&told), "{statuses:?}");
    ensure!(version(&token).await? == before + 1, "the model is corrected once");
    brahim.submit(&desk, &all).await?.expect(409)?;

    // Everybody who took the model is offered it, and reads where it comes from.
    let review = hassan.get(&format!("{other}/review")).await?.expect(200)?;
    ensure!(review.text.contains("costs/proposal-1-"), "{}", review.text);
    ensure!(review.text.contains("plans de la banque"), "the lineage is not told: {}", review.text);

    // Whoever sent it is told, and the plan knows its line again.
    let told = fadma.get("/api/v1/notices?language=fr").await?.expect(200)?;
    ensure!(told.text.contains("proposition 1"), "{}", told.text);
    let review = format!("{plan}/review");
    let page = fadma.get(&review).await?.expect(200)?;
    ensure!(!page.text.contains("costs/own-1"), "its own line is not known again: {}", page.text);
    let form = [("version", (before + 1).to_string()), ("action", "all".to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    sent(&fadma, &review, &form).await?;
    ensure!(fadma.get(&plan).await?.expect(200)?.text.contains("Bouchons"), "the line is lost");
    Ok(())
}
