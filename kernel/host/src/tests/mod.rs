//! The host with a real component that misbehaves, over a real SQLite database.

mod answers;
mod back;
mod bounds;
mod calls;
mod config;
mod events;
mod exports;
mod here;
mod hooks;
mod house;
mod http_out;
mod installs;
mod jobs;
mod kv;
mod outside;
mod remove;
mod secrets;
mod trust;
mod upgrade;
mod words;
mod writes;
