//! The server as a whole, asked through its router.

mod access;
mod edge;
mod house;
mod openapi;
mod record_pages;
mod records;
mod session;
mod wire;
