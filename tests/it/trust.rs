//! May a stranger's plugin be installed, by whose word, and what stops it again?

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tiwizi_tests::command::{Ending, Tiwizi};
use tiwizi_tests::{Instance, Setting, paths};

/// A desk with keys and bundles on it.
struct Desk(TempDir);

impl Desk {
    fn new() -> anyhow::Result<Self> {
        Ok(Self(TempDir::new()?))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Makes a key; gives its public half.
    fn key(&self, name: &str) -> anyhow::Result<String> {
        let answer = Tiwizi::words("plugin keygen --json").option("--name", name).option("--out", self.file(name));
        text(&answer.succeed()?.json()?, "/key")
    }

    fn public(&self, name: &str) -> PathBuf {
        self.file(&format!("{name}.pub"))
    }

    /// `holder` is certified by `issuer` for these plugins; the file is named after both.
    fn certify(&self, holder: &str, issuer: &str, words: &str) -> anyhow::Result<PathBuf> {
        let out = self.file(&format!("{holder}-{issuer}.cert"));
        let certify = Tiwizi::words(&format!("plugin certify {words}")).option("--key", self.file(issuer));
        certify.option("--out", &out).word(self.public(holder)).succeed()?;
        Ok(out)
    }

    /// The training plugin, signed by a key of this desk.
    fn signed(&self, key: &str, certificate: Option<&Path>) -> anyhow::Result<PathBuf> {
        let out = self.file(&format!("training-by-{key}.tzp"));
        let mut sign = Tiwizi::words("plugin sign").option("--key", self.file(key)).option("--out", &out);
        if let Some(certificate) = certificate {
            sign = sign.option("--certificate", certificate);
        }
        sign.word(paths::bundle("training")?).succeed()?;
        Ok(out)
    }

    /// The training plugin, not signed.
    fn unsigned(&self) -> anyhow::Result<PathBuf> {
        let out = self.file("training-unsigned.tzp");
        let component = paths::target().join("wasm32-wasip2/plugin/tiwizi_training.wasm");
        let pack = Tiwizi::words("plugin pack").option("--manifest", paths::root().join("manifests/training"));
        pack.option("--component", component).option("--out", &out).succeed()?;
        Ok(out)
    }

    /// A list of revocations.
    fn list(&self, name: &str, key: &str, words: &str) -> anyhow::Result<PathBuf> {
        let out = self.file(name);
        let issue = Tiwizi::words(&format!("plugin revoke issue {words}")).option("--key", self.file(key));
        issue.option("--reason", "its laptop was stolen").option("--out", &out).succeed()?;
        Ok(out)
    }
}

fn text(answer: &Value, pointer: &str) -> anyhow::Result<String> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).with_context(|| format!("no text at {pointer} of {answer}"))
}

fn install(instance: &Instance, bundle: &Path, more: &str) -> anyhow::Result<Ending> {
    let words = format!("plugin install --json --grant all {more}");
    Tiwizi::words(&words).data(instance.data()).word(bundle).run()
}

fn trust(instance: &Instance, file: &Path, words: &str) -> anyhow::Result<()> {
    let add = Tiwizi::words(&format!("plugin trust add --json {words}")).data(instance.data());
    add.word(file).succeed().map(drop)
}

fn import(instance: &Instance, list: &Path) -> anyhow::Result<Ending> {
    Tiwizi::words("plugin revoke import --json").data(instance.data()).word(list).run()
}

/// The one plugin of an instance.
fn installed(instance: &Instance) -> anyhow::Result<Value> {
    let list = Tiwizi::words("plugin list --json").data(instance.data()).succeed()?.json()?;
    list.pointer("/plugins/0").cloned().with_context(|| format!("nothing is installed: {list}"))
}

/// Refused with code 3, for this reason, and without a trace.
fn ensure_refused(instance: &Instance, ending: &Ending, reason: &str) -> anyhow::Result<()> {
    ensure!(ending.code == Some(3), "{ending:?}");
    ensure!(ending.complaint.contains(reason), "{reason:?} is not in {}", ending.complaint);
    ensure!(installed(instance).is_err(), "it was installed all the same");
    Ok(())
}

#[test]
fn a_plugin_that_was_built_from_this_checkout_is_installed_as_it_is() -> anyhow::Result<()> {
    let instance = Instance::make(&Setting { bundle: Some(paths::bundle("training")?), ..Setting::default() })?;
    let plugin = installed(&instance)?;
    ensure!(text(&plugin, "/level")? == "local" && text(&plugin, "/state")? == "enabled", "{plugin}");
    ensure!(text(&plugin, "/signer/name")? == "Built from a checkout", "{plugin}");
    Ok(())
}

#[test]
fn p28_a_stranger_is_refused_until_the_administrator_trusts_the_key() -> anyhow::Result<()> {
    let (desk, instance) = (Desk::new()?, Instance::make(&Setting::default())?);
    let key = desk.key("stranger")?;
    let bundle = desk.signed("stranger", None)?;
    for dev in ["", "--dev"] {
        let refused = install(&instance, &bundle, dev)?;
        ensure_refused(&instance, &refused, "tiwizi plugin trust add")?;
        ensure!(refused.complaint.contains(&key), "the key is not named: {refused:?}");
    }
    trust(&instance, &desk.public("stranger"), "--level community --prefix notes")?;
    ensure_refused(&instance, &install(&instance, &bundle, "")?, "may sign for notes, not for training")?;
    trust(&instance, &desk.public("stranger"), "--level community --prefix notes,training")?;
    let view = install(&instance, &bundle, "")?.json()?;
    ensure!(text(&view, "/level")? == "community" && text(&view, "/signer/key")? == key, "{view}");
    let list = Tiwizi::words("plugin list").data(instance.data()).succeed()?.output;
    ensure!(list.contains("community"), "the list does not show the level: {list}");
    Ok(())
}

#[test]
fn p28_an_unsigned_bundle_and_a_development_key_need_dev() -> anyhow::Result<()> {
    let desk = Desk::new()?;
    let unsigned = desk.unsigned()?;
    desk.key("mine")?;
    let mine = desk.file("mine.tzp");
    let sign = Tiwizi::words("plugin sign --dev").option("--key", desk.file("mine")).option("--out", &mine);
    sign.word(&unsigned).succeed()?;
    for (bundle, reason) in [(unsigned, "is not signed"), (mine, "development key")] {
        let instance = Instance::make(&Setting::default())?;
        ensure_refused(&instance, &install(&instance, &bundle, "")?, reason)?;
        let view = install(&instance, &bundle, "--dev")?.json()?;
        ensure!(text(&view, "/level")? == "local", "{view}");
    }
    Ok(())
}

#[test]
fn p28_a_changed_bundle_is_refused_wherever_it_was_changed() -> anyhow::Result<()> {
    let instance = Instance::make(&Setting::default())?;
    let whole = std::fs::read(paths::bundle("training")?)?;
    let desk = Desk::new()?;
    let bundle = desk.file("changed.tzp");
    for position in [0, 150, 600, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        if let Some(byte) = bytes.get_mut(position) {
            *byte ^= 1;
        }
        std::fs::write(&bundle, &bytes)?;
        ensure_refused(&instance, &install(&instance, &bundle, "--dev")?, "the bundle is refused")?;
    }
    Ok(())
}

#[tokio::test]
async fn p28_a_certified_publisher_is_installed_and_stopped_when_its_key_is_revoked() -> anyhow::Result<()> {
    let (desk, mut instance) = (Desk::new()?, Instance::make(&Setting::default())?);
    for name in ["nation", "directorate"] {
        desk.key(name)?;
    }
    let publisher = desk.key("publisher")?;
    let above =
        desk.certify("directorate", "nation", "--level directorate --use certify --prefix * --until 2100-01-01")?;
    let words =
        format!("--level community --prefix training --until 2100-01-01 --issuer-certificates {}", above.display());
    let certificate = desk.certify("publisher", "directorate", &words)?;
    let bundle = desk.signed("publisher", Some(&certificate))?;
    let root = desk.certify("nation", "nation", "--level national --use certify --prefix * --until 2100-01-01")?;
    trust(&instance, &root, "")?;
    let verify = Tiwizi::words("plugin verify --json").data(instance.data()).word(&bundle).succeed()?.json()?;
    ensure!(verify.pointer("/trusted") == Some(&json!(true)), "{verify}");
    ensure!(text(&verify, "/root/name")? == "nation", "{verify}");
    let view = install(&instance, &bundle, "")?.json()?;
    ensure!(text(&view, "/level")? == "community" && text(&view, "/signer/name")? == "publisher", "{view}");
    let trusted = Tiwizi::words("plugin trust list --json").data(instance.data()).succeed()?.json()?;
    ensure!(text(&trusted, "/publishers/0/key")? == publisher, "{trusted}");

    let first = desk.list("first.list", "nation", &format!("--revoked-key {publisher}"))?;
    let words = format!("--before training=9.9.9 --previous {}", first.display());
    let second = desk.list("second.list", "nation", &words)?;
    let imported = import(&instance, &second)?.json()?;
    ensure!(imported.pointer("/stopped") == Some(&json!(["training"])), "{imported}");
    ensure!(import(&instance, &second)?.json()?.pointer("/known") == Some(&json!(true)), "it was taken in twice");
    let older = import(&instance, &first)?;
    ensure!(older.code == Some(3) && older.complaint.contains("is older than"), "{older:?}");
    let plugin = installed(&instance)?;
    ensure!(text(&plugin, "/state")? == "quarantined", "{plugin}");
    ensure!(text(&plugin, "/reason")?.contains("its laptop was stolen"), "{plugin}");
    instance.serve()?;
    let page = instance.visitor()?.get("/fr/p/training/courses/founding").await?;
    ensure!(page.status == 404 || page.status == 503, "a revoked plugin answered {}", page.status);
    let administrator = instance.administrator().await?;
    let enable = json!({ "enabled": true });
    let path = "/api/v1/plugins/training/enabled";
    let refused = administrator.send(reqwest::Method::PUT, path, Some(&enable)).await?.expect(422)?;
    ensure!(refused.text.contains("its laptop was stolen"), "{}", refused.text);
    let console = administrator.get("/fr/console/plugins").await?.expect(200)?;
    ensure!(console.text.contains("its laptop was stolen"), "the console does not say why it is stopped");
    ensure!(console.text.contains("Éditeur connu"), "the console does not show the level");
    Ok(())
}

#[test]
fn p28_a_list_of_somebody_else_stops_nothing() -> anyhow::Result<()> {
    let (desk, instance) = (Desk::new()?, Instance::make(&Setting::default())?);
    desk.key("stranger")?;
    let list = desk.list("list", "stranger", "--before training=9.9.9")?;
    let refused = import(&instance, &list)?;
    ensure!(refused.code == Some(3) && refused.complaint.contains("no trust root"), "{refused:?}");
    let lists = Tiwizi::words("plugin revoke list --json").data(instance.data()).succeed()?.json()?;
    ensure!(lists == json!({ "lists": [] }), "{lists}");
    Ok(())
}

#[test]
fn a_removed_root_stops_its_plugins_and_is_not_taken_in_again() -> anyhow::Result<()> {
    let (desk, instance) = (Desk::new()?, Instance::make(&Setting::default())?);
    let key = desk.key("stranger")?;
    trust(&instance, &desk.public("stranger"), "--level community --prefix training")?;
    install(&instance, &desk.signed("stranger", None)?, "")?.json()?;
    let trusted = Tiwizi::words("plugin trust list --json").data(instance.data()).succeed()?.json()?;
    let roots = trusted.pointer("/roots").and_then(Value::as_array).context("no roots")?.clone();
    for root in &roots {
        let remove = Tiwizi::words("plugin trust remove --json").data(instance.data()).word(text(root, "/key")?);
        let stopped = remove.succeed()?.json()?;
        let expected = if text(root, "/key")? == key { json!(["training"]) } else { json!([]) };
        ensure!(stopped.pointer("/stopped") == Some(&expected), "{stopped}");
    }
    let trusted = Tiwizi::words("plugin trust list --json").data(instance.data()).succeed()?.json()?;
    let removed = |root: &Value| root.pointer("/removed") == Some(&json!(true));
    let after = trusted.pointer("/roots").and_then(Value::as_array).context("no roots")?;
    ensure!(after.len() == roots.len() && after.iter().all(removed), "{trusted}");
    ensure!(text(&installed(&instance)?, "/state")? == "quarantined", "it still runs");
    Ok(())
}

#[test]
fn a_secret_key_is_for_its_owner_only_and_is_never_printed() -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new()?;
    let made = Tiwizi::words("plugin keygen --name Somebody").option("--out", desk.file("key")).succeed()?;
    let file = desk.file("key");
    let secret = std::fs::read_to_string(&file)?;
    let secret = secret.trim().rsplit(' ').next().context("no secret")?;
    ensure!(secret.len() == 64 && std::fs::metadata(&file)?.permissions().mode() & 0o777 == 0o600, "{made:?}");
    let again = Tiwizi::words("plugin keygen --name Somebody").option("--out", &file).run()?;
    ensure!(again.code == Some(1) && again.complaint.contains("is there already"), "{again:?}");
    let sign = |out: &str| {
        let sign = Tiwizi::words("plugin sign --dev --json").option("--key", &file).option("--out", desk.file(out));
        sign.word(paths::bundle("training")?).run()
    };
    let signed = sign("signed.tzp")?;
    ensure!(signed.code == Some(0), "{signed:?}");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644))?;
    let refused = sign("never.tzp")?;
    ensure!(refused.code == Some(3) && refused.complaint.contains("chmod 600"), "{refused:?}");
    for ending in [made, again, signed, refused] {
        ensure!(!ending.output.contains(secret) && !ending.complaint.contains(secret), "a secret was printed");
    }
    Ok(())
}

#[test]
fn a_bundle_is_verified_without_an_instance() -> anyhow::Result<()> {
    let desk = Desk::new()?;
    let key = desk.key("stranger")?;
    let bundle = desk.signed("stranger", None)?;
    let verified = Tiwizi::words("plugin verify --json").word(&bundle).succeed()?.json()?;
    ensure!(text(&verified, "/signed_by")? == key && text(&verified, "/plugin")? == "training", "{verified}");
    let instance = Instance::make(&Setting::default())?;
    let refused = Tiwizi::words("plugin verify --json").data(instance.data()).word(&bundle).run()?;
    ensure!(refused.code == Some(3) && refused.output.contains("\"trusted\":false"), "{refused:?}");
    Ok(())
}

/// The plugin, the hash, the signer and the reason, wherever the bundle comes in.
#[tokio::test]
async fn p01_a_refused_bundle_is_noted_in_the_log() -> anyhow::Result<()> {
    let (desk, mut instance) = (Desk::new()?, Instance::make(&Setting::default())?);
    let key = desk.key("stranger")?;
    let bundle = desk.signed("stranger", None)?;
    let hash = text(&Tiwizi::words("plugin verify --json").word(&bundle).succeed()?.json()?, "/sha256")?;
    let noted = |log: &str, line: &str| -> anyhow::Result<()> {
        let line = log.lines().find(|found| found.contains(line)).with_context(|| format!("not noted: {log}"))?;
        for said in ["training", hash.as_str(), key.as_str(), "the bundle is not trusted"] {
            ensure!(line.contains(said), "{said:?} is not in {line}");
        }
        Ok(())
    };
    noted(&install(&instance, &bundle, "")?.complaint, "a plugin was not installed")?;
    let upgrade = Tiwizi::words("plugin upgrade --json").data(instance.data()).word(&bundle).run()?;
    noted(&upgrade.complaint, "a plugin was not upgraded")?;
    instance.serve()?;
    let administrator = instance.administrator().await?;
    let answer = administrator.upload("/api/v1/plugins?grant=all", std::fs::read(&bundle)?).await?.expect(422)?;
    ensure!(answer.text.contains("untrusted"), "{}", answer.text);
    drop(administrator);
    noted(&instance.stop()?.1, "a plugin was not installed")
}

#[tokio::test]
async fn p28_the_api_takes_no_bundle_that_nobody_vouches_for() -> anyhow::Result<()> {
    let (desk, instance) = (Desk::new()?, Instance::start(&Setting::default())?);
    let administrator = instance.administrator().await?;
    let unsigned = std::fs::read(desk.unsigned()?)?;
    let answer = administrator.upload("/api/v1/plugins?grant=all", unsigned).await?.expect(422)?;
    ensure!(answer.text.contains("untrusted") && answer.text.contains("is not signed"), "{}", answer.text);
    let signed = std::fs::read(paths::bundle("training")?)?;
    let answer = administrator.upload("/api/v1/plugins?grant=all", signed).await?.expect(201)?;
    ensure!(answer.at("/level") == "local", "{}", answer.text);
    Ok(())
}
