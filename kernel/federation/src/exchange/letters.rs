//! Letters that lie here for others: what one office asks another goes through an instance that both dial.
//!
//! Nothing of it is stored. A letter lies in memory until its answer came or its time is over; after a restart whoever wrote it asks
//! again. What is inside is sealed (`core::relay`), so all that is known here is from whom, to whom, how much and when.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tiwizi_federation_core::relay::{Handed, Letter, Reply};
use tiwizi_federation_core::wire::{Hash, NodeId};
use tiwizi_model::{Ambient, Instant, limits};
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

/// The letters.
#[derive(Debug, Clone)]
pub(crate) struct Letters {
    lying: Arc<Mutex<Lying>>,
    ambient: Ambient,
}

#[derive(Debug, Default)]
struct Lying {
    bytes: usize,
    letters: BTreeMap<Hash, Lain>,
    boxes: BTreeMap<NodeId, Letterbox>,
}

/// A letter that lies here, or was handed over and is not answered.
#[derive(Debug)]
struct Lain {
    from: NodeId,
    to: NodeId,
    bytes: usize,
    answer: oneshot::Sender<Reply>,
}

/// What lies here for one instance.
#[derive(Debug, Default)]
struct Letterbox {
    waiting: VecDeque<Handed>,
    bell: Arc<Notify>,
    /// How often it was asked for letters: who asked before, and still waits, is gone.
    asked: u64,
    /// When it was asked last, and whether somebody waits now.
    asked_at: Option<Instant>,
    attended: bool,
}

/// Why a letter is not carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undelivered {
    /// So many lie here already.
    Full,
    /// Whom it is for does not ask for its letters now.
    Away,
    /// There was no answer in time.
    Unanswered,
}

impl Letters {
    pub(crate) fn new(ambient: Ambient) -> Self {
        Self { lying: Arc::default(), ambient }
    }

    /// Lays a letter down and waits for its answer.
    pub(crate) async fn carry(
        &self,
        (from, to): (NodeId, NodeId),
        letter: Letter,
        wait: Duration,
    ) -> Result<Reply, Undelivered> {
        let (lain, answer) = self.lay((from, to), letter)?;
        let came = timeout(wait, answer).await;
        drop(lain);
        came.ok().and_then(Result::ok).ok_or(Undelivered::Unanswered)
    }

    fn lay(
        &self,
        (from, to): (NodeId, NodeId),
        letter: Letter,
    ) -> Result<(Lies, oneshot::Receiver<Reply>), Undelivered> {
        let mut lying = self.lock();
        let now = self.ambient.now();
        if !lying.boxes.get(&to).is_some_and(|letterbox| letterbox.is_attended(now)) {
            return Err(Undelivered::Away);
        }
        let bytes = letter.as_bytes().len();
        let of_these = lying.letters.values().filter(|lain| lain.from == from && lain.to == to).count();
        let of_sender = lying.letters.values().filter(|lain| lain.from == from).map(|lain| lain.bytes).sum::<usize>();
        let (all, own) = (lying.bytes.saturating_add(bytes), of_sender.saturating_add(bytes));
        // Nobody takes up all the room: half of it stays for others.
        let is_full = all > limits::FED_LETTERS_BYTES_MAX || own > limits::FED_LETTERS_BYTES_MAX / 2;
        if of_these >= limits::FED_LETTERS_MAX || is_full {
            return Err(Undelivered::Full);
        }
        let ticket = Hash(self.ambient.secret());
        let (answer, answered) = oneshot::channel();
        lying.bytes = all;
        lying.letters.insert(ticket, Lain { from, to, bytes, answer });
        let letterbox = lying.boxes.entry(to).or_default();
        letterbox.waiting.push_back(Handed { ticket, letter });
        letterbox.bell.notify_one();
        Ok((Lies { letters: self.clone(), ticket }, answered))
    }

    /// The next letter for an instance; none when the wait is over, or it asked once more meanwhile.
    pub(crate) async fn next(&self, to: NodeId, wait: Duration) -> Option<Handed> {
        let (asked, bell) = self.attend(to);
        let found = timeout(wait, async {
            loop {
                // Listens before it looks: who is superseded between the two must hear it, and not take the bell of who comes after.
                let rings = bell.notified();
                match self.look(&to, asked) {
                    Looked::Found(handed) => return Some(handed),
                    Looked::Superseded => return None,
                    Looked::Nothing => rings.await,
                }
            }
        });
        let _here = Here { letters: self, to, asked };
        found.await.ok().flatten()
    }

    /// Gives the answer to a letter; false when nobody waits for it any more, or it was another's.
    pub(crate) fn answer(&self, by: &NodeId, ticket: &Hash, reply: Reply) -> bool {
        let mut lying = self.lock();
        if lying.letters.get(ticket).is_none_or(|lain| lain.to != *by) {
            return false;
        }
        lying.take(ticket).is_some_and(|lain| lain.answer.send(reply).is_ok())
    }

    fn attend(&self, to: NodeId) -> (u64, Arc<Notify>) {
        let mut lying = self.lock();
        let now = self.ambient.now();
        let letterbox = lying.boxes.entry(to).or_default();
        letterbox.asked = letterbox.asked.wrapping_add(1);
        letterbox.asked_at = Some(now);
        letterbox.attended = true;
        // Whoever still waits on a line that may be gone wakes, sees that, and leaves.
        letterbox.bell.notify_waiters();
        (letterbox.asked, Arc::clone(&letterbox.bell))
    }

    fn look(&self, to: &NodeId, asked: u64) -> Looked {
        let mut lying = self.lock();
        let Lying { letters, boxes, .. } = &mut *lying;
        let Some(letterbox) = boxes.get_mut(to).filter(|letterbox| letterbox.asked == asked) else {
            return Looked::Superseded;
        };
        while let Some(handed) = letterbox.waiting.pop_front() {
            // Whoever wrote it may have given up.
            if letters.contains_key(&handed.ticket) {
                return Looked::Found(handed);
            }
        }
        Looked::Nothing
    }

    fn lock(&self) -> MutexGuard<'_, Lying> {
        self.lying.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Looked {
    Found(Handed),
    Nothing,
    Superseded,
}

impl Lying {
    fn take(&mut self, ticket: &Hash) -> Option<Lain> {
        let lain = self.letters.remove(ticket)?;
        self.bytes = self.bytes.saturating_sub(lain.bytes);
        if let Some(letterbox) = self.boxes.get_mut(&lain.to) {
            letterbox.waiting.retain(|handed| handed.ticket != *ticket);
        }
        Some(lain)
    }
}

impl Letterbox {
    fn is_attended(&self, now: Instant) -> bool {
        let is_recent = |at: Instant| (0..limits::FED_LETTER_AWAY_MS).contains(&now.0.saturating_sub(at.0));
        self.attended || self.asked_at.is_some_and(is_recent)
    }
}

/// A letter lies here as long as this is held: as long as somebody waits for its answer.
struct Lies {
    letters: Letters,
    ticket: Hash,
}

impl Drop for Lies {
    fn drop(&mut self) {
        self.letters.lock().take(&self.ticket);
    }
}

/// Somebody asks for letters as long as this is held.
struct Here<'a> {
    letters: &'a Letters,
    to: NodeId,
    asked: u64,
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        let now = self.letters.ambient.now();
        let mut lying = self.letters.lock();
        if let Some(letterbox) = lying.boxes.get_mut(&self.to).filter(|letterbox| letterbox.asked == self.asked) {
            letterbox.attended = false;
            letterbox.asked_at = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tiwizi_federation_core::relay::{Answered, Asked};
    use tiwizi_federation_core::wire::SigningKey;
    use tiwizi_model::{ManualClock, SeededEntropy};

    use super::*;

    const LONG: Duration = Duration::from_secs(5);
    const SHORT: Duration = Duration::from_millis(10);

    fn letters() -> (Letters, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Instant(1_000_000)));
        (Letters::new(Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(3)))), clock)
    }

    fn node(number: u8) -> NodeId {
        NodeId(Hash([number; 32]))
    }

    fn receiver() -> SigningKey {
        SigningKey::from_seed(&[2; 32])
    }

    fn letter(letters: &Letters, bytes: usize) -> Letter {
        let (method, path) = ("GET".to_owned(), "/fed/v1".to_owned());
        let asked = Asked { method, path, query: None, lines: Vec::new(), body: vec![0; bytes] };
        Letter::seal(&asked, &receiver().verifying(), &letters.ambient).unwrap().0
    }

    fn reply(handed: &Handed, status: u16) -> Reply {
        let (_, key) = handed.letter.open([&receiver()]).unwrap();
        Reply::lock(&Answered { status, lines: Vec::new(), body: Vec::new() }, &key).unwrap()
    }

    #[tokio::test]
    async fn a_letter_waits_for_its_answer_and_then_lies_here_no_more() {
        let (letters, _) = letters();
        let sent = letter(&letters, 9);
        let asks = letters.next(node(2), LONG);
        let writes = async {
            tokio::task::yield_now().await;
            letters.carry((node(1), node(2)), sent.clone(), LONG).await
        };
        let answers = async {
            let handed = asks.await.unwrap();
            assert_eq!(handed.letter, sent);
            let reply = reply(&handed, 204);
            assert!(
                !letters.answer(&node(3), &handed.ticket, reply.clone()),
                "a letter is answered by whom it was for"
            );
            assert!(letters.answer(&node(2), &handed.ticket, reply.clone()));
            assert!(!letters.answer(&node(2), &handed.ticket, reply.clone()), "and once");
            reply
        };
        let (came, said) = tokio::join!(writes, answers);
        assert_eq!(came.unwrap(), said);
        assert!(letters.lock().letters.is_empty() && letters.lock().bytes == 0);
    }

    #[tokio::test]
    async fn nothing_lies_here_for_whoever_is_away() {
        let (letters, clock) = letters();
        let carried = letters.carry((node(1), node(2)), letter(&letters, 9), SHORT).await;
        assert_eq!(carried, Err(Undelivered::Away));
        assert_eq!(letters.next(node(2), SHORT).await, None);
        // Between two questions it is there all the same.
        let carried = letters.carry((node(1), node(2)), letter(&letters, 9), SHORT).await;
        assert_eq!(carried, Err(Undelivered::Unanswered));
        clock.advance_ms(limits::FED_LETTER_AWAY_MS.unsigned_abs());
        let carried = letters.carry((node(1), node(2)), letter(&letters, 9), SHORT).await;
        assert_eq!(carried, Err(Undelivered::Away));
        assert_eq!(letters.next(node(2), SHORT).await, None, "nothing is left of what was given up");
    }

    #[tokio::test]
    async fn letters_are_few_and_small_together_and_one_pair_takes_no_other_s_place() {
        let (letters, _) = letters();
        assert_eq!(letters.next(node(2), SHORT).await, None);
        assert_eq!(letters.next(node(3), SHORT).await, None);
        let lie = |from: u8, to: u8, bytes: usize| letters.lay((node(from), node(to)), letter(&letters, bytes));
        let own: Vec<_> = (0..limits::FED_LETTERS_MAX).map(|_| lie(1, 2, 9).unwrap()).collect();
        assert_eq!(lie(1, 2, 9).map(drop), Err(Undelivered::Full));
        let others = [lie(4, 2, 9).unwrap(), lie(1, 3, 9).unwrap()];
        let half: Vec<_> = (0..3).map_while(|_| lie(9, 3, 3 << 20).ok()).collect();
        assert_eq!(half.len(), 2, "one sender takes half of the room at most");
        drop(half);
        let mut large = Vec::new();
        while let Ok(lies) = lie(u8::try_from(large.len()).unwrap() + 10, 3, 2 << 20) {
            large.push(lies);
        }
        assert!(large.len() < 9 && letters.lock().bytes <= limits::FED_LETTERS_BYTES_MAX);
        drop((own, others, large));
        assert!(letters.lock().letters.is_empty() && letters.lock().bytes == 0);
        assert!(letters.lock().boxes.values().all(|letterbox| letterbox.waiting.is_empty()));
    }

    #[tokio::test]
    async fn a_question_on_a_line_that_is_gone_takes_no_letter() {
        let (letters, _) = letters();
        let gone = letters.next(node(2), LONG);
        let now = async {
            tokio::task::yield_now().await;
            let next = letters.next(node(2), LONG);
            let writes = async {
                tokio::task::yield_now().await;
                letters.carry((node(1), node(2)), letter(&letters, 9), SHORT).await
            };
            tokio::join!(next, writes).0
        };
        let (first, second) = tokio::join!(gone, now);
        assert!(first.is_none() && second.is_some());
    }
}
