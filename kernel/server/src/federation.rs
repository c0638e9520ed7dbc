//! The federation as handlers meet it: permits first, then the doors over the node of this instance, or that it has none yet.

use std::sync::Arc;

use tiwizi_federation::SqlStore;
use tiwizi_federation::agreements::{Agreement, Agreements, DirectoryAge, Ground};
use tiwizi_federation::standing::{self, Standing};
use tiwizi_federation::stick::Stick;
use tiwizi_federation_core::wire::NodeId;
use tiwizi_identity::policy::{FederationDecision, FederationView, may_decide_federation, may_see_federation};

use crate::app::App;
use crate::caller::Visitor;
use crate::problem::{Fault, Problem};

/// The door to agreements.
pub(crate) type Door = Agreements<SqlStore>;

/// The right of a visitor to look.
pub(crate) fn may_see(visitor: &Visitor) -> Result<FederationView, Problem> {
    Ok(may_see_federation(visitor.signed_in()?)?)
}

/// The right of a visitor to decide.
pub(crate) fn may_decide(visitor: &Visitor) -> Result<FederationDecision, Problem> {
    Ok(may_decide_federation(visitor.signed_in()?)?)
}

impl App {
    /// The door to agreements; none while the instance has no keys.
    #[must_use]
    pub fn agreements(&self) -> Option<Agreements<SqlStore>> {
        let known = self.federation.talk()?.ends().known();
        let is_old = known.roll.is_too_old(self.ambient.now());
        Some(Agreements::new(Ground {
            node: Arc::clone(&known.node),
            records: self.records.clone(),
            protection: self.protection.clone(),
            directory: if is_old { DirectoryAge::Old } else { DirectoryAge::Fresh },
            name: self.instance.name.clone(),
        }))
    }
}

impl App {
    /// The desk for files of pages, for peers that no line reaches; none while the instance has no keys.
    #[must_use]
    pub fn stick(&self) -> Option<Stick<SqlStore>> {
        Some(Stick::new(Arc::clone(self.federation.talk()?.ends())))
    }
}

/// The door to agreements, for those who can say nothing else when there is none.
pub(crate) fn door(app: &App) -> Result<Door, Problem> {
    app.agreements().ok_or_else(|| Fault::NoFederation.into())
}

/// Every peer, and how it stands.
pub(crate) async fn standings(app: &App, view: &FederationView, door: &Door) -> Result<Vec<Standing>, Problem> {
    let agreements = door.list(view).await?;
    Ok(standing::all(&app.db, view, door.me(), &agreements).await?)
}

/// One peer, and the agreements with it.
pub(crate) async fn standing(
    app: &App,
    view: &FederationView,
    door: &Door,
    node: NodeId,
) -> Result<(Standing, Vec<Agreement>), Problem> {
    let mut agreements = door.list(view).await?;
    agreements.retain(|agreement| agreement.other.node == node);
    let found = standing::find(&app.db, view, (door.me(), node), &agreements).await?.ok_or(Fault::NotFound)?;
    Ok((found, agreements))
}
