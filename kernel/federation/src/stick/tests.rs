//! Two instances between which nothing goes but files.

use std::io::Cursor;
use std::sync::Arc;

use tiwizi_federation_core::agreement::{AgreementId, Step};
use tiwizi_federation_core::bundle::{BundleError, BundleHead, BundleWriter};
use tiwizi_federation_core::flow::memory::MemoryStore;
use tiwizi_federation_core::flow::{Store as _, StoreTx as _};
use tiwizi_federation_core::gate::PeerBytes;
use tiwizi_federation_core::greeting::Seen;
use tiwizi_federation_core::stick::Cover;
use tiwizi_federation_core::wire::{Hash, Plane, SigningKey};
use tiwizi_model::limits;
use tiwizi_storage::federation::peer::Switch;

use crate::exchange::tests::{Party, names, pair};
use crate::identity::{Change, Reason};

use super::*;

const MAX: u64 = limits::FED_BUNDLE_BYTES_MAX;

/// An office and a nation.
struct Two {
    nation: Party,
    office: Party,
}

fn desk(party: &Party) -> Stick<MemoryStore> {
    Stick::new(Arc::clone(&party.ends))
}

fn me(party: &Party) -> NodeId {
    party.ends.known().me()
}

async fn written(from: &Party, to: &Party) -> (Vec<u8>, Written) {
    desk(from).write(&me(to), (Vec::new(), MAX), Mode::Done, &mut |_| {}).await.unwrap()
}

async fn read(at: &Party, file: &[u8]) -> Result<TakenIn, StickError> {
    desk(at).read(&mut Cursor::new(file), Torn::Refused, &mut |_| {}).await
}

/// A file goes from one to the other.
async fn carry(from: &Party, to: &Party) -> TakenIn {
    read(to, &written(from, to).await.0).await.unwrap()
}

/// Everything that an instance knows of how far it is.
async fn state(party: &Party) -> String {
    let mut tx = party.store.begin().await.unwrap();
    let mut followers = Vec::new();
    for plane in tx.planes().await.unwrap() {
        followers.push(tx.followers(&plane).await.unwrap());
    }
    let parked = tx.parked_after(None, 100).await.unwrap();
    let cursors = tx.cursors().await.unwrap();
    drop(tx);
    format!("{:?} {followers:?} {parked:?} {cursors:?}", party.ends.known().node.wanted().await.unwrap())
}

impl Two {
    async fn new() -> Self {
        let [nation, office] = pair().await;
        Self { nation, office }
    }

    /// Both sign, by files alone.
    async fn agree(&self) -> AgreementId {
        let document = names(&self.office, &self.nation);
        self.office.ends.known().node.offer_agreement(document.clone()).await.unwrap();
        carry(&self.office, &self.nation).await;
        self.nation.ends.known().node.sign_agreement(&document).await.unwrap();
        carry(&self.nation, &self.office).await;
        document.id
    }

    async fn write(&self, number: u128, name: &str) {
        self.office.write(number, name).await;
    }

    async fn held(&self, agreement: AgreementId) -> usize {
        self.nation.held(agreement).await
    }

    /// What the office knows that the nation has of its register.
    async fn acknowledged(&self, agreement: AgreementId) -> u64 {
        let plane: Plane = "registry".parse().unwrap();
        let mut tx = self.office.store.begin().await.unwrap();
        let follower = tx.follower(&me(&self.nation), &plane, Some(agreement)).await.unwrap();
        follower.map_or(0, |follower| follower.acknowledged)
    }
}

fn register(written: &Written) -> &FeedWritten {
    written.feeds.iter().find(|feed| feed.plane.as_str() == "registry").unwrap()
}

#[tokio::test]
async fn pages_go_by_files_alone_and_are_acknowledged_by_the_file_that_comes_back() {
    let two = Two::new().await;
    let agreement = two.agree().await;
    for number in 1..=300 {
        two.write(number, "Taddart").await;
    }
    let taken = carry(&two.office, &two.nation).await;
    assert!(!taken.has_refused(), "{taken:?}");
    assert_eq!(two.held(agreement).await, 300);
    assert_eq!(two.acknowledged(agreement).await, 0, "what is written is not what is there");
    let (_, again) = written(&two.office, &two.nation).await;
    assert_eq!((register(&again).from, register(&again).up_to), (0, 300), "so it is written again");
    let answered = carry(&two.nation, &two.office).await;
    assert!(answered.acknowledged.iter().any(|(_, said)| matches!(said, Acknowledged::Further { now: 300, .. })));
    assert_eq!(two.acknowledged(agreement).await, 300);
    two.write(301, "Azrou").await;
    let (file, next) = written(&two.office, &two.nation).await;
    assert_eq!((register(&next).from, register(&next).up_to), (300, 301));
    read(&two.nation, &file).await.unwrap();
    assert_eq!(two.held(agreement).await, 301);
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing_and_an_older_one_is_refused() {
    let two = Two::new().await;
    let agreement = two.agree().await;
    two.write(1, "Azrou").await;
    let (old, _) = written(&two.office, &two.nation).await;
    two.write(2, "Imilchil").await;
    let (new, _) = written(&two.office, &two.nation).await;
    read(&two.nation, &new).await.unwrap();
    let before = state(&two.nation).await;
    let again = read(&two.nation, &new).await.unwrap();
    assert_eq!((again.looked.age, again.feeds.len(), again.acknowledged.len()), (Age::Same, 0, 0));
    let older = read(&two.nation, &old).await.unwrap_err();
    assert!(matches!(older, StickError::Older { .. }) && older.is_refusal(), "{older:?}");
    assert_eq!(state(&two.nation).await, before);
    assert_eq!(two.held(agreement).await, 2, "the newer file held all of the older one");
}

#[tokio::test]
async fn an_older_word_takes_no_acknowledgement_back() {
    let two = Two::new().await;
    let agreement = two.agree().await;
    two.write(1, "Azrou").await;
    let (old, _) = written(&two.nation, &two.office).await;
    carry(&two.office, &two.nation).await;
    carry(&two.nation, &two.office).await;
    assert_eq!(two.acknowledged(agreement).await, 1);
    assert!(matches!(read(&two.office, &old).await, Err(StickError::Older { .. })));
    assert_eq!(two.acknowledged(agreement).await, 1);
}

#[tokio::test]
async fn a_file_is_for_one_instance_and_opens_for_no_other() {
    let two = Two::new().await;
    two.agree().await;
    two.write(1, "Azrou").await;
    let (file, _) = written(&two.office, &two.nation).await;
    assert!(!file.windows(5).any(|window| window == b"Azrou"));
    let own = read(&two.office, &file).await.unwrap_err();
    assert!(matches!(own, StickError::OtherReceiver { .. }), "{own:?}");
    // Somebody writes another receiver over it: the file is not whole then, and does not open with other keys.
    let mut forged = file.clone();
    let (from, to) = (me(&two.office).0.0, me(&two.nation).0.0);
    let at = forged.windows(32).position(|window| window == to).unwrap();
    forged[at..at + 32].copy_from_slice(&from);
    assert!(read(&two.office, &forged).await.unwrap_err().is_refusal());
}

#[tokio::test]
async fn a_file_that_is_cut_or_altered_anywhere_is_refused_and_nothing_of_it_is_taken() {
    let two = Two::new().await;
    let agreement = two.agree().await;
    for number in 1..=20 {
        two.write(number, "Imouzzer").await;
    }
    let (file, _) = written(&two.office, &two.nation).await;
    let before = state(&two.nation).await;
    for at in (0..file.len()).step_by(97) {
        let cut = read(&two.nation, &file[..at]).await.unwrap_err();
        assert!(cut.is_refusal(), "cut at {at}: {cut:?}");
        let mut altered = file.clone();
        altered[at] ^= 1;
        let altered = read(&two.nation, &altered).await.unwrap_err();
        assert!(altered.is_refusal(), "altered at {at}: {altered:?}");
    }
    let longer = read(&two.nation, &[file.as_slice(), b"x"].concat()).await.unwrap_err();
    assert!(matches!(longer, StickError::Bundle(BundleError::Damaged { .. })), "{longer:?}");
    assert_eq!(state(&two.nation).await, before);
    read(&two.nation, &file).await.unwrap();
    assert_eq!(two.held(agreement).await, 20, "nothing was lost by it");
}

#[tokio::test]
async fn a_file_with_nothing_new_says_until_when_nothing_was_missing() {
    let two = Two::new().await;
    let agreement = two.agree().await;
    two.nation.follow_in_database(&two.office, agreement).await;
    two.write(1, "Azrou").await;
    let (old, first) = written(&two.office, &two.nation).await;
    read(&two.nation, &old).await.unwrap();
    assert_eq!(two.nation.as_of().await, Some(first.made_at));
    carry(&two.nation, &two.office).await;
    for party in [&two.office, &two.nation] {
        party.house.clock.advance_ms(30 * 86_400_000);
    }
    let (file, next) = written(&two.office, &two.nation).await;
    two.nation.house.clock.advance_ms(9 * 86_400_000);
    let before = state(&two.nation).await;
    for _ in 0..2 {
        let taken = read(&two.nation, &file).await.unwrap();
        assert_eq!((taken.looked.age, taken.feeds.len()), (Age::Same, 0));
        assert_eq!((two.nation.as_of().await, state(&two.nation).await), (Some(next.made_at), before.clone()));
        let row = two.nation.ends.peer(&me(&two.office)).await.unwrap().unwrap();
        assert_eq!(row.contact_at, Some(next.made_at), "not when it was read");
    }
    read(&two.nation, &old).await.unwrap();
    assert_eq!(two.nation.as_of().await, Some(next.made_at), "what was said before takes nothing back");
}

#[tokio::test]
async fn a_file_of_a_peer_that_has_more_than_there_is_here_says_so_although_nothing_is_new_in_it() {
    let two = Two::new().await;
    two.agree().await;
    carry(&two.nation, &two.office).await;
    // As the nation writes to an office that was put back from an old copy.
    let known = two.nation.ends.known();
    let mut hello = two.nation.ends.hello(&me(&two.office)).await.unwrap();
    for wanted in hello.wanted.iter_mut().filter(|wanted| wanted.log.node == me(&two.office)) {
        wanted.next += 5;
    }
    let (to, made_at) = (me(&two.office), two.nation.ends.ambient().now());
    let cover = Cover { to, made_at, hello, seen: Seen(Vec::new()) };
    let cover = PeerBytes::cover(&cover, known.keys.signing());
    let key = two.office.house.keys().await.signing().verifying();
    let mut bundle = BundleWriter::begin(Vec::new(), &BundleHead { from: known.me(), to }).unwrap();
    bundle.push(&cover.part((to, &key), two.nation.ends.ambient()).unwrap()).unwrap();
    let (file, _) = bundle.finish().unwrap();
    let before = state(&two.office).await;
    let taken = read(&two.office, &file).await.unwrap();
    assert!(taken.has_refused() && taken.looked.age == Age::Newer, "{taken:?}");
    let is_ahead = |(_, said): &(Feed, Acknowledged)| {
        matches!(said, Acknowledged::Refused(tiwizi_federation_core::flow::node::AskRefusal::Ahead { .. }))
    };
    assert!(!taken.acknowledged.is_empty() && taken.acknowledged.iter().all(is_ahead), "{taken:?}");
    assert_eq!(state(&two.office).await, before);
}

/// The same file with the last byte of one part changed, as somebody makes it who knows how files are hashed.
fn reforged(file: &[u8], number: usize) -> Vec<u8> {
    let (mut whole, mut chain) = (file[..8].to_vec(), Hash::of(&[&file[..8]]));
    let (mut left, mut at) = (&file[8..], 0);
    while !left.is_empty() {
        let (length, rest) = left.split_at(4);
        let long = usize::try_from(u32::from_be_bytes(length.try_into().unwrap())).unwrap();
        let mut bytes = rest[..long].to_vec();
        if at == number {
            *bytes.last_mut().unwrap() ^= 1;
        }
        chain = Hash::of(&[&chain.0, length, &bytes]);
        whole.extend([length, &bytes, &chain.0].concat());
        (left, at) = (&rest[long + 32..], at + 1);
    }
    whole
}

#[tokio::test]
async fn a_file_with_a_part_that_does_not_open_is_refused_and_nothing_of_it_is_taken() {
    let two = Two::new().await;
    let agreement = two.agree().await;
    two.write(1, "Imouzzer").await;
    let (file, done) = written(&two.office, &two.nation).await;
    let before = state(&two.nation).await;
    // The head is the part before the first one.
    let last = usize::try_from(done.parts).unwrap();
    let altered = reforged(&file, last);
    assert!(altered.len() == file.len() && altered != file);
    for torn in [Torn::Refused, Torn::Taken] {
        let error = desk(&two.nation).read(&mut Cursor::new(&altered), torn, &mut |_| {}).await.unwrap_err();
        assert!(matches!(error, StickError::Closed { .. }), "{error:?}");
    }
    assert_eq!(state(&two.nation).await, before);
    read(&two.nation, &file).await.unwrap();
    assert_eq!(two.held(agreement).await, 1);
}

#[tokio::test]
async fn of_a_torn_file_what_is_whole_is_taken_when_that_is_asked_for() {
    let two = Two::new().await;
    let agreement = two.agree().await;
    two.write(1, "Azrou").await;
    let (file, _) = written(&two.office, &two.nation).await;
    let cut = &file[..file.len() - 60];
    let taken = desk(&two.nation).read(&mut Cursor::new(cut), Torn::Taken, &mut |_| {}).await.unwrap();
    assert!(taken.looked.is_torn);
    assert_eq!(two.held(agreement).await, 1);
}

#[tokio::test]
async fn what_is_only_tried_is_counted_and_leaves_no_trace() {
    let two = Two::new().await;
    two.agree().await;
    two.write(1, "Azrou").await;
    let (to, desk_of) = (me(&two.nation), desk(&two.office));
    let (_, tried) = desk_of.write(&to, (std::io::sink(), MAX), Mode::Tried, &mut |_| {}).await.unwrap();
    assert_eq!(register(&tried).up_to, 1, "what was written just now counts");
    let (here, there) = (state(&two.office).await, state(&two.nation).await);
    let (_, again) = desk_of.write(&to, (std::io::sink(), MAX), Mode::Tried, &mut |_| {}).await.unwrap();
    assert_eq!(again.feeds, tried.feeds);
    let (file, done) = written(&two.office, &two.nation).await;
    assert_eq!(tried.feeds, done.feeds);
    // A page is sealed when it is written; tried, its own bytes count.
    assert!(done.bytes.abs_diff(tried.bytes) < 100 * done.parts, "{tried:?} {done:?}");
    assert_eq!(done.bytes, file.len() as u64);
    let looked = desk(&two.nation).look(&mut Cursor::new(&file), Torn::Refused, &mut |_| {}).await.unwrap();
    assert_eq!((looked.age, looked.parts), (Age::Newer, done.parts));
    assert_eq!((state(&two.office).await, state(&two.nation).await), (here, there));
}

#[tokio::test]
async fn entries_that_are_not_kept_any_more_go_as_a_snapshot_once() {
    let two = Two::new().await;
    for number in 1..=1_100 {
        two.write(number, &format!("Coopérative {number}")).await;
    }
    let node = Arc::clone(&two.office.ends.known().node);
    while node.sequence().await.unwrap() > 0 {}
    node.release(&"registry".parse().unwrap()).await.unwrap();
    let agreement = two.agree().await;
    two.write(1_101, "Behind it").await;
    let sink = (std::io::sink(), MAX);
    let (_, tried) = desk(&two.office).write(&me(&two.nation), sink, Mode::Tried, &mut |_| {}).await.unwrap();
    let (file, done) = written(&two.office, &two.nation).await;
    assert_eq!((tried.feeds, tried.parts), (done.feeds.clone(), done.parts), "a trial counts the snapshot");
    assert!(register(&done).chunks.is_some_and(|chunks| chunks > 0), "{done:?}");
    assert_eq!(register(&done).up_to, 1_101);
    let taken = read(&two.nation, &file).await.unwrap();
    assert!(taken.feeds.iter().any(|feed| feed.is_loaded && feed.next == 1_101), "{taken:?}");
    assert_eq!(two.held(agreement).await, 1_101);
    // Before the answer comes it is written again; whoever loaded it passes over it.
    two.write(1_102, "And more").await;
    let taken = carry(&two.office, &two.nation).await;
    assert!(!taken.has_refused(), "{taken:?}");
    assert_eq!(two.held(agreement).await, 1_102);
    // Another snapshot than the one that was loaded begins where this instance no longer is: the answer has to come first.
    two.office.house.clock.advance_ms(u64::try_from(limits::FED_SNAPSHOT_KEPT_MS).unwrap());
    two.write(1_103, "And more").await;
    let taken = carry(&two.office, &two.nation).await;
    assert_eq!(two.held(agreement).await, 1_102, "{taken:?}");
    assert!(taken.feeds.iter().any(|feed| feed.refused == Some("snapshot-refused")), "{taken:?}");
    carry(&two.nation, &two.office).await;
    let taken = carry(&two.office, &two.nation).await;
    assert!(!taken.has_refused(), "{taken:?}");
    assert_eq!(two.held(agreement).await, 1_103);
}

#[tokio::test]
async fn what_has_no_room_is_told_and_comes_with_the_next_file() {
    let two = Two::new().await;
    let agreement = two.agree().await;
    for number in 1..=80_u64 {
        // Digits of hashes, which nothing makes shorter than a half.
        let digits = |part: u64| Hash::of(&[&number.to_be_bytes(), &part.to_be_bytes()]).to_string();
        let name: String = (0..8_000).map(digits).collect();
        let number = u128::from(number);
        two.write(number, &name).await;
    }
    let (to, max) = (me(&two.nation), limits::FED_BUNDLE_BYTES_MIN);
    let (mut files, mut held) = (0, 0);
    while held < 80 {
        let (file, done) = desk(&two.office).write(&to, (Vec::new(), max), Mode::Done, &mut |_| {}).await.unwrap();
        assert!(file.len() as u64 <= max);
        read(&two.nation, &file).await.unwrap();
        files += 1;
        let now = two.held(agreement).await;
        assert!(now > held, "each file brings something");
        assert_eq!(done.is_whole(), now == 80, "{now}");
        held = now;
        carry(&two.nation, &two.office).await;
    }
    assert_eq!(files, 2);
    let small = desk(&two.office).write(&to, (Vec::new(), max - 1), Mode::Done, &mut |_| {}).await.map(drop);
    assert!(matches!(small, Err(StickError::Small)));
}

#[tokio::test]
async fn nothing_goes_to_or_from_a_peer_that_rests_or_is_cut() {
    let two = Two::new().await;
    let (file, _) = written(&two.office, &two.nation).await;
    let (node, now) = (me(&two.office), two.nation.ends.ambient().now());
    for (on, off) in [(Switch::Pause, Switch::Resume), (Switch::Cut, Switch::Mend)] {
        crate::peers::turn(&two.nation.house.db, &node, on, now).await.unwrap();
        assert!(matches!(read(&two.nation, &file).await, Err(StickError::Resting)));
        let none = desk(&two.nation).write(&node, (Vec::new(), MAX), Mode::Done, &mut |_| {}).await.map(drop);
        assert!(matches!(none, Err(StickError::Resting)));
        crate::peers::turn(&two.nation.house.db, &node, off, now).await.unwrap();
    }
    read(&two.nation, &file).await.unwrap();
}

#[tokio::test]
async fn a_file_makes_the_new_key_known_that_it_is_signed_with() {
    let two = Two::new().await;
    let agreement = two.agree().await;
    let (before, _) = written(&two.office, &two.nation).await;
    let house = &two.office.house;
    let root = SigningKey::from_seed(&two.office.papers[0].seed());
    let change = Change::prepare(&house.keys().await, root, Reason::Routine, &house.ambient).unwrap();
    change.store(&house.db, &house.instance, &house.ambient).await.unwrap();
    assert!(two.office.ends.renew().await.unwrap());
    two.write(1, "Azrou").await;
    let taken = carry(&two.office, &two.nation).await;
    assert!(!taken.has_refused(), "{taken:?}");
    assert_eq!(two.held(agreement).await, 1);
    let node = me(&two.office);
    assert_eq!(two.nation.ends.known().ring().current(&node), Some(house.keys().await.signing().verifying()));
    let over = read(&two.nation, &before).await.unwrap_err();
    assert!(matches!(over, StickError::Cover { .. }), "the key before signs nothing any more: {over:?}");
}

#[tokio::test]
async fn what_ended_while_a_file_was_on_its_way_is_refused_by_itself() {
    let two = Two::new().await;
    let agreement = two.agree().await;
    carry(&two.office, &two.nation).await;
    two.write(1, "Azrou").await;
    let (file, _) = written(&two.office, &two.nation).await;
    two.nation.ends.known().node.step_agreement(agreement, Step::Terminate).await.unwrap();
    two.office.ends.known().node.sequence().await.unwrap();
    let taken = read(&two.nation, &file).await.unwrap();
    let refused: Vec<_> = taken.feeds.iter().filter_map(|feed| feed.refused).collect();
    assert_eq!(refused, ["no-agreement"], "{taken:?}");
    assert_eq!(two.held(agreement).await, 0);
}

#[test]
fn a_database_that_fails_at_keys_or_directory_is_no_refusal_of_the_file() {
    use crate::exchange::LearnError;
    let failed = crate::directory::LearnError::Storage(tiwizi_storage::StorageError::Failed);
    assert!(!StickError::Learn(LearnError::Keys(failed)).is_refusal());
    assert!(StickError::Learn(LearnError::Unknown).is_refusal());
}
