//! What is carried for others: letters and their answers, sealed.

use std::time::Duration;

use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::gate::PeerBytes;
use tiwizi_federation_core::relay::{Handed, Letter, Reply};
use tiwizi_federation_core::wire::NodeId;

use super::Exchange;
use super::answer::Answer;
use super::letters::Undelivered;
use super::question::Question;
use super::refusal::Refusal;

impl<S: Store> Exchange<S> {
    /// Carries a letter or its answer, where this instance does so at all.
    pub(super) async fn carry(&self, peer: &NodeId, question: &Question, body: &[u8]) -> Result<Answer, Refusal> {
        let known = self.ends.known();
        if !known.carries {
            return Err(Refusal::Absent);
        }
        let wait = Duration::from_millis(question.wait_ms());
        match question {
            Question::Letters { .. } => Ok(match self.letters.next(*peer, wait).await {
                Some(handed) => Answer::of(Handed::TYPE, PeerBytes::handed(&handed, *peer)),
                None => Answer::nothing(),
            }),
            Question::GiveLetter { to, .. } => {
                let letter = Letter::read(body.to_vec()).map_err(|_| Refusal::Body)?;
                if to == peer || *to == known.me() || known.is_suspended(to) {
                    return Err(Refusal::Absent);
                }
                // Whoever is kept from this instance is not reached through it.
                if self.ends.peer(to).await?.is_some_and(|row| row.cut || row.paused) {
                    return Err(Refusal::Away);
                }
                match self.letters.carry((*peer, *to), letter, wait).await {
                    Ok(reply) => Ok(Answer::of(Reply::TYPE, PeerBytes::reply(&reply, *peer))),
                    Err(Undelivered::Full) => Err(Refusal::Busy),
                    Err(Undelivered::Away | Undelivered::Unanswered) => Err(Refusal::Away),
                }
            }
            Question::GiveReply { ticket } => {
                let reply = Reply::read(body.to_vec()).map_err(|_| Refusal::Body)?;
                // Whoever wrote the letter may have gone; nothing is to be done about that by whoever answered.
                self.letters.answer(peer, ticket, reply);
                Ok(Answer::nothing())
            }
            _ => Err(Refusal::Absent),
        }
    }
}
