//! Calls for projects: who is chosen, and why.
//!
//! A call says what counts how much, how the marks of a jury become one, what an application needs at least, how many are chosen and how many
//! places are kept for whom. From the call, the seed and the jury's sheets follows the ranking ([`rank`]), and nothing else has a part in it:
//! whoever has these three gets the same result, in whatever order the applications and the sheets came. Each applicant is told in so many
//! words why they are chosen, or why not and what place they have on the waiting list ([`Outcome`]).
//!
//! It is the sister of the fairs of the marketplace and has its words: the order of merit, quotas, the lot, the reasons. What differs: a jury
//! marks, so that marks have to become one ([`score`]); an application needs a threshold; the quotas of one call are of one kind, so that its
//! groups have nobody in common and no flow has to be reckoned; and the seed is drawn once after the last application, since an applicant
//! could make plans until one draws well against a seed that is known.
//!
//! The order of merit is: score; among equals what the call says, the criteria one after another or nothing; among these the lot.

mod call;
mod lot;
mod outcome;
mod rank;
mod score;
#[cfg(test)]
mod tests;

pub(crate) use call::{
    APPLICATIONS_MAX, Applicant, Application, Average, Call, Criterion, JURORS_MAX, Quota, QuotaOf, SCALES, Ties,
    WrongCall,
};
pub(crate) use outcome::{Because, Outcome};
pub(crate) use rank::{Ranked, rank};
