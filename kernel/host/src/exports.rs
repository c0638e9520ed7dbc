//! What a component offers to the kernel: `lifecycle` always, and of the other interfaces those that it has.
//!
//! An interface is looked up once, when the plugin is loaded. One that is there with other types is refused; one that is not there is
//! missed only by a manifest that declares something for it. A new interface is a line in `optional!`, and one in `needed` if a
//! declaration asks for it.

use std::sync::Arc;

use tiwizi_records::Manifest;
use wasmtime::component::{Instance, InstancePre};
use wasmtime::{AsContextMut, Store};

use crate::bindings::exports::tiwizi::plugin as wire;
use crate::call::CallError;
use crate::guest::state::CallState;

/// A component that fits the kernel's interfaces, ready to be instantiated.
#[derive(Clone)]
pub(crate) struct Prepared {
    pre: InstancePre<CallState>,
    exports: Arc<Exports>,
}

impl Prepared {
    /// Looks the exports up.
    ///
    /// # Errors
    /// When `lifecycle` is missing, or an export has other types than those of this kernel.
    pub(crate) fn new(pre: InstancePre<CallState>) -> wasmtime::Result<Self> {
        let exports = Arc::new(Exports::find(&pre)?);
        Ok(Self { pre, exports })
    }

    pub(crate) async fn instantiate(&self, store: &mut Store<CallState>) -> wasmtime::Result<Instance> {
        self.pre.instantiate_async(store).await
    }

    pub(crate) fn exports(&self) -> &Arc<Exports> {
        &self.exports
    }
}

macro_rules! optional {
    ($($(#[$doc:meta])* $export:ident = $name:literal;)*) => {
        /// Where the exports of a component are.
        pub(crate) struct Exports {
            lifecycle: wire::lifecycle::GuestIndices,
            $($export: Option<wire::$export::GuestIndices>,)*
        }

        impl Exports {
            /// Looks the exports of a component up.
            ///
            /// # Errors
            /// When `lifecycle` is missing, or an export has other types than those of this kernel.
            pub(crate) fn find<State: 'static>(pre: &InstancePre<State>) -> wasmtime::Result<Self> {
                Ok(Self {
                    lifecycle: wire::lifecycle::GuestIndices::new(pre)?,
                    $($export: match is_there(pre, $name) {
                        true => Some(wire::$export::GuestIndices::new(pre)?),
                        false => None,
                    },)*
                })
            }

            /// Whether the component has an interface.
            pub(crate) fn has(&self, name: &str) -> bool {
                match name {
                    $($name => self.$export.is_some(),)*
                    _ => false,
                }
            }

            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// `Lacks` when the component does not have it.
                pub(crate) fn $export(&self) -> Result<&wire::$export::GuestIndices, CallError> {
                    self.$export.as_ref().ok_or(CallError::Lacks { export: $name })
                }
            )*
        }
    };
}

optional! {
    /// Requests below the plugin's address.
    http_handler = "http-handler";
    /// A look at a write before it happens.
    hooks = "hooks";
    /// The questions of other plugins.
    contract_provider = "contract-provider";
    /// Parts of the kernel's pages.
    ui = "ui";
    /// What follows from changes and from other plugins' events.
    event_handler = "event-handler";
    /// The plugin's work in the background.
    job_handler = "job-handler";
}

impl Exports {
    /// What the kernel asks of a plugin itself.
    pub(crate) fn lifecycle(
        &self,
        store: impl AsContextMut,
        instance: &Instance,
    ) -> wasmtime::Result<wire::lifecycle::Guest> {
        self.lifecycle.load(store, instance)
    }
}

/// The interfaces that the declarations of a manifest need, each with the place of those declarations.
fn needed(manifest: &Manifest) -> impl Iterator<Item = (&'static str, &'static str)> {
    let declared = [
        ("http-handler", "/routes", !manifest.routes.is_empty()),
        ("hooks", "/hooks", !manifest.hooks.is_empty()),
        ("contract-provider", "/provides", !manifest.provides.is_empty()),
        ("ui", "/slots", !manifest.slots.is_empty()),
        ("event-handler", "/events", !manifest.events.is_empty()),
        ("job-handler", "/jobs", !manifest.jobs.is_empty()),
    ];
    declared.into_iter().filter(|(.., is_declared)| *is_declared).map(|(export, pointer, _)| (export, pointer))
}

/// The first interface that a manifest needs and the component lacks, with the place of the declarations that need it.
pub(crate) fn lacking(manifest: &Manifest, exports: &Exports) -> Option<(&'static str, &'static str)> {
    needed(manifest).find(|(export, _)| !exports.has(export))
}

fn is_there<State: 'static>(pre: &InstancePre<State>, name: &str) -> bool {
    pre.component().get_export_index(None, format!("tiwizi:plugin/{name}@1.0.0")).is_some()
}
