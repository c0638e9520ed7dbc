//! How far another's log was taken.
//!
//! It is stored in the transaction of what was applied. What is known already is passed over, a gap is refused with the place that is
//! wanted, another epoch is refused with the one that is known.

use crate::wire::{Hash, Tree};

/// How far a feed was taken, with what proves it.
#[derive(Debug, Clone)]
pub struct Cursor {
    /// The generation of the log.
    pub epoch: u32,
    /// The tree over what was taken; its size is the next place.
    pub tree: Tree,
    /// The leaf of the last entry that was taken.
    pub prev: Hash,
    /// The version of the agreement under which it is taken.
    pub version: u32,
    /// Until this place entries come again, because more of them is given now.
    pub refill_until: u64,
}

/// Why a page does not fit a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// Entries are missing between what is known and the page.
    #[error("the page begins at {from}, and {wanted} comes next")]
    Gap {
        /// Where the page begins.
        from: u64,
        /// What comes next.
        wanted: u64,
    },
    /// It is of another generation of the log.
    #[error("the page is of epoch {of}, and {known} is known")]
    Epoch {
        /// The page's.
        of: u32,
        /// The one that is known.
        known: u32,
    },
}

impl Cursor {
    /// Before the first entry of a log.
    #[must_use]
    pub fn start(epoch: u32, version: u32) -> Self {
        Self { epoch, tree: Tree::default(), prev: Hash::ZERO, version, refill_until: 0 }
    }

    /// The place that comes next.
    #[must_use]
    pub fn next_seq(&self) -> u64 {
        self.tree.size()
    }

    /// How many entries of a run that begins at `from` are known already.
    ///
    /// # Errors
    /// When entries before it are missing, or it is of another epoch.
    pub fn known_of(&self, epoch: u32, from: u64) -> Result<u64, CursorError> {
        if epoch != self.epoch {
            return Err(CursorError::Epoch { of: epoch, known: self.epoch });
        }
        let wanted = self.next_seq();
        wanted.checked_sub(from).ok_or(CursorError::Gap { from, wanted })
    }

    /// Goes back to the beginning: more is given now of what was taken before.
    #[must_use]
    pub fn refilled(&self, version: u32) -> Self {
        Self { refill_until: self.next_seq().max(self.refill_until), ..Self::start(self.epoch, version) }
    }

    /// Whether the entry at a place comes again.
    #[must_use]
    pub fn refills(&self, seq: u64) -> bool {
        seq < self.refill_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(size: u8) -> Cursor {
        let mut cursor = Cursor::start(3, 1);
        (0..size).for_each(|leaf| drop(cursor.tree.append(Hash([leaf; 32]))));
        cursor
    }

    #[test]
    fn what_is_known_is_passed_over_and_a_gap_is_refused() {
        for (from, known) in [(0, Ok(5)), (4, Ok(1)), (5, Ok(0)), (6, Err(CursorError::Gap { from: 6, wanted: 5 }))] {
            assert_eq!(at(5).known_of(3, from), known, "{from}");
        }
        assert_eq!(at(5).known_of(4, 5), Err(CursorError::Epoch { of: 4, known: 3 }));
    }

    #[test]
    fn a_cursor_that_begins_again_knows_how_far_it_was() {
        let again = at(5).refilled(2);
        assert_eq!((again.next_seq(), again.version, again.refill_until), (0, 2, 5));
        assert!(again.refills(4) && !again.refills(5));
        assert_eq!(again.refilled(3).refill_until, 5, "also when it begins again before it is there");
    }
}
