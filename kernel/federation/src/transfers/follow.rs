//! What a seal or a void leaves to do, done in the background. Every step may be done twice. What cannot be done is told on the page of the
//! transfer, and tried again.

use tiwizi_federation_core::flow::Store;
use tiwizi_model::limits::{FED_REASON_CHARS_MAX, FED_TRANSFERS_SHOWN};
use tiwizi_storage::federation::transfer;
use uuid::Uuid;

use super::Transfers;
use super::error::TransfersError as E;
use super::row::{Kept, Note, State};

impl<S: Store> Transfers<S> {
    /// One round. Tells how many transfers are done now; records of them that agreements give are to be taken again then.
    ///
    /// # Errors
    /// When the database or the store fails. What is wrong with one transfer does not hold up the others.
    pub async fn follow(&self) -> Result<usize, E> {
        let mut done = 0_usize;
        for state in [State::Sealed, State::Void] {
            let rows = {
                let mut tx = self.records.db().read_single().await?;
                transfer::leading_in(&mut tx, state.name(), FED_TRANSFERS_SHOWN).await?
            };
            for row in rows {
                let id = row.id;
                match self.settle(id).await {
                    Ok(()) => done = done.saturating_add(1),
                    Err(error @ (E::Storage(_) | E::Store(_))) => return Err(error),
                    Err(error) => self.trouble(id, &error).await?,
                }
            }
        }
        Ok(done)
    }

    /// Does what is left to do with one transfer here.
    async fn settle(&self, id: Uuid) -> Result<(), E> {
        let kept = self.kept(id).await?;
        let (gives, takes) = (kept.row.from == self.me().0.0, kept.row.to == self.me().0.0);
        match kept.state {
            State::Sealed if gives => self.hand_over(&kept).await,
            // Its records became ours with the seal, or are of no concern to us.
            State::Sealed => self.move_on(&kept, State::Completed).await,
            State::Void if takes && kept.note.taken => self.give_back(&kept).await,
            State::Void => self.move_on(&kept, State::Ended).await,
            State::Offered | State::Accepted | State::Completed | State::Ended => Ok(()),
        }
    }

    /// Notes what stands in the way of a transfer.
    async fn trouble(&self, id: Uuid, error: &E) -> Result<(), E> {
        tracing::error!(transfer.id = %id, error = error as &dyn std::error::Error, "a transfer does not go on");
        let kept: Kept = self.kept(id).await?;
        let text: String = error.to_string().chars().take(FED_REASON_CHARS_MAX).collect();
        self.put_note(&kept, &Note { trouble: Some(text), ..kept.note.clone() }).await
    }
}
