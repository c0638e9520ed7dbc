//! Whom a host trusts: what it installs, what it stops, and what it remembers.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_model::{Ambient, FileHash, TrustLevel};
use tiwizi_registry::day::Day;

use super::house::{House, bundle, chaos, key, key_of, root_of, unsigned};
use super::installs::changed;
use crate::bundle::{Bundle, SignError, sign};
use crate::trust::{Certificate, DecisionError, Entry, Issue, Revocations, SecretKey, Target, Terms, Use};
use crate::{Acceptance, CallError, Enabled, Grants, HostError, InstallError, PluginState, TrustError};

const SYSTEM: fn() -> Caller = Caller::system;

fn today() -> Day {
    Day::of(Ambient::system().now())
}

pub(super) fn list(number: u32, target: Target, issuer: &SecretKey) -> String {
    let entry = Entry { target, reason: "its key was stolen".to_owned() };
    Revocations::issue(Issue { day: today(), number }, vec![entry], issuer).unwrap().text()
}

fn certificate(holder: &SecretKey, prefixes: &str) -> Certificate {
    let terms = Terms {
        holder: holder.signer(),
        level: TrustLevel::Community,
        purpose: Use::Publish,
        prefixes: prefixes.parse().unwrap(),
        from: today(),
        until: today(),
    };
    Certificate::issue(terms, &key())
}

fn signed_by(publisher: &SecretKey) -> Bytes {
    sign(&unsigned(), publisher, vec![certificate(publisher, "chaos")]).unwrap().into()
}

fn version(version: &str) -> Bytes {
    changed(None, |manifest| manifest["version"] = json!(version))
}

async fn refusal(house: &House, bundle: Bytes, acceptance: Acceptance) -> TrustError {
    let installed = house.host.install_accepting(acceptance, bundle, Grants::All, &SYSTEM()).await;
    assert!(house.host.plugins().is_empty());
    match installed {
        Err(InstallError::Untrusted(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn p28_an_unsigned_bundle_is_installed_for_development_only() {
    let house = House::empty().await;
    assert_eq!(refusal(&house, unsigned(), Acceptance::Signed).await, TrustError::Unsigned);
    let accepting = Acceptance::Development;
    let view = house.host.install_accepting(accepting, unsigned(), Grants::All, &SYSTEM()).await.unwrap();
    assert_eq!((view.level, view.signer), (TrustLevel::Local, None));
    let house = house.again().await;
    assert_eq!(house.host.plugin(&chaos()).unwrap().state, PluginState::Enabled);
}

#[tokio::test]
async fn p28_a_bundle_of_a_stranger_is_refused_and_leaves_nothing() {
    let house = House::empty().await;
    let stranger = key_of("Stranger", 2);
    let bundle: Bytes = sign(&unsigned(), &stranger, Vec::new()).unwrap().into();
    for acceptance in [Acceptance::Signed, Acceptance::Development] {
        assert!(matches!(refusal(&house, bundle.clone(), acceptance).await, TrustError::Unknown { .. }));
    }
    assert!(house.host.publishers().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_certified_publisher_is_remembered_with_the_plugin() {
    let house = House::empty().await;
    let publisher = key_of("Atelier Anfa", 2);
    let view = house.host.install(signed_by(&publisher), Grants::All, &SYSTEM()).await.unwrap();
    assert_eq!((view.level, view.signer), (TrustLevel::Community, Some(publisher.signer())));
    let known = house.host.publishers().await.unwrap();
    assert_eq!(known.iter().map(|row| row.key).collect::<Vec<_>>(), [publisher.signer().key]);
    assert_eq!(known[0].root, Some(key().signer().key));
    let house = house.again().await;
    let view = house.host.plugin(&chaos()).unwrap();
    assert_eq!((view.level, view.signer), (TrustLevel::Community, Some(publisher.signer())));
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p28_a_certificate_for_other_plugins_signs_none_but_those() {
    let publisher = key_of("Atelier Anfa", 2);
    let early = sign(&unsigned(), &publisher, vec![certificate(&publisher, "notes")]);
    assert!(matches!(early, Err(SignError::Prefix { .. })));
    let other = sign(&unsigned(), &publisher, vec![certificate(&key_of("Other", 3), "chaos")]);
    assert!(matches!(other, Err(SignError::Key)));
}

#[tokio::test]
async fn p28_a_revoked_plugin_is_stopped_with_a_reason_and_stays_stopped() {
    let house = House::empty().await;
    let publisher = key_of("Atelier Anfa", 2);
    house.host.install(signed_by(&publisher), Grants::All, &SYSTEM()).await.unwrap();
    house.assert_unhurt().await;
    let text = list(1, Target::Key(publisher.signer().key), &key());
    let import = house.host.import_revocations(text.as_bytes()).await.unwrap();
    assert_eq!((import.stopped, import.is_known), (vec![chaos()], false));
    assert!(matches!(house.get("/fine").await, Err(CallError::Off { state: PluginState::Quarantined, .. })));
    let reason = house.host.plugin(&chaos()).unwrap().reason.unwrap();
    assert!(reason.contains("its key was stolen"), "{reason}");
    let on = house.host.set_enabled(&chaos(), Enabled::On).await;
    assert!(matches!(on, Err(HostError::Untrusted { .. })), "{on:?}");
    let house = house.again().await;
    assert_eq!(house.host.plugin(&chaos()).unwrap().reason, Some(reason));
}

#[tokio::test]
async fn p28_a_revoked_key_bundle_or_version_is_not_installed() {
    let publisher = key_of("Atelier Anfa", 2);
    let bundle = signed_by(&publisher);
    let hash = Bundle::read(&bundle).unwrap().hash;
    for target in [Target::Key(publisher.signer().key), Target::Bundle(hash), Target::before("chaos=99.0.0").unwrap()] {
        let house = House::empty().await;
        house.host.import_revocations(list(1, target.clone(), &key()).as_bytes()).await.unwrap();
        let error = refusal(&house, bundle.clone(), Acceptance::Signed).await;
        let fits = match target {
            Target::Key(_) => matches!(error, TrustError::RevokedKey { .. }),
            Target::Bundle(_) => matches!(error, TrustError::RevokedBundle { .. }),
            Target::Before(..) => matches!(error, TrustError::Minimum { .. }),
        };
        assert!(fits, "{error:?}");
    }
}

#[tokio::test]
async fn a_list_is_replaced_by_a_newer_one_only() {
    let house = House::empty().await;
    let host = &house.host;
    let list = |number, byte| list(number, Target::Bundle(FileHash([byte; 32])), &key());
    let import = async |text: String| host.import_revocations(text.as_bytes()).await;
    assert!(!import(list(2, 2)).await.unwrap().is_known);
    assert!(import(list(2, 2)).await.unwrap().is_known);
    assert!(matches!(import(list(1, 1)).await, Err(DecisionError::OlderList { .. })));
    assert!(matches!(import(list(2, 3)).await, Err(DecisionError::Twin { .. })));
    assert!(!import(list(3, 3)).await.unwrap().is_known);
    let entries = |lists: Vec<Revocations>| lists.into_iter().flat_map(|list| list.entries).collect::<Vec<_>>();
    let there = entries(host.revocations().await.unwrap());
    assert_eq!(there.iter().map(|entry| entry.target.clone()).collect::<Vec<_>>(), [Target::Bundle(FileHash([3; 32]))]);
}

#[tokio::test]
async fn a_list_of_a_stranger_a_forged_one_and_one_from_the_future_are_refused() {
    let house = House::empty().await;
    let target = || Target::Bundle(FileHash([1; 32]));
    let stranger = house.host.import_revocations(list(1, target(), &key_of("Stranger", 2)).as_bytes()).await;
    assert!(matches!(stranger, Err(DecisionError::Stranger { .. })));
    let forged = list(1, target(), &key()).replace("stolen", "broken");
    assert!(matches!(house.host.import_revocations(forged.as_bytes()).await, Err(DecisionError::List(_))));
    let issue = Issue { day: "2199-01-01".parse().unwrap(), number: 1 };
    let future = Revocations::issue(issue, Vec::new(), &key()).unwrap().text();
    assert!(matches!(house.host.import_revocations(future.as_bytes()).await, Err(DecisionError::Future { .. })));
    assert!(house.host.revocations().await.unwrap().is_empty());
}

#[tokio::test]
async fn removing_a_root_stops_what_it_vouched_for_and_adding_it_again_lets_it_be_switched_on() {
    let house = House::with_chaos().await;
    let root = key().signer().key;
    assert_eq!(house.host.remove_root(root).await.unwrap(), [chaos()]);
    assert!(matches!(house.host.remove_root(root).await, Err(DecisionError::UnknownRoot { .. })));
    assert_eq!(house.host.plugin(&chaos()).unwrap().state, PluginState::Quarantined);
    house.host.adopt_roots(&[Certificate::for_development(&key())]).await.unwrap();
    assert!(house.host.trust_roots().await.unwrap()[0].removed_at.is_some(), "it was brought back by itself");
    house.host.add_root(&root_of(&key(), TrustLevel::Directorate, "chaos")).await.unwrap();
    house.assert_unhurt().await;
}

/// The key of a checkout certifies itself, and came with the program.
#[tokio::test]
async fn removing_a_local_root_stops_what_it_vouched_for_and_not_what_is_for_development() {
    let own = key_of("Checkout", 7);
    let certificate = Certificate::for_development(&own);
    let bundle: Bytes = sign(&unsigned(), &own, vec![certificate.clone()]).unwrap().into();
    for (acceptance, is_root) in [(Acceptance::Signed, true), (Acceptance::Development, false)] {
        let house = House::empty().await;
        house.host.adopt_roots(if is_root { std::slice::from_ref(&certificate) } else { &[] }).await.unwrap();
        let installed = house.host.install_accepting(acceptance, bundle.clone(), Grants::All, &SYSTEM()).await;
        assert_eq!(installed.unwrap().level, TrustLevel::Local);
        let gone = if is_root { own.signer().key } else { key().signer().key };
        let stopped = house.host.remove_root(gone).await.unwrap();
        assert_eq!(stopped.contains(&chaos()), is_root);
        let house = house.again().await;
        let state = house.host.plugin(&chaos()).unwrap().state;
        assert_eq!(state, if is_root { PluginState::Quarantined } else { PluginState::Enabled });
    }
}

#[tokio::test]
async fn p28_an_older_version_is_refused_also_after_the_newer_one_is_gone() {
    let house = House::empty().await;
    house.host.install(version("2.0.0"), Grants::All, &SYSTEM()).await.unwrap();
    crate::install::take_away(&house.host, &chaos()).await;
    let house = house.again().await;
    assert!(house.host.plugins().is_empty());
    for acceptance in [Acceptance::Signed, Acceptance::Development] {
        assert!(matches!(refusal(&house, version("1.9.9"), acceptance).await, TrustError::Older { .. }));
    }
    house.host.install(version("2.0.0"), Grants::All, &SYSTEM()).await.unwrap();
}

#[tokio::test]
async fn a_version_that_nobody_vouched_for_holds_up_no_other() {
    let house = House::empty().await;
    let (bundle_of_nobody, acceptance) = (unsigned_version("9.0.0"), Acceptance::Development);
    house.host.install_accepting(acceptance, bundle_of_nobody, Grants::All, &SYSTEM()).await.unwrap();
    crate::install::take_away(&house.host, &chaos()).await;
    let house = house.again().await;
    house.host.install(bundle(), Grants::All, &SYSTEM()).await.unwrap();
}

fn unsigned_version(text: &str) -> Bytes {
    let Bundle { manifest, files, .. } = Bundle::read(&version(text)).unwrap();
    let files: BTreeMap<String, Bytes> = files.into_iter().map(|(path, (_, content))| (path, content)).collect();
    crate::bundle::write(&manifest, None, &files).unwrap().into()
}
