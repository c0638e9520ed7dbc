//! Installing: all of it or nothing.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tiwizi_identity::Caller;
use tiwizi_model::FileHash;

use super::house::{House, bundle, chaos, key, unsigned};
use crate::bundle::{Bundle, write};
use crate::trust::Seal;
use crate::{BundleError, ComponentError, Grants, InstallError, PluginState};

/// The chaos bundle with another component and a changed manifest; the list of files and the signature are right again.
pub(super) fn changed(component: Option<Vec<u8>>, change: impl FnOnce(&mut Value)) -> Bytes {
    let Bundle { manifest, files, .. } = Bundle::read(&unsigned()).unwrap();
    let mut files: BTreeMap<String, Bytes> = files.into_iter().map(|(path, (_, content))| (path, content)).collect();
    if let Some(component) = component {
        files.insert("component.wasm".to_owned(), component.into());
    }
    let mut manifest: Value = serde_json::from_slice(&manifest).unwrap();
    change(&mut manifest);
    let entry = |(path, content): (&String, &Bytes)| {
        let hash = FileHash(Sha256::digest(content).into());
        json!({ "path": path, "sha256": hash.to_string(), "bytes": content.len() })
    };
    manifest["files"] = files.iter().map(entry).collect();
    let manifest = manifest.to_string().into_bytes();
    let seal = Seal::make(FileHash(Sha256::digest(&manifest).into()), &key(), Vec::new());
    write(&manifest, Some(&seal.text()), &files).unwrap().into()
}

async fn refused(bundle: Bytes) -> InstallError {
    let house = House::empty().await;
    let error = house.host.install(bundle, Grants::All, &Caller::system()).await.unwrap_err();
    assert!(house.host.plugins().is_empty());
    assert!(house.host.catalogue().current().iter().next().is_none());
    let house = house.again().await;
    assert!(house.host.plugins().is_empty());
    error
}

/// The chaos bundle with a component of this body, built for the kernel's version of the contract.
pub(super) fn component(body: &str) -> Bytes {
    bare(&format!(r#"(component (@custom "tiwizi:api-version" "1.0") {body})"#))
}

fn bare(text: &str) -> Bytes {
    changed(Some(wat::parse_str(text).unwrap()), |_| ())
}

#[tokio::test]
async fn an_installed_plugin_is_there_after_a_restart() {
    let house = House::with_chaos().await;
    let before = house.host.plugin(&chaos()).unwrap();
    let house = house.again().await;
    let after = house.host.plugin(&chaos()).unwrap();
    assert_eq!((before.version, before.bundle, before.state), (after.version, after.bundle, PluginState::Enabled));
    assert_eq!(before.capabilities, after.capabilities);
    house.assert_unhurt().await;
}

#[tokio::test]
async fn an_installation_that_has_begun_goes_on_when_nobody_waits_for_it() {
    let (house, system) = (House::empty().await, Caller::system());
    let alone = house.host.preparing().lock().await;
    let mut begun = Box::pin(house.host.install(bundle(), Grants::All, &system));
    assert!(futures::poll!(&mut begun).is_pending());
    drop(begun);
    drop(alone);
    for _ in 0..100_000 {
        if house.host.plugin(&chaos()).is_some() || house.host.preparing().try_lock().is_err() {
            break;
        }
        tokio::task::spawn_blocking(std::thread::yield_now).await.unwrap();
    }
    let _alone = house.host.preparing().lock().await;
    assert!(house.host.plugin(&chaos()).is_some());
}

#[tokio::test]
async fn a_plugin_is_installed_once() {
    let house = House::with_chaos().await;
    let again = house.host.install(bundle(), Grants::All, &Caller::system()).await;
    assert!(matches!(again, Err(InstallError::Installed { .. })));
}

#[tokio::test]
async fn p01_a_component_with_a_foreign_import_is_refused_by_name() {
    let text = r#"(import "wasi:http/outgoing-handler@0.2.0" (instance))"#;
    let InstallError::Component(ComponentError::Import { import }) = refused(component(text)).await else {
        panic!("the import is refused");
    };
    assert_eq!(import, "wasi:http/outgoing-handler@0.2.0");
}

#[tokio::test]
async fn a_component_without_our_exports_or_with_other_types_is_refused() {
    assert!(matches!(refused(component("")).await, InstallError::Component(ComponentError::World { .. })));
    let other_type = r#"(import "tiwizi:plugin/context@1.0.0" (instance (export "now" (func (result string)))))"#;
    assert!(matches!(refused(component(other_type)).await, InstallError::Component(ComponentError::World { .. })));
}

#[tokio::test]
async fn a_component_of_no_version_or_of_another_one_is_refused_before_it_is_compiled() {
    let unspoken = |version: &str| format!(r#"(component (@custom "tiwizi:api-version" "{version}"))"#);
    for (text, said) in [
        ("(component)".to_owned(), "does not say"),
        (unspoken("2.0"), "built for version 2.0 of the plugin contract, and this kernel speaks 1.0"),
        (unspoken("one"), "\"one\" is no version"),
    ] {
        let InstallError::Component(ComponentError::Version(error)) = refused(bare(&text)).await else {
            panic!("{text} is refused by its version");
        };
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn code_that_was_compiled_elsewhere_is_refused() {
    let house = House::empty().await;
    let precompiled = house.host.ground().engine.precompile_component(&wat::parse_str("(component)").unwrap()).unwrap();
    let error = refused(changed(Some(precompiled), |_| ())).await;
    assert!(matches!(error, InstallError::Component(ComponentError::Kind)), "{error:?}");
}

#[tokio::test]
async fn p07_too_many_memories_tables_or_instances_are_refused() {
    let memories = "(core module $m (memory 1)) (core instance (instantiate $m))".to_owned()
        + &"(core instance (instantiate $m))".repeat(10);
    assert!(matches!(refused(component(&memories)).await, InstallError::Component(_)));
    let tables = "(core module $m (table 1 funcref)) (core instance (instantiate $m))".to_owned()
        + &"(core instance (instantiate $m))".repeat(40);
    assert!(matches!(refused(component(&tables)).await, InstallError::Component(_)));
}

#[tokio::test]
async fn a_manifest_that_breaks_a_rule_is_refused() {
    let reserved = refused(changed(None, |manifest| manifest["id"] = json!("api"))).await;
    assert!(matches!(reserved, InstallError::Rule { pointer, .. } if pointer == "/id"));
    let api = refused(changed(None, |manifest| manifest["api"] = json!("2.0"))).await;
    assert!(matches!(api, InstallError::Rule { pointer, .. } if pointer == "/api"));
    let template = refused(changed(None, |manifest| manifest["templates"] = json!(["page", "other"]))).await;
    assert!(matches!(template, InstallError::Rule { pointer, .. } if pointer == "/templates/1"));
    assert!(matches!(refused(changed(None, |manifest| manifest["evil"] = json!(1))).await, InstallError::Manifest(_)));
}

#[tokio::test]
async fn p24_a_plugin_takes_no_address_of_the_kernel_or_of_another_plugin() {
    // Every page of a plugin lies below its own id, so all that is left to take is the id.
    for id in ["api", "admin", "fed", "health", "metrics", "assets", "kernel", "registry"] {
        let reserved = refused(changed(None, |manifest| manifest["id"] = json!(id))).await;
        assert!(matches!(reserved, InstallError::Rule { pointer, .. } if pointer == "/id"), "{id}");
    }
    for id in ["../api", "a/b", "Login", "", "a.b"] {
        let reserved = refused(changed(None, |manifest| manifest["id"] = json!(id))).await;
        assert!(matches!(reserved, InstallError::Manifest(_)), "{id}: {reserved:?}");
    }
    for path in ["//evil", "/../x", "/a/../../x", "login", "/a b", "https://evil/", "/%2e%2e/x", "/a?b", ""] {
        let route = refused(changed(None, |manifest| manifest["routes"][0]["path"] = json!(path))).await;
        assert!(matches!(route, InstallError::Manifest(_)), "{path}: {route:?}");
    }
}

#[tokio::test]
async fn one_changed_byte_in_a_bundle_is_refused() {
    let mut bytes = bundle().to_vec();
    let last = bytes.len() - 2_000;
    bytes[last] ^= 1;
    let error = refused(bytes.into()).await;
    assert!(
        matches!(error, InstallError::Bundle(BundleError::Differs { .. } | BundleError::Spelling { .. })),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_capability_that_is_needed_must_be_granted() {
    let house = House::empty().await;
    let needing = changed(None, |manifest| manifest["capabilities"][0]["optional"] = json!(false));
    let none = Grants::parse("telemetry").unwrap();
    let error = house.host.install(needing.clone(), none, &Caller::system()).await.unwrap_err();
    assert!(matches!(error, InstallError::Ungranted { .. }), "{error:?}");
    let some = Grants::parse("store").unwrap();
    let view = house.host.install(needing, some, &Caller::system()).await.unwrap();
    assert_eq!(view.capabilities.iter().filter(|capability| capability.granted).count(), 1);
}
