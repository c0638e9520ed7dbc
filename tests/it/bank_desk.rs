//! Do two trainers write, read and publish a model in a real kernel, and is no text lost when both write at once?

use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_tests::stopwatch::Stopwatch;
use tiwizi_tests::{Answer, Client, Instance, Setting, paths};

/// How long the copy for the public may take to follow its model.
const WAIT: Duration = Duration::from_secs(60);
const AMINA: &str = "amina@example.org";
const KARIM: &str = "karim@example.org";
const SAID: &str = "said@example.org";
const DESK: &str = "/fr/p/project-bank/model-desk";
const SAFFRON: &str = "/fr/p/project-bank/model-desk/saffron";

async fn desk() -> anyhow::Result<(Instance, Client, Client)> {
    let setting = Setting { bundle: Some(paths::bundle("project-bank")?), ..Setting::default() };
    let setting = [AMINA, KARIM, SAID].into_iter().fold(setting, |setting, one| setting.user(one, "trainer", "nation"));
    let instance = Instance::start(&setting)?;
    let (amina, karim) = (instance.signed_in(AMINA).await?, instance.signed_in(KARIM).await?);
    Ok((instance, amina, karim))
}

/// The value of a hidden field of a page.
fn hidden(page: &Answer, name: &str) -> anyhow::Result<String> {
    let (_, rest) = page.text.split_once(&format!("name=\"{name}\" value=\"")).with_context(|| format!("no {name}"))?;
    Ok(rest.split_once('"').map_or("", |(value, _)| value).replace("&#x2f;", "/"))
}

/// What the draft of the saffron model says.
async fn draft(trainer: &Client) -> anyhow::Result<Value> {
    let path = "/api/v1/records/project-bank/model-draft?code=saffron";
    let mut items = trainer.get(path).await?.expect(200)?.items();
    Ok(items.pop().context("there is no draft")?.pointer("/body").cloned().unwrap_or_default())
}

/// A form of the French name and summary, made when the page was `seen`. The chapters are left out: what is not sent stays.
fn french<'a>(seen: &'a str, title: &'a str, summary: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("of", "texts/fr"), ("seen", seen), ("title", title), ("summary", summary)]
}

#[tokio::test]
async fn a_correction_is_written_by_one_and_published_by_another() -> anyhow::Result<()> {
    let (instance, amina, karim) = desk().await?;
    amina.submit(&format!("{SAFFRON}/step"), &[("action", "open")]).await?.expect(303)?;
    let part = format!("{SAFFRON}/part");
    let page = amina.get(&format!("{part}?of=texts/fr")).await?.expect(200)?;
    let seen = hidden(&page, "seen")?;
    // Both began from the same page, and both changed the summary.
    let karims = french(&seen, "Safran", "Le résumé de Karim");
    karim.submit(&part, &karims).await?.expect(303)?;
    let told = amina.submit(&part, &french(&seen, "Safran", "Le résumé d’Amina")).await?.expect(409)?;
    ensure!(told.text.contains("Le résumé de Karim") && told.text.contains("Le résumé d’Amina"), "{}", told.text);
    amina.submit(&part, &french(&hidden(&told, "seen")?, "Safran", "Le résumé des deux")).await?.expect(303)?;

    amina.submit(&format!("{SAFFRON}/step"), &[("action", "review")]).await?.expect(303)?;
    // Karim wrote in it too: a third person reads it.
    let page = karim.get(SAFFRON).await?.expect(200)?;
    ensure!(page.text.contains("value=\"take-back\"") && !page.text.contains("value=\"publish\""), "{}", page.text);
    let own = [("action", "publish"), ("name", "Karim")];
    let refused = karim.submit(&format!("{SAFFRON}/step"), &own).await?.expect(403)?;
    ensure!(refused.text.contains("une autre personne doit la relire"), "{}", refused.text);
    let said = instance.signed_in(SAID).await?;
    let seen = hidden(&said.get(SAFFRON).await?.expect(200)?, "seen")?;
    let publish = [("action", "publish"), ("seen", seen.as_str()), ("name", "Saïd")];
    said.submit(&format!("{SAFFRON}/step"), &publish).await?.expect(303)?;
    let visitor = instance.visitor()?;
    let watch = Stopwatch::start();
    loop {
        let found = visitor.get("/api/v1/records/project-bank/publication?code=saffron").await?.expect(200)?.items();
        let body = found.first().and_then(|item| item.pointer("/body")).cloned().unwrap_or_default();
        if body.pointer("/version") == Some(&Value::from(3)) {
            ensure!(body.pointer("/summary/fr") == Some(&Value::from("Le résumé des deux")), "{body}");
            ensure!(body.pointer("/reviewers/0") == Some(&Value::from("Saïd")), "{body}");
            break;
        }
        ensure!(watch.elapsed() < WAIT, "the next version is not public: {body}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

#[tokio::test]
async fn of_two_texts_that_come_in_the_same_moment_one_is_kept_and_the_other_told() -> anyhow::Result<()> {
    let (instance, amina, karim) = desk().await?;
    amina.submit(&format!("{SAFFRON}/step"), &[("action", "open")]).await?.expect(303)?;
    let part = format!("{SAFFRON}/part");
    let reader = instance.signed_in(AMINA).await?.with_token("tests").await?;
    for round in 0..5 {
        let seen = hidden(&amina.get(&format!("{part}?of=texts/fr")).await?.expect(200)?, "seen")?;
        let (one, other) = (format!("Amina {round}"), format!("Karim {round}"));
        let (first, second) = (french(&seen, "Safran", &one), french(&seen, "Safran", &other));
        let answers = tokio::join!(amina.submit(&part, &first), karim.submit(&part, &second));
        let (ours, theirs) = (answers.0?.status, answers.1?.status);
        let kept = draft(&reader).await?;
        let kept = kept.pointer("/summary/fr").and_then(Value::as_str).unwrap_or_default().to_owned();
        // The second came after the first, and is shown both; or in the same moment, and the kernel refuses the whole call.
        let is_told = |status: u16| [409, 412].contains(&status);
        ensure!(ours == 303 && is_told(theirs) || is_told(ours) && theirs == 303, "{ours} and {theirs}");
        ensure!(kept == if ours == 303 { &*one } else { &*other }, "{kept} is kept: {ours} and {theirs}");
        // Sent again, it is shown both.
        let again = if ours == 303 { karim.submit(&part, &second).await? } else { amina.submit(&part, &first).await? };
        ensure!(again.expect(409)?.text.contains(&kept), "the other text is not shown");
    }
    Ok(())
}

#[tokio::test]
async fn a_sheet_begun_from_nothing_says_what_it_lacks() -> anyhow::Result<()> {
    let (_instance, amina, _) = desk().await?;
    let form = [("code", "thyme"), ("title_fr", "Thym séché"), ("sector", "agriculture")];
    amina.submit(DESK, &form).await?.expect(303)?;
    let page = amina.get(&format!("{DESK}/thyme")).await?.expect(200)?;
    ensure!(page.text.contains("un plan vend au moins un produit"), "{}", page.text);
    let refused = amina.submit(&format!("{DESK}/thyme/step"), &[("action", "review")]).await?.expect(422)?;
    ensure!(refused.text.contains("Corrigez d’abord"), "{}", refused.text);
    for part in ["facts", "frame", "texts/shi", "names/ar", "parameters", "products", "loans"] {
        amina.get(&format!("{DESK}/thyme/part?of={part}")).await?.expect(200)?;
    }
    amina.get(&format!("{DESK}/thyme/preview")).await?.expect(200)?;
    Ok(())
}
