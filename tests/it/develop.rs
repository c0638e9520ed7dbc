//! Does `tiwizi plugin dev` show an author what they save, and what is wrong with it?

use anyhow::{Context as _, ensure};
use tiwizi_tests::book::Reader;

#[tokio::test]
async fn what_is_saved_is_built_and_put_in_place_and_what_was_kept_stays() -> anyhow::Result<()> {
    let mut reader = Reader::new()?;
    reader.run(&["plugin", "new", "notes", "--sdk", "tiwizi"].map(str::to_owned))?;
    let page = reader.folder().join("notes/templates/notes.html");
    let code = reader.folder().join("notes/src/lib.rs");
    reader.develop("notes")?;
    reader.wait_for("notes is in place", 1)?;
    let log = reader.log()?;
    let account = log.lines().find(|line| line.contains("member@dev.invalid")).context("no member was printed")?;
    let password = account.split_whitespace().last().context("no password was printed")?.to_owned();

    let member = reader.visitor()?.sign_in("member@dev.invalid", &password).await?;
    member.submit("/fr/p/notes/", &[("text", "Olives")]).await?.expect(303)?;

    // A template: the same note on a new page.
    let template = std::fs::read_to_string(&page)?;
    std::fs::write(&page, template.replacen("<h1>", "<p>Azul</p><h1>", 1))?;
    reader.wait_for("notes is in place", 2)?;
    let shown = member.get("/fr/p/notes/").await?.expect(200)?;
    ensure!(shown.text.contains("Azul") && shown.text.contains("Olives"), "{}", shown.text);

    // Code that does not compile: the compiler says so, and the version before goes on.
    let good = std::fs::read_to_string(&code)?;
    std::fs::write(&code, good.replacen("fn show(_: &Request)", "fn show(_: &Requst)", 1))?;
    reader.wait_for("Nothing was put in place", 1)?;
    ensure!(reader.log()?.contains("Requst"), "the compiler's words are missing: {}", reader.log()?);
    member.get("/fr/p/notes/").await?.expect(200)?;

    // Other rules, and a request as the terminal shows it.
    let title = r#"Answer::page("notes", "My notes from the field","#;
    let from = r#"Answer::page("notes", "notes","#;
    ensure!(good.contains(from), "{from} is not in {good}");
    std::fs::write(&code, good.replacen(from, title, 1))?;
    reader.wait_for("notes is in place", 3)?;
    let shown = member.get("/fr/p/notes/").await?.expect(200)?;
    ensure!(shown.text.contains("from the field") && shown.text.contains("Olives"), "{}", shown.text);
    reader.wait_for("store.find 1", 1)?;
    ensure!(reader.log()?.contains("200 GET  /fr/p/notes/"), "{}", reader.log()?);

    // What is kept does not fit a narrower kind: that is said, and nothing is lost.
    let manifest = reader.folder().join("notes/manifest.json");
    let kinds = std::fs::read_to_string(&manifest)?;
    std::fs::write(&manifest, kinds.replacen("\"maxLength\": 500", "\"maxLength\": 3", 1))?;
    reader.wait_for("what is kept does not fit the changed kinds", 1)?;
    let shown = member.get("/fr/p/notes/").await?.expect(200)?;
    ensure!(shown.text.contains("Olives"), "{}", shown.text);
    reader.stop()?;
    Ok(())
}
