//! The kernel's interfaces, each function looked at on its way to `imports`.

use wasmtime::component::HasData;

use super::list::each_interface;
use super::list::names::*;
use crate::guest::state::CallState;

/// The state of a call, looked at.
pub(crate) struct Seen<'a>(pub(crate) &'a mut CallState);

/// How the linker comes from a store's state to what is linked.
pub(crate) struct Observed;

impl HasData for Observed {
    type Data<'a> = Seen<'a>;
}

impl types::Host for Seen<'_> {}

macro_rules! seen {
    ($($interface:ident { $($functions:tt)* })*) => {
        $(impl $interface::Host for Seen<'_> { functions! { $interface $($functions)* } })*
    };
}

macro_rules! functions {
    ($interface:ident) => {};
    ($interface:ident async fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty; $($rest:tt)*) => {
        async fn $name(&mut self, $($argument: $type),*) -> wasmtime::Result<$answer> {
            let name = concat!(stringify!($interface), ".", stringify!($name));
            let Some(begun) = self.0.observer.begin(name, &($(&$argument,)*)) else {
                return $interface::Host::$name(self.0, $($argument),*).await;
            };
            let answer = $interface::Host::$name(self.0, $($argument),*).await;
            self.0.observer.end(begun, &answer);
            answer
        }
        functions! { $interface $($rest)* }
    };
    ($interface:ident fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty; $($rest:tt)*) => {
        fn $name(&mut self, $($argument: $type),*) -> wasmtime::Result<$answer> {
            let name = concat!(stringify!($interface), ".", stringify!($name));
            let begun = self.0.observer.begin(name, &($(&$argument,)*));
            let answer = $interface::Host::$name(self.0, $($argument),*);
            if let Some(begun) = begun {
                self.0.observer.end(begun, &answer);
            }
            answer
        }
        functions! { $interface $($rest)* }
    };
}

each_interface!(seen);
