//! Does a plugin get from one version to the next without anybody noticing, and back, and stay as it is when something is wrong?

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::json;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::load::{Connection, request};
use tiwizi_tests::{Instance, Setting};
use tokio::task::JoinSet;

use crate::workshop::{Workshop, become_next, install, listed};

const CLIENTS: usize = 4;
const NOTES: u64 = 200;

/// Asks a page of the plugin again and again, and counts; anything but 200 is an error.
async fn ask(address: String, done: Arc<AtomicBool>, answered: Arc<AtomicU64>) -> anyhow::Result<()> {
    let mut connection = Connection::open(&address).await?;
    let bytes = request("GET", "/fr/p/chaos/fine", &[], "");
    while !done.load(Ordering::Relaxed) {
        let reply = connection.exchange(&bytes).await?;
        ensure!(reply.status == 200, "answered {}: {}", reply.status, String::from_utf8_lossy(&reply.body));
        answered.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgrade_with_a_migration_under_load_fails_no_request() -> anyhow::Result<()> {
    let (workshop, mut instance) = (Workshop::open()?, Instance::make(&Setting::default())?);
    workshop.introduce(&instance)?;
    install(&instance, &workshop.bundle("first", |_| ())?)?;
    let next = fs::read(workshop.bundle("next", |manifest| become_next(manifest, "count"))?)?;
    instance.serve()?;
    let visitor = instance.visitor()?;
    for number in 0..NOTES {
        visitor.submit("/fr/p/chaos/write", &[("text", &format!("note {number}"))]).await?.expect(200)?;
    }
    let (done, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(ask(instance.address().to_owned(), Arc::clone(&done), Arc::clone(&answered)));
    }
    let administrator = instance.administrator().await?;
    let upgraded = administrator.upload("/api/v1/plugins/chaos/upgrade", next).await?.expect(200)?.json();
    let until_then = answered.load(Ordering::Relaxed);
    while answered.load(Ordering::Relaxed) < until_then + 20 && !clients.is_empty() {
        tokio::task::yield_now().await;
    }
    done.store(true, Ordering::Relaxed);
    while let Some(client) = clients.join_next().await {
        client??;
    }
    ensure!(until_then > 0, "nobody asked during the upgrade");
    ensure!(upgraded.pointer("/migration/records_changed") == Some(&json!(NOTES)), "{upgraded}");
    ensure!(upgraded.pointer("/plugin/version") == Some(&json!("1.1.0")), "{upgraded}");
    let back = administrator.post("/api/v1/plugins/chaos/rollback", &json!({})).await?.expect(200)?.json();
    ensure!(back.pointer("/returned") == Some(&json!(NOTES)), "{back}");
    visitor.get("/fr/p/chaos/fine").await?.expect(200)?;
    Ok(())
}

#[test]
fn a_version_that_is_not_well_leaves_code_and_data_as_they_were() -> anyhow::Result<()> {
    let (workshop, instance) = (Workshop::open()?, Instance::make(&Setting::default())?);
    workshop.introduce(&instance)?;
    install(&instance, &workshop.bundle("first", |_| ())?)?;
    for (migration, reason) in
        [("unhealthy", "it cannot work"), ("trap", "the plugin crashed"), ("refuse", "nothing can be done with 1.0.0")]
    {
        let bundle = workshop.bundle(migration, |manifest| become_next(manifest, migration))?;
        let refused = Tiwizi::words("plugin upgrade").data(instance.data()).word(&bundle).run()?;
        ensure!(refused.code == Some(3) && refused.complaint.contains(reason), "{refused:?}");
        let plugin = listed(&instance)?.unwrap_or_default();
        ensure!(plugin.pointer("/version") == Some(&json!("1.0.0")), "{plugin}");
        ensure!(plugin.pointer("/state") == Some(&json!("enabled")), "{plugin}");
    }
    Ok(())
}

#[test]
fn the_command_line_shows_the_difference_then_upgrades_and_goes_back_once() -> anyhow::Result<()> {
    let (workshop, instance) = (Workshop::open()?, Instance::make(&Setting::default())?);
    workshop.introduce(&instance)?;
    let modest = |manifest: &mut serde_json::Value| {
        if let Some(capabilities) = manifest.pointer_mut("/capabilities").and_then(|all| all.as_array_mut()) {
            capabilities.retain(|capability| capability.pointer("/name") != Some(&json!("kv")));
        }
    };
    let first = workshop.bundle("first", modest)?;
    install(&instance, &first)?;
    let again = Tiwizi::words("plugin install").data(instance.data()).word(&first).run()?;
    ensure!(again.code == Some(3) && again.complaint.contains("tiwizi plugin upgrade"), "{again:?}");
    let next = workshop.bundle("next", |manifest| become_next(manifest, "count"))?;
    let upgrade =
        |words: &str| Tiwizi::words(&format!("plugin upgrade {words}")).data(instance.data()).word(&next).run();
    let shown = upgrade("--dry-run --json")?.json()?;
    ensure!(shown.pointer("/difference/capabilities/0/name") == Some(&json!("kv")), "{shown}");
    ensure!(shown.pointer("/difference/kinds/0/fields/0/class_after") == Some(&json!("internal")), "{shown}");
    ensure!(shown.pointer("/plugin") == Some(&json!(null)), "{shown}");
    let held = upgrade("")?;
    ensure!(held.code == Some(3) && held.complaint.contains("asks for more than before: kv"), "{held:?}");
    let upgraded = upgrade("--json --grant kv")?.json()?;
    ensure!(upgraded.pointer("/plugin/before") == Some(&json!("1.0.0")), "{upgraded}");
    let rollback = || Tiwizi::words("plugin rollback --json").data(instance.data()).word("chaos").run();
    let back = rollback()?.json()?;
    ensure!(back.pointer("/to") == Some(&json!("1.0.0")), "{back}");
    let twice = rollback()?;
    ensure!(twice.code == Some(3) && twice.complaint.contains("once"), "{twice:?}");
    Ok(())
}

#[tokio::test]
async fn the_api_upgrades_the_plugin_that_is_meant_and_removes_it() -> anyhow::Result<()> {
    let (workshop, mut instance) = (Workshop::open()?, Instance::make(&Setting::default())?);
    workshop.introduce(&instance)?;
    install(&instance, &workshop.bundle("first", |_| ())?)?;
    let next = fs::read(workshop.bundle("next", |manifest| become_next(manifest, "count"))?)?;
    instance.serve()?;
    let administrator = instance.administrator().await?;
    let rehearsed = administrator.upload("/api/v1/plugins/chaos/upgrade?dry_run=true", next.clone()).await?;
    let rehearsed = rehearsed.expect(200)?.json();
    ensure!(rehearsed.pointer("/difference/to") == Some(&json!("1.1.0")), "{rehearsed}");
    administrator.upload("/api/v1/plugins/training/upgrade", next.clone()).await?.expect(404)?;
    administrator.upload("/api/v1/plugins/chaos/upgrade?dry_run=perhaps", "x").await?.expect(400)?;
    administrator.upload("/api/v1/plugins/chaos/upgrade", next.clone()).await?.expect(200)?;
    administrator.upload("/api/v1/plugins/chaos/upgrade", next).await?.expect(409)?;
    administrator.send(Method::DELETE, "/api/v1/plugins/chaos", None).await?.expect(200)?;
    administrator.get("/api/v1/plugins/chaos").await?.expect(404)?;
    administrator.get("/fr/p/chaos/fine").await?.expect(404)?;
    Ok(())
}

/// The value of the hidden field of a page's form.
pub(crate) fn hidden<'a>(page: &'a str, name: &str) -> anyhow::Result<&'a str> {
    let field = page.split_once(&format!("name=\"{name}\" value=\"")).and_then(|(_, rest)| rest.split_once('"'));
    field.map(|(value, _)| value).with_context(|| format!("no field {name}"))
}

#[tokio::test]
async fn the_console_shows_what_a_bundle_asks_for_before_it_installs_and_upgrades() -> anyhow::Result<()> {
    let (workshop, mut instance) = (Workshop::open()?, Instance::make(&Setting::default())?);
    workshop.introduce(&instance)?;
    let first = fs::read(workshop.bundle("first", |_| ())?)?;
    let next = fs::read(workshop.bundle("next", |manifest| become_next(manifest, "count"))?)?;
    instance.serve()?;
    let administrator = instance.administrator().await?;
    let console = "/fr/console/plugins";
    instance.visitor()?.submit_file(console, "file", &first).await?.expect(401)?;
    let look = async |bundle: &[u8]| {
        let sent = administrator.submit_file(console, "file", bundle).await?.expect(303)?;
        let page = administrator.get(sent.header("location")).await?;
        ensure!(page.status == 200, "{}: {}", page.status, instance.log());
        Ok(page)
    };
    let page = look(&first).await?;
    ensure!(page.text.contains("Garder ses propres fiches") && page.text.contains("Installer"), "{}", page.text);
    let bundle = hidden(&page.text, "bundle")?.to_owned();
    let nothing = administrator.get("/api/v1/plugins").await?.expect(200)?;
    ensure!(nothing.items().is_empty(), "it was installed without consent");
    let consent = format!("{console}/consent");
    let fields = [("bundle", bundle.as_str()), ("capability", "store"), ("capability", "hooks")];
    let installed = administrator.submit(&consent, &fields).await?.expect(303)?;
    ensure!(installed.header("location").ends_with("done=plugin-installed"), "{installed:?}");
    let page = look(&next).await?;
    for words in ["1.0.0 → 1.1.0", "words", "Interne", "Mettre à jour"] {
        ensure!(page.text.contains(words), "{words:?} is not on the page: {}", page.text);
    }
    let bundle = hidden(&page.text, "bundle")?.to_owned();
    let upgraded = administrator.submit(&consent, &[("bundle", bundle.as_str())]).await?.expect(303)?;
    ensure!(upgraded.header("location").ends_with("done=plugin-upgraded"), "{upgraded:?}");
    let page = look(&next).await?;
    ensure!(
        page.text.contains("n’est pas plus récente que") && !page.text.contains("Mettre à jour</button>"),
        "{}",
        page.text
    );
    let shown = administrator.get(console).await?.expect(200)?;
    ensure!(shown.text.contains("Revenir à la version précédente"), "{}", shown.text);
    administrator.submit(&format!("{console}/chaos/rollback"), &[]).await?.expect(303)?;
    administrator.get(&format!("{console}/chaos/remove")).await?.expect(200)?;
    administrator.submit(&format!("{console}/chaos/remove"), &[("confirm", "training")]).await?.expect(422)?;
    administrator.submit(&format!("{console}/chaos/remove"), &[("confirm", "chaos")]).await?.expect(303)?;
    administrator.get("/api/v1/plugins/chaos").await?.expect(404)?;
    Ok(())
}
