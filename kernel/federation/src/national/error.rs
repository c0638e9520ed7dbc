//! Why something of the nation's work was not done.

use tiwizi_federation_core::flow::NodeError;
use tiwizi_federation_core::package::{PackageError, PackedError, StepError};
use tiwizi_model::KindName;
use tiwizi_records::{FieldError, ForeignError, ReadError, UnitError, WriteError};
use tiwizi_registry::PublishedError;
use tiwizi_registry::duplicates::FindError;
use tiwizi_storage::StorageError;

/// What is wrong with what somebody would publish or apply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageFault {
    /// There is nothing in it.
    #[error("a package holds something")]
    Empty,
    /// A record is not named as one of its kind of package.
    #[error("{record:?} is no name of a record of such a package")]
    Name {
        /// Its name.
        record: String,
    },
    /// A record is not JSON.
    #[error("{record:?} is not JSON")]
    Json {
        /// Its name.
        record: String,
    },
    /// No manifest in use declares the kind.
    #[error("the kind {kind} is not in use here; install its plugin first")]
    Kind {
        /// Which.
        kind: KindName,
    },
    /// The kind stays in its instance, or holds data about persons.
    #[error("records of the kind {kind} go into no package: they stay here, or are about persons")]
    Closed {
        /// Which.
        kind: KindName,
    },
    /// A record does not hold what its kind asks for.
    #[error("{record:?} does not hold what its kind asks for")]
    Invalid {
        /// Its name.
        record: String,
        /// Every fault that was found, up to a bound.
        fields: Vec<FieldError>,
    },
    /// Another home has a record of that id.
    #[error("{record:?} is a record of another home")]
    Elsewhere {
        /// Its name.
        record: String,
    },
    /// Another package that is applied has the same text.
    #[error("{record:?} is in the package {package} too, which is applied")]
    Twice {
        /// The text.
        record: String,
        /// The other package.
        package: String,
    },
    /// Sectors would go that cooperatives have.
    #[error("cooperatives have the sectors {}, which the list does not have", codes.join(", "))]
    InUse {
        /// Their codes.
        codes: Vec<String>,
    },
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum NationalError {
    /// This instance takes no part in a federation.
    #[error("this instance takes no part in a federation yet; tiwizi federation init begins it")]
    NoPart,
    /// The directory names no nation.
    #[error("the directory names no national instance")]
    NoNation,
    /// Only the nation does this.
    #[error("only the national instance does this")]
    NotTheNation,
    /// There is no such thing.
    #[error("there is no such {what}")]
    Absent {
        /// What.
        what: &'static str,
    },
    /// It cannot be published or applied as it is.
    #[error("the package cannot be used")]
    Fault(#[source] PackageFault),
    /// The rules or the list in it cannot be used.
    #[error("the package cannot be used")]
    Published(#[source] PublishedError),
    /// It does not follow what is applied.
    #[error("the package does not follow what is applied")]
    Step(#[from] StepError),
    /// It is none, or not the nation's.
    #[error("the package is not taken")]
    Package(#[from] PackageError),
    /// Its bytes are not those that were signed.
    #[error("the package is not taken")]
    Packed(#[from] PackedError),
    /// The records of packages are this instance's own: it publishes them and has nothing to apply.
    #[error("the records of this package are this instance's own")]
    Own,
    /// What was looked at is not what stands now.
    #[error("it has changed meanwhile")]
    Stale,
    /// The caller may not answer for the cooperative.
    #[error("only a registrar of the cooperative's province answers")]
    Refused,
    /// No reason was given, or one that is too long.
    #[error("say why, in at most {} letters", tiwizi_model::limits::FED_CASE_REASON_CHARS_MAX)]
    Reason,
    /// The case is closed.
    #[error("the case is {state}")]
    Settled {
        /// Its state.
        state: String,
    },
    /// A stored row cannot be read.
    #[error("what is kept of {what} cannot be read")]
    Damaged {
        /// Of what.
        what: String,
    },
    /// The node refused, or failed.
    #[error("the node of the federation did not do it")]
    Node(#[from] NodeError),
    /// Records of the nation could not be stored.
    #[error("the records of the package could not be stored")]
    Foreign(#[from] ForeignError),
    /// Something could not be read.
    #[error("could not read records")]
    Read(#[from] ReadError),
    /// Cooperatives could not be compared.
    #[error("could not compare cooperatives")]
    Find(#[from] FindError),
    /// The log could not be followed.
    #[error("could not follow the log")]
    Follow(#[from] tiwizi_records::ReaderError),
    /// Something could not be gathered.
    #[error("could not write the case")]
    Unit(#[from] UnitError),
    /// Something could not be written.
    #[error("could not write the case")]
    Write(#[from] WriteError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}
