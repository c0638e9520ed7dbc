//! What the entries of a page will ask for, read in a few questions instead of several for each entry.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::flow::Stored;
use tiwizi_federation_core::flow::rows::Held;
use tiwizi_federation_core::wire::Entity;
use tiwizi_model::RecordId;
use tiwizi_storage::federation::{custody, entity};
use tiwizi_storage::record::{self, Term};

use super::SqlTx;
use super::custody::read;
use super::error::at;

impl SqlTx {
    pub(super) async fn read_ahead(
        &mut self,
        agreement: Option<AgreementId>,
        entities: &[(Entity, RecordId)],
    ) -> Stored<()> {
        self.read_terms_ahead(entities).await?;
        self.read_held_ahead(agreement, entities).await
    }

    async fn read_terms_ahead(&mut self, entities: &[(Entity, RecordId)]) -> Stored<()> {
        let name = "foresee";
        let roots: BTreeSet<RecordId> = entities.iter().map(|(_, root)| *root).collect();
        let unread = |root: &RecordId| !self.gathered.custody.contains_key(root);
        let roots: Vec<RecordId> = roots.into_iter().filter(unread).collect();
        for row in custody::find_many(&mut self.tx, &roots).await.map_err(at(name))? {
            let custody = read(row)?;
            self.gathered.custody.insert(custody.root, Some(custody));
        }
        let unknown = |root: &RecordId| !self.gathered.custody.contains_key(root);
        let roots: Vec<RecordId> = roots.into_iter().filter(unknown).collect();
        let terms = record::terms(&mut self.tx, &roots).await.map_err(at(name))?;
        let terms: BTreeMap<RecordId, Term> = terms.into_iter().map(|term| (term.id, term)).collect();
        for root in roots {
            let custody = self.of_term(root, terms.get(&root))?;
            self.gathered.custody.insert(root, custody);
        }
        Ok(())
    }

    async fn read_held_ahead(&mut self, agreement: Option<AgreementId>, entities: &[(Entity, RecordId)]) -> Stored<()> {
        let name = "foresee";
        let keys: BTreeSet<(Option<AgreementId>, Entity)> =
            entities.iter().map(|(entity, _)| (agreement, entity.clone())).collect();
        let unread = |key: &(Option<AgreementId>, Entity)| {
            !self.gathered.held.contains_key(key) && !self.gathered.held_before.contains_key(key)
        };
        let keys: Vec<(Option<AgreementId>, Entity)> = keys.into_iter().filter(unread).collect();
        let ids: Vec<RecordId> = keys.iter().map(|(_, entity)| entity.id).collect();
        let number = self.names.agreement_no(&mut self.tx, agreement).await.map_err(at(name))?;
        let rows = entity::of_entities(&mut self.tx, &ids).await.map_err(at(name))?;
        let mut found: BTreeMap<Entity, Held> = BTreeMap::new();
        for row in rows.into_iter().filter(|row| Some(row.agreement) == number) {
            let held = self.held_row(row).await?;
            found.insert(held.entity.clone(), held);
        }
        for key in keys {
            let held = found.remove(&key.1);
            self.gathered.ahead.insert(key, held);
        }
        Ok(())
    }
}
