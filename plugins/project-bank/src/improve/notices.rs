//! Who is told of a proposal: the trainers when one waits, and whoever sent it when somebody has decided.
//!
//! No notice tells who sent a proposal. A person can send one and take it back as often as they like, so trainers are not told of each: of a model of
//! which some were taken back on the same day, the next ones wait on the trainers' page without a notice.

use tiwizi_sdk::notify::Message;
use tiwizi_sdk::{Error, Find, Language, Store, Texts, context};

use super::kinds::{Proposal, Proposer, Standing};

/// Proposals to one model that were taken back on one day, after which trainers get no notice of the next.
pub(crate) const BACK_MAX: u32 = 3;
const DAY_MS: u64 = 86_400_000;
/// Whoever decides.
const TRAINER: &str = "trainer";

/// Tells all trainers that a proposal waits.
///
/// # Errors
/// As those of the store and of notices.
pub(super) fn waits(proposal: &Proposal, title: &Texts) -> Result<(), Error> {
    if is_much_taken_back(&proposal.model)? {
        return Ok(());
    }
    let message = Message::new("notice-proposal-waits")
        .value("number", proposal.number)
        .value("model", named(title))
        .link(format!("/proposals/{}/{}", proposal.model, proposal.number));
    match message.to_role(TRAINER, None) {
        // It was sent all the same: it waits on the trainers' page.
        Err(error) if error.is("denied") || error.is("over-limit") => Ok(()),
        told => told,
    }
}

fn is_much_taken_back(model: &str) -> Result<bool, Error> {
    let back = Find::new().equal(Proposal::MODEL, model).equal(Proposal::STANDING, Standing::Withdrawn);
    let newest = Store::list(&back.sort_descending(Proposal::NUMBER).limit(BACK_MAX))?.items;
    let since = context::now().saturating_sub(DAY_MS);
    let of_the_day = newest.iter().filter(|proposal| proposal.body.at > since).count();
    Ok(u32::try_from(of_the_day).unwrap_or(u32::MAX) >= BACK_MAX)
}

/// Tells whoever sent a proposal what became of it.
///
/// # Errors
/// As those of notices.
pub(super) fn decided(proposer: &Proposer, proposal: &Proposal, title: &Texts) -> Result<(), Error> {
    let (taken, all) = (proposal.taken_changes(), proposal.changes.len());
    let word = match taken {
        0 => "declined",
        _ if taken == all => "taken",
        _ => "partly",
    };
    let message = Message::new(format!("notice-proposal-{word}"))
        .value("number", proposal.number)
        .value("model", named(title))
        .link(format!("/plans/{}/improve", proposer.plan));
    match message.to_person(&proposer.person) {
        Err(error) if error.is("denied") => Ok(()),
        told => told,
    }
}

/// A notice has the same values in every language, so it names the model in both.
fn named(title: &Texts) -> String {
    format!("{} – {}", title.best(Language::Arabic), title.best(Language::French))
}
