//! The options of the commands by which an instance takes part in the federation.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tiwizi_federation_core::wire::Role;
use tiwizi_model::ProvinceCode;

use super::DataDirectory;

#[derive(Debug, Subcommand)]
pub(crate) enum Federation {
    /// Make this instance's keys. The two root keys are shown this once, for two papers, and kept nowhere.
    Init {
        #[command(flatten)]
        directory: DataDirectory,
    },
    /// Show the fingerprint card of this instance, which is compared by voice or on paper.
    Card {
        #[command(flatten)]
        directory: DataDirectory,
        /// Also write it as a page for the printer.
        #[arg(long, value_name = "FILE.html")]
        page: Option<PathBuf>,
    },
    /// Put a new signing key in the place of the one in use.
    Rotate(Rotate),
    /// Write the request to be enrolled, or to have the own entry changed.
    Request {
        #[command(flatten)]
        directory: DataDirectory,
        /// national, region, province or union; without it, national for an instance of all provinces and region for another.
        #[arg(long, value_parser = role)]
        role: Option<Role>,
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Show what a request asks for, and its fingerprint.
    Show {
        /// The request.
        request: PathBuf,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
    /// The key of the federation's root.
    Root {
        #[command(subcommand)]
        command: FederationRoot,
    },
    /// Sign the next directory with whoever asks, after its fingerprint was compared.
    Enrol(Enrol),
    /// Sign the next directory with a member suspended: nothing is exchanged with it.
    Suspend {
        #[command(flatten)]
        desk: Desk,
        /// The member: its name, or the beginning of its id.
        member: String,
    },
    /// Sign the next directory with a suspended member back in.
    Reinstate {
        #[command(flatten)]
        desk: Desk,
        /// The member: its name, or the beginning of its id.
        member: String,
    },
    /// The directory: who belongs to the federation.
    Directory {
        #[command(subcommand)]
        command: FederationDirectory,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Rotate {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// The key in use got into wrong hands: it counts for nothing more from now on.
    #[arg(long)]
    pub(crate) stolen: bool,
    /// Read a root key from standard input: the one in force, or the reserve, which then takes its place.
    #[arg(long)]
    pub(crate) paper_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FederationRoot {
    /// Make the key of a federation's root.
    Init {
        /// The file for the secret key, outside every data directory; the public one lies beside it, with `.pub` added.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What a directory is signed with.
#[derive(Debug, Args)]
pub(crate) struct Desk {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// The secret key of the root.
    #[arg(long, value_name = "FILE")]
    pub(crate) root: PathBuf,
    /// Sign a version above this one: the newest that others have, after this instance was put back from a copy.
    #[arg(long, value_name = "VERSION")]
    pub(crate) above: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct Enrol {
    #[command(flatten)]
    pub(crate) desk: Desk,
    /// The request.
    pub(crate) request: PathBuf,
    /// The fingerprint as the other side read it aloud: six groups of five digits.
    #[arg(long)]
    pub(crate) fingerprint: String,
    /// What it is, when that is not what it asked for.
    #[arg(long, value_parser = role)]
    pub(crate) role: Option<Role>,
    /// The provinces that it keeps, when they are not those that it asked for.
    #[arg(long, value_name = "CODE,…", value_delimiter = ',')]
    pub(crate) provinces: Option<Vec<ProvinceCode>>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FederationDirectory {
    /// Take a directory from a file.
    Take {
        #[command(flatten)]
        directory: DataDirectory,
        /// The directory.
        file: PathBuf,
    },
    /// Write the directory in force to a file, for those whom no line reaches.
    Publish {
        #[command(flatten)]
        directory: DataDirectory,
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// List the members of the directory in force.
    List {
        #[command(flatten)]
        directory: DataDirectory,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Peer {
    /// List the instances that this one exchanges with.
    List {
        #[command(flatten)]
        directory: DataDirectory,
    },
    /// Let a peer rest: nothing is sent to it and nothing taken from it.
    Pause(OnePeer),
    /// Go on with a peer that rests.
    Resume(OnePeer),
    /// Try peers as soon as the instance is served, without waiting for their time.
    Sync(SomePeers),
    /// Say what is wrong, why, and what to do next. Ends with 1 when something does not go on by itself.
    Doctor(SomePeers),
    /// Write for a peer that no line reaches what it may have and has not acknowledged, in a file that it alone can open.
    Write(WritePeer),
    /// Take what is new in the file of a peer, and hear in it what the peer has taken.
    Read(ReadPeer),
}

#[derive(Debug, Args)]
pub(crate) struct WritePeer {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// The peer: its name, or the beginning of its id.
    pub(crate) peer: String,
    /// The file to write. One that is there is not touched.
    #[arg(value_name = "FILE.tzstick")]
    pub(crate) file: PathBuf,
    /// How large the file may be, in MiB. Without it, as large as most sticks take: 4 GiB.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(16..))]
    pub(crate) mib_max: Option<u64>,
    /// Only tell what would be written.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReadPeer {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// The file, as the peer wrote it for this instance.
    #[arg(value_name = "FILE.tzstick")]
    pub(crate) file: PathBuf,
    /// Of a file that is cut off or damaged, take what is whole before that.
    #[arg(long)]
    pub(crate) torn: bool,
    /// Only tell what is in it.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OnePeer {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// The peer: its name, or the beginning of its id.
    pub(crate) peer: String,
}

#[derive(Debug, Args)]
pub(crate) struct SomePeers {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// The peer: its name, or the beginning of its id; all when it is not given.
    pub(crate) peer: Option<String>,
}

fn role(word: &str) -> Result<Role, String> {
    Role::read(word).ok_or_else(|| "national, region, province or union is expected".to_owned())
}
