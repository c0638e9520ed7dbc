//! The system from outside: the real program on real databases, through its command line, its HTTP interface and a
//! browser. One file for each question that an operator or a user would ask.

mod accounts;
mod acts;
mod acts_pages;
mod api;
mod authoring;
mod bank_calls;
mod bank_desk;
mod bank_improve;
mod bank_plan;
mod bank_public;
mod bank_team;
mod batch;
mod browser;
mod calendar;
mod cases;
mod certificates;
mod chaos;
mod compile;
mod cooperative;
mod corpus;
mod crash;
mod credentials;
mod database;
mod develop;
mod duplicates;
mod exchange;
#[cfg(test)]
mod federation;
#[cfg(test)]
mod five_women;
mod founding;
#[cfg(test)]
mod hostile;
mod idempotency;
mod import;
#[cfg(test)]
mod injection;
mod journey;
mod languages;
#[cfg(test)]
mod laws;
mod libraries;
mod limits;
mod load;
#[cfg(test)]
mod market_shop;
mod numbers;
mod oci;
mod office;
mod people;
mod protection;
mod reactions;
mod refusals;
mod register;
mod removal;
mod starts;
mod statistics;
mod stop;
#[cfg(test)]
mod storage;
mod stranger;
mod training;
mod trust;
mod upgrade;
mod workshop;
