//! The kernel's interfaces, answered from a capture.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasmtime::component::HasSelf;
use wasmtime_wasi::{WasiCtxView, WasiView};

use crate::capture::wire::CapturedCall;
use crate::guest::budget::Stop;
use crate::guest::limiter::Limiter;
use crate::guest::wasi::{Output, Wasi};
use crate::observe::list::each_interface;
use crate::observe::list::names::*;

/// Interfaces to which a guest says sentences: they are blanked as a whole and never the same again.
const SAID: [&str; 2] = ["telemetry.", "i18n."];

/// The state of a replay.
pub(super) struct Desk {
    pub(super) calls: Vec<CapturedCall>,
    pub(super) place: usize,
    pub(super) different: Vec<(usize, String)>,
    pub(super) limiter: Limiter,
    pub(super) wasi: Wasi,
}

/// How the linker comes to a replay's state.
pub(super) type Replayed = HasSelf<Desk>;

/// The guest asks something else than what was captured next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the guest asks {asked}, which is not what was captured")]
pub(super) struct Diverged {
    pub(super) call: usize,
    pub(super) captured: Option<String>,
    pub(super) asked: String,
}

impl Desk {
    /// The captured answer of the next call, if it is this one.
    fn answer<Answer: DeserializeOwned>(&mut self, name: &str, arguments: &impl Serialize) -> wasmtime::Result<Answer> {
        let number = self.place.saturating_add(1);
        let found = self.calls.get(self.place);
        let diverged = |captured: Option<String>| {
            wasmtime::Error::new(Diverged { call: number, captured, asked: name.replace('_', "-") })
        };
        let Some(call) = found.filter(|call| call.name == name) else {
            return Err(diverged(found.map(|call| call.name.replace('_', "-"))));
        };
        self.place = number;
        let is_looked_at = !SAID.iter().any(|interface| name.starts_with(interface));
        if is_looked_at && serde_json::to_value(arguments).ok().as_ref() != Some(&call.arguments) {
            self.different.push((number, name.replace('_', "-")));
        }
        match &call.answer {
            None => Err(wasmtime::Error::new(Stop::HostCalls)),
            Some(answer) => serde_json::from_value(answer.clone())
                .map_err(|_| diverged(Some(format!("{} with an answer of another form", call.name.replace('_', "-"))))),
        }
    }
}

impl WasiView for Desk {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi.view(Output::Logged)
    }
}

impl types::Host for Desk {}

macro_rules! answered {
    ($($interface:ident { $($functions:tt)* })*) => {
        $(impl $interface::Host for Desk { functions! { $interface $($functions)* } })*
    };
}

macro_rules! functions {
    ($interface:ident) => {};
    ($interface:ident async fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty; $($rest:tt)*) => {
        async fn $name(&mut self, $($argument: $type),*) -> wasmtime::Result<$answer> {
            self.answer(concat!(stringify!($interface), ".", stringify!($name)), &($(&$argument,)*))
        }
        functions! { $interface $($rest)* }
    };
    ($interface:ident fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty; $($rest:tt)*) => {
        fn $name(&mut self, $($argument: $type),*) -> wasmtime::Result<$answer> {
            self.answer(concat!(stringify!($interface), ".", stringify!($name)), &($(&$argument,)*))
        }
        functions! { $interface $($rest)* }
    };
}

each_interface!(answered);
