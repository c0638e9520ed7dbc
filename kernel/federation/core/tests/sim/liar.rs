//! An instance that lies: it shows one history of its logs to some, and another to others.

use serde_json::json;
use tiwizi_federation_core::flow::NodeError;
use tiwizi_federation_core::flow::node::Write;
use tiwizi_federation_core::wire::Entity;
use tiwizi_model::RecordId;

use crate::clock::run;
use crate::schema::{self, COOPERATIVE, PROVINCES};
use crate::world::{Held, World};

impl World {
    /// Both histories go on, each in its own way.
    pub(crate) fn lie_on(&mut self) -> Held {
        let Some(number) = self.checker.liar else { return Ok(()) };
        let instance = &self.instances[number];
        let id = RecordId(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_ffff_0000 + u128::from(self.now)));
        let mut failed = None;
        for (node, name) in [(instance.node.as_ref(), "this"), (instance.double.as_deref(), "that")] {
            let Some(node) = node else { continue };
            let write = Write {
                plane: schema::plane_of(COOPERATIVE),
                schema: schema::schema(COOPERATIVE, false, false),
                entity: Entity { kind: schema::kind(COOPERATIVE), id },
                root: id,
                body: Some(json!({ "name": name, "place": format!("{}/1", PROVINCES[0]) })),
                idem: [3; 16],
                cause: None,
            };
            let wrote = run(async {
                node.write(write).await?;
                node.sequence().await?;
                Ok::<(), NodeError>(())
            });
            failed = failed.or(wrote.err());
        }
        match failed {
            Some(error) => self.survives(number, &error),
            None => Ok(()),
        }
    }
}
