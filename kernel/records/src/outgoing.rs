//! What a change says to other homes: the record as that change made it, with each field and its class, as plain data.
//!
//! Nothing is decided here about who is shown what. A record of a kind that never leaves its instance, and a version that another home wrote,
//! say nothing. Whoever makes entries of a log out of this needs every field, and keeps it to itself.

use std::collections::HashMap;
use std::fmt;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tiwizi_identity::policy::Class;
use tiwizi_model::{Instant, KindName, RecordId, Version};
use tiwizi_storage::{RecordRow, StorageError, Tx, record};

use crate::catalogue::Kinds;
use crate::kind::Kind;
use crate::records::Records;

/// What a change says.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The plane in which it federates.
    pub plane: String,
    /// What a reader must know to understand it.
    pub schema: SchemaId,
    /// The record.
    pub id: RecordId,
    /// The version that the change made.
    pub version: Version,
    /// The term of ownership in which it was written.
    pub tenure: i64,
    /// The cooperative or person that it belongs to.
    pub subject: Option<RecordId>,
    /// When it was written.
    pub at: Instant,
    /// What became of the record.
    pub what: OutgoingContent,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum OutgoingContent {
    /// It has these fields, in the order of their names, those that are derived behind the others.
    Put(Vec<OutgoingField>),
    /// It was deleted.
    Deleted,
    /// The content of this version was erased before it was sent: that there was one is all that is left.
    Erased,
}

/// One field.
#[derive(Debug, Clone, PartialEq)]
pub struct OutgoingField {
    /// Its name; one that is derived from another has that one's, a point, and what was taken of it.
    pub name: String,
    /// Its class; a derived one has that of the field that it comes from.
    pub class: Class,
    /// Whether it is derived.
    pub is_derived: bool,
    /// Its value.
    pub value: Value,
}

/// Derives fields of a content that may be shown where what they come from is withheld. The rules are the register's.
pub type Derive<'a> = &'a (dyn Fn(&Kind, &Value, Instant) -> Vec<OutgoingField> + Sync);

/// A schema in one of its versions: `registry/cooperative/1.0+5f3a01bc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaId {
    /// The kind.
    pub kind: KindName,
    /// The first two numbers of its manifest's version.
    pub version: String,
    /// The SHA-256 of its schema and of the classes of its fields.
    pub hash: [u8; 32],
}

impl fmt::Display for SchemaId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}+", self.kind, self.version)?;
        self.hash.iter().take(4).try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl SchemaId {
    /// The schema that a kind has here.
    #[must_use]
    pub fn of(kind: &Kind) -> Self {
        let declaration = kind.declaration();
        let mut hasher = Sha256::new();
        hasher.update(canonical(declaration.schema()));
        for (field, class) in &declaration.classes {
            hasher.update(format!("\n{field} {}", class.name()));
        }
        Self { kind: kind.name().clone(), version: declaration.schema_version.clone(), hash: hasher.finalize().into() }
    }
}

/// Why what changes say could not be read.
#[derive(Debug, thiserror::Error)]
pub enum OutgoingError {
    /// A stored body is not JSON.
    #[error("the record {id} is damaged")]
    Damaged {
        /// The record.
        id: RecordId,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

impl Records {
    /// What some changes say, in their order; none for one that says nothing to other homes. Each is read for exactly the version that the
    /// change made, also where the record has moved on since.
    ///
    /// # Errors
    /// When a record is damaged or the database fails.
    pub async fn outgoing(
        &self,
        tx: &mut Tx,
        changes: &[(RecordId, Version)],
        derive: Derive<'_>,
    ) -> Result<Vec<Option<Outgoing>>, OutgoingError> {
        let kinds = self.kinds();
        let ids: Vec<RecordId> = changes.iter().map(|(id, _)| *id).collect();
        let rows = record::find_many(tx, &ids).await?;
        let current: HashMap<RecordId, RecordRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        let is_superseded = |(id, version): &&(RecordId, Version)| {
            current.get(id).is_some_and(|row| row.version != *version && leaving(&kinds, row).is_some())
        };
        let wanted: Vec<(RecordId, Version)> = changes.iter().filter(is_superseded).copied().collect();
        let rows = record::find_versions(tx, &wanted).await?;
        let superseded: HashMap<(RecordId, Version), RecordRow> =
            rows.into_iter().map(|row| ((row.id, row.version), row)).collect();
        let mut schemas: HashMap<KindName, SchemaId> = HashMap::new();
        let mut said = Vec::with_capacity(changes.len());
        for (id, version) in changes {
            let Some(row) = current.get(id) else {
                said.push(None);
                continue;
            };
            let Some(kind) = leaving(&kinds, row) else {
                said.push(None);
                continue;
            };
            let schema = schemas.entry(kind.name().clone()).or_insert_with(|| SchemaId::of(kind)).clone();
            let found = if row.version == *version { Some(row) } else { superseded.get(&(*id, *version)) };
            let one = match found {
                Some(found) if found.home == self.instance => Some(whole(kind, schema, found, derive)?),
                Some(_) => None,
                // The version is gone. Whose it was is not known either; what another home has now was not for this one to say.
                None => (row.home == self.instance).then(|| erased(kind, schema, row, *version)),
            };
            said.push(one);
        }
        Ok(said)
    }
}

fn leaving<'a>(kinds: &'a Kinds, row: &RecordRow) -> Option<&'a Kind> {
    let kind = kinds.find(kinds.name(row.kind)?)?;
    kind.declaration().federates().then_some(kind.as_ref())
}

fn whole(kind: &Kind, schema: SchemaId, row: &RecordRow, derive: Derive<'_>) -> Result<Outgoing, OutgoingError> {
    let what = if row.deleted {
        OutgoingContent::Deleted
    } else {
        let body: Value =
            serde_json::from_str(&row.body).map_err(|source| OutgoingError::Damaged { id: row.id, source })?;
        OutgoingContent::Put(fields(kind, row, &body, derive))
    };
    Ok(Outgoing { what, ..head(kind, schema, row, row.version) })
}

fn erased(kind: &Kind, schema: SchemaId, row: &RecordRow, version: Version) -> Outgoing {
    Outgoing { what: OutgoingContent::Erased, ..head(kind, schema, row, version) }
}

fn head(kind: &Kind, schema: SchemaId, row: &RecordRow, version: Version) -> Outgoing {
    Outgoing {
        plane: kind.declaration().plane.clone(),
        schema,
        id: row.id,
        version,
        tenure: row.tenure,
        subject: row.subject,
        at: row.changed_at,
        what: OutgoingContent::Erased,
    }
}

/// The fields of a body. One that the kind does not declare any more has no class, so it is as closed as a field can be.
fn fields(kind: &Kind, row: &RecordRow, body: &Value, derive: Derive<'_>) -> Vec<OutgoingField> {
    let mut found: Vec<OutgoingField> = body
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| OutgoingField {
            name: name.clone(),
            class: kind.class(name).unwrap_or(Class::Sensitive),
            is_derived: false,
            value: value.clone(),
        })
        .collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let mut derived = derive(kind, body, row.changed_at);
    if let Some(province) = row.province {
        let field = kind.declaration().province.as_deref();
        let class = field.and_then(|field| kind.class(field)).unwrap_or(Class::Internal);
        derived.push(OutgoingField {
            name: "province".to_owned(),
            class,
            is_derived: true,
            value: province.to_string().into(),
        });
    }
    derived.sort_by(|one, other| one.name.cmp(&other.name));
    found.extend(derived);
    found
}

/// A schema as one text, whatever the order in which its parts were written. Its depth is bounded since it was read.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            let part = |name: &&String| {
                let value = fields.get(*name).unwrap_or(&Value::Null);
                format!("{}:{}", Value::String((*name).clone()), canonical(value))
            };
            format!("{{{}}}", names.iter().map(part).collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
