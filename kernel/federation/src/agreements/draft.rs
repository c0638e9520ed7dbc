//! A draft: what this side wants to agree on with a peer, and the document that says it.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::agreement::{AgreementId, Document, Fault, Grants, KindTerms, Kinds, Party, What};
use tiwizi_federation_core::wire::{Hash, NodeId};
use tiwizi_model::{Instant, KindName};

/// What is to be agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// With whom.
    pub peer: NodeId,
    /// The agreement whose next version it is; none for a new one.
    pub follows: Option<AgreementId>,
    /// What for.
    pub purpose: String,
    /// By which law or decision.
    pub legal_basis: String,
    /// The decision of the commission (CNDP), when persons are concerned.
    pub cndp: Option<String>,
    /// From when on it holds no more.
    pub expires_at: Instant,
    /// For how many days it may be kept.
    pub retention_days: u32,
    /// Within how many days what is called back is erased.
    pub erasure_days: u32,
    /// To whom it may be given further.
    pub onward: BTreeSet<NodeId>,
    /// What this side gives.
    pub gives: BTreeMap<KindName, KindTerms>,
    /// What the other side gives.
    pub takes: BTreeMap<KindName, KindTerms>,
}

/// What a draft does not say itself.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) id: AgreementId,
    pub(super) version: u32,
    pub(super) before: Option<Hash>,
    pub(super) me: Party,
    pub(super) other: Party,
    pub(super) now: Instant,
}

impl Draft {
    /// The document, when it is one. The faults point into the form that the draft came from.
    pub(super) fn document(&self, frame: Frame, kinds: &Kinds) -> Result<Document, Vec<Fault>> {
        let me = frame.me.node;
        let mut grants = BTreeMap::new();
        let mut faults = Vec::new();
        for (side, node, given) in [("gives", me, &self.gives), ("takes", frame.other.node, &self.takes)] {
            let planes = by_plane(side, given, kinds, &mut faults);
            if !planes.is_empty() {
                grants.insert(node, planes);
            }
        }
        let mut parties = [frame.me, frame.other];
        parties.sort_by_key(|party| party.node);
        let document = Document {
            id: frame.id,
            version: frame.version,
            before: frame.before,
            parties,
            purpose: self.purpose.clone(),
            legal_basis: self.legal_basis.clone(),
            cndp: self.cndp.clone(),
            issued_at: frame.now,
            expires_at: self.expires_at,
            retention_days: self.retention_days,
            erasure_days: self.erasure_days,
            onward: self.onward.clone(),
            grants,
        };
        faults.extend(faults_of(&document, kinds).into_iter().map(|fault| of_form(fault, &me)));
        if faults.is_empty() { Ok(document) } else { Err(faults) }
    }

    /// The draft that would make this document: to write its next version.
    #[must_use]
    pub fn after(document: &Document, me: &NodeId) -> Option<Self> {
        let peer = *document.other(me)?;
        let given = |node: &NodeId| {
            let planes = document.grants.get(node).into_iter().flat_map(BTreeMap::values);
            planes.flatten().map(|(kind, terms)| (kind.clone(), terms.clone())).collect()
        };
        Some(Self {
            peer,
            follows: Some(document.id),
            purpose: document.purpose.clone(),
            legal_basis: document.legal_basis.clone(),
            cndp: document.cndp.clone(),
            expires_at: document.expires_at,
            retention_days: document.retention_days,
            erasure_days: document.erasure_days,
            onward: document.onward.clone(),
            gives: given(me),
            takes: given(&peer),
        })
    }
}

/// Everything that is wrong with a document: its form, and what does not fit the classes that fields have here.
pub(super) fn faults_of(document: &Document, kinds: &Kinds) -> Vec<Fault> {
    use tiwizi_federation_core::agreement::AgreementError as E;
    let whole = |what| vec![Fault { pointer: String::new(), what }];
    match document.check() {
        Ok(()) => document.misfits(kinds),
        Err(E::Faults(faults)) => faults,
        Err(E::Long) => whole(What::TooMany {
            max: u64::try_from(tiwizi_model::limits::FED_AGREEMENT_BYTES_MAX).unwrap_or(u64::MAX),
        }),
        // What was written here is always in its one form; to say anything else would be to hide it.
        Err(E::Json(_) | E::Envelope(_) | E::Unsigned | E::Form) => whole(What::Form { expected: "an agreement" }),
    }
}

fn by_plane(side: &str, given: &BTreeMap<KindName, KindTerms>, kinds: &Kinds, faults: &mut Vec<Fault>) -> Grants {
    let mut planes = Grants::new();
    for (kind, terms) in given {
        match kinds.get(kind) {
            Some(classes) => {
                planes.entry(classes.plane.clone()).or_default().insert(kind.clone(), terms.clone());
            }
            None => faults.push(Fault { pointer: format!("/{side}/{}", escaped(kind.as_str())), what: What::NoKind }),
        }
    }
    planes
}

/// A fault of the document, where the form says what it is about: the form knows no planes and calls the sides `gives` and `takes`.
fn of_form(fault: Fault, me: &NodeId) -> Fault {
    let Fault { pointer, what } = fault;
    let pointer = match pointer.strip_prefix("/grants") {
        None if pointer == "/expires_at_ms" => "/expires_on".to_owned(),
        None if pointer.starts_with("/parties") => "/peer".to_owned(),
        None => pointer,
        Some("") => "/gives".to_owned(),
        Some(rest) => {
            let mut parts = rest.trim_start_matches('/').splitn(3, '/');
            let side = if parts.next() == Some(me.to_string().as_str()) { "gives" } else { "takes" };
            let rest = parts.nth(1).map(|rest| format!("/{rest}")).unwrap_or_default();
            format!("/{side}{rest}")
        }
    };
    Fault { pointer, what }
}

/// A part of a pointer (RFC 6901).
pub(super) fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}
