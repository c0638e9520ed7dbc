//! What is done with proposals: sending one, taking it back, deciding on it, and telling whoever sent it.

use tiwizi_sdk::{Entry, Error, Find, Store, context};

use super::again::{Became, became};
use super::change::Change;
use super::kinds::{Proposal, Proposer, Standing};
use super::rebase::Chosen;
use super::take_over::{Refused, take_over};
use super::{OF_PLAN_MAX, OPEN_MAX, highest_named, notices};
use crate::kinds::{Model, OwnPlan};
use crate::lineage::Document;
use crate::team::access::seat_of;

/// What somebody sends.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) changes: Vec<Change>,
    pub(crate) why: String,
    pub(crate) experience: String,
}

/// A proposal, and from whom it comes.
pub(crate) type Known = (Entry<Proposer>, Entry<Proposal>);

/// From whom the proposals of a plan come, the newest first.
fn proposers(plan: &str) -> Result<Vec<Entry<Proposer>>, Error> {
    let find = Find::new().equal(Proposer::PLAN, plan).sort_descending(Proposer::AT).limit(OF_PLAN_MAX);
    Ok(Store::list(&find)?.items)
}

/// How many proposals of a plan wait, and the newest one that was decided on. What they all say is not read for it: every look at a plan asks.
///
/// # Errors
/// As those of the store.
pub(crate) fn summary(plan: &str) -> Result<(usize, Option<Proposal>), Error> {
    let proposers = proposers(plan)?;
    let open = proposers.iter().filter(|proposer| proposer.body.open).count();
    let decided = proposers.iter().find(|proposer| !proposer.body.open);
    let decided = decided.map(|proposer| Store::<Proposal>::get(&proposer.body.proposal)).transpose()?.flatten();
    Ok((open, decided.map(|entry| entry.body)))
}

/// The proposals of a plan, the newest first.
///
/// # Errors
/// As those of the store.
pub(crate) fn of_plan(plan: &str) -> Result<Vec<Known>, Error> {
    let mut proposals = Vec::new();
    for proposer in proposers(plan)? {
        let proposal = Store::<Proposal>::get(&proposer.body.proposal)?;
        proposals.extend(proposal.map(|proposal| (proposer, proposal)));
    }
    Ok(proposals)
}

/// The lines of a plan's own that the model has taken over, of the plan's proposals.
pub(crate) fn lines(known: &[Known]) -> Vec<Became> {
    known.iter().flat_map(|(_, proposal)| became(&proposal.body.changes)).collect()
}

/// Why the caller can propose nothing more of a plan now; nothing when they can.
///
/// # Errors
/// As those of the store; `sign-in` without a person.
pub(crate) fn is_full(plan: &Entry<OwnPlan>) -> Result<Option<&'static str>, Error> {
    let person = context::caller().person.ok_or_else(Error::sign_in)?;
    let find = Find::new().equal(Proposer::PERSON, person).equal(Proposer::MODEL, plan.body.model.as_str());
    if Store::count(&find.equal(Proposer::OPEN, true))? >= u64::from(OPEN_MAX) {
        return Ok(Some("too-many-open"));
    }
    let sent = Store::count(&Find::new().equal(Proposer::PLAN, plan.id.as_str()))?;
    Ok((sent >= u64::from(OF_PLAN_MAX)).then_some("too-many-of-plan"))
}

/// Sends a proposal of a plan to its model as it is, and tells those who decide that it waits.
///
/// # Errors
/// As those of the store; `sign-in` without a person.
pub(crate) fn send(plan: &Entry<OwnPlan>, model: &Model, sent: Sent) -> Result<(), Error> {
    let person = context::caller().person.ok_or_else(Error::sign_in)?;
    // A model that was copied has lines under the numbers of proposals to the other one.
    let named = highest_named(&Document::of(&serde_json::to_value(&model.plan)?));
    let number = Proposal::next_number(&plan.body.model)?.max(named.saturating_add(1));
    let proposal = Proposal {
        model: plan.body.model.clone(),
        number,
        version: model.version,
        standing: Standing::Open,
        changes: sent.changes,
        why: sent.why,
        experience: sent.experience,
        at: context::now(),
        remark: String::new(),
        decided_by: String::new(),
        made: None,
    };
    Store::create(&Proposer {
        proposal: Store::create(&proposal)?.id,
        person,
        plan: plan.id.clone(),
        model: plan.body.model.clone(),
        open: true,
        at: context::now(),
    })?;
    notices::waits(&proposal, &model.title)
}

/// Takes a proposal of a plan back, if nobody has decided: whether it is back. Of what it said nothing is left.
///
/// # Errors
/// As those of the store; `stale` when somebody decides at the same moment.
pub(crate) fn take_back(plan: &str, number: u32) -> Result<bool, Error> {
    let found = of_plan(plan)?.into_iter().find(|(_, proposal)| proposal.body.number == number);
    // Sent twice: it is back already.
    let Some((proposer, proposal)) = found else { return Ok(true) };
    if proposal.body.standing != Standing::Open {
        return Ok(false);
    }
    withdraw(&proposer, proposal).map(|()| true)
}

fn withdraw(proposer: &Entry<Proposer>, mut proposal: Entry<Proposal>) -> Result<(), Error> {
    if proposal.body.standing == Standing::Open {
        proposal.body.standing = Standing::Withdrawn;
        proposal.body.changes.clear();
        proposal.body.why.clear();
        proposal.body.experience.clear();
        Store::replace(&proposal)?;
    }
    Store::delete(proposer)
}

/// Lets go what a deleted plan proposed, as much as is left to this call: what nobody has decided on is taken back, and of the rest nothing tells
/// any more whose it was.
///
/// # Errors
/// As those of the store.
pub(crate) fn forget(plan: &str, left: &mut u32) -> Result<(), Error> {
    if *left == 0 {
        return Ok(());
    }
    for proposer in Store::list(&Find::new().equal(Proposer::PLAN, plan).limit(*left))?.items {
        match Store::<Proposal>::get(&proposer.body.proposal)? {
            Some(proposal) => withdraw(&proposer, proposal)?,
            None => Store::delete(&proposer)?,
        }
        *left = left.saturating_sub(1);
    }
    Ok(())
}

/// Whether the caller works on the plan that a proposal comes from.
///
/// # Errors
/// As those of the store.
pub(crate) fn is_own(proposal: &str) -> Result<bool, Error> {
    let (Some(person), Some(proposer)) = (context::caller().person, Proposer::of(proposal)?) else { return Ok(false) };
    let Proposer { person: sender, plan, .. } = proposer.body;
    let leads = || Ok::<bool, Error>(Store::<OwnPlan>::get(&plan)?.is_some_and(|plan| plan.body.person == person));
    Ok(sender == person || leads()? || seat_of(&plan, &person)?.is_some())
}

/// Decides on a proposal that is open: what was chosen becomes a correction of the model, and whoever sent it is told. Refused, nothing is done.
///
/// # Errors
/// As those of the store; `stale` when somebody else decides at the same moment.
pub(crate) fn decide(
    proposal: &Entry<Proposal>,
    model: Entry<Model>,
    chosen: &Chosen<'_>,
    remark: &str,
) -> Result<Result<(), Refused>, Error> {
    let before = Document::of(&serde_json::to_value(&model.body.plan)?);
    let title = model.body.title.clone();
    let noted = chosen.noted(&before);
    let is_taken = noted.iter().any(|change| change.taken);
    let version = match is_taken.then(|| take_over(model, chosen)).transpose()?.transpose() {
        Ok(version) => version,
        Err(refused) => return Ok(Err(refused)),
    };
    let mut decided = proposal.clone();
    let body = &mut decided.body;
    body.standing = if version.is_some() { Standing::Taken } else { Standing::Declined };
    body.changes = noted;
    remark.clone_into(&mut body.remark);
    body.decided_by = context::caller().account_id.unwrap_or_default();
    body.made = version;
    let proposal = Store::replace(&decided)?;
    if let Some(mut proposer) = Proposer::of(&proposal.id)? {
        proposer.body.open = false;
        let proposer = Store::replace(&proposer)?;
        notices::decided(&proposer.body, &proposal.body, &title)?;
    }
    Ok(Ok(()))
}
