//! Whoever revokes or switches off does not wait for a compilation, and what was decided meanwhile counts for what was compiled.

use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use tiwizi_identity::Caller;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use super::house::{House, Setup, bundle, chaos, key};
use super::installs::component;
use super::trust::list;
use super::upgrade::{next, upgrade};
use crate::install::judge;
use crate::trust::Target;
use crate::{
    Acceptance, Compiler, ComponentError, Enabled, Grants, InstallError, PluginState, Stage, TrustError, Upgrade,
    UpgradeError, Watch,
};

/// Longer than anything here takes that does not wait for a compilation.
const LONG: Duration = Duration::from_secs(60);

/// A list that revokes every version of the chaos plugin.
fn revocation() -> String {
    list(1, Target::before("chaos=99.0.0").unwrap(), &key())
}

/// A watcher that stands still where the component is compiled, until it is told to go on.
fn holding() -> (Watch, UnboundedReceiver<()>, mpsc::Sender<()>) {
    let (begins, has_begun) = unbounded_channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let may_go_on = Mutex::new(may_go_on);
    let watch: Watch = Arc::new(move |stage| {
        if stage == Stage::Compiling {
            begins.send(()).unwrap();
            may_go_on.lock().unwrap().recv().unwrap();
        }
    });
    (watch, has_begun, go_on)
}

#[tokio::test]
async fn p28_a_revocation_goes_through_while_a_new_version_is_compiled_and_counts_for_it() {
    let house = House::with_chaos().await;
    let (watch, mut has_begun, go_on) = holding();
    let text = revocation();
    let meanwhile = async {
        has_begun.recv().await.unwrap();
        let import = timeout(LONG, house.host.import_revocations(text.as_bytes())).await.unwrap().unwrap();
        let off = timeout(LONG, house.host.set_enabled(&chaos(), Enabled::Off)).await.unwrap().unwrap();
        go_on.send(()).unwrap();
        (import.stopped, off.state)
    };
    let wanted = Upgrade { watch, ..upgrade(next("")) };
    let (upgraded, (stopped, state)) = tokio::join!(house.host.upgrade(wanted), meanwhile);
    assert_eq!((stopped, state), (vec![chaos()], PluginState::Disabled));
    assert!(
        matches!(upgraded, Err(UpgradeError::Refused(InstallError::Untrusted(TrustError::Minimum { .. })))),
        "{upgraded:?}"
    );
    let view = house.host.plugin(&chaos()).unwrap();
    assert_eq!((view.version.as_str(), view.state), ("1.0.0", PluginState::Disabled));
}

#[tokio::test]
async fn what_was_removed_while_its_new_version_was_compiled_is_not_upgraded() {
    let house = House::with_chaos().await;
    let (watch, mut has_begun, go_on) = holding();
    let meanwhile = async {
        has_begun.recv().await.unwrap();
        timeout(LONG, house.host.remove(&chaos(), &Caller::system())).await.unwrap().unwrap();
        go_on.send(()).unwrap();
    };
    let wanted = Upgrade { watch, ..upgrade(next("")) };
    let (upgraded, ()) = tokio::join!(house.host.upgrade(wanted), meanwhile);
    assert!(matches!(upgraded, Err(UpgradeError::NotInstalled { .. })), "{upgraded:?}");
    assert!(house.host.plugins().is_empty());
}

#[tokio::test]
async fn a_plugin_is_switched_off_while_its_new_version_is_compiled_for_a_rehearsal() {
    let house = House::with_chaos().await;
    let (watch, mut has_begun, go_on) = holding();
    let meanwhile = async {
        has_begun.recv().await.unwrap();
        let off = timeout(LONG, house.host.set_enabled(&chaos(), Enabled::Off)).await.unwrap().unwrap();
        go_on.send(()).unwrap();
        off.state
    };
    let wanted = Upgrade { watch, ..upgrade(next("")) };
    let (rehearsed, state) = tokio::join!(house.host.rehearse(wanted), meanwhile);
    assert_eq!((rehearsed.unwrap().difference.to.as_str(), state), ("1.1.0", PluginState::Disabled));
}

#[tokio::test]
async fn p28_a_revocation_goes_through_while_the_component_of_an_installation_is_compiled() {
    let directory = tempfile::tempdir().unwrap();
    let (program, gate) = (directory.path().join("compiler"), directory.path().join("gate"));
    assert!(Command::new("mkfifo").arg(&gate).status().unwrap().success());
    // A compiler that waits until the gate is shut, and then takes no component.
    std::fs::write(&program, format!("#!/bin/sh\nread word < '{}'\nexit 10\n", gate.display())).unwrap();
    std::fs::set_permissions(&program, Permissions::from_mode(0o700)).unwrap();
    let house = House::built(Setup { compiler: Compiler::Child { program }, ..Setup::default() }).await;
    let text = revocation();
    let meanwhile = async {
        // It opens for writing when the compiler has opened it for reading.
        let open = move || OpenOptions::new().write(true).open(gate).unwrap();
        let gate = tokio::task::spawn_blocking(open).await.unwrap();
        timeout(LONG, house.host.import_revocations(text.as_bytes())).await.unwrap().unwrap();
        drop(gate);
    };
    let system = Caller::system();
    // No other test compiles this one: what lies compiled in the common cache would not be compiled here.
    let fresh = component(r#"(core module (func (export "waits")))"#);
    let (installed, ()) = tokio::join!(house.host.install(fresh, Grants::All, &system), meanwhile);
    assert!(matches!(installed, Err(InstallError::Component(ComponentError::Compile { .. }))), "{installed:?}");
}

#[tokio::test]
async fn p28_what_is_revoked_after_it_was_judged_is_refused_when_it_is_judged_again() {
    let house = House::empty().await;
    let mut judged = judge(&house.host, &bundle(), Acceptance::Signed).await.unwrap();
    judged.again(&house.host, Acceptance::Signed).await.unwrap();
    house.host.import_revocations(revocation().as_bytes()).await.unwrap();
    let again = judged.again(&house.host, Acceptance::Signed).await;
    assert!(matches!(again, Err(InstallError::Untrusted(TrustError::Minimum { .. }))), "{again:?}");
}
