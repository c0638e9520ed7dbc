//! Whether the component and its manifest speak of the same capabilities: who grants should be asked for what is used, and for
//! nothing else.

use tiwizi_host::{Capability, interfaces};
use tiwizi_records::Manifest;

use super::Finding;

pub(super) fn check(bundle: &[u8], manifest: &Manifest) -> Vec<Finding> {
    // What cannot be read at all an instance will refuse, and say so.
    let Ok(found) = interfaces(&bytes::Bytes::copy_from_slice(bundle)) else { return Vec::new() };
    let asked = |capability: Capability| manifest.capabilities.iter().any(|request| request.name == capability.name());
    // The kits for other languages than Rust import every interface, used or not: that tells nothing.
    if imported().all(|capability| found.imports.contains(interface_of(capability))) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for capability in imported() {
        let interface = interface_of(capability);
        match (found.imports.contains(interface), asked(capability)) {
            (true, false) => findings.push(Finding::new(
                "component.wasm",
                format!("it uses {interface}, for which the manifest does not ask"),
                format!("ask for the capability {capability} with a reason, or do not use it"),
            )),
            (false, true) if is_used_by_import(capability) => findings.push(Finding::new(
                "manifest.json",
                format!("it asks for {capability}, which the component does not use"),
                "take it out of capabilities: nobody should grant what is not used",
            )),
            _ => {}
        }
    }
    findings
}

/// The capabilities that open an interface of the kernel. Hooks are what a plugin exports, and every kit exports all.
fn imported() -> impl Iterator<Item = Capability> {
    Capability::ALL.into_iter().filter(|capability| *capability != Capability::Hooks)
}

/// Whether nothing uses a capability but a call of its interface. Telemetry keeps what a component prints too; who is told of events or
/// does jobs asks for the right to them, and may well cause none; documents and files of forms are kept by the right to files.
fn is_used_by_import(capability: Capability) -> bool {
    !matches!(capability, Capability::Telemetry | Capability::Events | Capability::Jobs | Capability::Blobs)
}

/// The interface that a capability opens.
fn interface_of(capability: Capability) -> &'static str {
    match capability {
        Capability::RegistryRead => "registry",
        other => other.name(),
    }
}
