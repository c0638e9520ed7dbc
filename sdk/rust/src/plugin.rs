//! The trait that a plugin implements, and the macro that makes a component of it.

use serde_json::Value;

use crate::bindings::exports::tiwizi::plugin::http_handler as http;
use crate::bindings::exports::tiwizi::plugin::{event_handler, hooks as hook, job_handler, ui};
use crate::bindings::tiwizi::plugin::types;
use crate::calls::Asked;
use crate::events::{Event, Outcome};
use crate::hooks::{Proposal, Verdict};
use crate::jobs::Job;
use crate::ui::{Fragment, Slot};
use crate::{Answer, Error, Request};

/// A plugin. Every function has an answer already, so that a plugin says only what it does otherwise.
pub trait Plugin {
    /// Runs once, when the plugin is installed, as the system: writes the plugin's first records.
    ///
    /// # Errors
    /// An error refuses the installation and leaves nothing.
    fn init() -> Result<(), Error> {
        Ok(())
    }

    /// Brings what version `from` left into the form that this version expects, as the system: a step, and where the next one
    /// begins; none when all is done. Nothing is stored before the last step.
    ///
    /// Only records, values by key, settings and the log are there; all else answers `unavailable`.
    ///
    /// # Errors
    /// An error refuses the upgrade and leaves everything as it was.
    fn migrate(from: &str, cursor: Option<&str>) -> Result<Option<String>, Error> {
        let (_, _) = (from, cursor);
        Ok(None)
    }

    /// Tells whether the plugin can work.
    ///
    /// # Errors
    /// What it lacks.
    fn health() -> Result<(), Error> {
        Ok(())
    }

    /// Answers a request below `/p/<plugin>/`. The call's writes become durable after the answer, unless it is an error.
    ///
    /// # Errors
    /// An error becomes a problem for the user, and the call's writes are given up.
    fn handle(request: &Request) -> Result<Answer, Error> {
        Err(Error::not_found(format!("nothing answers {}", request.path)))
    }

    /// Looks at a write before it happens; the manifest says at which. It may read, and may not write. See [`crate::hooks`].
    fn before(_proposal: &Proposal) -> Verdict {
        Verdict::Pass
    }

    /// Answers another plugin, for the contracts that the manifest provides. What it writes is kept or given up with the other's call. See
    /// [`crate::calls`].
    ///
    /// # Errors
    /// An error is handed on to the other plugin, and what was written here is given up.
    fn invoke(asked: &Asked) -> Result<Value, Error> {
        Err(Error::not_found(format!("nothing answers {}", asked.method)))
    }

    /// Makes a part of one of the kernel's pages; the manifest says of which. It may read, and may not write. See [`crate::ui`].
    ///
    /// # Errors
    /// An error leaves the part out.
    fn render(_slot: &Slot) -> Result<Option<Fragment>, Error> {
        Ok(None)
    }

    /// Is told of a change or of another plugin's event; the manifest says of which. It acts as the system. See [`crate::events`].
    fn on_event(event: &Event) -> Outcome {
        Outcome::Reject(format!("nothing is done about {}", event.subscription))
    }

    /// Works in the background; the manifest says at what. It acts as the system. See [`crate::jobs`].
    fn run_job(job: &Job) -> Outcome {
        Outcome::Reject(format!("nothing does {}", job.name))
    }
}

/// The version of the contract that components of this kit are built for. It must be the `api` of the manifest.
pub const API_VERSION: &str = "1.0";

/// The same, as it stands in the component.
#[doc(hidden)]
pub const API_VERSION_BYTES: [u8; 3] = *b"1.0";

/// Makes the component of a type that implements [`Plugin`]: once per crate, at its root.
///
/// The component also says for which version of the contract it was built; the kernel reads that before it compiles anything.
#[macro_export]
macro_rules! export {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[expect(unsafe_code, reason = "the component's exports have fixed symbol names; wit-bindgen writes them")]
        const _: () = {
            #[used]
            #[unsafe(link_section = "tiwizi:api-version")]
            static API_VERSION: [u8; 3] = $crate::exports::API_VERSION_BYTES;
            struct Exported;
            impl $crate::exports::bindings::exports::tiwizi::plugin::lifecycle::Guest for Exported {
                fn init() -> Result<(), $crate::exports::bindings::tiwizi::plugin::types::Error> {
                    $crate::exports::init::<$plugin>()
                }
                fn migrate(
                    from: ::std::string::String,
                    cursor: ::std::option::Option<::std::string::String>,
                ) -> Result<
                    ::std::option::Option<::std::string::String>,
                    $crate::exports::bindings::tiwizi::plugin::types::Error,
                > {
                    $crate::exports::migrate::<$plugin>(&from, cursor.as_deref())
                }
                fn health() -> Result<(), $crate::exports::bindings::tiwizi::plugin::types::Error> {
                    $crate::exports::health::<$plugin>()
                }
            }
            impl $crate::exports::bindings::exports::tiwizi::plugin::http_handler::Guest for Exported {
                fn handle(
                    request: $crate::exports::bindings::exports::tiwizi::plugin::http_handler::Request,
                ) -> $crate::exports::bindings::exports::tiwizi::plugin::http_handler::Answer {
                    $crate::exports::handle::<$plugin>(request)
                }
            }
            impl $crate::exports::bindings::exports::tiwizi::plugin::hooks::Guest for Exported {
                fn before(
                    proposal: $crate::exports::bindings::exports::tiwizi::plugin::hooks::Proposal,
                ) -> $crate::exports::bindings::exports::tiwizi::plugin::hooks::Verdict {
                    $crate::exports::before::<$plugin>(proposal)
                }
            }
            impl $crate::exports::bindings::exports::tiwizi::plugin::contract_provider::Guest for Exported {
                fn invoke(
                    plugin: ::std::string::String,
                    contract: ::std::string::String,
                    method: ::std::string::String,
                    payload: ::std::string::String,
                ) -> Result<::std::string::String, $crate::exports::bindings::tiwizi::plugin::types::Error> {
                    $crate::exports::invoke::<$plugin>(plugin, contract, method, payload)
                }
            }
            impl $crate::exports::bindings::exports::tiwizi::plugin::ui::Guest for Exported {
                fn render(
                    slot: ::std::string::String,
                    input: ::std::string::String,
                ) -> Result<
                    ::std::option::Option<$crate::exports::bindings::exports::tiwizi::plugin::ui::Fragment>,
                    $crate::exports::bindings::tiwizi::plugin::types::Error,
                > {
                    $crate::exports::render::<$plugin>(slot, input)
                }
            }
            impl $crate::exports::bindings::exports::tiwizi::plugin::event_handler::Guest for Exported {
                fn on_event(
                    event: $crate::exports::bindings::exports::tiwizi::plugin::event_handler::Event,
                ) -> $crate::exports::bindings::tiwizi::plugin::types::Outcome {
                    $crate::exports::on_event::<$plugin>(event)
                }
            }
            impl $crate::exports::bindings::exports::tiwizi::plugin::job_handler::Guest for Exported {
                fn run(
                    job: $crate::exports::bindings::exports::tiwizi::plugin::job_handler::Job,
                ) -> $crate::exports::bindings::tiwizi::plugin::types::Outcome {
                    $crate::exports::run_job::<$plugin>(job)
                }
            }
    $crate::exports::export_component!(Exported with_types_in $crate::exports::bindings);
        };
    };
}

/// Calls [`Plugin::init`].
///
/// # Errors
/// What the plugin answers.
pub fn init<Exported: Plugin>() -> Result<(), types::Error> {
    Exported::init().map_err(Error::into_wire)
}

/// Calls [`Plugin::migrate`].
///
/// # Errors
/// What the plugin answers.
pub fn migrate<Exported: Plugin>(from: &str, cursor: Option<&str>) -> Result<Option<String>, types::Error> {
    Exported::migrate(from, cursor).map_err(Error::into_wire)
}

/// Calls [`Plugin::health`].
///
/// # Errors
/// What the plugin answers.
pub fn health<Exported: Plugin>() -> Result<(), types::Error> {
    Exported::health().map_err(Error::into_wire)
}

/// Calls [`Plugin::handle`].
pub fn handle<Exported: Plugin>(request: http::Request) -> http::Answer {
    Exported::handle(&Request::from_wire(request)).unwrap_or_else(Answer::Problem).into_wire()
}

/// Calls [`Plugin::before`].
pub fn before<Exported: Plugin>(proposal: hook::Proposal) -> hook::Verdict {
    Exported::before(&Proposal::from_wire(proposal)).into_wire()
}

/// Calls [`Plugin::invoke`].
///
/// # Errors
/// What the plugin answers.
pub fn invoke<Exported: Plugin>(
    plugin: String,
    contract: String,
    method: String,
    payload: String,
) -> Result<String, types::Error> {
    let answer = Exported::invoke(&Asked::new(plugin, contract, method, payload)).map_err(Error::into_wire)?;
    Ok(answer.to_string())
}

/// Calls [`Plugin::render`].
///
/// # Errors
/// What the plugin answers.
pub fn render<Exported: Plugin>(slot: String, input: String) -> Result<Option<ui::Fragment>, types::Error> {
    let fragment = Exported::render(&Slot::new(slot, input)).map_err(Error::into_wire)?;
    Ok(fragment.map(|Fragment { template, title, data }| ui::Fragment { template, title, data: data.to_string() }))
}

/// Calls [`Plugin::on_event`].
pub fn on_event<Exported: Plugin>(event: event_handler::Event) -> types::Outcome {
    Exported::on_event(&Event::from_wire(event)).into_wire()
}

/// Calls [`Plugin::run_job`].
pub fn run_job<Exported: Plugin>(job: job_handler::Job) -> types::Outcome {
    Exported::run_job(&Job::from_wire(job)).into_wire()
}
