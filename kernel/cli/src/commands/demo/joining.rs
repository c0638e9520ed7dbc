//! The instances of the demo are made and enrolled, by the steps of `docs/federate.md`: a root, keys with their papers, requests, an entry
//! for each fingerprint, and the directory taken by each. What was done in an earlier start is not done again.

use std::path::Path;

use anyhow::Context as _;
use tiwizi_federation::RootFile;
use tiwizi_federation::directory::{self, Asking, Desk, Roll, Terms, request};
use tiwizi_federation::identity::Beginning;
use tiwizi_federation_core::wire::{Envelope, Role};
use tiwizi_model::Ambient;

use super::federated::Site;
use crate::arguments::{DataDirectory, Init};
use crate::commands::federation::{self, House, refused};
use crate::commands::{federation_root, init};
use crate::config::{Config, write_private};
use crate::outcome;

/// The root of the demo's federation, outside the directories of its instances.
const ROOT_FILE: &str = "federation-root";
/// The regions reach the nation on this machine.
const THIS_MACHINE: &str = "127.0.0.0/8";

/// Makes what is not there and enrols it. The nation comes first.
pub(super) async fn join(folder: &Path, sites: &[Site]) -> anyhow::Result<()> {
    let (nation, regions) = sites.split_first().context("the nation comes first")?;
    let root = root(folder, nation)?;
    for site in sites {
        if !Config::is_there(&site.data) {
            outcome::complain(&format!("Making {} …", site.place.name()));
            make(site, &root).await?;
        }
    }
    let home = house(folder, nation).await?;
    enrol(&home, &root, (&home, Role::National)).await?;
    let mut houses = Vec::new();
    for site in regions {
        let house = house(folder, site).await?;
        enrol(&home, &root, (&house, Role::Region)).await?;
        houses.push(house);
    }
    let mut tx = home.db.read().await?;
    let published = directory::published(&mut tx).await;
    drop(tx);
    let (_, envelope) = published?.context("the nation has signed no directory")?;
    for house in houses {
        take(&house, &envelope).await?;
        house.db.close().await;
    }
    home.db.close().await;
    Ok(())
}

fn root(folder: &Path, nation: &Site) -> anyhow::Result<RootFile> {
    let path = folder.join(ROOT_FILE);
    if path.exists() {
        return federation_root::root_key(&path, &nation.data);
    }
    std::fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    federation_root::make(&path).map(|(root, _)| root)
}

/// An instance that believes the root. What its operator would write into its settings stands in them.
async fn make(site: &Site, root: &RootFile) -> anyhow::Result<()> {
    let arguments = Init {
        directory: DataDirectory { data: site.data.clone(), json: false },
        name: site.place.name(),
        provinces: site.place.jurisdiction(),
        admin_email: format!("first@{}.demo.invalid", site.place.key),
        database: None,
    };
    init::make(&arguments, &Ambient::system()).await?;
    let config = Config {
        listen: site.listener.local_addr()?,
        federation_root: Some(root.key().verifying().to_string()),
        federation_listens: site.place.region.is_none(),
        federation_private: if site.place.region.is_some() { vec![THIS_MACHINE.to_owned()] } else { Vec::new() },
        ..Config::default()
    };
    config.write(&site.data)
}

/// The instance with its keys. Their papers lie in files beside its directory, as there are no safes here.
async fn house(folder: &Path, site: &Site) -> anyhow::Result<House> {
    let house = House::with(&site.data, &site.config()?).await?;
    if house.keys().await?.is_none() {
        let file = folder.join(format!("{}-papers.txt", site.place.key));
        federation::begin(&house, |beginning| write_papers(&file, beginning)).await?;
    }
    Ok(house)
}

fn write_papers(file: &Path, beginning: &Beginning) -> anyhow::Result<()> {
    let [root, reserve] = beginning.papers();
    let (root, reserve) = (root.reveal(), reserve.reveal());
    let text = format!("The root key and the reserve of {}:\n\n{root}\n{reserve}\n", beginning.node());
    write_private(file, text.as_bytes()).with_context(|| format!("could not write {}", file.display()))
}

/// Enrols an instance that the directory does not have as it is: it is new, or listens elsewhere than the last time.
async fn enrol(nation: &House, root: &RootFile, (house, role): (&House, Role)) -> anyhow::Result<()> {
    let keys = house.own_keys().await?;
    let here = nation.here().await?;
    let roll = Roll::load(&mut *nation.db.read().await?, here).await?;
    let url = house.settings.url.as_deref();
    if roll.member(&keys.node()).is_some_and(|member| member.url.as_deref() == url) {
        return Ok(());
    }
    let request = request(&keys, &house.instance, Asking { role, url });
    // As the office reads it from its card.
    let terms = Terms { fingerprint: keys.node().fingerprint(), role: None, provinces: None };
    let desk = Desk { db: &nation.db, here, root: root.key(), above: None, now: nation.ambient.now() };
    desk.enrol(&request, &terms).await.map_err(federation_root::refused_or_failed)?;
    Ok(())
}

async fn take(house: &House, envelope: &Envelope) -> anyhow::Result<()> {
    let here = house.here().await?;
    directory::take(&house.db, here, envelope, house.ambient.now()).await.map_err(refused)?;
    Ok(())
}
