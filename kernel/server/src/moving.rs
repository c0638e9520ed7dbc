//! Proposals and transfers as handlers meet them: the doors over the node of this instance, or that it has none yet.

use std::sync::Arc;

use tiwizi_federation::proposals::Proposals;
use tiwizi_federation::store::SqlStore;
use tiwizi_federation::transfers::{Transfers, Whereabouts, whereabouts};
use tiwizi_model::Record;

use crate::app::App;
use crate::problem::{Fault, Problem};

impl App {
    /// The door to proposals; none while the instance has no keys.
    #[must_use]
    pub fn proposals(&self) -> Option<Proposals<SqlStore>> {
        let known = self.federation.talk()?.ends().known();
        Some(Proposals::new(Arc::clone(&known.node), self.records.clone(), Arc::clone(&known.roll)))
    }

    /// The door to transfers; none while the instance has no keys.
    #[must_use]
    pub fn transfers(&self) -> Option<Transfers<SqlStore>> {
        let known = self.federation.talk()?.ends().known();
        let (node, roll, keys) = (Arc::clone(&known.node), Arc::clone(&known.roll), Arc::clone(&known.keys));
        Some(Transfers::new(node, self.records.clone(), roll, keys))
    }
}

/// The door to proposals, for those who can say nothing else when there is none.
pub(crate) fn proposals(app: &App) -> Result<Proposals<SqlStore>, Problem> {
    app.proposals().ok_or_else(|| Fault::NoFederation.into())
}

/// The door to transfers, likewise.
pub(crate) fn transfers(app: &App) -> Result<Transfers<SqlStore>, Problem> {
    app.transfers().ok_or_else(|| Fault::NoFederation.into())
}

/// Where a cooperative is. An instance that is in no federation has what it has.
pub(crate) async fn where_is(app: &App, record: &Record) -> Result<Whereabouts, Problem> {
    let Some(talk) = app.federation.talk() else { return Ok(Whereabouts::default()) };
    let known = talk.ends().known();
    Ok(whereabouts(&app.db, &known.roll, app.instance.id, record).await?)
}
