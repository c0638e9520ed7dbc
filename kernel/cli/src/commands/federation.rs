//! `tiwizi federation init|card|rotate|request|show`: this instance's own part.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tiwizi_federation::directory::{Asking, Here, request};
use tiwizi_federation::identity::{Beginning, Card, Change, IdentityError, NodeKeys, Reason};
use tiwizi_federation::{Paper, Settings, root_fingerprint};
use tiwizi_federation_core::wire::{Enrolment, Envelope, Member, Role, SigningKey};
use tiwizi_model::{Ambient, Jurisdiction, limits};
use tiwizi_storage::Db;
use tiwizi_storage::instance::{self, InstanceRow};
use zeroize::Zeroizing;

use crate::arguments::{DataDirectory, Federation, Rotate};
use crate::commands::plugin_keys::shown;
use crate::commands::{federation_root, open};
use crate::config::{Config, write_new};
use crate::outcome::{self, Outcome};

pub(crate) async fn run(command: Federation) -> anyhow::Result<()> {
    match command {
        Federation::Init { directory } => init(&directory).await,
        Federation::Card { directory, page } => card(&directory, page.as_deref()).await,
        Federation::Rotate(arguments) => rotate(&arguments).await,
        Federation::Request { directory, role, to } => ask(&directory, role, &to).await,
        Federation::Show { request, json } => show(&request, json),
        Federation::Root { command } => federation_root::root(&command),
        Federation::Enrol(arguments) => federation_root::enrol(&arguments).await,
        Federation::Suspend { desk, member } => federation_root::suspend(&desk, &member, true).await,
        Federation::Reinstate { desk, member } => federation_root::suspend(&desk, &member, false).await,
        Federation::Directory { command } => federation_root::directory(command).await,
    }
}

/// An instance's database and what the federation needs beside it.
pub(crate) struct House {
    pub(crate) db: Db,
    pub(crate) instance: InstanceRow,
    pub(crate) settings: Settings,
    pub(crate) ambient: Ambient,
}

impl House {
    pub(crate) async fn open(directory: &DataDirectory) -> anyhow::Result<Self> {
        Self::with(&directory.data, &open::config(&directory.data)?).await
    }

    /// The same with settings that were read.
    pub(crate) async fn with(data: &Path, config: &Config) -> anyhow::Result<Self> {
        let settings = config.federation()?;
        let db = open::database(data, config).await?;
        let found = instance::find(&mut *db.read_single().await?).await?;
        let Some(instance) = found else {
            let empty = format!("the database of {} holds no instance", data.display());
            return Err(anyhow::Error::new(Outcome::Unusable).context(empty));
        };
        Ok(Self { db, instance, settings, ambient: Ambient::system() })
    }

    /// This instance's keys, once it has some.
    pub(crate) async fn keys(&self) -> anyhow::Result<Option<NodeKeys>> {
        Ok(NodeKeys::load(&mut *self.db.read().await?, &self.instance.key).await?)
    }

    /// This instance's keys, without which there is nothing to do.
    pub(crate) async fn own_keys(&self) -> anyhow::Result<NodeKeys> {
        Ok(self.keys().await?.ok_or(IdentityError::Absent)?)
    }

    /// This instance, as far as a directory concerns it.
    pub(crate) async fn here(&self) -> anyhow::Result<Here> {
        let node = self.keys().await?.map(|keys| keys.node());
        Ok(Here { node, instance: self.instance.id, root: self.settings.root })
    }
}

/// What was given is not right: a script sees that by the exit code.
pub(crate) fn refused(error: impl std::error::Error + Send + Sync + 'static) -> anyhow::Error {
    anyhow::Error::new(error).context(Outcome::Refused)
}

async fn init(directory: &DataDirectory) -> anyhow::Result<()> {
    let house = House::open(directory).await?;
    let begun = begin(&house, |beginning| {
        tell_papers(directory, beginning);
        Ok(())
    });
    let begun = begun.await;
    house.db.close().await;
    begun
}

/// Makes the keys of an instance. The papers are shown before the keys are stored: no instance ever has keys whose papers nobody saw.
pub(crate) async fn begin(house: &House, show: impl FnOnce(&Beginning) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let beginning = Beginning::prepare(&house.db, &house.instance, &house.ambient).await?;
    show(&beginning)?;
    let stored = beginning.store(&house.db, &house.instance, &house.ambient).await;
    stored.context("the keys are not stored, so the two papers are worth nothing; destroy them and begin again")?;
    Ok(())
}

fn tell_papers(directory: &DataDirectory, beginning: &Beginning) {
    let ([root, reserve], node) = (beginning.papers(), beginning.node());
    let answer = json!({
        "node": node.to_string(), "fingerprint": node.fingerprint(),
        "root_key": root.reveal(), "reserve_key": reserve.reveal(),
    });
    let text = format!(
        "This instance is {node} in the federation. Its fingerprint:\n\n    {}\n\n\
         Write these two keys on two papers now, and lay them into two safes. They are shown this once and kept nowhere.\n\n\
         The root key, for changing the signing key:\n\n    {}\n\n\
         The reserve, which takes its place when it is lost or stolen:\n\n    {}\n\n\
         Next: tiwizi federation request --data {} --to FILE",
        node.fingerprint(),
        root.reveal(),
        reserve.reveal(),
        directory.data.display(),
    );
    outcome::answer(directory.json, &answer, &text);
}

async fn card(directory: &DataDirectory, page: Option<&Path>) -> anyhow::Result<()> {
    let house = House::open(directory).await?;
    let keys = house.own_keys().await;
    house.db.close().await;
    let card = Card {
        name: house.instance.name,
        node: keys?.node(),
        instance: house.instance.id,
        federation: house.settings.root,
    };
    if let Some(page) = page {
        let unwritten = || format!("could not write {}; choose another name: --page", page.display());
        write_new(page, card.page().as_bytes(), 0o644).with_context(unwritten)?;
    }
    let federation = card.federation.as_ref().map(root_fingerprint);
    let answer = json!({
        "name": card.name, "node": card.node.to_string(), "fingerprint": card.node.fingerprint(),
        "instance": card.instance.to_string(), "federation_fingerprint": federation, "page": page.map(shown),
    });
    outcome::answer(directory.json, &answer, &card.text());
    Ok(())
}

async fn rotate(arguments: &Rotate) -> anyhow::Result<()> {
    if !arguments.paper_stdin {
        bail!("give the root key on standard input and say so with --paper-stdin");
    }
    let paper = read_paper()?;
    let house = House::open(&arguments.directory).await?;
    let rotated = change(&house, paper, arguments).await;
    house.db.close().await;
    rotated
}

async fn change(house: &House, paper: SigningKey, arguments: &Rotate) -> anyhow::Result<()> {
    let keys = house.own_keys().await?;
    let reason = if arguments.stolen { Reason::Stolen } else { Reason::Routine };
    let change = Change::prepare(&keys, paper, reason, &house.ambient).map_err(refused)?;
    let (reserve, number) = (change.reserve(), keys.rotations().len().saturating_add(1));
    let answer = json!({
        "node": keys.node().to_string(), "change": number, "reserve_key": reserve.as_ref().map(Paper::reveal),
    });
    // Shown before it is stored: nothing ever depends on a paper that nobody saw.
    outcome::answer(arguments.directory.json, &answer, &changing(reserve.as_ref()));
    let stored = change.store(&house.db, &house.instance, &house.ambient).await;
    stored.context("the keys are as they were; a new reserve that was shown is worth nothing")?;
    if !arguments.directory.json {
        outcome::say(&format!(
            "Done. Send a new request to whoever keeps the root key of the federation: tiwizi federation request --data {} --to FILE",
            arguments.directory.data.display(),
        ));
    }
    Ok(())
}

fn changing(reserve: Option<&Paper>) -> String {
    let Some(reserve) = reserve else { return "This instance signs with a new key from now on.".to_owned() };
    format!(
        "This instance signs with a new key from now on, and the reserve is its root key.\n\
         Write this new reserve on a paper now, and burn the paper of the root key from before. It is shown this once:\n\n    {}\n",
        reserve.reveal()
    )
}

/// A root key, as it is typed from its paper.
fn read_paper() -> anyhow::Result<SigningKey> {
    let mut text = Zeroizing::new(String::new());
    let letters_max = u64::try_from(limits::FED_PAPER_LETTERS_MAX).unwrap_or(u64::MAX);
    let input = std::io::stdin().lock();
    input.take(letters_max).read_to_string(&mut text).context("could not read the root key")?;
    Paper::read(&text).map_err(refused)
}

async fn ask(directory: &DataDirectory, role: Option<Role>, to: &Path) -> anyhow::Result<()> {
    let house = House::open(directory).await?;
    let keys = house.own_keys().await;
    house.db.close().await;
    let keys = keys?;
    let role = role.unwrap_or(match house.instance.jurisdiction {
        Jurisdiction::Nation => Role::National,
        Jurisdiction::Provinces(_) => Role::Region,
    });
    let envelope = request(&keys, &house.instance, Asking { role, url: house.settings.url.as_deref() });
    let unwritten = || format!("could not write {}; choose another name: --to", to.display());
    write_new(to, envelope.to_json().as_bytes(), 0o644).with_context(unwritten)?;
    let fingerprint = keys.node().fingerprint();
    let answer = json!({
        "node": keys.node().to_string(), "fingerprint": fingerprint, "role": role.as_str(),
        "url": house.settings.url, "file": shown(to),
    });
    let text = format!(
        "The request lies in {}; it holds nothing secret. Send it to whoever keeps the root key of the federation, and when they call, read \
         them this fingerprint:\n\n    {fingerprint}",
        to.display()
    );
    outcome::answer(directory.json, &answer, &text);
    Ok(())
}

fn show(request: &Path, json: bool) -> anyhow::Result<()> {
    let Enrolment { member } = Enrolment::open(&envelope(request)?).map_err(refused)?;
    let text = format!(
        "{} asks to be enrolled.\n{}\nIts fingerprint; compare it by voice before you enrol it:\n\n    {}",
        member.name,
        member_line(&member),
        member.node.fingerprint(),
    );
    outcome::answer(json, &member_shown(&member), &text);
    Ok(())
}

/// Reads the file of a signed document.
pub(crate) fn envelope(path: &Path) -> anyhow::Result<Envelope> {
    let bytes = open::read_file(path)?;
    let text = std::str::from_utf8(&bytes).map_err(refused)?;
    Envelope::from_json(text).map_err(refused).with_context(|| format!("{} is not right", path.display()))
}

/// A member as JSON.
pub(crate) fn member_shown(member: &Member) -> Value {
    json!({
        "node": member.node.to_string(), "fingerprint": member.node.fingerprint(), "name": member.name,
        "role": member.role.as_str(), "url": member.url, "instance": member.instance.to_string(),
        "provinces": member.provinces.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "key_changes": member.rotations.len(), "suspended": member.suspended,
    })
}

/// A member in one line.
pub(crate) fn member_line(member: &Member) -> String {
    let provinces: Vec<String> = member.provinces.iter().map(ToString::to_string).collect();
    let provinces = if provinces.is_empty() { "all".to_owned() } else { provinces.join(",") };
    let url = member.url.as_deref().unwrap_or("dials out only");
    let state = if member.suspended { "; suspended" } else { "" };
    format!("  {}  {} ({}, provinces {provinces}, {url}){state}", member.node, member.name, member.role.as_str())
}
