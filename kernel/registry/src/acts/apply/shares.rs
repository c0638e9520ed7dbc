//! Shares: subscribed, paid, given back.

use super::Case;
use crate::acts::data::{CapitalChange, Payment, Withdrawal};
use crate::money::Mad;

pub(super) fn capital_changed(case: &mut Case<'_>, change: &CapitalChange) {
    if change.subscribed.is_empty() && change.paid.is_empty() && change.withdrawn.is_empty() {
        case.add("/data", "required", "something changes");
    }
    for (at, one) in change.subscribed.iter().enumerate() {
        subscribe(case, &format!("/data/subscribed/{at}"), &one.number, one.shares, one.paid_mad);
    }
    for (at, payment) in change.paid.iter().enumerate() {
        pay(case, &format!("/data/paid/{at}"), payment);
    }
    for (at, withdrawal) in change.withdrawn.iter().enumerate() {
        withdraw(case, &format!("/data/withdrawn/{at}"), withdrawal);
    }
    let capital_min = case.pack.rules.capital_min_mad.value;
    if !change.withdrawn.is_empty() && case.state.capital.subscribed < capital_min {
        case.add("/data/withdrawn", "capital-min", format!("the capital stays at {capital_min} dirhams at least"));
    }
}

/// A member subscribes shares and pays a part of them at once.
pub(in crate::acts) fn subscribe(case: &mut Case<'_>, pointer: &str, number: &str, shares: u32, paid: Mad) {
    let share_value = case.state.capital.share_value;
    if share_value == Mad::ZERO {
        return case.add(
            pointer,
            "share-value",
            "the value of a share is not known; correct the opening balance first",
        );
    }
    let value = share_value.times(shares);
    let rule = case.pack.rules.paid_at_subscription.value;
    if shares == 0 {
        case.add(format!("{pointer}/shares"), "too-small", "a member subscribes one share at least");
    }
    if paid < Mad::ZERO || paid > value {
        case.add(format!("{pointer}/paid_mad"), "paid", format!("what is paid lies between 0 and {value} dirhams"));
    } else if !rule.is_reached(paid, value) {
        let message = format!("at least {}/{} of {value} dirhams is paid at once", rule.numerator, rule.denominator);
        case.add(format!("{pointer}/paid_mad"), "paid-at-subscription", message);
    }
    let day = case.act.effective_on;
    let Some(member) = case.state.members.get_mut(number).filter(|member| member.left_on.is_none()) else {
        return no_member(case, pointer);
    };
    member.shares = member.shares.saturating_add(shares);
    member.paid = member.paid.map(|before| before.plus(paid));
    if paid < value {
        member.owes_since = member.owes_since.or(Some(day));
    }
    let capital = &mut case.state.capital;
    capital.subscribed = capital.subscribed.plus(value);
    capital.paid = capital.paid.map(|before| before.plus(paid));
    if !capital.subscribed.is_within() {
        case.add(pointer, "too-large", "the capital is more than the register takes");
    }
}

fn pay(case: &mut Case<'_>, pointer: &str, payment: &Payment) {
    let share_value = case.state.capital.share_value;
    let Some(member) = case.state.members.get_mut(&payment.number).filter(|member| member.left_on.is_none()) else {
        return no_member(case, pointer);
    };
    let value = member.share_value.unwrap_or(share_value).times(member.shares);
    let Some(before) = member.paid else {
        return case.add(
            pointer,
            "paid-unknown",
            "what this member paid before is not known; correct the opening balance",
        );
    };
    let after = before.plus(payment.amount_mad);
    if payment.amount_mad <= Mad::ZERO || after > value {
        let rest = value.minus(before);
        return case.add(format!("{pointer}/amount_mad"), "paid", format!("{rest} dirhams are still to be paid"));
    }
    member.paid = Some(after);
    if after == value {
        member.owes_since = None;
        member.noticed_on = None;
    }
    let capital = &mut case.state.capital;
    capital.paid = capital.paid.map(|before| before.plus(payment.amount_mad));
}

fn withdraw(case: &mut Case<'_>, pointer: &str, withdrawal: &Withdrawal) {
    let share_value = case.state.capital.share_value;
    let Some(member) = case.state.members.get_mut(&withdrawal.number).filter(|member| member.left_on.is_none()) else {
        return no_member(case, pointer);
    };
    if withdrawal.shares == 0 || withdrawal.shares >= member.shares {
        let held = member.shares;
        let message = format!("a member who stays gives back fewer than all of {held} shares");
        return case.add(format!("{pointer}/shares"), "shares", message);
    }
    let one = member.share_value.unwrap_or(share_value);
    let value = one.times(withdrawal.shares);
    member.shares = member.shares.saturating_sub(withdrawal.shares);
    let rest = one.times(member.shares);
    let paid_back = member.paid.map(|paid| paid.minus(rest).max(Mad::ZERO));
    if let Some(back) = paid_back {
        member.paid = member.paid.map(|paid| paid.minus(back));
    }
    if member.paid == Some(rest) {
        member.owes_since = None;
    }
    let capital = &mut case.state.capital;
    capital.subscribed = capital.subscribed.minus(value).max(Mad::ZERO);
    capital.paid = capital.paid.zip(paid_back).map(|(paid, back)| paid.minus(back));
}

pub(in crate::acts) fn no_member(case: &mut Case<'_>, pointer: &str) {
    case.add(format!("{pointer}/number"), "no-member", "no member has this number");
}
