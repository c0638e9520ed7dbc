//! The plugin host: the one place that knows wasmtime.
//!
//! A plugin is a WebAssembly component from a bundle. Each call runs in a fresh instance with bounds on processor time, wall time,
//! memory, stack, host calls, log and answer, on threads of its own; what it reads and writes goes through a unit of work as the
//! caller, and is committed only after it has answered well. It gets the interfaces of `sdk/wit/v1`, and behind each of them only
//! what an administrator granted.
//!
//! This crate knows nothing of the HTTP that comes in and renders nothing: an answer is data.
//!
//! Invariant: what a guest does wrong ends its own call and nothing else.

mod answer;
mod bindings;
mod bounds;
mod breaker;
pub mod bundle;
mod cache;
mod call;
mod capability;
mod capture;
mod cause;
mod chain;
mod compile;
mod component;
mod configuration;
mod edition;
mod engine;
mod events;
mod exports;
mod failure;
mod fragment;
mod gate;
mod guest;
mod guests;
mod hooks;
mod host;
mod imports;
mod inspect;
mod install;
mod installed;
mod keeper;
mod leftovers;
mod links;
mod load;
mod log;
mod log_file;
mod measure;
mod metrics;
mod observe;
mod outbound;
mod plugin;
mod precompiled;
mod press;
mod quarantine;
mod recorded;
mod refusal;
mod remove;
mod request;
mod requirers;
mod runtime;
mod schedules;
mod secrets;
mod sent;
mod settings;
mod text;
pub mod trust;
mod upgrade;
mod uploads;
mod usage;
mod version;
mod watch;
mod whereabouts;
mod work;

#[cfg(test)]
mod tests;

pub use answer::{Answer, AnswerError};
pub use bounds::{BoundChange, BoundView, PluginUsage};
pub use breaker::HookState;
pub use bundle::BundleError;
pub use cache::CacheError;
pub use call::CallError;
pub use capability::{Capability, CapabilityError, Grants};
pub use capture::{
    Capture, CaptureError, CaptureReadError, CaptureView, Captures, Replay, ReplayEnd, ReplayError, replay,
};
pub use cause::Cause;
pub use compile::{CompileError, Compiler, SUBCOMMAND as COMPILE_SUBCOMMAND, compile_component};
pub use component::{ComponentError, Interfaces, InterfacesError, interfaces};
pub use configuration::{SettingChange, SettingView};
pub use edition::{Answered, Edition, WeakEdition};
pub use fragment::{Fragment, FragmentPage};
pub use guests::Guests;
pub use hooks::Hooks;
pub use host::Host;
pub use inspect::Inspection;
pub use install::InstallError;
pub use links::BlobLink;
pub use load::LoadError;
pub use log::Level;
pub use log_file::{LogAuthor, LogFile, LogFollower, LogLine};
pub use metrics::{MetricNumbers, MetricView, PLUGIN_BUCKETS};
pub use observe::{CallTrace, Metering, SeenCall, SeenCount, Workbench};
pub use outbound::{AddressRange, AddressRangeError, OutboundSettings, Roots, RootsError, StandIn, StandInAnswer};
pub use plugin::{Asset, CapabilityView, HookView, LibraryList, PluginState, PluginView};
pub use press::{Press, SUBCOMMAND as PRESS_SUBCOMMAND, Sheet, set_document};
pub use remove::{RemoveError, Removed};
pub use request::{Request, SentFile};
pub use requirers::Requirer;
pub use secrets::SecretView;
pub use settings::{Enabled, HostError, HostSettings};
pub use trust::{Acceptance, TrustError};
pub use upgrade::{
    BeforeView, CapabilityChange, Change, Difference, FieldChange, KindChange, MigrationReport, Rehearsal,
    RollbackError, RolledBack, Stage, Upgrade, UpgradeError, Upgraded, Watch,
};
pub use usage::{UsageView, Used};
pub use version::{ContractVersion, VersionError};
pub use work::{Left, Outcome, Work};
