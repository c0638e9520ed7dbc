//! Whether the component and its manifest speak of the same capabilities: who grants should be asked for what is used, and for
//! nothing else.

use tiwizi_host::{Capability, interfaces};
use tiwizi_records::Manifest;

use super::Finding;

pub(super) fn check(bundle: &[u8], manifest: &Manifest) -> Vec<Finding> {
    // What cannot be read at all an instance will refuse, and say so.
    let Ok(found) = interfaces(&bytes::Bytes::copy_from_slice(bundle)) else { return Vec::new() };
    let asked = |capability: Capability| manifest.capabilities.iter().any(|request| request.name == capability.name());
    let mut findings = Vec::new();
    for capability in Capability::ALL {
        let interface = interface_of(capability);
        match (found.imports.contains(interface), asked(capability)) {
            (true, false) => findings.push(Finding::new(
                "component.wasm",
                format!("it uses {interface}, for which the manifest does not ask"),
                format!("ask for the capability {capability} with a reason, or do not use it"),
            )),
            (false, true) => findings.push(Finding::new(
                "manifest.json",
                format!("it asks for {capability}, which the component does not use"),
                "take it out of capabilities: nobody should grant what is not used",
            )),
            _ => {}
        }
    }
    findings
}

/// The interface that a capability opens.
fn interface_of(capability: Capability) -> &'static str {
    match capability {
        Capability::RegistryRead => "registry",
        other => other.name(),
    }
}
