//! The host with a real component that misbehaves, over a real SQLite database.

mod answers;
mod back;
mod bounds;
mod calls;
mod captures;
mod config;
mod exports;
mod here;
mod hooks;
mod house;
mod http_out;
mod installs;
mod kv;
mod outside;
mod remove;
mod secrets;
mod trust;
mod upgrade;
mod watched;
mod words;
mod writes;
