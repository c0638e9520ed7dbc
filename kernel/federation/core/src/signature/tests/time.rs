//! What clocks may do, and what they may not: a wild one costs a round, and lets nothing in twice (I23).

use super::*;
use proptest::prelude::*;

const YEARS_10_MS: i64 = 315_576_000_000;

/// One attempt of the office at the nation's door: what became of it.
fn attempt(door: &mut Door, request: &Request, nation: &Ambient) -> Admission {
    let told = verify_request(request, &own(), known).unwrap();
    door.admit(&told, nation)
}

/// The office asks, answers a challenge when there is one, and learns the nation's clock. Says how many rounds it took.
fn ask(door: &mut Door, office: &Ambient, nation: &Ambient, offset: &mut Offset) -> u32 {
    let request = signed(office, *offset);
    let (status, lines) = match attempt(door, &request, nation) {
        Admission::Welcome => (200, None),
        Admission::Challenge(nonce) => (401, Some(challenge_line(&nonce).unwrap())),
        Admission::Replayed => panic!("a new request was taken for an old one"),
    };
    let lines: Vec<_> = lines.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let response = answered(&request, status, &lines, nation.now());
    let told = verify_response(&response, &request, &node(2), known).unwrap();
    *offset = Offset::learn(office.now(), office.now(), told.date);
    let Some(challenge) = told.challenge else { return 1 };
    let key = secret(1);
    let stamp = Stamp::answering(challenge, office, Offset::default());
    let again = Signer { keyid: OFFICE, key: &key }.sign_request(push(), &stamp, &[]).unwrap();
    assert_eq!(attempt(door, &again, nation), Admission::Welcome);
    // The same once more is not let in, whatever the clocks show.
    assert!(matches!(attempt(door, &again, nation), Admission::Challenge(_)));
    2
}

#[test]
fn a_request_is_let_in_once() {
    let (nation, clock) = ambient(NOW, 2);
    let (office, _) = ambient(NOW, 3);
    let mut door = Door::default();
    let request = signed(&office, Offset::default());
    assert_eq!(attempt(&mut door, &request, &nation), Admission::Welcome);
    assert_eq!(attempt(&mut door, &request, &nation), Admission::Replayed);
    clock.advance_ms(299_000);
    assert_eq!(attempt(&mut door, &request, &nation), Admission::Replayed);
    clock.advance_ms(600_000);
    assert_ne!(attempt(&mut door, &request, &nation), Admission::Welcome);
}

#[test]
fn i23_a_wild_clock_costs_a_round_and_is_known_then() {
    for years in [-10, -1, 1, 10] {
        let (office, _) = ambient(NOW.plus_ms(years * YEARS_10_MS / 10), 3);
        let (nation, _) = ambient(NOW, 2);
        let (mut door, mut offset) = (Door::default(), Offset::default());
        assert_eq!(ask(&mut door, &office, &nation, &mut offset), 2, "{years}");
        assert_eq!(ask(&mut door, &office, &nation, &mut offset), 1, "{years}");
        assert_eq!(offset.theirs(office.now()).0.abs_diff(NOW.0), 500);
    }
}

#[test]
fn a_clock_that_is_a_little_off_costs_nothing() {
    for ms in [-240_000, -10_000, 10_000, 290_000] {
        let (office, _) = ambient(NOW.plus_ms(ms), 3);
        let (nation, _) = ambient(NOW, 2);
        assert_eq!(ask(&mut Door::default(), &office, &nation, &mut Offset::default()), 1, "{ms}");
    }
}

#[test]
fn i23_a_clock_that_was_set_back_lets_nothing_in_again() {
    let (office, _) = ambient(NOW, 3);
    let request = signed(&office, Offset::default());
    let mut door = Door::default();
    assert_eq!(attempt(&mut door, &request, &ambient(NOW, 2).0), Admission::Welcome);
    // Ten years on, another request makes the door forget the first; then the clock is set right.
    let (later, _) = ambient(NOW.plus_ms(YEARS_10_MS), 4);
    assert_eq!(attempt(&mut door, &signed(&later, Offset::default()), &later), Admission::Welcome);
    assert!(matches!(attempt(&mut door, &request, &ambient(NOW, 5).0), Admission::Challenge(_)));
    // The office is still served, at the cost of a round.
    assert_eq!(ask(&mut door, &ambient(NOW, 6).0, &ambient(NOW, 7).0, &mut Offset::default()), 2);
}

#[test]
fn a_door_that_forgot_its_nonces_lets_in_nothing_old() {
    let (office, _) = ambient(NOW, 3);
    let (nation, _) = ambient(NOW, 2);
    let request = signed(&office, Offset::default());
    // After a restart: all that could have been let in ended by then.
    let mut door = Door::above(NOW.plus_ms(600_000));
    assert!(matches!(attempt(&mut door, &request, &nation), Admission::Challenge(_)));
    assert_eq!(ask(&mut door, &office, &nation, &mut Offset::default()), 2);
}

#[test]
fn a_flood_fills_no_memory_and_lets_nothing_in_twice() {
    let (office, _) = ambient(NOW, 3);
    let mut window = ReplayWindow::default();
    let nonces: Vec<Nonce> = (0..5_000).map(|_| Nonce::own(&office)).collect();
    let presented = |nonce| Presented { created: NOW, expires: NOW.plus_ms(300_000), nonce, seen: false };
    let fresh = nonces.iter().filter(|nonce| window.admit(NOW, &presented(nonce)) == Verdict::Fresh).count();
    assert_eq!((fresh, window.len()), (4_097, 4_096));
    assert!(nonces.iter().all(|nonce| window.admit(NOW, &presented(nonce)) != Verdict::Fresh));
}

#[test]
fn a_challenge_is_good_once_and_only_few_are_open() {
    let (ambient, _) = ambient(NOW, 3);
    let nonces: Vec<Nonce> = (0..9).map(|_| Nonce::challenge(&ambient)).collect();
    let mut challenges = Challenges::default();
    for nonce in &nonces {
        challenges.open(nonce.clone());
    }
    assert!(!challenges.redeem(&nonces[0]), "the oldest made room");
    assert!(challenges.redeem(&nonces[1]));
    assert!(!challenges.redeem(&nonces[1]));
    // A nonce of one's own making is never taken for an answer, and the other way round.
    let presented = Presented { created: NOW, expires: NOW.plus_ms(1), nonce: &nonces[2], seen: false };
    assert_eq!(Replay::default().judge(NOW, &presented), Verdict::Challenge);
    for text in ["", "n-", "x-AAAAAAAAAAAAAAAAAAAAAA", "n-AAAA", "n-AAAAAAAAAAAAAAAAAAAAAB", "n-AAAAAAAAAAAAAAAAAAAAA="]
    {
        assert!(text.parse::<Nonce>().is_err(), "{text}");
    }
}

#[test]
fn the_rule_by_itself_knows_what_others_keep() {
    let nonce = Nonce::own(&ambient(NOW, 3).0);
    let presented = Presented { created: NOW, expires: NOW.plus_ms(300_000), nonce: &nonce, seen: false };
    let mut rule = Replay::default();
    for (now_ms, verdict) in [
        (-300_001, Verdict::Challenge),
        (-300_000, Verdict::Fresh),
        (0, Verdict::Fresh),
        (299_999, Verdict::Fresh),
        (300_000, Verdict::Challenge),
    ] {
        assert_eq!(rule.judge(NOW.plus_ms(now_ms), &presented), verdict, "{now_ms}");
    }
    assert_eq!(rule.judge(NOW, &Presented { seen: true, ..presented }), Verdict::Replayed);
    rule.forgot(NOW.plus_ms(300_000));
    rule.forgot(NOW);
    assert_eq!(rule.judge(NOW, &presented), Verdict::Challenge);
}

proptest! {
    /// Whatever the clock of the door does between, and whatever else knocks, a request is let in at most once.
    #[test]
    fn i23_no_path_of_a_clock_lets_a_request_in_twice(
        steps in prop::collection::vec((-700_000_i64..700_000, 0_usize..6), 1..60),
    ) {
        let (office, _) = ambient(NOW, 3);
        let nonces: Vec<Nonce> = (0..6).map(|_| Nonce::own(&office)).collect();
        let mut window = ReplayWindow::default();
        let mut let_in = [0; 6];
        for (now_ms, which) in steps {
            let created = NOW.plus_ms(i64::try_from(which).unwrap() * 100_000);
            let presented = Presented { created, expires: created.plus_ms(300_000), nonce: &nonces[which], seen: false };
            if window.admit(NOW.plus_ms(now_ms), &presented) == Verdict::Fresh {
                let_in[which] += 1;
            }
        }
        prop_assert!(let_in.iter().all(|times| *times <= 1), "{let_in:?}");
    }
}
