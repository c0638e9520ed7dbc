//! The host with a real component that misbehaves, over a real SQLite database.

mod answers;
mod back;
mod bounds;
mod calls;
mod config;
mod exports;
mod here;
mod hooks;
mod house;
mod http_out;
mod installs;
mod kv;
mod outside;
mod quarantine;
mod raw;
mod remove;
mod replay;
mod secrets;
mod trust;
mod upgrade;
mod usage;
mod words;
mod writes;
