//! Registries of bundles: any that speaks the OCI distribution protocol, as those of container images do.
//!
//! A bundle is there as an artifact of one layer: the same bytes as in a file. What comes from a registry is bytes and no more: its
//! digest says that they are those which the manifest names, and the bundle's signature alone says whom to trust. Only the program's
//! commands go out to a registry, before they open an instance: a kernel that serves never fetches a bundle by itself.
//!
//! Sizes are bounded before anything is kept; manifests and tokens, which the library reads whole, are bounded by time.

mod address;
mod credentials;
mod refusal;
mod transfer;

pub(crate) use address::Address;
pub(crate) use transfer::{pull, push};

use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use oci_client::Client;
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::secrets::RegistryAuth;
use tiwizi_model::limits;

/// The media type of the whole, and of its few words about itself.
const ARTIFACT: &str = "application/vnd.tiwizi.plugin.v1";
const CONFIG: &str = "application/vnd.tiwizi.plugin.config.v1+json";
/// The media type of the one layer: a bundle as it is.
const LAYER: &str = "application/vnd.tiwizi.plugin.bundle.v1+tar";

const USER_AGENT: &str = concat!("tiwizi/", env!("CARGO_PKG_VERSION"));

/// How a registry is asked.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Access {
    /// The name to sign in to the registry with; without it, what `docker login` has kept is used.
    #[arg(long, value_name = "NAME", requires = "password_stdin")]
    username: Option<String>,
    /// Read the password for the registry from standard input.
    #[arg(long, requires = "username")]
    password_stdin: bool,
    /// Speak HTTP without TLS, to a registry of your own network. One on this machine is always spoken to so.
    #[arg(long)]
    plain_http: bool,
}

/// A registry that can be asked.
struct Registry {
    client: Client,
    login: RegistryAuth,
    /// What to do when it wants to know who asks.
    advice: String,
}

impl Registry {
    fn open(address: &Address, access: &Access) -> anyhow::Result<Self> {
        // Where another part of the program chose one before, that one stays: there is only ring in it.
        drop(tokio_rustls::rustls::crypto::ring::default_provider().install_default());
        let is_plain = access.plain_http || address.is_on_this_machine();
        let config = ClientConfig {
            protocol: if is_plain { ClientProtocol::Http } else { ClientProtocol::Https },
            use_monolithic_push: true,
            platform_resolver: None,
            read_timeout: Some(Duration::from_millis(limits::REGISTRY_SILENCE_MS)),
            connect_timeout: Some(Duration::from_millis(limits::REGISTRY_CONNECT_MS)),
            user_agent: USER_AGENT,
            ..ClientConfig::default()
        };
        let client = Client::try_from(config).context("could not make ready to ask a registry")?;
        let (login, advice) = credentials::of(address, access)?;
        Ok(Self { client, login, advice })
    }
}
