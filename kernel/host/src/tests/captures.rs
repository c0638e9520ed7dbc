//! Captures of failing calls: only where they were switched on, blanked, bounded, and good for a replay.

use std::path::PathBuf;

use bytes::Bytes;
use tiwizi_identity::{Caller, Secret};
use tiwizi_model::{Bound, Language, limits};

use super::house::{House, bundle, chaos, component_bytes, with_component};
use crate::{Answer, CallError, Capture, Captures, ReplayEnd, Request, replay};

const NAME: &str = "Canary Fadma 0612345678";
const SECRET: &str = "canary-5eed-c0ffee";

impl House {
    async fn captured(&self) -> Result<Answer, CallError> {
        let form = [("name", NAME), ("place", "Taroudannt"), ("comment", "canary comment")];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let headers = vec![("accept".to_owned(), "canary/header".to_owned())];
        let plain = Request::get("r7", "/captured", Language::French);
        let request = Request { method: "POST".to_owned(), form, headers, ..plain };
        self.ask(request).await
    }

    /// The files of the plugin's captures, the newest first.
    fn captures(&self) -> Vec<PathBuf> {
        self.host.captures(&chaos()).unwrap().into_iter().map(|capture| capture.path).collect()
    }
}

async fn house() -> House {
    let house = House::with_chaos().await;
    let secret = Some(Secret::of(SECRET.to_owned()));
    house.host.set_secret(&chaos(), "token", secret, &Caller::system()).await.unwrap();
    house.host.set_captures(&chaos(), Captures::On, &Caller::system()).unwrap();
    house
}

/// A house with one capture, and its text.
async fn one() -> (House, String) {
    let house = house().await;
    let outcome = house.captured().await;
    assert!(matches!(outcome, Err(CallError::Trap { .. })), "{outcome:?}");
    let [path] = house.captures().try_into().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    (house, text)
}

/// The chaos bundle with another word in its component's data.
fn in_state(state: &str) -> Bytes {
    let word = format!("chaos component: {state}");
    let mut bytes = component_bytes();
    let place = bytes.windows(23).position(|window| window == b"chaos component: broken").unwrap();
    bytes[place..place + 23].copy_from_slice(word.as_bytes());
    with_component(&bytes)
}

#[tokio::test]
async fn nothing_is_captured_unless_it_was_switched_on() {
    let house = House::with_chaos().await;
    assert!(house.captured().await.is_err());
    assert!(house.captures().is_empty());
    house.host.set_captures(&chaos(), Captures::On, &Caller::system()).unwrap();
    assert!(house.host.plugin(&chaos()).unwrap().is_captured);
    assert!(house.captured().await.is_err());
    house.document("/fine").await;
    assert_eq!(house.captures().len(), 1);
    let house = house.again().await;
    assert!(house.host.plugin(&chaos()).unwrap().is_captured);
    house.host.set_captures(&chaos(), Captures::Off, &Caller::system()).unwrap();
    assert!(house.captured().await.is_err());
    assert_eq!(house.captures().len(), 1);
    assert_eq!(house.host.forget_captures(&chaos()).unwrap(), 1);
    assert!(house.captures().is_empty());
    assert!(house.host.set_captures(&"other".parse().unwrap(), Captures::On, &Caller::system()).is_err());
    house.host.set_captures(&chaos(), Captures::On, &Caller::system()).unwrap();
    house.host.remove(&chaos(), &Caller::system()).await.unwrap();
    assert!(!house.directory.path().join("captures/chaos").exists());
}

#[tokio::test]
async fn a_capture_holds_no_personal_value_no_secret_and_no_header() {
    let (_house, text) = one().await;
    for canary in [NAME, "Fadma", "0612345678", SECRET, "canary"] {
        assert!(!text.contains(canary), "{canary} is in {text}");
    }
    // What is public, and what the kernel says, is there.
    for kept in ["Taroudannt", "azul", "http-handler.handle", "store.insert", "secrets.reveal", "unreachable"] {
        assert!(text.contains(kept), "{kept} is not in {text}");
    }
}

#[tokio::test]
async fn a_trap_replays_to_the_same_trap() {
    let (_house, text) = one().await;
    let capture = Capture::read(text.as_bytes()).unwrap();
    for _ in 0..3 {
        let replayed = replay(&capture, &bundle()).await.unwrap();
        assert_eq!(replayed.end, ReplayEnd::Same { failure: capture.failure.clone() });
        assert_eq!((replayed.answered, replayed.different.len()), (5, 0), "{replayed:?}");
        assert!(replayed.is_same_bundle);
    }
}

#[tokio::test]
async fn a_mended_component_replays_to_an_answer() {
    let (_house, text) = one().await;
    let capture = Capture::read(text.as_bytes()).unwrap();
    let replayed = replay(&capture, &in_state("mended")).await.unwrap();
    assert_eq!(replayed.end, ReplayEnd::Answered { answer: "200, a JSON document".to_owned() });
    assert!(!replayed.is_same_bundle);
}

#[tokio::test]
async fn the_first_call_that_differs_is_named() {
    let (_house, text) = one().await;
    let capture = Capture::read(text.as_bytes()).unwrap();
    let replayed = replay(&capture, &in_state("astray")).await.unwrap();
    let (captured, asked) = (Some("kv.get".to_owned()), "kv.set".to_owned());
    assert_eq!(replayed.end, ReplayEnd::Diverged { call: 4, captured, asked });
}

#[tokio::test]
async fn rubbish_answers_loops_and_hunger_replay_too() {
    let house = house().await;
    house.give_most(Bound::WallMs).await;
    for path in ["/answers/away", "/loop", "/memory", "/recursion", "/storm"] {
        house.host.set_enabled(&chaos(), crate::Enabled::On).await.unwrap();
        house.host.forget_captures(&chaos()).unwrap();
        let error = house.get(path).await.unwrap_err();
        let [file] = house.captures().try_into().unwrap();
        let capture = Capture::read(&std::fs::read(file).unwrap()).unwrap();
        assert_eq!(capture.failure, error.to_string());
        let replayed = replay(&capture, &bundle()).await.unwrap();
        let same = ReplayEnd::Same { failure: error.to_string() };
        // A storm asks more than a capture holds, and the replay says where it ends.
        let cut = matches!(&replayed.end, ReplayEnd::Diverged { captured: None, .. }) && capture.cut;
        assert!(replayed.end == same || cut, "{path}: {replayed:?}");
    }
}

#[tokio::test]
async fn the_oldest_captures_give_way() {
    let house = house().await;
    for number in 0..limits::CAPTURES_MAX + 3 {
        house.host.set_enabled(&chaos(), crate::Enabled::On).await.unwrap();
        let request = Request::get(&format!("r{number}"), "/answers/away", Language::French);
        assert!(house.ask(request).await.is_err());
    }
    let captures = house.host.captures(&chaos()).unwrap();
    assert_eq!(captures.len(), limits::CAPTURES_MAX);
    assert!(captures.iter().any(|capture| capture.request == format!("r{}", limits::CAPTURES_MAX + 2)));
    assert!(captures.iter().all(|capture| capture.request != "r0"));
}

#[tokio::test]
async fn a_capture_of_another_plugin_or_form_is_refused() {
    let (_house, text) = one().await;
    let other = text.replace("\"plugin\": \"chaos\"", "\"plugin\": \"calm\"");
    assert!(replay(&Capture::read(other.as_bytes()).unwrap(), &bundle()).await.is_err());
    for (from, to) in [("\"format\": 1", "\"format\": 2"), ("\"cut\"", "\"more\"")] {
        assert!(Capture::read(text.replace(from, to).as_bytes()).is_err(), "{to}");
    }
}
