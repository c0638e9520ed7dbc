//! `tiwizi demo`: the nation and two regions with a synthetic register, federated; or, with `--alone`, one instance with the register of
//! the whole nation. Every plugin that was built is there, and an account for each role. A second start serves the data of the first.
//!
//! Everything is made by the code of the other commands: `init`, `register import`, `federation`, `agreement`, `plugin install`, `user
//! add`. Nothing is written past it.

mod agreeing;
mod alone;
mod federated;
mod filling;
mod joining;

use crate::arguments::Demo;

/// Where the passwords of an instance's accounts are kept, so that a second start can print them again.
const ACCOUNTS_FILE: &str = "demo-accounts.json";

pub(crate) async fn run(arguments: Demo) -> anyhow::Result<()> {
    if arguments.alone { alone::run(&arguments).await } else { federated::run(&arguments).await }
}
