//! What national work can answer, as problems.

use tiwizi_federation::national::{NationalError, PackageFault};

use super::federation::of_node;
use super::{Fault, FieldProblem, Problem};

impl From<NationalError> for Problem {
    fn from(error: NationalError) -> Self {
        use NationalError as E;
        match error {
            E::NoPart | E::NoNation => Self::from(Fault::NoFederation).saying(error.to_string()),
            E::NotTheNation | E::Refused => Self::from(Fault::Forbidden).saying(error.to_string()),
            E::Absent { .. } => Fault::NotFound.into(),
            E::Fault(fault) => of_fault(fault),
            E::Published(source) => Self::field("/contents", "rule", chain(&source)),
            E::Step(source) => Self::from(Fault::Conflict).saying(source.to_string()),
            E::Package(source) => Self::field("", "package", chain(&source)),
            E::Packed(source) => Self::field("/contents", "package", chain(&source)),
            E::Own | E::Settled { .. } => Self::from(Fault::Conflict).saying(error.to_string()),
            E::Stale => Self::from(Fault::Stale).saying(error.to_string()),
            E::Reason => Self::field("/reason", "required", error.to_string()),
            E::Damaged { .. } | E::Foreign(_) | E::Follow(_) => Self::internal(error),
            E::Node(source) => of_node(source),
            E::Read(source) => source.into(),
            E::Find(source) => source.into(),
            E::Unit(source) => source.into(),
            E::Write(source) => source.into(),
            E::Storage(source) => source.into(),
        }
    }
}

fn of_fault(fault: PackageFault) -> Problem {
    let text = fault.to_string();
    let at = |record: &str, code: &'static str| {
        let pointer = format!("/contents/{}", record.replace('~', "~0").replace('/', "~1"));
        Problem::field(&pointer, code, text.clone())
    };
    match &fault {
        PackageFault::Empty => Problem::field("/contents", "required", text),
        PackageFault::Name { record } => at(record, "name"),
        PackageFault::Json { record } => at(record, "json"),
        PackageFault::Kind { .. } => Problem::field("/contents", "unknown-kind", text),
        PackageFault::Closed { .. } => Problem::field("/contents", "closed-kind", text),
        PackageFault::Invalid { fields, .. } => {
            let fields = fields.iter().cloned().map(FieldProblem::from);
            Problem::from(Fault::Invalid).saying(text).at_all(fields)
        }
        PackageFault::Elsewhere { record } => at(record, "elsewhere"),
        PackageFault::Twice { record, .. } => at(record, "twice"),
        PackageFault::InUse { .. } => Problem::field("/contents", "in-use", text),
    }
}

/// An error with its causes: what is wrong with a rule stands in them.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let (mut text, mut source) = (error.to_string(), error.source());
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
