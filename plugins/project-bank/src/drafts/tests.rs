//! The rules of a draft's way, and of two people who write at once.

use proptest::prelude::*;

use super::kinds::Stage;
use super::settle::{Fields, seen, settle};
use super::steps::{Refused, Standing, Step, Verdict, judge};
use crate::kinds::State;

/// A draft of a published model that is in order, in the hands of a second person who has seen it.
const GOOD: Standing = Standing {
    draft: Some(Stage::Review),
    model: Some(State::Published),
    is_author: false,
    is_sound: true,
    is_seen: true,
    is_current: true,
    is_told: true,
};

#[test]
fn each_condition_of_publication_is_refused_with_its_own_word() {
    assert_eq!(judge(Step::Publish, &GOOD), Ok(Verdict::Done));
    for (standing, refused) in [
        (Standing { is_author: true, ..GOOD }, Refused::Own),
        (Standing { is_seen: false, ..GOOD }, Refused::Changed),
        (Standing { is_sound: false, ..GOOD }, Refused::Faults),
        (Standing { is_current: false, ..GOOD }, Refused::Moved),
        (Standing { is_told: false, ..GOOD }, Refused::Name),
        (Standing { draft: Some(Stage::Draft), ..GOOD }, Refused::NotInReview),
        (Standing { draft: None, model: None, ..GOOD }, Refused::Gone),
        (Standing { draft: None, model: Some(State::Withdrawn), ..GOOD }, Refused::Gone),
    ] {
        assert_eq!(judge(Step::Publish, &standing), Err(refused), "{standing:?}");
    }
    assert_eq!(judge(Step::Publish, &Standing { draft: None, ..GOOD }), Ok(Verdict::Already));
}

#[test]
fn whoever_wrote_takes_back_and_throws_away_and_whoever_did_not_sends_back() {
    let mine = Standing { is_author: true, ..GOOD };
    let draft = Standing { draft: Some(Stage::Draft), ..mine };
    for (step, standing, found) in [
        (Step::TakeBack, mine, Ok(Verdict::Done)),
        (Step::TakeBack, GOOD, Err(Refused::NotAuthor)),
        (Step::Back, GOOD, Ok(Verdict::Done)),
        (Step::Back, mine, Err(Refused::Own)),
        (Step::Back, Standing { is_told: false, ..GOOD }, Err(Refused::Remark)),
        (Step::Back, draft, Ok(Verdict::Already)),
        (Step::Discard, draft, Ok(Verdict::Done)),
        (Step::Discard, Standing { is_told: false, ..draft }, Err(Refused::Sure)),
        (Step::Discard, Standing { is_author: false, ..draft }, Err(Refused::NotAuthor)),
        (Step::Discard, mine, Err(Refused::InReview)),
        (Step::Review, draft, Ok(Verdict::Done)),
        (Step::Review, Standing { is_sound: false, ..draft }, Err(Refused::Faults)),
        (Step::Review, mine, Ok(Verdict::Already)),
        (Step::GoOn, Standing { is_current: false, ..draft }, Ok(Verdict::Done)),
        (Step::GoOn, Standing { is_current: false, is_author: false, ..draft }, Err(Refused::NotAuthor)),
        (Step::GoOn, Standing { is_current: false, ..mine }, Err(Refused::InReview)),
        (Step::Open, Standing { draft: None, ..GOOD }, Ok(Verdict::Done)),
        (Step::Open, Standing { draft: None, model: None, ..GOOD }, Err(Refused::Nothing)),
        (Step::PutBack, Standing { model: Some(State::Draft), ..GOOD }, Err(Refused::NotPublished)),
    ] {
        assert_eq!(judge(step, &standing), found, "{step:?} {standing:?}");
    }
}

fn standing() -> impl Strategy<Value = Standing> {
    let draft = prop_oneof![Just(None), Just(Some(Stage::Draft)), Just(Some(Stage::Review))];
    let model =
        prop_oneof![Just(None), Just(Some(State::Published)), Just(Some(State::Withdrawn)), Just(Some(State::Draft))];
    (draft, model, any::<[bool; 5]>()).prop_map(
        |(draft, model, [is_author, is_sound, is_seen, is_current, is_told])| Standing {
            draft,
            model,
            is_author,
            is_sound,
            is_seen,
            is_current,
            is_told,
        },
    )
}

/// A few fields with few texts, so that writers meet.
fn fields() -> impl Strategy<Value = Fields> {
    let names = || prop_oneof![Just("title"), Just("summary"), Just("chapter/value")];
    let texts = || prop_oneof![Just(""), Just("miel"), Just("عسل"), Just("deux mots")];
    prop::collection::btree_map(names().prop_map(str::to_owned), texts().prop_map(str::to_owned), 3)
}

proptest! {
    #[test]
    fn nothing_is_published_but_what_a_second_person_read_as_it_is(standing in standing()) {
        if judge(Step::Publish, &standing) == Ok(Verdict::Done) {
            prop_assert_eq!(standing.draft, Some(Stage::Review));
            prop_assert!(!standing.is_author && standing.is_sound && standing.is_seen && standing.is_current);
        }
    }

    #[test]
    fn of_two_who_write_at_once_no_text_is_lost((base, first, second) in (fields(), fields(), fields())) {
        let form = seen(&base);
        let one = settle(&form, &base, &first);
        prop_assert_eq!((&one.fields, one.theirs.len(), one.others), (&first, 0, 0));
        let two = settle(&form, &first, &second);
        for (name, text) in &second {
            let (was, there) = (base.get(name).cloned().unwrap_or_default(), first.get(name).cloned().unwrap_or_default());
            let kept = two.fields.get(name).cloned().unwrap_or_default();
            match two.theirs.get(name) {
                // Both are before the second's eyes.
                Some(theirs) => prop_assert_eq!((theirs, &kept), (&there, text)),
                // Whatever is not kept is what that side had not written.
                None => {
                    prop_assert!(kept == there || there == was, "{name}: {there} is lost");
                    prop_assert!(kept == *text || *text == was, "{name}: {text} is lost");
                }
            }
        }
        // The page that showed both is made from what stands there: what is sent from it is kept.
        let again = settle(&seen(&first), &first, &second);
        prop_assert_eq!((&again.fields, again.theirs.len()), (&second, 0));
    }
}
