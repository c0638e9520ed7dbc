//! Is a certificate of the training worth something to strangers: does its credential verify in the languages of the course, is it taken
//! back with the certificate, and is its paper set once?

use anyhow::{Context as _, ensure};
use serde_json::json;
use tiwizi_tests::client::Answer;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::instance::PASSWORD;
use tiwizi_tests::{Client, Instance, Setting, paths};

use crate::credentials::{ADDRESS, checked, status};

const TRAINER: &str = "trainer@tests.invalid";
const LEARNER: &str = "fadma@tests.invalid";
const TRAINING: &str = "/fr/p/training";

/// An instance with a learner who belongs to a person of the register.
async fn served(address: Option<&str>) -> anyhow::Result<Instance> {
    let setting = Setting { bundle: Some(paths::bundle("training")?), ..Setting::default() };
    let mut instance = Instance::start(&setting.user(TRAINER, "trainer", "nation"))?;
    let person = json!({ "name_fr": "Ouali Fadma", "province": "09.541" });
    let registrar = instance.registrar().await?;
    let person = registrar.post("/api/v1/records/registry/person", &person).await?.expect(201)?.at("/id");
    instance.stop()?;
    let add = Tiwizi::words("user add --password-stdin --name Fadma").data(instance.data()).input(PASSWORD);
    add.option("--email", LEARNER).option("--person", person).succeed()?;
    let address = address.map(|address| ("TIWIZI_ADDRESS", address.to_owned()));
    instance.serve_with(address.as_slice())?;
    Ok(instance)
}

/// Does the first module of a course, asks for its certificate, and says where that is.
async fn certified(learner: &Client) -> anyhow::Result<String> {
    let course = format!("{TRAINING}/courses/founding");
    for lesson in ["m1-l1", "m1-l2", "m1-l3"] {
        learner.submit(&format!("{course}/lessons/{lesson}/done"), &[]).await?.expect(303)?;
    }
    let answers = [("q1", "b"), ("q2", "a"), ("q3", "c"), ("q4", "b")];
    learner.submit(&format!("{course}/quizzes/m1-q"), &answers).await?.expect(303)?;
    let form = [("of", "module/founding/m1")];
    let given = learner.submit(&format!("{TRAINING}/certificates"), &form).await?.expect(303)?;
    Ok(given.header("location").to_owned())
}

/// Where a page leads with a word.
fn link(page: &Answer, words: &str) -> Option<String> {
    let (before, _) = page.text.split_once(&format!(">{words}</a>"))?;
    let (_, last) = before.rsplit_once("<a ")?;
    let (address, _) = last.split_once("href=\"")?.1.split_once('"')?;
    // As the templates write what may not stand in a document.
    Some(address.replace("&#x2f;", "/").replace("&amp;", "&"))
}

fn path(address: &str) -> anyhow::Result<String> {
    Ok(address.strip_prefix(ADDRESS).context("another address")?.to_owned())
}

#[tokio::test]
async fn a_certificate_has_a_credential_that_strangers_verify_and_that_is_taken_back_with_it() -> anyhow::Result<()> {
    let instance = served(Some(ADDRESS)).await?;
    let (visitor, learner) = (instance.visitor()?, instance.signed_in(LEARNER).await?);
    let certificate = certified(&learner).await?;
    let page = learner.get(&certificate).await?.expect(200)?;
    let file = link(&page, "Enregistrer le fichier").with_context(|| format!("no file: {}", page.text))?;
    let saved = visitor.get(&file).await?.expect(200)?;
    ensure!(saved.header("content-disposition").contains("credential.jwt"), "{:?}", saved.headers);
    let said = checked(&visitor, saved.text.trim()).await?.map_err(anyhow::Error::msg)?;
    ensure!(said["names"] == json!(["Fadma"]), "{said}");
    let course = visitor.get("/ar/p/training/courses/founding").await?.expect(200)?;
    let name = said["achievement"].as_str().context("no name")?;
    let arabic = name.split(" / ").find(|name| course.text.contains(name)).context("no Arabic")?;
    ensure!(!name.starts_with(arabic) && page.text.contains(name.split(" / ").next().unwrap_or_default()), "{name}");

    let seen = visitor.get(&certificate).await?.expect(200)?;
    ensure!(link(&seen, "Enregistrer le fichier").is_none(), "everybody gets the file");
    let verification = path(&link(&seen, "Vérifier l’attestation numérique").context("no verification")?)?;
    ensure!(status(&visitor, &verification).await? == "valid");

    let trainer = instance.signed_in(TRAINER).await?;
    let taking = [("reason", "Le quiz était mal noté")];
    learner.submit(&format!("{certificate}/take-back"), &taking).await?.expect(403)?;
    trainer.submit(&format!("{certificate}/take-back"), &taking).await?.expect(303)?;
    ensure!(status(&visitor, &verification).await? == "revoked");
    let seen = visitor.get(&certificate).await?.expect(200)?;
    ensure!(seen.text.contains("a été retirée") && !seen.text.contains("mal noté"), "{}", seen.text);
    let held = learner.get(&certificate).await?.expect(200)?;
    ensure!(held.text.contains("mal noté") && link(&held, "Enregistrer le fichier").is_none(), "{}", held.text);
    learner.submit(&format!("{certificate}/credential"), &[]).await?.expect(422)?;

    trainer.submit(&format!("{certificate}/give-back"), &[]).await?.expect(303)?;
    let again = learner.submit(&format!("{certificate}/credential"), &[]).await?.expect(200)?;
    let renewed = path(&link(&again, "Vérifier l’attestation numérique").context("no verification")?)?;
    ensure!(renewed != verification && status(&visitor, &renewed).await? == "valid");
    ensure!(status(&visitor, &verification).await? == "revoked");
    Ok(())
}

#[tokio::test]
async fn a_certificate_needs_no_credential_and_has_one_once_the_instance_has_an_address() -> anyhow::Result<()> {
    let mut instance = served(None).await?;
    let learner = instance.signed_in(LEARNER).await?;
    let certificate = certified(&learner).await?;
    let refused = learner.submit(&format!("{certificate}/credential"), &[]).await?.expect(422)?;
    ensure!(refused.text.contains("ne signe pas d’attestations numériques"), "{}", refused.text);
    instance.stop()?;
    instance.serve_with(&[("TIWIZI_ADDRESS", ADDRESS.to_owned())])?;
    let learner = instance.signed_in(LEARNER).await?;
    for _ in 0..2 {
        let page = learner.submit(&format!("{certificate}/credential"), &[]).await?.expect(200)?;
        ensure!(link(&page, "Enregistrer le fichier").is_some(), "{}", page.text);
    }
    Ok(())
}

#[tokio::test]
async fn the_paper_beside_the_credential_is_set_once() -> anyhow::Result<()> {
    let instance = served(Some(ADDRESS)).await?;
    let learner = instance.signed_in(LEARNER).await?;
    let certificate = certified(&learner).await?;
    let mut files = Vec::new();
    for _ in 0..2 {
        let page = learner.submit(&certificate, &[]).await?.expect(200)?;
        files.push(link(&page, "Ouvrir le PDF").with_context(|| format!("no paper: {}", page.text))?);
    }
    let page = learner.get(&certificate).await?.expect(200)?;
    files.push(link(&page, "Ouvrir le PDF").context("the paper is forgotten")?);
    let hashes: Vec<&str> = files.iter().filter_map(|file| file.split('?').next()).collect();
    ensure!(hashes.windows(2).all(|pair| pair.first() == pair.last()), "{files:?}");
    ensure!(learner.download(files.last().context("no file")?).await?.starts_with(b"%PDF"), "no PDF");
    ensure!(!page.text.contains("Préparer le PDF"), "{}", page.text);
    Ok(())
}
