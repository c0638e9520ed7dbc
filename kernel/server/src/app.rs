//! `App`: everything that a handler needs, built once at the start and handed down. There are no globals.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tiwizi_federation::national::{self, NationalError};
use tiwizi_host::{Compiler, Guests, Hooks, Host, HostError, HostSettings, OutboundSettings, Press, Workbench};
use tiwizi_identity::Identity;
use tiwizi_model::{Ambient, Zone, limits};
use tiwizi_records::review::Reviewers;
use tiwizi_records::{Catalogue, CatalogueError, Manifest, ManifestError, ReadError, Records};
use tiwizi_registry::credential::Issuer;
use tiwizi_registry::duplicates::Duplicates;
use tiwizi_registry::journey::{JourneyRules, RuleError as JourneyRuleError};
use tiwizi_registry::kinds::MANIFEST;
use tiwizi_registry::protection::{LawError, Protection, ProtectionLaw};
use tiwizi_registry::rule_pack::{self, PackError};
use tiwizi_registry::{
    Acts, CardKeyError, CardSecretFile, Filings, Foundings, Imports, Journey, NationalIdKey, Office, People,
    PublishedError, RuleFileError, RuleFiles, RuleWatch, Rules, open_card_key,
};
use tiwizi_storage::instance::{self, InstanceRow};
use tiwizi_storage::{Db, Disk, DiskGauge, FileError, Files, Location, OpenError, StorageError};
use tokio::sync::{Semaphore, mpsc};

use crate::extracts::Turns;
use crate::fed::{self, Opening, Part, TalkError};
use crate::idempotency::Inflight;
use crate::metrics::Metrics;
use crate::pages::{Pages, PagesError};
use crate::tasks::Tasks;

/// What an operator decides.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The directory that holds everything the instance owns.
    pub data: PathBuf,
    /// A PostgreSQL address; none means SQLite in the data directory.
    pub database: Option<String>,
    /// Open connections; more are refused.
    pub connections_max: usize,
    /// Whether visitors come over TLS, through a proxy: browsers are then told to insist on it.
    pub behind_tls: bool,
    /// The time zone of scheduled jobs.
    pub zone: Zone,
    /// Requests of plugins to the outside.
    pub outbound: OutboundSettings,
    /// The public address of the instance, `https://registre.example.org`, as it stands on prints; none when nobody has set it.
    pub address: Option<String>,
    /// How this instance takes part in the federation.
    pub federation: tiwizi_federation::Settings,
    /// The folders with the fonts of prints.
    pub fonts: Vec<PathBuf>,
    /// Where the components of plugins are compiled.
    pub compiler: Compiler,
    /// The program that sets the documents of plugins; without one there are none.
    pub press: Option<PathBuf>,
    /// The secrets of card numbers, outside the database.
    pub card_secret: CardSecretFile,
    /// The rules in whose place the operator puts files.
    pub rules: RuleFiles,
    /// What the author's tools ask for.
    pub workbench: Workbench,
    /// Where each answered request is told; what does not fit is dropped.
    pub requests: Option<mpsc::Sender<SeenRequest>>,
    /// What measures the disk; none asks the file system of the data directory.
    pub disk: Option<Arc<dyn DiskGauge>>,
    /// Time and randomness.
    pub ambient: Ambient,
}

impl Settings {
    /// The settings of an instance with its data in SQLite.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>, compiler: Compiler) -> Self {
        let data = data.into();
        Self {
            card_secret: CardSecretFile::in_directory(&data),
            data,
            database: None,
            connections_max: limits::CONNECTIONS_MAX,
            behind_tls: false,
            zone: Zone::default(),
            outbound: OutboundSettings::default(),
            address: None,
            federation: tiwizi_federation::Settings::default(),
            fonts: tiwizi_print::usual_folders(),
            compiler,
            press: None,
            rules: RuleFiles::default(),
            workbench: Workbench::default(),
            requests: None,
            disk: None,
            ambient: Ambient::system(),
        }
    }
}

/// A request that was answered, for the terminal of somebody who develops a plugin.
#[derive(Debug, Clone)]
pub struct SeenRequest {
    /// Its id.
    pub id: String,
    /// Its method.
    pub method: String,
    /// The path of its address.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// How long the answer took.
    pub took: Duration,
}

/// Why an instance cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be opened.
    #[error("could not open the database")]
    Database {
        /// Why.
        #[source]
        source: OpenError,
    },
    /// Nobody has made an instance here.
    #[error("there is no instance here; make one with `tiwizi init`")]
    NoInstance,
    /// The database does not answer.
    #[error("could not read the instance")]
    Read(#[source] StorageError),
    /// The kernel's own kinds cannot be used.
    #[error("the kernel's own manifest is not right")]
    Manifest(#[source] ManifestError),
    /// The kernel's own kinds cannot be used.
    #[error("could not put the kernel's own kinds to use")]
    Kinds(#[source] CatalogueError),
    /// The rules of law that come with the program cannot be used.
    #[error("the rule packs are not right")]
    Packs(#[source] &'static PackError),
    /// The rules of data protection that come with the program cannot be used.
    #[error("the rules of data protection are not right")]
    Law(#[source] &'static LawError),
    /// Which processings are recorded could not be read.
    #[error("could not read which processings are recorded")]
    Processings(#[source] ReadError),
    /// A rule that the operator may replace cannot be used.
    #[error("a rule of the register cannot be used")]
    Rules(#[source] RuleFileError),
    /// The rules of the path cannot be used.
    #[error("the rules of the path that come with the program cannot be used")]
    Journey(#[source] JourneyRuleError),
    /// Packages of the nation that were applied cannot be read.
    #[error("could not read the packages of the nation that were applied")]
    Reference(#[source] NationalError),
    /// A package of the nation that was applied cannot be used any more.
    #[error(
        "a package of the nation that was applied cannot be used; apply the version before with: tiwizi package apply"
    )]
    Published(#[source] PublishedError),
    /// The secrets of card numbers cannot be used.
    #[error("card numbers cannot be kept or read")]
    CardSecret(#[source] CardKeyError),
    /// The file store cannot be opened.
    #[error("could not open the file store")]
    Files(#[source] FileError),
    /// The folder of imports cannot be used.
    #[error("could not use the folder of imports")]
    Imports(#[source] std::io::Error),
    /// The talk with other instances cannot be opened.
    #[error("could not open the talk with other instances")]
    Federation(#[source] TalkError),
    /// The plugin host cannot start.
    #[error("could not start the plugin host")]
    Host(#[source] HostError),
    /// The pages cannot be prepared.
    #[error("could not prepare the pages")]
    Pages(#[source] PagesError),
}

/// An instance that is open: everything that a handler needs.
pub struct App {
    /// What the operator decided.
    pub settings: Settings,
    /// Who and where this instance is.
    pub instance: InstanceRow,
    /// Time and randomness.
    pub ambient: Ambient,
    /// The database.
    pub db: Db,
    /// The file store.
    pub files: Files,
    /// The disk with the data directory.
    pub disk: Disk,
    /// Accounts, sessions, tokens.
    pub identity: Identity,
    /// The one door to records.
    pub records: Records,
    /// The door to the acts of cooperatives.
    pub acts: Acts,
    /// The door to what the register knows of persons.
    pub people: People,
    /// The keys under which numbers of identity cards are hashed and sealed.
    pub national_ids: NationalIdKey,
    /// The door to the files of cooperatives that are being founded.
    pub foundings: Foundings,
    /// Imports that come from the page.
    pub imports: Imports,
    /// The search for records that may be the same.
    pub duplicates: Duplicates,
    /// What is processed here, and the gate that holds records about people to it.
    pub protection: Protection,
    /// The door to yearly filings.
    pub filings: Filings,
    /// What waits in the office.
    pub office: Office,
    /// The door to paths: what was reached, and what comes next.
    pub journey: Journey,
    /// What a changed rule pack changes.
    pub rule_watch: RuleWatch,
    /// What this instance knows of others, and its talk with them.
    pub federation: Part,
    /// Plugins.
    pub host: Host,
    /// The pages' templates and messages.
    pub pages: Pages,
    /// What runs in the background.
    pub tasks: Tasks,
    pub(crate) metrics: Metrics,
    pub(crate) inflight: Inflight,
    pub(crate) turns: Turns,
    /// Places for pages of whole files for everybody, and for exports of the office.
    pub(crate) exports: Arc<Semaphore>,
    /// Whole exports for those who keep the register or observe it.
    pub(crate) staff_exports: Arc<Semaphore>,
}

impl App {
    /// Opens an instance: database, kinds, plugins, pages. Nothing is served yet and no task runs.
    ///
    /// # Errors
    /// When a part cannot be opened; the message says which and what to do.
    pub async fn open(settings: Settings) -> Result<Arc<Self>, StartError> {
        let ambient = settings.ambient.clone();
        ProtectionLaw::own().map_err(StartError::Law)?;
        let location = location(&settings);
        let db = Db::open(&location, ambient.clone()).await.map_err(|source| StartError::Database { source })?;
        // Before anything asks for a rule: what the nation has published and this instance applied.
        let published = national::published(&db).await.map_err(StartError::Reference)?;
        published.put_to_use().map_err(StartError::Published)?;
        let packs = rule_pack::in_use().map_err(StartError::Packs)?;
        let operator_rules = settings.rules.read_over(&published).map_err(StartError::Rules)?;
        let instance = find_instance(&db).await?;
        let catalogue = Catalogue::open(&db).await.map_err(StartError::Kinds)?;
        use_own_kinds(&db, &catalogue).await?;
        let files = Files::open(&settings.data, ambient.clone()).map_err(StartError::Files)?;
        let disk = disk(&settings);
        let guests = Guests::start(host_settings(&settings), &db, files.clone(), ambient.clone());
        let guests = guests.await.map_err(StartError::Host)?;
        let records = |reviewers| {
            let records = Records::new(db.clone(), catalogue.clone(), reviewers, ambient.clone(), instance.id);
            records.on_disk(disk.clone())
        };
        // What reviewers read has no reviewers itself.
        let plain = records(Reviewers::new());
        let national_ids = open_card_key(&db, &catalogue, &instance, &settings.card_secret, &ambient);
        let national_ids = national_ids.await.map_err(StartError::CardSecret)?;
        let rules = Rules::new(ambient.clone()).over(plain.clone()).sealed_by(national_ids.clone());
        let duplicates = Duplicates::new(plain.clone(), operator_rules.duplicates);
        let protection = Protection::new(plain.clone());
        protection.refresh().await.map_err(StartError::Processings)?;
        let hooks = Hooks::new(guests.clone(), plain);
        let reviewers: Reviewers =
            vec![Arc::new(rules), Arc::new(protection.clone()), Arc::new(duplicates.clone()), Arc::new(hooks)];
        let records = records(reviewers);
        let host = Host::start(guests, records.clone(), files.clone()).await.map_err(StartError::Host)?;
        let pages = Pages::load(&instance.name, host.kernel_messages()).map_err(StartError::Pages)?;
        let acts = Acts::new(records.clone(), Arc::new(packs.clone())).looking(duplicates.clone());
        let filings = Filings::new(records.clone(), acts.clone(), Arc::clone(&operator_rules.office));
        let office = Office::new(records.clone(), acts.clone(), filings.clone(), operator_rules.office);
        let identity = Identity::new(db.clone(), ambient.clone());
        let foundings = Foundings::new(records.clone(), acts.clone(), identity.clone(), national_ids.clone());
        let federation = open_federation(&records, (&db, &instance), &settings).await?;
        Ok(Arc::new(Self {
            imports: imports(&records, &national_ids, &duplicates, &settings)?,
            federation,
            rule_watch: RuleWatch::new(records.clone(), acts.clone()),
            journey: journey(&records)?,
            identity,
            settings,
            instance,
            ambient,
            db,
            files,
            disk,
            acts,
            people: People::new(records.clone(), national_ids.clone()),
            national_ids,
            foundings,
            records,
            duplicates,
            protection,
            filings,
            office,
            host,
            pages,
            tasks: Tasks::default(),
            metrics: Metrics::default(),
            inflight: Inflight::default(),
            turns: Turns::default(),
            exports: Arc::new(Semaphore::new(limits::OPEN_DATA_EXPORTS_MAX)),
            staff_exports: Arc::new(Semaphore::new(limits::STAFF_EXPORTS_MAX)),
        }))
    }

    /// The instance as the issuer of credentials; none without a public address.
    #[must_use]
    pub fn issuer(&self) -> Option<Issuer> {
        self.settings.address.as_deref().map(|address| Issuer::new(&self.instance, address))
    }

    /// Stops what runs, in order: requests, tasks, then the database.
    pub async fn stop(&self) {
        self.tasks.stop(Duration::from_millis(limits::STOP_WAIT_MS)).await;
        self.db.close().await;
    }
}

/// The door to paths, by the rules that come with the program.
fn journey(records: &Records) -> Result<Journey, StartError> {
    let rules = JourneyRules::own().map_err(StartError::Journey)?;
    Ok(Journey::new(records.clone(), Arc::new(rules)))
}

impl std::fmt::Debug for App {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("App").field("instance", &self.instance.id).finish_non_exhaustive()
    }
}

fn host_settings(settings: &Settings) -> HostSettings {
    HostSettings {
        outbound: settings.outbound.clone(),
        workbench: settings.workbench.clone(),
        address: settings.address.clone(),
        press: settings.press.clone().map(|program| Press::new(program, settings.fonts.clone())),
        ..HostSettings::new(&settings.data, settings.compiler.clone())
    }
}

async fn open_federation(
    records: &Records,
    (db, instance): (&Db, &InstanceRow),
    settings: &Settings,
) -> Result<Part, StartError> {
    let opening = Opening {
        db,
        records,
        instance,
        settings: &settings.federation,
        data: &settings.data,
        ambient: &settings.ambient,
    };
    fed::open(opening).await.map_err(StartError::Federation)
}

fn imports(
    records: &Records,
    national_ids: &NationalIdKey,
    duplicates: &Duplicates,
    settings: &Settings,
) -> Result<Imports, StartError> {
    let (records, national_ids) = (records.clone(), national_ids.clone());
    Imports::open(records, national_ids, duplicates.book(), &settings.data).map_err(StartError::Imports)
}

fn location(settings: &Settings) -> Location {
    match &settings.database {
        Some(url) => Location::Postgres { url: url.clone() },
        None => Location::Sqlite { directory: settings.data.clone() },
    }
}

fn disk(settings: &Settings) -> Disk {
    match &settings.disk {
        Some(gauge) => Disk::measured(Arc::clone(gauge), settings.ambient.clone()),
        None => Disk::of(&settings.data, settings.ambient.clone()),
    }
}

async fn find_instance(db: &Db) -> Result<InstanceRow, StartError> {
    let mut tx = db.read().await.map_err(StartError::Read)?;
    let found = instance::find(&mut tx).await.map_err(StartError::Read)?;
    found.ok_or(StartError::NoInstance)
}

async fn use_own_kinds(db: &Db, catalogue: &Catalogue) -> Result<(), StartError> {
    let manifest = Manifest::parse(MANIFEST).map_err(StartError::Manifest)?;
    let mut tx = db.begin_write().await.map_err(StartError::Read)?;
    let addition = catalogue.add(&mut tx, &manifest).await.map_err(StartError::Kinds)?;
    tx.commit().await.map_err(StartError::Read)?;
    catalogue.publish(addition);
    Ok(())
}
