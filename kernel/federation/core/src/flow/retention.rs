//! What a home keeps for its peers, and when it may let go.
//!
//! Entries stay until each peer has acknowledged them or was moved to `needs-snapshot`, which everybody can see. Age never
//! decides. When what is kept passes its bound, the peer that is furthest behind is moved, and only that one.

use crate::wire::NodeId;

/// How a peer gets on with one log of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Following {
    /// It takes pages.
    Log,
    /// It is too far behind: it takes a snapshot first.
    NeedsSnapshot,
}

/// What a peer has of one log of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follower {
    /// The peer.
    pub peer: NodeId,
    /// It has every entry below, and said so itself.
    pub acknowledged: u64,
    /// Under which version of the agreement it said so; 0 without one.
    pub version: u32,
    /// How it gets on.
    pub following: Following,
}

/// What may be let go, and who has to take a snapshot for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Release {
    /// Entries below this place may go.
    pub below: u64,
    /// Peers that are moved to `needs-snapshot`.
    pub moved: Vec<NodeId>,
}

/// Decides what may be let go of a log of `size` entries of which `kept_max` may be kept.
#[must_use]
pub fn release(size: u64, kept_max: u64, followers: &[Follower]) -> Release {
    let mut behind: Vec<&Follower> = followers.iter().filter(|one| one.following == Following::Log).collect();
    behind.sort_by_key(|one| one.acknowledged);
    let mut moved = Vec::new();
    let mut below = size;
    for follower in behind {
        below = follower.acknowledged.min(size);
        if size.saturating_sub(below) <= kept_max {
            return Release { below, moved };
        }
        moved.push(follower.peer);
        below = size;
    }
    Release { below, moved }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Hash;

    fn follower(number: u8, acknowledged: u64) -> Follower {
        Follower { peer: NodeId(Hash([number; 32])), acknowledged, version: 1, following: Following::Log }
    }

    #[test]
    fn what_one_peer_does_not_have_stays() {
        let release = release(100, 1_000, &[follower(1, 90), follower(2, 7)]);
        assert_eq!(release, Release { below: 7, moved: Vec::new() });
    }

    #[test]
    fn past_the_bound_only_those_who_pass_it_are_moved() {
        let release = release(100, 20, &[follower(1, 90), follower(2, 7), follower(3, 79), follower(4, 80)]);
        assert_eq!(release, Release { below: 80, moved: vec![follower(2, 0).peer, follower(3, 0).peer] });
    }

    #[test]
    fn nobody_waits_for_whom_was_moved_before() {
        let mut moved = follower(1, 3);
        moved.following = Following::NeedsSnapshot;
        assert_eq!(release(100, 1_000, &[moved, follower(2, 50)]).below, 50);
        assert_eq!(release(100, 1_000, &[]).below, 100);
    }

    #[test]
    fn a_peer_that_acknowledges_more_than_there_is_frees_no_more_than_there_is() {
        assert_eq!(release(10, 5, &[follower(1, u64::MAX)]).below, 10);
    }
}
