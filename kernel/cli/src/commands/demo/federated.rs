//! The nation and two regions, each an instance with a directory and a port of its own, served by one process until it is told to stop.
//!
//! They share nothing but the process: what one knows of another came over the line between their ports, signed.

use std::collections::BTreeSet;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use futures::future::join_all;
use serde_json::{Value, json};
use tiwizi_federation_core::wire::NodeId;
use tiwizi_model::{Jurisdiction, ProvinceCode};
use tiwizi_registry::readers::Totals;
use tiwizi_registry::{synthetic, territory};
use tiwizi_server::App;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{ACCOUNTS_FILE, agreeing, filling, joining};
use crate::arguments::Demo;
use crate::commands::accounts::{self, Kept};
use crate::commands::{agreement, open, serve};
use crate::config::Config;
use crate::outcome;

/// Who takes part: the name of the directory, and the region's code; none for the nation, which is first.
const PLACES: [Place; 3] = [
    Place { key: "nation", region: None },
    Place { key: "souss-massa", region: Some("09") },
    Place { key: "draa-tafilalet", region: Some("08") },
];

/// One of the instances.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) key: &'static str,
    pub(super) region: Option<&'static str>,
}

impl Place {
    /// What pages and peers call it.
    pub(super) fn name(&self) -> String {
        let region = self.region.and_then(territory::region);
        let of = region.map_or("Nation", |region| region.names.fr.as_str());
        format!("Tiwizi {of} – démonstration")
    }

    /// The provinces whose register it keeps.
    pub(super) fn jurisdiction(&self) -> Jurisdiction {
        if self.region.is_none() { Jurisdiction::Nation } else { Jurisdiction::Provinces(self.provinces()) }
    }

    fn provinces(&self) -> BTreeSet<ProvinceCode> {
        let provinces = territory::provinces().iter();
        provinces
            .filter(|province| Some(province.region.as_str()) == self.region)
            .map(|province| province.code)
            .collect()
    }
}

/// An instance that has its port, and perhaps its data.
pub(super) struct Site {
    pub(super) place: Place,
    pub(super) data: PathBuf,
    /// Where this machine reaches it.
    pub(super) reached: SocketAddr,
    pub(super) listener: TcpListener,
}

impl Site {
    async fn take(folder: &Path, place: Place, listen: SocketAddr) -> anyhow::Result<Self> {
        let listener = serve::listen(listen).await?;
        let mut reached = listener.local_addr()?;
        if reached.ip().is_unspecified() {
            reached.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        Ok(Self { place, data: folder.join(place.key), reached, listener })
    }

    /// Its settings. What it prints, and what is said to peers, leads to where it listens this time.
    pub(super) fn config(&self) -> anyhow::Result<Config> {
        let mut config = open::config(&self.data)?;
        config.address.get_or_insert_with(|| format!("http://{}", self.reached));
        if self.place.region.is_some() {
            config.federation_private.push(self.reached.ip().to_string());
        }
        Ok(config)
    }

    async fn open(self, arguments: &Demo) -> anyhow::Result<Open> {
        let place = self.place;
        let app = open::app(&self.data, &self.config()?).await?;
        let provinces: Vec<String> = place.provinces().iter().map(ToString::to_string).collect();
        if !provinces.is_empty() && filling::totals(&app).await?.cooperatives == 0 {
            let (one_in, jurisdiction) = (arguments.one_in, place.jurisdiction());
            filling::fill(&app, synthetic::Settings { one_in, jurisdiction, ..synthetic::Settings::default() }).await?;
        }
        filling::install(&app, &arguments.plugins).await?;
        let registrar =
            if provinces.is_empty() { "nation".to_owned() } else { format!("province:{}", provinces.join(",")) };
        let domain = format!("{}.demo.invalid", place.key);
        let kept = Kept { file: ACCOUNTS_FILE, domain: &domain, registrar: &registrar };
        let accounts = filling::accounts(&app, &kept, &provinces).await?;
        // The nation has no register of its own: what it knows comes over the line.
        let totals = if provinces.is_empty() { None } else { Some(filling::totals(&app).await?) };
        let (node, reached) = (agreement::door(&app)?.me(), self.reached);
        Ok(Open { place, app, node, reached, accounts, totals, listener: self.listener })
    }
}

/// An instance that is ready to be served.
pub(super) struct Open {
    pub(super) place: Place,
    pub(super) app: Arc<App>,
    pub(super) node: NodeId,
    reached: SocketAddr,
    accounts: Value,
    totals: Option<Totals>,
    listener: TcpListener,
}

impl Open {
    fn address(&self) -> String {
        format!("http://{}", self.reached)
    }

    /// Where people look at it. A browser keeps one sign-in for each name, whatever the port: each instance has a name of its own.
    fn shown(&self) -> String {
        if self.reached.ip() == Ipv4Addr::LOCALHOST {
            format!("http://{}.localhost:{}", self.place.key, self.reached.port())
        } else {
            self.address()
        }
    }
}

/// Whether the directory holds the instances of such a demo.
pub(super) fn is_there(folder: &Path) -> bool {
    PLACES.iter().any(|place| Config::is_there(&folder.join(place.key)))
}

pub(super) async fn run(arguments: &Demo) -> anyhow::Result<()> {
    let folder = &arguments.directory.data;
    if Config::is_there(folder) {
        bail!("{} holds one instance; start it with --alone, or choose another --data", folder.display());
    }
    let mut sites = Vec::new();
    for (place, behind) in PLACES.into_iter().zip(0..) {
        sites.push(Site::take(folder, place, port_behind(arguments.listen, behind)?).await?);
    }
    let places: Vec<String> = sites.iter().map(|site| format!("http://{}", site.reached)).collect();
    outcome::complain(&format!("The nation and two regions will be at {} …", places.join(", ")));
    joining::join(folder, &sites).await?;
    let mut opened = Vec::new();
    for site in sites {
        opened.push(site.open(arguments).await?);
    }
    agreeing::offer(folder, &opened).await?;
    serve_all(opened, arguments.directory.json).await
}

/// The port so far behind another; where the system chooses one, it chooses all.
fn port_behind(first: SocketAddr, behind: u16) -> anyhow::Result<SocketAddr> {
    let port = if first.port() == 0 { Some(0) } else { first.port().checked_add(behind) };
    Ok(SocketAddr::new(first.ip(), port.context("there are no ports behind that one; choose a lower one: --listen")?))
}

/// Serves them, lets the nation sign, says where they are, and stops all when the process is told to stop, or one of these steps fails.
async fn serve_all(opened: Vec<Open>, json: bool) -> anyhow::Result<()> {
    let (value, text) = (told(&opened), welcome(&opened));
    let apps: Vec<(Place, Arc<App>, NodeId)> =
        opened.iter().map(|open| (open.place, Arc::clone(&open.app), open.node)).collect();
    let (stop, stopped) = watch::channel(false);
    let serving = join_all(opened.into_iter().map(|open| serve_one(open, stopped.clone())));
    let leading = async {
        let led = async {
            agreeing::sign(&apps).await?;
            outcome::answer(json, &value, &text);
            std::future::pending().await
        };
        let ended = tokio::select! {
            failed = led => failed,
            () = serve::told_to_stop() => Ok(()),
        };
        stop.send_replace(true);
        ended
    };
    let (ended, _) = tokio::join!(leading, serving);
    ended
}

fn serve_one(open: Open, mut stopped: watch::Receiver<bool>) -> impl Future<Output = ()> {
    let stop = async move {
        // The other end is gone only when everything is over.
        drop(stopped.wait_for(|is_asked| *is_asked).await);
    };
    tiwizi_server::serve(open.app, open.listener, stop)
}

/// The page of a peer, where its line is cut and mended.
fn switch_page(address: &str, peer: &Open) -> String {
    format!("{address}/fr/federation/peers/{}#line", peer.node)
}

/// Whom an instance talks to: the nation to all, a region to the nation.
fn peers<'a>(of: &'a Open, all: &'a [Open]) -> impl Iterator<Item = &'a Open> {
    all.iter().filter(|other| of.node != other.node && (of.place.region.is_none() || other.place.region.is_none()))
}

fn told(opened: &[Open]) -> Value {
    let instances = opened.iter().map(|open| {
        let switches = peers(open, opened)
            .map(|peer| json!({ "peer": peer.place.key, "page": switch_page(&open.address(), peer) }));
        json!({
            "key": open.place.key, "name": &*open.app.instance.name, "listening": open.address(),
            "data": open.app.settings.data, "node": open.node.to_string(), "accounts": open.accounts,
            "totals": open.totals.as_ref().map(filling::told), "switches": switches.collect::<Vec<_>>(),
        })
    });
    json!({
        "listening": opened.first().map(Open::address), "instances": instances.collect::<Vec<_>>(),
    })
}

fn welcome(opened: &[Open]) -> String {
    let mut lines = vec![String::new(), "The nation and two regions, federated. Every name is made up.".to_owned()];
    for open in opened {
        let shown = open.shown();
        lines.push(String::new());
        lines.push(format!("{} is listening on {}", open.app.instance.name, open.address()));
        match &open.totals {
            Some(totals) => lines.push(format!("  Its own register: {}.", filling::sentence(totals))),
            None => {
                lines.push(format!("  What the regions give is on its way; how far: {shown}/fr/federation/coverage"))
            }
        }
        lines.push(format!("  {shown}/fr/directory"));
        for peer in peers(open, opened) {
            lines.push(format!("  The switch of its line to {}: {}", peer.place.key, switch_page(&shown, peer)));
        }
        lines.extend(accounts::lines(&open.accounts));
    }
    lines.push(String::new());
    lines.push(
        "Where a browser does not know a name, put 127.0.0.1 in its place; it then keeps one sign-in for all."
            .to_owned(),
    );
    lines.push("Stop all with Ctrl-C. The next start uses the same data.".to_owned());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nation_comes_first_and_no_province_has_two_registers() {
        let [nation, one, other] = PLACES;
        assert_eq!(nation.jurisdiction(), Jurisdiction::Nation);
        assert!(!one.provinces().is_empty() && !other.provinces().is_empty());
        assert!(one.provinces().is_disjoint(&other.provinces()));
        assert_eq!(one.name(), "Tiwizi Souss-Massa – démonstration");
    }

    #[test]
    fn ports_follow_each_other_or_are_all_chosen_by_the_system() {
        let port = |first: &str| port_behind(first.parse().unwrap(), 2).map(|found| found.to_string()).ok();
        assert_eq!(port("127.0.0.1:7000").as_deref(), Some("127.0.0.1:7002"));
        assert_eq!(port("127.0.0.1:0").as_deref(), Some("127.0.0.1:0"));
        assert_eq!(port("127.0.0.1:65534"), None);
    }
}
