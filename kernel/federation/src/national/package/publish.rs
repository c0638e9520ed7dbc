//! Publishing: what the nation says to all.

use std::collections::BTreeMap;

use serde_json::Value;
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::package::{Package, PackageKind, Packed, Part};
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{Class, FederationDecision, FederationView};
use tiwizi_model::limits::{FED_PACKAGE_RECORDS_MAX, PAGE_ROWS_MAX, RECORD_BYTES_MAX};
use tiwizi_model::{KindName, RecordId};
use tiwizi_records::{Kind, Kinds, Query};
use tiwizi_registry::Published;
use tiwizi_registry::published::SECTORS;
use tiwizi_storage::federation::Added;
use tiwizi_storage::federation::package::{self as rows, PackageChange, PackageRow};

use super::super::National;
use super::super::error::{NationalError, PackageFault};
use super::{PackageLine, PackageState, PackageView, find, holds_texts};

/// What somebody would publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageDraft {
    /// What it holds.
    pub kind: PackageKind,
    /// Its name: the same for all of its versions.
    pub name: String,
    /// Its records or texts, by their names.
    pub contents: BTreeMap<String, Vec<u8>>,
}

impl<S: Store> National<S> {
    /// All versions of all packages that are here, by name and the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn packages(&self, _: &FederationView) -> Result<Vec<PackageLine>, NationalError> {
        super::list(&mut *self.db().read().await?).await
    }

    /// One version, with what is in it.
    ///
    /// # Errors
    /// `Absent`; when the database fails.
    pub async fn package(&self, _: &FederationView, name: &str, version: u32) -> Result<PackageView, NationalError> {
        let mut tx = self.db().read().await?;
        let stored = find(&mut tx, name, version).await?;
        let applied = super::applied(&mut tx, name).await?.map(|applied| applied.package.version);
        let super::Stored { package, packed, state, received_at, .. } = stored;
        Ok(PackageView { package, packed, state, applied, received_at })
    }

    /// The own records of some kinds, as a package names them: what a package of courses is made from.
    ///
    /// # Errors
    /// `Fault` when a kind is not in use, or goes into no package; when the database fails.
    pub async fn gather(
        &self,
        _: &FederationDecision,
        names: &[KindName],
    ) -> Result<BTreeMap<String, Vec<u8>>, NationalError> {
        let mut contents = BTreeMap::new();
        for name in names {
            open_kind(&self.records.kinds(), name).map_err(NationalError::Fault)?;
            let permit = self.records.may_read(&Caller::system(), name)?;
            let mut query = Query { limit: PAGE_ROWS_MAX, ..Query::default() };
            loop {
                let page = self.records.list(&permit, &query).await?;
                let own = page.items.into_iter().filter(|record| record.home == self.records.instance());
                contents.extend(own.map(|record| (format!("{name}/{}", record.id), record.body.to_string().into())));
                if contents.len() > FED_PACKAGE_RECORDS_MAX {
                    break;
                }
                match page.next {
                    Some(next) => query.cursor = Some(next),
                    None => break,
                }
            }
        }
        Ok(contents)
    }

    /// Publishes the next version of a package: it is signed, kept, and said to every instance. Answers its version.
    ///
    /// # Errors
    /// `NotTheNation`; `Fault` and `Published` with what is wrong with it; when the node or the database fails.
    pub async fn publish(&self, decision: &FederationDecision, draft: PackageDraft) -> Result<u32, NationalError> {
        self.demand_nation()?;
        let me = self.me()?;
        check(&self.records.kinds(), draft.kind, &draft.contents)?;
        let last = super::list(&mut *self.db().read().await?).await?;
        let last = last.iter().filter(|line| line.name == draft.name).map(|line| line.version).max();
        let version = last.unwrap_or_default().saturating_add(1);
        let PackageDraft { kind, name, contents } = draft;
        let mut package = Package { kind, name, version, publisher: me, contents: BTreeMap::new() };
        for (record, bytes) in &contents {
            package.add(record, bytes);
        }
        // Read as others will.
        Package::parse(&package.encode())?;
        let packed = Packed { envelope: self.node()?.sign_package(&package), contents };
        packed.open(&me, &self.node()?.setting().keys)?;
        let bytes = packed.encode();
        Packed::decode(&bytes)?;
        self.keep(&package, bytes).await?;
        self.say(&package.name, version).await?;
        let account =
            decision.author().account.map_or_else(|| "the instance".to_owned(), |account| account.to_string());
        tracing::info!(package.name = package.name, package.version = version, account, "a package was published");
        Ok(version)
    }

    async fn keep(&self, package: &Package, envelope: Vec<u8>) -> Result<(), NationalError> {
        let now = self.now();
        let row = PackageRow {
            name: package.name.clone(),
            version: package.version.into(),
            node: package.publisher.0.0,
            envelope,
            state: PackageState::Publishing.name().to_owned(),
            difference: None,
            received_at: now,
            changed_at: now,
        };
        let mut tx = self.db().begin_write().await?;
        if rows::add(&mut tx, &row).await? != Added::New {
            return Err(NationalError::Stale);
        }
        tx.commit().await?;
        Ok(())
    }

    /// Says a version to all, and marks it as said.
    async fn say(&self, name: &str, version: u32) -> Result<(), NationalError> {
        let row = rows::find(&mut *self.db().read_single().await?, name, version.into()).await?;
        let row = row.ok_or(NationalError::Absent { what: "package" })?;
        self.node()?.say_package(&Part::split(name, version, &row.envelope)?).await?;
        let change = PackageChange {
            name,
            version: version.into(),
            from: PackageState::Publishing.name(),
            to: PackageState::Received.name(),
            difference: None,
            at: self.now(),
        };
        let mut tx = self.db().begin_write().await?;
        rows::change_state(&mut tx, change).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Says what was kept and, because the program stopped, not said.
    pub(in super::super) async fn say_what_is_left(&self) -> Result<usize, NationalError> {
        let left = super::list(&mut *self.db().read_single().await?).await?;
        let left: Vec<PackageLine> = left.into_iter().filter(|line| line.state == PackageState::Publishing).collect();
        for line in &left {
            self.say(&line.name, line.version).await?;
        }
        Ok(left.len())
    }
}

/// Whether contents are what a kind of package holds.
fn check(kinds: &Kinds, kind: PackageKind, contents: &BTreeMap<String, Vec<u8>>) -> Result<(), NationalError> {
    if contents.is_empty() {
        return Err(NationalError::Fault(PackageFault::Empty));
    }
    if holds_texts(kind) {
        check_names(kind, contents).map_err(NationalError::Fault)?;
        return Published::new(contents.clone()).trial().map_err(NationalError::Published);
    }
    for (record, bytes) in contents {
        check_record(kinds, record, bytes).map_err(NationalError::Fault)?;
    }
    Ok(())
}

/// Texts are named as their files: the list of sectors is a nomenclature, everything else rules.
pub(super) fn check_names(kind: PackageKind, contents: &BTreeMap<String, Vec<u8>>) -> Result<(), PackageFault> {
    let is_named =
        |record: &str| (record == SECTORS) == (kind == PackageKind::Nomenclature) && record.ends_with(".json");
    match contents.keys().find(|record| !is_named(record) || record.contains('/')) {
        Some(record) => Err(PackageFault::Name { record: record.clone() }),
        None => Ok(()),
    }
}

fn check_record(kinds: &Kinds, record: &str, bytes: &[u8]) -> Result<(), PackageFault> {
    let (name, _) = named(record)?;
    let kind = open_kind(kinds, &name)?;
    let body = json(record, bytes)?;
    let invalid = |fields| PackageFault::Invalid { record: record.to_owned(), fields };
    kind.validate(&body).map_err(|rejection| invalid(rejection.fields))
}

/// The kind and the id that a record of a package is named by.
pub(super) fn named(record: &str) -> Result<(KindName, RecordId), PackageFault> {
    let wrong = || PackageFault::Name { record: record.to_owned() };
    let (kind, id) = record.rsplit_once('/').ok_or_else(wrong)?;
    Ok((kind.parse().map_err(|_| wrong())?, id.parse().map_err(|_| wrong())?))
}

/// The content of a record.
pub(super) fn json(record: &str, bytes: &[u8]) -> Result<Value, PackageFault> {
    let parsed = tiwizi_records::json::parse(bytes, RECORD_BYTES_MAX).ok();
    parsed.filter(Value::is_object).ok_or_else(|| PackageFault::Json { record: record.to_owned() })
}

/// A kind whose records may go into packages: they leave their instance, and nothing of them is about a person.
pub(super) fn open_kind<'a>(kinds: &'a Kinds, name: &KindName) -> Result<&'a Kind, PackageFault> {
    let kind = kinds.find(name).ok_or_else(|| PackageFault::Kind { kind: name.clone() })?;
    let declaration = kind.declaration();
    let is_open = |class: &Class| matches!(class, Class::Public | Class::Internal);
    let fits = declaration.federates() && declaration.classes.values().all(is_open);
    if fits { Ok(&**kind) } else { Err(PackageFault::Closed { kind: name.clone() }) }
}
