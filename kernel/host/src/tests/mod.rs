//! The host with a real component that misbehaves, over a real SQLite database.

mod answers;
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
mod secrets;
mod trust;
mod words;
mod writes;
