//! A nation and twelve regions: each with its provinces of the synthetic nation, enrolled, with an agreement that it offers.

use std::collections::BTreeMap;
use std::net::TcpListener;

use anyhow::{Context as _, anyhow, ensure};
use serde_json::{Value, json};
use tiwizi_tests::client::{at, text};
use tiwizi_tests::clock::Calendar;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::instance::PASSWORD;
use tiwizi_tests::{Client, FaultProxy, paths};

use super::super::house::{House, Root};
use super::files::Files;
use super::terms::{cooperatives, members, notes};
use crate::workshop::{Workshop, become_next, install};

const REGISTRAR: &str = "register@tests.invalid";
/// The rule of the office that the nation publishes.
const OFFICE: &str = include_str!("../../../../manifests/rules/office.json");

/// What a region does in the story, by its code.
pub(super) const GIVES: &str = "01";
/// The one region that others can call: pages between two regions go over no third instance.
pub(super) const TAKES: &str = "04";
pub(super) const NARROWS: &str = "06";
/// It has another version of a plugin than the nation for a while.
pub(super) const MIXES: &str = "07";
/// Cut by a line that is dead.
pub(super) const CUT_BY_LINE: &str = "09";
/// Cut by the switches on its own pages.
pub(super) const CUT_BY_SWITCH: &str = "11";
/// The nation signs its agreement after all others.
pub(super) const COMES_LAST: &str = "12";

/// A region.
pub(super) struct Region {
    pub(super) code: String,
    pub(super) provinces: Vec<String>,
    pub(super) house: House,
    /// What is given by the version of its agreement that was offered last.
    pub(super) gives: Value,
    /// The agreement with the nation.
    pub(super) agreement: String,
    registrar: Option<Client>,
    administrator: Option<Client>,
}

/// All of them.
pub(super) struct Twelve {
    pub(super) nation: House,
    pub(super) regions: BTreeMap<String, Region>,
    pub(super) calendar: Calendar,
    pub(super) line: FaultProxy,
    pub(super) workshop: Workshop,
    root: Root,
    registrar: Option<Client>,
    administrator: Option<Client>,
}

impl Region {
    /// Somebody who keeps its register, with a token that outlives the story.
    pub(super) fn registrar(&self) -> anyhow::Result<&Client> {
        self.registrar.as_ref().context("it is not served yet")
    }

    pub(super) fn administrator(&self) -> anyhow::Result<&Client> {
        self.administrator.as_ref().context("it is not served yet")
    }
}

impl Twelve {
    /// Everything that is done before anybody is served.
    pub(super) fn new() -> anyhow::Result<Self> {
        let (root, workshop, files) = (Root::new()?, Workshop::open()?, Files::write()?);
        let provinces = provinces()?;
        ensure!(provinces.len() == 12, "there are twelve regions: {provinces:?}");
        let nation = House::new("all", None, &root)?;
        add_registrar(&nation)?;
        let houses = two_at_once(provinces.into_iter().collect(), |(code, provinces)| {
            let house = House::new(&provinces.join(","), None, &root)?;
            add_registrar(&house)?;
            files.import(&house, &code)?;
            Ok((code, provinces, house))
        })?;
        let regions = houses.into_iter().map(|(code, provinces, house)| {
            let mut gives = json!({ "registry/cooperative": cooperatives(), "registry/membership": members() });
            gives["registry/person"] = super::terms::people();
            if code == MIXES {
                gives["chaos/note"] = notes(false);
            }
            let region = Region {
                code: code.clone(),
                provinces,
                house,
                gives,
                agreement: String::new(),
                registrar: None,
                administrator: None,
            };
            (code, region)
        });
        let (calendar, line) = (Calendar::new()?, FaultProxy::office()?);
        let regions = regions.collect();
        let twelve = Self { nation, regions, calendar, line, workshop, root, registrar: None, administrator: None };
        twelve.mix()?;
        Ok(twelve)
    }

    /// The nation and one region have the same version of a plugin, at first.
    fn mix(&self) -> anyhow::Result<()> {
        let first = self.workshop.bundle("first", |_| ())?;
        for house in [&self.nation, &self.region(MIXES)?.house] {
            self.workshop.introduce(&house.instance)?;
            install(&house.instance, &first)?;
        }
        Ok(())
    }

    /// The bundle of the plugin's next version, whose notes have a further field. `migration` says what it does with those that are there.
    pub(super) fn next_version(&self, migration: &str) -> anyhow::Result<Vec<u8>> {
        let bundle = self.workshop.bundle(migration, |manifest| {
            become_next(manifest, migration);
            // Everybody may look for it: it is withheld by the agreement, and by nothing else.
            if let Some(class) = manifest.pointer_mut("/kinds/0/classes/words") {
                *class = json!("public");
            }
        })?;
        Ok(std::fs::read(bundle)?)
    }

    /// Reference data of the nation, which every region is to get. Nobody is the nation before the directory says so.
    fn publish(&self) -> anyhow::Result<()> {
        let file = self.nation.file("office.json");
        std::fs::write(&file, OFFICE.replace("\"value\": 30", "\"value\": 20"))?;
        let publish = self.nation.command("package publish --kind rule-pack --name rules/office --json");
        publish.word(&file).succeed().map(drop)
    }

    pub(super) fn region(&self, code: &str) -> anyhow::Result<&Region> {
        self.regions.get(code).with_context(|| format!("there is no region {code}"))
    }

    /// Enrols everybody, starts everybody, and lets those who keep the registers sign in. Each region has offered its agreement before.
    pub(super) async fn begin(&mut self) -> anyhow::Result<()> {
        let places = places(1 + self.regions.len())?;
        let (own, others) = places.split_first().context("there are places")?;
        let of_regions: BTreeMap<String, String> = self.regions.keys().cloned().zip(others.iter().cloned()).collect();
        self.enrol(own, &of_regions)?;
        self.publish()?;
        let nation = self.nation.node();
        let pairs = self.regions.values_mut().collect();
        two_at_once(pairs, |region: &mut Region| region.offer(&nation))?;

        let variables = self.variables(Some(own), None);
        self.nation.instance.serve_at(own, &variables)?;
        for (code, place) in &of_regions {
            let url = (code == TAKES).then_some(place.as_str());
            let proxy = (code == CUT_BY_LINE).then(|| self.line.address());
            let variables = self.variables(url, proxy);
            let region = self.regions.get_mut(code).context("it is one of the regions")?;
            region.house.instance.serve_at(place, &variables)?;
            let registrar = region.house.instance.signed_in(REGISTRAR).await?.with_token("tests").await?;
            region.registrar = Some(registrar);
            // The first secret holds for an hour of the calendar.
            region.administrator = Some(region.house.instance.administrator().await?.with_token("tests").await?);
        }
        self.registrar = Some(self.nation.instance.signed_in(REGISTRAR).await?.with_token("tests").await?);
        self.administrator = Some(self.nation.instance.administrator().await?.with_token("tests").await?);
        Ok(())
    }

    fn variables(&self, url: Option<&str>, proxy: Option<String>) -> Vec<(&'static str, String)> {
        let mut variables = self.calendar.variables();
        variables.push(("TIWIZI_FEDERATION_ROOT", self.root.key.clone()));
        variables.push(("TIWIZI_FEDERATION_PRIVATE", "[\"127.0.0.0/8\"]".to_owned()));
        if let Some(url) = url {
            variables.push(("TIWIZI_FEDERATION_LISTENS", "true".to_owned()));
            variables.push(("TIWIZI_FEDERATION_URL", format!("http://{url}")));
        }
        variables.extend(proxy.map(|proxy| ("TIWIZI_FEDERATION_PROXY", proxy)));
        variables
    }

    /// The nation signs a directory of all, after comparing the fingerprints, and everybody takes it.
    fn enrol(&self, own: &str, places: &BTreeMap<String, String>) -> anyhow::Result<()> {
        let houses = self.regions.values().map(|region| {
            let place = (region.code == TAKES).then(|| places.get(&region.code)).flatten();
            (&region.house, place.map(String::as_str))
        });
        for (house, place) in [(&self.nation, Some(own))].into_iter().chain(houses) {
            let file = house.file("request");
            let mut request = house.command("federation request --json").option("--to", &file);
            if let Some(place) = place {
                request = request.variable("TIWIZI_FEDERATION_URL", format!("http://{place}"));
            }
            request.succeed()?;
            let ending = self.nation.enrol(&self.root, &file, &house.fingerprint())?;
            ensure!(ending.code == Some(0), "{ending:?}");
        }
        let directory = self.nation.publish("directory")?;
        two_at_once(self.regions.values().collect(), |region: &Region| region.house.take(&directory)?.json().map(drop))
            .map(drop)
    }

    /// Somebody who keeps the register at the nation.
    pub(super) fn registrar(&self) -> anyhow::Result<&Client> {
        self.registrar.as_ref().context("the nation is not served yet")
    }

    pub(super) fn administrator(&self) -> anyhow::Result<&Client> {
        self.administrator.as_ref().context("the nation is not served yet")
    }

    /// Whoever keeps the register at a house, as a browser: a session lives for less than the story.
    pub(super) async fn at_the_pages(house: &House) -> anyhow::Result<Client> {
        house.instance.signed_in(REGISTRAR).await
    }

    /// A command by everybody's calendar.
    pub(super) fn command(&self, house: &House, words: &str) -> Tiwizi {
        let variables = self.calendar.variables();
        variables.iter().fold(house.command(words), |command, (name, value)| command.variable(name, value))
    }
}

impl Region {
    /// What its agreement says now; the next version of it once there is one.
    pub(super) fn draft(&self, peer: &str) -> Value {
        let expires = tiwizi_model::Ambient::system().now().plus_ms(300 * 86_400_000).rfc3339();
        let mut draft = json!({
            "peer": peer, "purpose": format!("Registre national, région {}", self.code), "legal_basis": "Loi 112-12",
            "cndp": "D-GC-1/2026", "retention_days": 365, "erasure_days": 30,
            "expires_on": expires.chars().take(10).collect::<String>(), "gives": self.gives,
        });
        if !self.agreement.is_empty() {
            draft["follows"] = json!(self.agreement);
        }
        draft
    }

    /// Looks at what would leave, then signs and offers it.
    fn offer(&mut self, nation: &str) -> anyhow::Result<()> {
        let file = self.house.file("draft.json");
        std::fs::write(&file, self.draft(nation).to_string())?;
        let command = |words: &str| self.house.command(words).option("--file", &file).succeed()?.json();
        let seen = command("agreement preview --json")?;
        ensure!(*at(&seen, "/whole") == true && at(&seen, "/planes/0/entries").as_u64() > Some(0), "{seen}");
        self.agreement = text(&command("agreement offer --json")?, "/id");
        Ok(())
    }
}

fn add_registrar(house: &House) -> anyhow::Result<()> {
    let add = Tiwizi::words("user add --password-stdin").data(house.instance.data()).option("--email", REGISTRAR);
    add.option("--role", "registrar").option("--scope", "nation").input(PASSWORD).succeed().map(drop)
}

/// The codes of the provinces of each region.
fn provinces() -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let territory: Value =
        serde_json::from_slice(&std::fs::read(paths::root().join("manifests/registry/territory.json"))?)?;
    let mut regions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for province in territory.get("provinces").and_then(Value::as_array).into_iter().flatten() {
        regions.entry(text(province, "/region")).or_default().push(text(province, "/hcp"));
    }
    Ok(regions)
}

/// Places of this machine where nothing listens, all different.
fn places(count: usize) -> anyhow::Result<Vec<String>> {
    let listeners: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<Result<_, _>>()?;
    listeners.iter().map(|listener| Ok(listener.local_addr()?.to_string())).collect()
}

/// Does the same for each of many, two at a time, and gives what came of it in their order.
pub(super) fn two_at_once<T: Send, R: Send>(
    all: Vec<T>,
    work: impl Fn(T) -> anyhow::Result<R> + Sync,
) -> anyhow::Result<Vec<R>> {
    let (mut all, mut done) = (all.into_iter(), Vec::new());
    loop {
        let pair: Vec<T> = all.by_ref().take(2).collect();
        if pair.is_empty() {
            return Ok(done);
        }
        let work = &work;
        let results: Vec<anyhow::Result<R>> = std::thread::scope(|scope| {
            let threads: Vec<_> = pair.into_iter().map(|one| scope.spawn(move || work(one))).collect();
            let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
            joined.map(|ended| ended.unwrap_or_else(|_| Err(anyhow!("a thread panicked")))).collect()
        });
        for result in results {
            done.push(result?);
        }
    }
}
