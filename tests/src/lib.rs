//! The harness of the system tests: the real program, started as an operator starts it and used from outside.
//!
//! It knows the command line and the HTTP interface and nothing of the kernel's inside; only the databases are reached
//! directly, to make and to break them.

pub mod book;
pub mod browser;
pub mod client;
pub mod clock;
pub mod command;
pub mod demo;
pub mod fault_proxy;
pub mod guide;
pub mod instance;
pub mod load;
pub mod memory;
pub mod oci;
pub mod paths;
pub mod postgres;
pub mod seed;
pub mod stopwatch;

pub use client::{Answer, Client};
pub use fault_proxy::FaultProxy;
pub use instance::{Instance, Setting};
