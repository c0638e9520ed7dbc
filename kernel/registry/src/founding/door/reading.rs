//! What the door reads: always whole, by the right of the kernel.

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::limits::{FOUNDERS_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{RecordId, Version};
use tiwizi_records::{Filter, Query};

use super::Foundings;
use crate::founding::error::FoundingError;
use crate::founding::file::Founding;
use crate::founding::founder::{Founder, Seat};

/// A file and its founders, as they are stored.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) id: RecordId,
    pub(super) version: Version,
    pub(super) founding: Founding,
    /// The body of the file's record.
    pub(super) body: Value,
    /// In the order in which they came.
    pub(super) seats: Vec<Seat>,
}

impl Held {
    /// It is as a caller saw it who wants to change it. Asked last: a stranger learns neither the version nor that there is a file.
    pub(super) fn demand_version(&self, seen: Version) -> Result<(), FoundingError> {
        if self.version == seen { Ok(()) } else { Err(FoundingError::Moved) }
    }
}

impl Foundings {
    /// A file, whoever asks.
    pub(super) async fn load(&self, id: RecordId) -> Result<Held, FoundingError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.founding)?;
        let record = self.records.read(&permit, id).await?.ok_or(FoundingError::Missing)?;
        let founding = Founding::of_body(id, &record.body)?;
        let seats = self.seats(id).await?;
        Ok(Held { id, version: record.version, founding, body: record.body, seats })
    }

    async fn seats(&self, id: RecordId) -> Result<Vec<Seat>, FoundingError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.founder)?;
        let filters = vec![Filter::equals("founding", id.to_string())];
        let mut query = Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() };
        let mut seats = Vec::new();
        loop {
            let page = self.records.list(&permit, &query).await?;
            for record in page.items {
                let founder = Founder::of_body(record.id, &record.body)?;
                seats.push(Seat { id: record.id, version: record.version, founder, body: record.body });
            }
            query.cursor = page.next;
            if query.cursor.is_none() || seats.len() > FOUNDERS_MAX {
                break;
            }
        }
        seats.sort_by_key(|seat| (seat.founder.invited_at, seat.id));
        Ok(seats)
    }
}
