//! An instance in a temporary directory, for tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;
use tiwizi_identity::Caller;
use tiwizi_model::{Ambient, InstanceId, Instant, KindName, ManualClock, RecordId, SeededEntropy, Version};
use tiwizi_records::review::Reviewers;
use tiwizi_records::{Catalogue, Manifest, Query, Records, Said, Saying, Verdict, catch_up};
use tiwizi_storage::{Db, Location};
use uuid::Uuid;

use crate::duplicates::{Duplicates, RuleBook};
use crate::import::{self, Settings, Summary};
use crate::kinds::{MANIFEST, Names};
use crate::protection::Protection;
use crate::{Acts, NationalIdKey, Rules, TallyReader, readers, rule_pack};

/// 2025-11-30, the day of the published totals.
const NOW: Instant = Instant(1_764_460_800_000);

/// Another home.
pub(crate) const THERE: InstanceId = InstanceId(Uuid::from_u128(2));

/// A database with the kernel's own kinds, and a folder for files.
pub(crate) struct Register {
    pub(crate) folder: TempDir,
    pub(crate) records: Records,
    pub(crate) names: Names,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) protection: Protection,
    duplicates: Duplicates,
    instance: InstanceId,
}

impl Register {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(1)));
        let location = Location::Sqlite { directory: folder.path().join("data") };
        let db = Db::open(&location, ambient.clone()).await.unwrap();
        let catalogue = Catalogue::open(&db).await.unwrap();
        let mut tx = db.begin_write().await.unwrap();
        let addition = catalogue.add(&mut tx, &Manifest::parse(MANIFEST).unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        catalogue.publish(addition);
        let instance = InstanceId(ambient.new_uuid());
        let plain = Records::new(db.clone(), catalogue.clone(), Vec::new(), ambient.clone(), instance);
        let rules = Rules::new(ambient.clone()).over(plain.clone()).sealed_by(Self::key());
        let protection = Protection::new(plain.clone());
        let duplicates = Duplicates::new(plain, Self::duplicates_rule());
        let reviewers: Reviewers = vec![Arc::new(rules), Arc::new(protection.clone()), Arc::new(duplicates.clone())];
        let records = Records::new(db, catalogue, reviewers, ambient, instance);
        Self { folder, records, names: Names::new(), clock, protection, duplicates, instance }
    }

    /// The key of its instance, for numbers of identity cards.
    pub(crate) fn key() -> NationalIdKey {
        NationalIdKey::of_test(b"key of the test instance")
    }

    /// The rule of duplicates that comes with the program.
    pub(crate) fn duplicates_rule() -> Arc<RuleBook> {
        Arc::new(RuleBook::own().unwrap())
    }

    /// The same database, with the rules under another key for numbers of identity cards.
    pub(crate) fn over(&self, key: NationalIdKey) -> Records {
        let (db, catalogue, ambient) =
            (self.records.db().clone(), self.records.catalogue().clone(), self.records.ambient().clone());
        let plain = Records::new(db.clone(), catalogue.clone(), Vec::new(), ambient.clone(), self.instance);
        let rules = Rules::new(ambient.clone()).over(plain).sealed_by(key);
        Records::new(db, catalogue, vec![Arc::new(rules)], ambient, self.instance)
    }

    /// The same database without any reviewer, as a hand in it.
    pub(crate) fn plain(&self) -> Records {
        let (db, catalogue, ambient) =
            (self.records.db().clone(), self.records.catalogue().clone(), self.records.ambient().clone());
        Records::new(db, catalogue, Vec::new(), ambient, self.instance)
    }

    /// The door to acts, by the rules that come with the program.
    pub(crate) fn acts(&self) -> Acts {
        let acts = Acts::new(self.records.clone(), Arc::new(rule_pack::built_in().unwrap().clone()));
        acts.looking(self.duplicates.clone())
    }

    /// Writes a file into the folder.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn settings(&self, cooperatives: &Path, members: Option<&Path>) -> Settings {
        Settings {
            cooperatives: Some(cooperatives.to_owned()),
            members: members.map(Path::to_owned),
            dry_run: false,
            skip_bad: false,
            report: None,
            encoding: None,
            national_id_key: Self::key(),
            duplicates_rule: Self::duplicates_rule(),
        }
    }

    pub(crate) async fn import(&self, settings: &Settings) -> Summary {
        import::run(&self.records, &Caller::system(), settings, |_| {}).await.unwrap()
    }

    /// The bodies of all records of a kind, in the order of their creation.
    pub(crate) async fn all(&self, kind: &KindName) -> Vec<Value> {
        let permit = self.records.may_read(&Caller::system(), kind).unwrap();
        let mut bodies = Vec::new();
        let mut query = Query { limit: 100, ..Query::default() };
        loop {
            let page = self.records.list(&permit, &query).await.unwrap();
            bodies.extend(page.items.into_iter().map(|record| record.body));
            query.cursor = page.next;
            if query.cursor.is_none() {
                return bodies;
            }
        }
    }

    /// The totals, after the reader has caught up.
    pub(crate) async fn totals(&self) -> readers::Totals {
        catch_up(&self.records, &TallyReader::default()).await.unwrap();
        readers::totals(self.records.db(), readers::Counted::All, self.records.ambient().now()).await.unwrap()
    }

    /// Takes a whole record of another home.
    pub(crate) async fn receive(&self, kind: &KindName, id: RecordId, version: i64, body: Value) {
        let verdict = self.receive_part(kind, id, version, (body, BTreeSet::new())).await;
        assert!(matches!(verdict, Verdict::Stored(_)), "{verdict:?}");
    }

    /// The same of one of which fields are withheld.
    pub(crate) async fn receive_part(
        &self,
        kind: &KindName,
        id: RecordId,
        version: i64,
        (body, withheld): (Value, BTreeSet<String>),
    ) -> Verdict {
        let saying = Saying::Put { body, withheld };
        let (version, at) = (Version(version), self.records.ambient().now());
        let said = Said { kind: kind.clone(), id, version, tenure: 1, home: THERE, at, saying };
        let mut tx = self.records.db().begin_write().await.unwrap();
        let verdicts = self.records.receive(&mut tx, vec![said]).await.unwrap();
        tx.commit().await.unwrap();
        verdicts.into_iter().next().unwrap()
    }

    /// Entries of the change log.
    pub(crate) async fn changes(&self) -> i64 {
        self.records.db().sequence().await.unwrap().0
    }
}
