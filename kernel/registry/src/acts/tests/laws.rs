//! Laws that hold for any sequence of acts, and that they are able to fail. What is stored is held to them over both databases by the
//! system tests (`tests/it/laws`).

use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRng, TestRunner};
use serde_json::json;
use tiwizi_records::FieldError;

use super::*;
use crate::rule_pack::{RulePacks, Stage};

/// An act that somebody tries: its kind, days after the one before, and a number that varies what it says.
type Try = (usize, u8, u8);

fn tries() -> impl Strategy<Value = Vec<Try>> {
    prop::collection::vec((0..ActKind::ALL.len(), 0_u8..40, any::<u8>()), 0..40)
}

fn said(kind: ActKind, vary: u8) -> serde_json::Value {
    let number = vary % 12 + 1;
    let someone = person(u128::from(vary % 9) + 11).to_string();
    let persons: Vec<RecordId> = (11..16 + u128::from(vary % 3)).map(person).collect();
    match kind {
        ActKind::DenominationRequested => request(),
        ActKind::DenominationAnswered if vary.is_multiple_of(4) => json!({ "answer": "refused", "reason": "taken" }),
        ActKind::DenominationAnswered => json!({ "answer": "approved" }),
        ActKind::Constituted => constitution(&persons),
        ActKind::Filed => json!({ "authority": "A", "receipt": number.to_string() }),
        ActKind::Registered => json!({ "court": "A", "number": number.to_string() }),
        ActKind::RegisteredCentrally => json!({}),
        ActKind::Amended => json!({ "commune": format!("C{number}") }),
        ActKind::OfficersChanged => json!({ "appointed": [{ "person": someone, "role": "treasurer" }] }),
        ActKind::CapitalChanged if vary.is_multiple_of(2) => {
            json!({ "paid": [{ "number": number.to_string(), "amount_mad": 100 }] })
        }
        ActKind::CapitalChanged => {
            json!({ "subscribed": [{ "number": number.to_string(), "shares": 1, "paid_mad": 25 }] })
        }
        ActKind::MembersChanged if vary.is_multiple_of(2) => {
            json!({ "left": [{ "number": number.to_string(), "reason": "withdrawn" }] })
        }
        ActKind::MembersChanged => {
            json!({ "joined": [{ "number": number.to_string(), "person": someone, "shares": 2, "paid_mad": 50 }] })
        }
        ActKind::YearlyFiling => filing(2024),
        ActKind::Suspended | ActKind::Resumed | ActKind::Dissolved | ActKind::StruckOff => json!({ "reason": "R" }),
        ActKind::Merged => json!({ "into": person(77).to_string() }),
        ActKind::Split => json!({ "into": [person(77).to_string(), person(78).to_string()] }),
        ActKind::Transformed => json!({ "into": "SARL" }),
        ActKind::LiquidationOpened => json!({ "liquidator": "L" }),
        ActKind::Corrected => json!({ "reason": "R" }),
        ActKind::TakenOver => {
            json!({ "stage": "registered", "court": "A", "number": "9", "name_fr": "N", "sector": "argan", "province": "09.541" })
        }
    }
}

/// The way of a life: tries that follow it are often legal, and the rest are thrown in between.
fn guided() -> impl Strategy<Value = Vec<Try>> {
    let of = |kind: ActKind| ActKind::ALL.iter().position(|one| *one == kind).unwrap();
    let start = [
        ActKind::DenominationRequested,
        ActKind::DenominationAnswered,
        ActKind::Constituted,
        ActKind::Filed,
        ActKind::Registered,
    ];
    let start: Vec<Try> = start.into_iter().map(|kind| (of(kind), 1, 1)).collect();
    tries().prop_map(move |rest| start.iter().copied().chain(rest).collect())
}

/// From a state and an act to the next state.
type Step = fn(State, &Act, &RulePacks) -> Result<State, Vec<FieldError>>;

/// Enters what is legal of the tries, in their order, and holds each step to the laws.
fn entered(tries: &[Try]) -> (Ledger, State) {
    entered_by(tries, apply)
}

/// The same with another way to go from state to state, which is held against the replay.
fn entered_by(tries: &[Try], step: Step) -> (Ledger, State) {
    let (mut ledger, mut state, mut on) = (Ledger::default(), State::default(), day("2024-01-01"));
    for (kind, days, vary) in tries {
        let kind = ActKind::ALL[*kind];
        let sequence = ledger.next_sequence();
        on = on.plus_days(u32::from(*days));
        let act = Act { effective_on: on, ..act(sequence, kind, "2024-01-01", said(kind, *vary)) };
        let act = if kind == ActKind::Corrected {
            Act { corrects: Some(u32::from(*vary) % sequence + 1), ..act }
        } else {
            act
        };
        let is_correction = kind == ActKind::Corrected;
        let pack = packs().at(on).unwrap();
        let stepped = step(state.clone(), &act, packs());
        match ledger.entered(act, packs()) {
            Ok((longer, after)) => {
                if !is_correction {
                    // The step from a state is the same as the replay of everything.
                    assert_eq!(stepped.as_ref(), Ok(&after));
                    let next =
                        pack.transitions.after(state.stage, kind.name(), longer.acts().last().unwrap().data.when());
                    assert_eq!(next, Some(after.stage), "an illegal transition was accepted");
                }
                ledger = longer;
                state = after;
            }
            Err(faults) => {
                assert!(!faults.is_empty());
                assert!(is_correction || stepped.is_err(), "a legal step was refused: {faults:?}");
            }
        }
    }
    (ledger, state)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn replay_and_steps_give_the_same_state(tries in prop_oneof![tries(), guided()]) {
        let (ledger, state) = entered(&tries);
        prop_assert_eq!(&ledger.project(packs()).unwrap(), &state);
        // What is stored and read again, in any order, is the same ledger.
        let stored: Vec<_> = ledger.acts().iter().rev().map(|act| act.body(None)).collect();
        let read = stored.iter().map(|body| Act::of_body(person(1), body).unwrap()).collect();
        prop_assert_eq!(Ledger::of(read).unwrap(), ledger);
    }

    #[test]
    fn what_is_paid_is_never_more_than_what_is_subscribed(tries in guided()) {
        let (_, state) = entered(&tries);
        let members = state.current_members().map(|(_, member)| state.shares_of(member));
        let sum = members.fold(crate::money::Mad::ZERO, crate::money::Mad::plus);
        if state.denomination.is_some() {
            prop_assert_eq!(sum, state.capital.subscribed);
        }
        prop_assert!(state.capital.paid.is_none_or(|paid| paid <= state.capital.subscribed));
        prop_assert!(state.current_members().all(|(_, member)| member.paid.is_none_or(|paid| paid <= state.shares_of(member))));
    }

    #[test]
    fn a_day_is_a_prefix_of_the_replay(tries in guided(), days in 0_u32..400) {
        let (ledger, state) = entered(&tries);
        let on = day("2024-01-01").plus_days(days);
        let then = ledger.as_of(on, packs()).unwrap();
        prop_assert!(then.effective_on.is_none_or(|last| last <= on));
        prop_assert_eq!(ledger.as_of(day("2200-01-01"), packs()).unwrap(), state);
    }

    #[test]
    fn an_annulled_last_act_leaves_the_state_before_it(tries in guided()) {
        let (ledger, state) = entered(&tries);
        let on = state.effective_on.unwrap();
        let sequence = ledger.next_sequence();
        let more = Act { effective_on: on, ..act(sequence, ActKind::Amended, "2024-01-01", json!({ "commune": "X" })) };
        if let Ok((longer, _)) = ledger.entered(more, packs()) {
            let (longer, after) = longer.entered(correction(sequence + 1, sequence, None), packs()).unwrap();
            prop_assert_eq!(&after, &state);
            let stands = Some(("2024-01-01", json!({ "commune": "Y" })));
            let stands = correction(sequence + 2, sequence + 1, stands);
            let ActData::Corrected(mut content) = stands.data.clone() else { unreachable!() };
            content.stands.as_mut().unwrap().effective_on = on;
            let stands = Act { data: ActData::Corrected(content), ..stands };
            let (_, back) = longer.entered(stands, packs()).unwrap();
            prop_assert_eq!(back.commune.as_deref(), Some("Y"));
            prop_assert!(back.stage == state.stage && back.stage != Stage::Nothing);
        }
    }
}

/// Steps with a planted bug each: they forget a part of what an act does.
const FORGETFUL: [(&str, Step); 4] = [
    ("a new commune", |state, act, packs| {
        let commune = state.commune.clone();
        let after = apply(state, act, packs)?;
        Ok(if act.kind() == ActKind::Amended { State { commune, ..after } } else { after })
    }),
    ("a suspension", |state, act, packs| {
        let stage = state.stage;
        let after = apply(state, act, packs)?;
        Ok(if act.kind() == ActKind::Suspended { State { stage, ..after } } else { after })
    }),
    ("what is paid later", |state, act, packs| {
        let capital = state.capital;
        let after = apply(state, act, packs)?;
        Ok(if act.kind() == ActKind::CapitalChanged { State { capital, ..after } } else { after })
    }),
    ("the day of an act", |state, act, packs| {
        let effective_on = state.effective_on;
        let after = apply(state, act, packs)?;
        Ok(if act.kind() == ActKind::RegisteredCentrally { State { effective_on, ..after } } else { after })
    }),
];

#[test]
fn a_step_that_forgets_something_breaks_the_law() {
    for (what, step) in FORGETFUL {
        let config =
            ProptestConfig { failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::with_cases(256) };
        let rng = TestRng::deterministic_rng(config.rng_algorithm);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let ended = runner.run(&guided(), |tries| {
            entered_by(&tries, step);
            Ok(())
        });
        assert!(matches!(ended, Err(TestError::Fail(..))), "nobody missed {what}: {ended:?}");
    }
}
