//! The command line, as `kernel.md` section 4 promises it to scripts.

mod extract;
mod federation;
mod life;
mod trust;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use tiwizi_model::{AccountId, Jurisdiction, PluginId};
use tiwizi_registry::import::Encoding;

use crate::commands::agreement::AgreementCommand;
use crate::commands::package::PackageCommand;
use crate::commands::plugin_build::Build;
use crate::commands::plugin_captures::{Captures, Replay};
use crate::commands::plugin_check::Check;
use crate::commands::plugin_dev::Dev;
use crate::commands::plugin_limits::Limits;
use crate::commands::plugin_logs::Logs;
use crate::commands::plugin_new::New;
use crate::commands::plugin_registry::{Pull, Push};
use crate::commands::plugin_settings::PluginSettings;
use crate::commands::plugin_test::Test;
use crate::commands::register_export::Export;
use crate::commands::register_rules::Reevaluate;
use crate::commands::source::BundleSource;
use crate::commands::transfer::TransferCommand;
use crate::oci::Access;

pub(crate) use extract::{Extract, KeyReason, ReplaceKey, Reseal, VerifyExtract};
pub(crate) use federation::{
    Desk, Enrol, Federation, FederationDirectory, FederationRoot, OnePeer, Peer, ReadPeer, Rotate, SomePeers, WritePeer,
};
pub(crate) use life::{Remove, Rollback, Upgrade};
pub(crate) use trust::{Certify, Keygen, Revoke, RevokeIssue, Sign, Trust, TrustAdd, Verify};

/// Tiwizi: a federated platform for cooperatives.
#[derive(Debug, Parser)]
#[command(name = "tiwizi", version, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Write the log as JSON lines.
    #[arg(long, global = true)]
    pub(crate) json_log: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new instance in an empty directory.
    Init(Init),
    /// Serve an instance until it is told to stop.
    Serve(Serve),
    /// Make and serve the nation and two regions with a synthetic register, federated, to try everything.
    Demo(Demo),
    /// Check an instance and print its limits.
    Doctor(DataDirectory),
    /// Accounts and their roles.
    User {
        #[command(subcommand)]
        command: User,
    },
    /// The register of cooperatives.
    Register {
        #[command(subcommand)]
        command: Register,
    },
    /// Plugins: make, build, develop, test, check, pack, sign, verify, push, pull, install, upgrade, remove, list, grant, limits, logs,
    /// settings, captures, replay; whom to trust.
    Plugin {
        #[command(subcommand)]
        command: Plugin,
    },
    /// What is given to other instances and taken of them.
    Agreement {
        #[command(subcommand)]
        command: AgreementCommand,
    },
    /// Packages of reference data: what the nation publishes for all, looked at and applied.
    Package {
        #[command(subcommand)]
        command: PackageCommand,
    },
    /// Cooperatives that go from one home to another.
    Transfer {
        #[command(subcommand)]
        command: TransferCommand,
    },
    /// The change log.
    Log {
        #[command(subcommand)]
        command: Log,
    },
    /// This instance's part in the federation: its keys, its enrolment, the directory.
    Federation {
        #[command(subcommand)]
        command: Federation,
    },
    /// The instances that this one exchanges with.
    Peer {
        #[command(subcommand)]
        command: Peer,
    },
    /// Compile a component from standard input to standard output, for the plugin host.
    #[command(hide = true)]
    CompileComponent,
    /// Set a document from standard input to standard output, for the plugin host.
    #[command(hide = true)]
    SetDocument,
}

#[derive(Debug, Args)]
pub(crate) struct DataDirectory {
    /// The directory that holds everything the instance owns.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Answer in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// The instance's name, as pages show it.
    #[arg(long)]
    pub(crate) name: String,
    /// The provinces that it serves: `all`, or codes such as `09.541,09.551`.
    #[arg(long, value_name = "all|CODES")]
    pub(crate) provinces: Jurisdiction,
    /// The e-mail address of the first administrator.
    #[arg(long, value_name = "MAIL")]
    pub(crate) admin_email: String,
    /// A PostgreSQL address; without it the instance keeps its data in SQLite, in its directory.
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// Where the nation listens; the regions listen on the two ports behind it.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7000")]
    pub(crate) listen: SocketAddr,
    /// One instance with the register of the whole nation, in no federation.
    #[arg(long)]
    pub(crate) alone: bool,
    /// Make one cooperative for every N of the nation's; 1 makes all: 65,315 in the whole nation.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) one_in: u32,
    /// A folder with bundles to install.
    #[arg(long, value_name = "DIR", default_value = "target/plugins")]
    pub(crate) plugins: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Add an account, or a role to an account that is there.
    Add {
        #[command(flatten)]
        directory: DataDirectory,
        /// The person's e-mail address.
        #[arg(long, value_name = "MAIL")]
        email: String,
        /// The person's name, as pages show it; the address when it is not given.
        #[arg(long)]
        name: Option<String>,
        /// administrator, registrar, trainer, observer, officer or member; without it the account has no role yet, as that of a founder.
        #[arg(long, requires = "scope")]
        role: Option<String>,
        /// `nation`, `province:09.541` or `cooperative:ID`.
        #[arg(long, requires = "role")]
        scope: Option<String>,
        /// The person's record in the register.
        #[arg(long, value_name = "ID")]
        person: Option<String>,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give an account a one-time secret in the place of a password that was lost.
    Reset {
        #[command(flatten)]
        directory: DataDirectory,
        /// The account: `tiwizi user list` shows the ids.
        #[arg(long, value_name = "ID")]
        account: AccountId,
    },
    /// List the accounts with their roles.
    List {
        #[command(flatten)]
        directory: DataDirectory,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Register {
    /// Read cooperatives and their members from CSV files or spreadsheets (XLSX).
    Import {
        #[command(flatten)]
        directory: DataDirectory,
        /// The cooperatives.
        #[arg(long, value_name = "FILE", required_unless_present = "members")]
        cooperatives: Option<PathBuf>,
        /// Their members. Without a file of cooperatives they belong to those of the register.
        #[arg(long, value_name = "FILE")]
        members: Option<PathBuf>,
        /// Say what would change and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Keep the good rows when some are wrong; by default nothing is kept then.
        #[arg(long)]
        skip_bad: bool,
        /// Write the rejected rows to this file, one line each.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
        /// How the letters of CSV files are written, where the files do not tell: utf-8, utf-16le, utf-16be, windows-1256 or
        /// windows-1252.
        #[arg(long, value_name = "ENCODING")]
        encoding: Option<Encoding>,
    },
    /// Write cooperatives and members to files that can be imported again.
    Export(Export),
    /// Say whether every record that follows from acts is what follows from them. Nothing is written; ends with 1 where one is not.
    Audit {
        #[command(flatten)]
        directory: DataDirectory,
    },
    /// Say what another rule pack would change: rules, counts before and after, and the cooperatives that it touches.
    Reevaluate(Reevaluate),
    /// Issue a certified extract or a certificate of registration as PDF.
    Extract(Extract),
    /// Say whether a print is genuine, and what has changed since.
    Verify(VerifyExtract),
    /// Sign extracts with a new key from now on. What older keys signed can still be verified.
    ReplaceKey(ReplaceKey),
    /// Put the numbers of identity cards under the newest secret, and retire those before it.
    Reseal(Reseal),
    /// Write the synthetic national register as CSV files.
    Synthesise {
        /// The folder for the files.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// One cooperative for every N of the nation's.
        #[arg(long, value_name = "N", default_value_t = 1)]
        one_in: u32,
        /// N cooperatives for each of those, to measure what grows with the register.
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=20))]
        times: u32,
        /// Write the rows of these provinces only: `all`, or codes such as `09.541,09.551`.
        #[arg(long, value_name = "all|CODES", default_value = "all")]
        provinces: Jurisdiction,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Plugin {
    /// Make the folder of a new plugin.
    New(New),
    /// Build a plugin's component and pack its bundle.
    Build(Build),
    /// Serve an instance with a plugin, and put each saved version in place.
    Dev(Dev),
    /// Play the cases of a plugin in throw-away instances.
    Test(Test),
    /// Say everything that is wrong with a plugin.
    Check(Check),
    /// Make a bundle of a component, its manifest folder and its assets.
    Pack {
        /// The folder with manifest.json, templates/ and locales/.
        #[arg(long, value_name = "DIR")]
        manifest: PathBuf,
        /// The component, built for wasm32-wasip2.
        #[arg(long, value_name = "FILE")]
        component: PathBuf,
        /// A folder whose `audio` and `images` go into the bundle as assets.
        #[arg(long, value_name = "DIR")]
        assets: Option<PathBuf>,
        /// The folder of the crate that the component was built from: its libraries are listed in the bundle.
        #[arg(long = "crate", value_name = "DIR")]
        crate_folder: Option<PathBuf>,
        /// The bundle to write.
        #[arg(long, value_name = "FILE.tzp")]
        out: PathBuf,
    },
    /// Make a key to sign with.
    Keygen(Keygen),
    /// Certify the key of a publisher.
    Certify(Certify),
    /// Sign a bundle.
    Sign(Sign),
    /// Say whether a bundle is whole, who signed it, and whether an instance would accept it.
    Verify(Verify),
    /// Whom an instance trusts to sign plugins.
    Trust {
        #[command(subcommand)]
        command: Trust,
    },
    /// What was taken back: keys, bundles, old versions.
    Revoke {
        #[command(subcommand)]
        command: Revoke,
    },
    /// Put a bundle into a registry.
    Push(Push),
    /// Fetch a bundle from a registry.
    Pull(Pull),
    /// Install a bundle and grant it capabilities.
    Install {
        #[command(flatten)]
        directory: DataDirectory,
        /// The bundle: a file, or its place in a registry.
        #[arg(value_name = "FILE.tzp|oci://REGISTRY/NAME:TAG")]
        bundle: BundleSource,
        #[command(flatten)]
        access: Access,
        /// `all` that the manifest asks for, or names separated by commas; without it, nothing is granted.
        #[arg(long, value_name = "all|CAPABILITY,…", default_value = "")]
        grant: String,
        /// Also accept a bundle that is not signed, or signed with a development key: one that you built yourself.
        #[arg(long)]
        dev: bool,
    },
    /// Replace an installed plugin by another version of it.
    Upgrade(Upgrade),
    /// Go back to the version before the last upgrade.
    Rollback(Rollback),
    /// Remove a plugin with everything that is its own.
    Remove(Remove),
    /// List the installed plugins.
    List {
        #[command(flatten)]
        directory: DataDirectory,
    },
    /// Set what a plugin may do.
    Grant {
        #[command(flatten)]
        directory: DataDirectory,
        /// The plugin.
        plugin: PluginId,
        /// `all`, or names separated by commas; an empty text takes everything back.
        #[arg(long, value_name = "all|CAPABILITY,…")]
        grant: String,
    },
    /// Show how much a plugin may use, and set it.
    Limits(Limits),
    /// Show what a plugin logged.
    Logs(Logs),
    /// List the captures of a plugin's failing calls; switch captures on and off.
    Captures(Captures),
    /// Run a captured call again, without an instance.
    Replay(Replay),
    #[command(flatten)]
    Settings(PluginSettings),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Log {
    /// Check that the change log is whole.
    Verify {
        #[command(flatten)]
        directory: DataDirectory,
    },
}
