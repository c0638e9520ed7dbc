//! The two ends of the talk with peers, as `App` builds them once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tiwizi_federation::directory::Roll;
use tiwizi_federation::exchange::{Ends, EndsError, Exchange, Make, Shelf, ShelfError};
use tiwizi_federation::home::{Derivation, core_kinds, schemas};
use tiwizi_federation::link::{Http, Link};
use tiwizi_federation::store::SqlStore;
use tiwizi_federation::{Federation, OpenError, Settings};
use tiwizi_federation_core::flow::plant::Planted;
use tiwizi_federation_core::flow::{Node, Setting};
use tiwizi_federation_core::wire::{Hash, NodeId};
use tiwizi_model::Ambient;
use tiwizi_outbound::{Client, Way};
use tiwizi_records::Records;
use tiwizi_storage::instance::InstanceRow;
use tiwizi_storage::{Db, StorageError};

/// The folder of snapshots that are being fetched, in the data directory.
const SHELF: &str = "federation/snapshots";

/// Why the talk with peers cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum TalkError {
    /// Keys and directory.
    #[error("could not open the federation of this instance")]
    Federation(#[from] OpenError),
    /// What both ends share.
    #[error("could not open the line to other instances")]
    Ends(#[from] EndsError),
    /// The folder of snapshots.
    #[error("could not open the folder of snapshots")]
    Shelf(#[from] ShelfError),
    /// The database failed.
    #[error("could not read which requests were answered")]
    Storage(#[from] StorageError),
}

/// The part of this instance in the federation: what it knows of others, and its talk with them once it has keys.
pub struct Part {
    federation: Arc<Federation>,
    talk: Option<Talk>,
}

impl Part {
    /// The talk with peers; none while this instance has no keys.
    pub(crate) fn talk(&self) -> Option<&Talk> {
        self.talk.as_ref()
    }

    /// The rules of a node over what this instance keeps; none while it has no keys.
    pub(crate) fn node(&self) -> Option<Arc<Node<SqlStore>>> {
        self.talk().map(|talk| Arc::clone(&talk.ends().known().node))
    }

    /// Whom this instance knows.
    pub(crate) fn roll(&self) -> Arc<Roll> {
        self.talk().map_or_else(|| self.federation.roll(), |talk| Arc::clone(&talk.ends().known().roll))
    }
}

/// The talk with peers.
pub(crate) struct Talk {
    exchange: Exchange<SqlStore>,
    link: Link<SqlStore, Http>,
    listens: bool,
}

impl Talk {
    /// The end that is asked.
    pub(crate) fn exchange(&self) -> &Exchange<SqlStore> {
        &self.exchange
    }

    /// The end that asks.
    pub(crate) fn link(&self) -> &Link<SqlStore, Http> {
        &self.link
    }

    /// What both share.
    pub(crate) fn ends(&self) -> &Arc<Ends<SqlStore>> {
        self.exchange.ends()
    }

    /// Whether others are answered.
    pub(crate) fn listens(&self) -> bool {
        self.listens
    }
}

/// What the talk is opened with.
pub(crate) struct Opening<'a> {
    pub(crate) db: &'a Db,
    pub(crate) records: &'a Records,
    pub(crate) instance: &'a InstanceRow,
    pub(crate) settings: &'a Settings,
    pub(crate) data: &'a Path,
    pub(crate) ambient: &'a Ambient,
}

/// Opens what this instance knows of others, and the talk with them if it has keys.
///
/// # Errors
/// When a part cannot be opened.
pub(crate) async fn open(opening: Opening<'_>) -> Result<Part, TalkError> {
    let Opening { db, records, instance, settings, data, ambient } = opening;
    let federation = Federation::open(db.clone(), instance.clone(), settings.clone(), ambient.clone()).await?;
    let federation = Arc::new(federation);
    if federation.keys().is_none() {
        return Ok(Part { federation, talk: None });
    }
    let shelf = Shelf::open(&data.join(SHELF))?;
    let Some(ends) = Ends::open(Arc::clone(&federation), make(records.clone()), shelf).await? else {
        return Ok(Part { federation, talk: None });
    };
    let ends = Arc::new(ends);
    let http = Http::new(Client::new(Way::new(settings.outbound.clone())));
    let link = Link::new(Arc::clone(&ends), http);
    let talk = Talk { exchange: Exchange::open(ends).await?, link, listens: settings.listens };
    Ok(Part { federation, talk: Some(talk) })
}

/// The rules over the records of this instance, for whom it knows.
fn make(records: Records) -> Make<SqlStore> {
    Box::new(move |me, roll| {
        let kinds = records.catalogue().current();
        let setting = Setting {
            me,
            // The directory says who; without a nation nobody seals.
            registrar: NodeId(Hash::ZERO),
            keys: roll.ring().clone(),
            kinds: core_kinds(&kinds, Derivation::REGISTER),
            schemas: schemas(&kinds),
            // Entries of own records are made by the store, which derives by itself.
            derive: |_, _| BTreeMap::new(),
            planted: Planted::default(),
        };
        (SqlStore::new(records.clone(), me, roll, Derivation::REGISTER), setting)
    })
}
