//! The host with a real component that misbehaves, over a real SQLite database.

mod answers;
mod back;
mod blobs;
mod bounds;
mod calls;
mod calls_between;
mod config;
mod exports;
mod fragments;
mod here;
mod hooks;
mod house;
mod http_out;
mod installs;
mod kv;
mod notify;
mod outside;
mod remove;
mod secrets;
mod trust;
mod upgrade;
mod words;
mod writes;
