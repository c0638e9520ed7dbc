//! `tiwizi federation root|enrol|suspend|reinstate|directory`: the desk of whoever keeps the root key, and taking what it signs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tiwizi_federation::directory::{self, EnrolError, Enrolled, Roll, TakeError, Taken, Terms};
use tiwizi_federation::{RootFile, root_fingerprint};
use tiwizi_federation_core::wire::NodeId;
use tiwizi_model::{Ambient, limits};
use zeroize::Zeroizing;

use crate::arguments::{DataDirectory, Desk, Enrol, FederationDirectory, FederationRoot};
use crate::commands::federation::{House, envelope, member_line, member_shown, refused};
use crate::commands::open;
use crate::commands::plugin_keys::shown;
use crate::config::write_new;
use crate::outcome::{self, Outcome};

pub(crate) fn root(command: &FederationRoot) -> anyhow::Result<()> {
    let FederationRoot::Init { out, json } = command;
    let (root, public) = make(out)?;
    let key = root.key().verifying();
    let answer = json!({
        "key": key.to_string(), "fingerprint": root_fingerprint(&key),
        "secret_file": shown(out), "public_file": shown(&public),
    });
    let text = format!(
        "The root key lies in {}; only you may read it, and nobody can make it again. Keep it off every machine, with a copy in another \
         place.\nEvery instance has its public half in its settings: federation_root = \"{key}\"\nIts fingerprint, to be compared there:\
         \n\n    {}",
        out.display(),
        root_fingerprint(&key),
    );
    outcome::answer(*json, &answer, &text);
    Ok(())
}

/// Makes the root of a federation: a file that only its owner may read, and its public half beside it.
pub(crate) fn make(out: &Path) -> anyhow::Result<(RootFile, PathBuf)> {
    let mut public_name = out.as_os_str().to_owned();
    public_name.push(".pub");
    let public = PathBuf::from(public_name);
    if public.exists() {
        bail!("{} is there already; choose another name: --out", public.display());
    }
    let root = RootFile::generate(&Ambient::system());
    let unwritten = |path: &Path| format!("could not write {}; choose another name: --out", path.display());
    write_new(out, root.text().as_bytes(), 0o600).with_context(|| unwritten(out))?;
    write_new(&public, root.public_text().as_bytes(), 0o644).with_context(|| unwritten(&public))?;
    Ok((root, public))
}

/// Reads the secret key of the root. One that others may read, or that lies with the data, is refused.
pub(crate) fn root_key(path: &Path, data: &Path) -> anyhow::Result<RootFile> {
    use std::os::unix::fs::PermissionsExt as _;
    let unread = || format!("could not read {}", path.display());
    let (file, data) = (path.canonicalize().with_context(unread)?, data.canonicalize());
    if data.is_ok_and(|data| file.starts_with(data)) {
        let inside =
            "the root key lies in the data directory, from where copies of the data take it along; keep it elsewhere";
        return Err(anyhow::Error::new(Outcome::Refused).context(inside));
    }
    if std::fs::metadata(&file).with_context(unread)?.permissions().mode() & 0o077 != 0 {
        let open = format!("others may read {}; if nobody did: chmod 600 {0}", path.display());
        return Err(anyhow::Error::new(Outcome::Refused).context(open));
    }
    let text = Zeroizing::new(String::from_utf8(open::read_file(&file)?).map_err(refused)?);
    RootFile::read(&text).map_err(refused).with_context(|| format!("{} is not right", path.display()))
}

pub(crate) async fn enrol(arguments: &Enrol) -> anyhow::Result<()> {
    let (root, request) =
        (root_key(&arguments.desk.root, &arguments.desk.directory.data)?, envelope(&arguments.request)?);
    let terms = Terms {
        fingerprint: arguments.fingerprint.clone(),
        role: arguments.role,
        provinces: arguments.provinces.clone().map(|provinces| provinces.into_iter().collect::<BTreeSet<_>>()),
    };
    let house = House::open(&arguments.desk.directory).await?;
    let enrolled = match desk(&house, &root, &arguments.desk).await {
        Ok(desk) => desk.enrol(&request, &terms).await.map_err(refused_or_failed),
        Err(error) => Err(error),
    };
    house.db.close().await;
    answer(&arguments.desk.directory, &enrolled?, "is in the directory");
    Ok(())
}

pub(crate) async fn suspend(options: &Desk, member: &str, suspended: bool) -> anyhow::Result<()> {
    let root = root_key(&options.root, &options.directory.data)?;
    let house = House::open(&options.directory).await?;
    let done = decide(&house, &root, options, (member, suspended)).await;
    house.db.close().await;
    answer(&options.directory, &done?, if suspended { "is suspended" } else { "is reinstated" });
    Ok(())
}

async fn decide(
    house: &House,
    root: &RootFile,
    options: &Desk,
    (member, suspended): (&str, bool),
) -> anyhow::Result<Enrolled> {
    let desk = desk(house, root, options).await?;
    let roll = Roll::load(&mut *house.db.read().await?, desk.here).await?;
    desk.suspend(member_of(&roll, member)?, suspended).await.map_err(refused_or_failed)
}

async fn desk<'a>(house: &'a House, root: &'a RootFile, options: &Desk) -> anyhow::Result<directory::Desk<'a>> {
    let (here, now) = (house.here().await?, house.ambient.now());
    Ok(directory::Desk { db: &house.db, here, root: root.key(), above: options.above, now })
}

/// The member that a word stands for: its name, or the beginning of its id. Of two with one name the one that is not suspended is not guessed.
fn member_of(roll: &Roll, word: &str) -> anyhow::Result<NodeId> {
    let is_id = word.len() >= limits::FED_NODE_PREFIX_CHARS_MIN;
    let is_meant = |node: &NodeId, name: &str| name == word || (is_id && node.to_string().starts_with(word));
    let mut meant = roll.members().filter(|member| is_meant(&member.node, &member.name));
    match (meant.next(), meant.next()) {
        (Some(member), None) => Ok(member.node),
        (found, _) => {
            let many = if found.is_some() { "several members are" } else { "no member is" };
            let wrong = format!("{many} called {word:?}; tiwizi federation directory list shows them with their ids");
            Err(anyhow::Error::new(Outcome::Refused).context(wrong))
        }
    }
}

pub(crate) fn refused_or_failed(error: EnrolError) -> anyhow::Error {
    match error {
        EnrolError::Storage(_) | EnrolError::Take(TakeError::Storage(_)) => anyhow::Error::new(error),
        _ => refused(error),
    }
}

fn answer(directory: &DataDirectory, enrolled: &Enrolled, what: &str) {
    let Enrolled { version, member } = enrolled;
    let value = json!({ "version": version, "member": member_shown(member) });
    let text = format!(
        "{} {what}: version {version} of the directory. Members take it over the link from here, or from a file: \
         tiwizi federation directory publish --data {} --to FILE",
        member.name,
        directory.data.display(),
    );
    outcome::answer(directory.json, &value, &text);
}

pub(crate) async fn directory(command: FederationDirectory) -> anyhow::Result<()> {
    match command {
        FederationDirectory::Take { directory, file } => take(&directory, &file).await,
        FederationDirectory::Publish { directory, to } => publish(&directory, &to).await,
        FederationDirectory::List { directory } => list(&directory).await,
    }
}

async fn take(options: &DataDirectory, file: &Path) -> anyhow::Result<()> {
    let envelope = envelope(file)?;
    let house = House::open(options).await?;
    let taken = match house.here().await {
        Ok(here) => {
            directory::take(&house.db, here, &envelope, house.ambient.now()).await.map_err(|error| match error {
                TakeError::Storage(_) | TakeError::Damaged(_) => anyhow::Error::new(error),
                _ => refused(error),
            })
        }
        Err(error) => Err(error),
    };
    house.db.close().await;
    let (version, is_new) = match taken? {
        Taken::New { version } => (version, true),
        Taken::Known { version } => (version, false),
    };
    let text = format!("Version {version} of the directory is in force{}.", if is_new { "" } else { ", as it was" });
    outcome::answer(options.json, &json!({ "version": version, "new": is_new }), &text);
    Ok(())
}

async fn publish(options: &DataDirectory, to: &Path) -> anyhow::Result<()> {
    let house = House::open(options).await?;
    let mut tx = house.db.read().await?;
    let found = directory::published(&mut tx).await;
    drop(tx);
    house.db.close().await;
    let (version, envelope) = found?.context("there is no directory yet: enrol somebody, or take one")?;
    let unwritten = || format!("could not write {}; choose another name: --to", to.display());
    write_new(to, envelope.to_json().as_bytes(), 0o644).with_context(unwritten)?;
    let text = format!("Version {version} of the directory lies in {}; it holds nothing secret.", to.display());
    outcome::answer(options.json, &json!({ "version": version, "file": shown(to) }), &text);
    Ok(())
}

async fn list(options: &DataDirectory) -> anyhow::Result<()> {
    let house = House::open(options).await?;
    let here = house.here().await?;
    let mut tx = house.db.read().await?;
    let roll = Roll::load(&mut tx, here).await;
    drop(tx);
    house.db.close().await;
    let roll = roll?;
    if let Some(error) = roll.unread() {
        return Err(anyhow::Error::new(error.clone()).context("the directory that is stored is not believed"));
    }
    let members: Vec<Value> = roll.members().map(member_shown).collect();
    let value = json!({
        "version": roll.version(), "received_at": roll.received_at().map(|at| at.rfc3339()), "members": members,
    });
    let mut lines = vec![format!("Version {} of the directory:", roll.version())];
    lines.extend(roll.members().map(member_line));
    outcome::answer(options.json, &value, &lines.join("\n"));
    Ok(())
}
