//! The server as a whole, asked through its router.

mod access;
mod acts_pages;
mod blobs;
mod causes;
mod chaos;
mod duplicates;
mod edge;
mod editions;
mod exchange;
mod extracts;
mod founding;
mod fragments;
mod house;
mod idempotency;
mod notices;
mod office;
mod openapi;
mod people;
mod protection;
mod record_pages;
mod records;
mod rules;
mod session;
mod settings;
mod statistics;
mod wire;
