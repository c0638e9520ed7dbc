//! Configuration: what the command line does not say, from `tiwizi.toml` in the data directory and from `TIWIZI_…`
//! variables. Only this file reads the environment. A bad value stops the start and names its key.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};
use tiwizi_federation::{RootFile, Settings as FederationSettings};
use tiwizi_host::AddressRange;
use tiwizi_model::Zone;
use tiwizi_model::limits::PUBLIC_ADDRESS_BYTES_MAX;
use tiwizi_outbound::{OutboundSettings, Proxy, Roots};
use tiwizi_registry::{CardSecretFile, RuleFiles};

/// What the log shows: `tracing`'s filter syntax.
pub(crate) const LOG_VARIABLE: &str = "TIWIZI_LOG";

const FILE: &str = "tiwizi.toml";

/// The name under which systemd hands over the secrets of card numbers (`LoadCredential=`).
const CARD_SECRET_CREDENTIAL: &str = "tiwizi-card-secret";

/// The credential, if systemd handed one over.
fn credential(folder: Option<PathBuf>) -> Option<CardSecretFile> {
    let path = folder.map(|folder| folder.join(CARD_SECRET_CREDENTIAL)).filter(|path| path.is_file())?;
    Some(CardSecretFile { path, is_handed: true })
}

/// Where docker keeps who signs in to which registry, if anything says where that is.
pub(crate) fn docker_file() -> Option<PathBuf> {
    let folder = std::env::var_os("DOCKER_CONFIG").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".docker"));
    folder.or_else(home).map(|folder| folder.join("config.json"))
}

/// The settings of one instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// A PostgreSQL address; none means SQLite in the data directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) database: Option<String>,
    /// Where to listen when the command line does not say.
    pub(crate) listen: SocketAddr,
    /// Whether visitors come over TLS, through a proxy in front.
    pub(crate) behind_tls: bool,
    /// The time zone of the instance, by its name in the IANA database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) time_zone: Option<String>,
    /// Private addresses that plugins may reach, such as `10.1.0.0/16`.
    #[serde(default)]
    pub(crate) outbound_private: Vec<String>,
    /// The public address of the instance, `https://registre.example.org`: prints lead there for years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    /// The folders with the fonts of prints, when they are not where systems keep them.
    #[serde(default)]
    pub(crate) fonts: Vec<PathBuf>,
    /// The file with the secrets of card numbers, when it is not in the data directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) card_secret: Option<PathBuf>,
    /// The file with the rule by which records count as the same; none means the one that comes with the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) duplicates_rule: Option<PathBuf>,
    /// The file with the figures by which the office works; none means the one that comes with the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) office_rule: Option<PathBuf>,
    /// The public key of the federation's root; none while this instance takes no part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) federation_root: Option<String>,
    /// Whether other instances may call this one.
    #[serde(default)]
    pub(crate) federation_listens: bool,
    /// Whether this one carries letters between others that cannot dial each other; not said, the nation does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) federation_carries: Option<bool>,
    /// Where other instances call this one, when that is not its public address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) federation_url: Option<String>,
    /// The proxy of the office, `http://proxy.example:3128`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) federation_proxy: Option<String>,
    /// A file with certificates that are trusted for other instances beside those of the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) federation_certificates: Option<PathBuf>,
    /// Private addresses at which other instances may be reached, such as `10.1.0.0/16`.
    #[serde(default)]
    pub(crate) federation_private: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 7000));
        Self {
            database: None,
            listen,
            behind_tls: false,
            time_zone: None,
            outbound_private: Vec::new(),
            address: None,
            fonts: Vec::new(),
            card_secret: None,
            duplicates_rule: None,
            office_rule: None,
            federation_root: None,
            federation_listens: false,
            federation_carries: None,
            federation_url: None,
            federation_proxy: None,
            federation_certificates: None,
            federation_private: Vec::new(),
        }
    }
}

impl Config {
    /// Whether an instance was made in this directory.
    pub(crate) fn is_there(data: &Path) -> bool {
        data.join(FILE).is_file()
    }

    /// Reads the settings: defaults, then the file, then the environment.
    pub(crate) fn read(data: &Path) -> anyhow::Result<Self> {
        Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(data.join(FILE)))
            .merge(Env::prefixed("TIWIZI_").only(&[
                "database",
                "listen",
                "behind_tls",
                "time_zone",
                "outbound_private",
                "address",
                "fonts",
                "card_secret",
                "duplicates_rule",
                "office_rule",
                "federation_root",
                "federation_listens",
                "federation_carries",
                "federation_url",
                "federation_proxy",
                "federation_certificates",
                "federation_private",
            ]))
            .extract()
            .with_context(|| format!("the settings of {} are not right", data.display()))
    }

    /// The time zone of the instance.
    pub(crate) fn zone(&self) -> anyhow::Result<Zone> {
        let zone = self.time_zone.as_deref().map(str::parse).transpose();
        Ok(zone.context("time_zone is not right")?.unwrap_or_default())
    }

    /// The private addresses that plugins may reach.
    pub(crate) fn outbound_private(&self) -> anyhow::Result<Vec<AddressRange>> {
        let ranges = self.outbound_private.iter().map(|text| text.parse());
        ranges.collect::<Result<_, _>>().context("outbound_private is not right")
    }

    /// The public address of the instance, without a slash at its end.
    pub(crate) fn address(&self) -> anyhow::Result<Option<String>> {
        self.address.as_deref().map(|text| place("address", text)).transpose()
    }

    /// How the instance takes part in the federation.
    pub(crate) fn federation(&self) -> anyhow::Result<FederationSettings> {
        let root = self.federation_root.as_deref().map(RootFile::read_public).transpose();
        let proxy = self.federation_proxy.as_deref().map(str::parse::<Proxy>).transpose();
        let private = self.federation_private.iter().map(|text| text.parse::<AddressRange>());
        let url = match &self.federation_url {
            Some(text) => Some(place("federation_url", text)?),
            None if self.federation_listens => self.address()?,
            None => None,
        };
        Ok(FederationSettings {
            url,
            listens: self.federation_listens,
            carries: self.federation_carries,
            outbound: OutboundSettings {
                private: private.collect::<Result<Vec<_>, _>>().context("federation_private is not right")?,
                roots: self.federation_roots()?,
                proxy: proxy.context("federation_proxy is not right")?,
            },
            root: root.context("federation_root is not right")?,
        })
    }

    fn federation_roots(&self) -> anyhow::Result<Roots> {
        let Some(file) = &self.federation_certificates else { return Ok(Roots::default()) };
        let pem = std::fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
        Roots::read(&pem).context("federation_certificates is not right")
    }

    /// Where the secrets of card numbers lie: where a setting says, or as systemd hands them over; none for the data directory.
    pub(crate) fn card_secret(&self) -> Option<CardSecretFile> {
        let set = self.card_secret.clone().map(|path| CardSecretFile { path, is_handed: false });
        set.or_else(|| credential(std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from)))
    }

    /// The rules in whose place files are put.
    pub(crate) fn rules(&self) -> RuleFiles {
        RuleFiles { duplicates: self.duplicates_rule.clone(), office: self.office_rule.clone() }
    }

    /// Writes the settings of a new instance.
    ///
    /// The file may hold the password of the database, so only its owner may read it.
    pub(crate) fn write(&self, data: &Path) -> anyhow::Result<()> {
        let path = data.join(FILE);
        let mut text = String::from(
            "# The settings of this instance. A variable overrides each: TIWIZI_LISTEN the listen below, and so on.\n",
        );
        if let Some(database) = &self.database {
            text.push_str(&format!("database = {}\n", serde_json::to_string(database)?));
        }
        text.push_str(&format!("listen = \"{}\"\n", self.listen));
        if let Some(root) = &self.federation_root {
            text.push_str(&format!("federation_root = {}\n", serde_json::to_string(root)?));
        }
        if self.federation_listens {
            text.push_str("federation_listens = true\n");
        }
        if !self.federation_private.is_empty() {
            text.push_str(&format!("federation_private = {}\n", serde_json::to_string(&self.federation_private)?));
        }
        write_private(&path, text.as_bytes()).with_context(|| format!("could not write {}", path.display()))
    }
}

/// An address that is a place and nothing more, without a slash at its end.
fn place(key: &str, text: &str) -> anyhow::Result<String> {
    let address = text.trim_end_matches('/');
    let uri: http::Uri = address.parse().with_context(|| format!("{key} is not right: {text:?}"))?;
    let is_right = matches!(uri.scheme_str(), Some("https" | "http"))
        && uri.host().is_some_and(|host| !host.is_empty())
        && matches!(uri.path(), "" | "/")
        && uri.query().is_none()
        && address.len() <= PUBLIC_ADDRESS_BYTES_MAX;
    anyhow::ensure!(is_right, "{key} is not right: {text:?}; write it as https://registre.example.org");
    Ok(address.to_owned())
}

/// Writes a file that only its owner may read.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Writes a file that is not there yet.
pub(crate) fn write_new(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let directory = tempfile::tempdir().unwrap();
        let config = Config {
            database: Some("postgres://tiwizi:\"x\"@127.0.0.1/t".into()),
            federation_root: Some("ab".repeat(32)),
            federation_listens: true,
            federation_private: vec!["127.0.0.0/8".to_owned()],
            ..Config::default()
        };
        config.write(directory.path()).unwrap();
        let read = Config::read(directory.path()).unwrap();
        assert_eq!(read.database, config.database);
        assert_eq!((read.federation_root, read.federation_listens), (config.federation_root, true));
        assert_eq!(read.federation_private, config.federation_private);
    }

    #[test]
    fn a_wrong_range_of_addresses_stops_the_start() {
        let config = |range: &str| Config { outbound_private: vec![range.to_owned()], ..Config::default() };
        assert_eq!(config("10.1.0.0/16").outbound_private().unwrap().len(), 1);
        let error = format!("{:#}", config("10.1.0.0/99").outbound_private().unwrap_err());
        assert!(error.contains("outbound_private") && error.contains("10.1.0.0/99"), "{error}");
    }

    #[test]
    fn a_time_zone_that_is_none_stops_the_start() {
        let config = |zone: Option<&str>| Config { time_zone: zone.map(str::to_owned), ..Config::default() };
        assert_eq!(config(None).zone().unwrap().name(), "Africa/Casablanca");
        assert_eq!(config(Some("Africa/El_Aaiun")).zone().unwrap().name(), "Africa/El_Aaiun");
        let error = format!("{:#}", config(Some("Atlantis")).zone().unwrap_err());
        assert!(error.contains("time_zone") && error.contains("Atlantis"), "{error}");
    }

    #[test]
    fn a_public_address_is_a_place_and_nothing_more() {
        let config = |address: &str| Config { address: Some(address.to_owned()), ..Config::default() };
        assert_eq!(config("https://registre.ma/").address().unwrap().as_deref(), Some("https://registre.ma"));
        assert_eq!(config("http://127.0.0.1:7000").address().unwrap().as_deref(), Some("http://127.0.0.1:7000"));
        assert_eq!(Config::default().address().unwrap(), None);
        for wrong in ["registre.ma", "ftp://x.ma", "https://x.ma/page", "https://x.ma?a=b", "https:///", "", "a b"] {
            let error = format!("{:#}", config(wrong).address().unwrap_err());
            assert!(error.contains("address"), "{wrong}: {error}");
        }
        assert!(config(&format!("https://{}.ma", "x".repeat(200))).address().is_err());
    }

    #[test]
    fn the_federation_is_read_key_by_key_and_a_wrong_value_is_named() {
        assert!(Config::default().federation().unwrap().root.is_none());
        type Change = fn(&mut Config);
        let wrong: [(&str, Change); 5] = [
            ("federation_root", |config| config.federation_root = Some("00".repeat(32))),
            ("federation_url", |config| config.federation_url = Some("ftp://x.ma".to_owned())),
            ("federation_proxy", |config| config.federation_proxy = Some("proxy:3128".to_owned())),
            ("federation_private", |config| config.federation_private = vec!["10.1.0.0/99".to_owned()]),
            ("/nowhere/roots.pem", |config| config.federation_certificates = Some("/nowhere/roots.pem".into())),
        ];
        for (key, change) in wrong {
            let mut config = Config::default();
            change(&mut config);
            let error = format!("{:#}", config.federation().unwrap_err());
            assert!(error.contains(key), "{key}: {error}");
        }
        let address = Some("https://registre.ma/".to_owned());
        let config = Config { address: address.clone(), federation_listens: true, ..Config::default() };
        assert_eq!(config.federation().unwrap().url.as_deref(), Some("https://registre.ma"));
        // Who only dials out is called nowhere.
        assert_eq!(Config { address, ..Config::default() }.federation().unwrap().url, None);
    }

    #[test]
    fn the_secrets_of_card_numbers_lie_where_a_setting_or_systemd_says() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(credential(None), None);
        assert_eq!(credential(Some(folder.path().to_owned())), None);
        let path = folder.path().join(CARD_SECRET_CREDENTIAL);
        std::fs::write(&path, "").unwrap();
        let handed = CardSecretFile { path: path.clone(), is_handed: true };
        assert_eq!(credential(Some(folder.path().to_owned())), Some(handed));
        let set = Config { card_secret: Some(path.clone()), ..Config::default() };
        assert_eq!(set.card_secret(), Some(CardSecretFile { path, is_handed: false }));
    }

    #[test]
    fn rules_lie_where_the_settings_say_and_come_with_the_program_otherwise() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(Config::read(directory.path()).unwrap().rules(), RuleFiles::default());
        std::fs::write(directory.path().join(FILE), "duplicates_rule = \"/etc/tiwizi/duplicates.json\"").unwrap();
        let rules = RuleFiles { duplicates: Some("/etc/tiwizi/duplicates.json".into()), office: None };
        assert_eq!(Config::read(directory.path()).unwrap().rules(), rules);
    }

    #[test]
    fn a_wrong_key_stops_the_start_and_is_named() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(FILE), "lisen = \"127.0.0.1:7000\"").unwrap();
        let error = format!("{:#}", Config::read(directory.path()).unwrap_err());
        assert!(error.contains("lisen"), "{error}");
    }
}
