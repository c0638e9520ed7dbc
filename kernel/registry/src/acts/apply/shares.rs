//! Shares: subscribed, paid, given back.

use super::Case;
use crate::acts::data::{CapitalChange, Payment, ShareCall, Withdrawal};
use crate::money::Mad;
use crate::rule_pack::Fraction;

pub(super) fn capital_changed(case: &mut Case<'_>, change: &CapitalChange) {
    let is_empty = change.subscribed.is_empty() && change.paid.is_empty() && change.withdrawn.is_empty();
    if is_empty && change.called.is_none() {
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
    if let Some(asked) = &change.called {
        call(case, asked);
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
    let debt = case.owed(case.act.effective_on, value.minus(paid));
    let Some(member) = case.state.members.get_mut(number).filter(|member| member.left_on.is_none()) else {
        return no_member(case, pointer);
    };
    member.shares = member.shares.map(|before| before.saturating_add(shares));
    member.paid = member.paid.map(|before| before.plus(paid));
    // What is paid at once is what was asked for.
    member.called = member.called.map(|before| before.plus(paid));
    if paid < value {
        member.debts.push(debt);
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
    let value = member.worth(share_value);
    let Some(before) = member.paid else {
        return case.add(
            pointer,
            "paid-unknown",
            "what this member paid before is not known; correct the opening balance",
        );
    };
    if member.shares.is_none() {
        return shares_unknown(case, pointer);
    }
    let after = before.plus(payment.amount_mad);
    if payment.amount_mad <= Mad::ZERO || after > value {
        let rest = value.minus(before);
        return case.add(format!("{pointer}/amount_mad"), "paid", format!("{rest} dirhams are still to be paid"));
    }
    member.paid = Some(after);
    member.called = member.called.map(|called| called.max(after));
    if member.called == Some(after) {
        member.due_on = None;
    }
    member.settle(payment.amount_mad);
    if after == value {
        member.debts.clear();
        member.noticed_on = None;
    }
    let capital = &mut case.state.capital;
    capital.paid = capital.paid.map(|before| before.plus(payment.amount_mad));
}

/// Asks for a part of the shares. Whoever paid as much owes nothing by it; nobody is asked to pay after the term of what is owed.
fn call(case: &mut Case<'_>, asked: &ShareCall) {
    let day = case.act.effective_on;
    if asked.denominator == 0 || asked.numerator == 0 || asked.numerator > asked.denominator {
        return case.add("/data/called/numerator", "part", "a call asks for a part of the shares, or for all");
    }
    if asked.due_on < day {
        return case.add("/data/called/due_on", "order", "a call is paid after it was made");
    }
    let part = Fraction { numerator: asked.numerator, denominator: asked.denominator };
    let share_value = case.state.capital.share_value;
    let (mut owing, mut late) = (0_u32, None);
    for (number, member) in case.state.members.iter_mut().filter(|(_, member)| member.left_on.is_none()) {
        let wanted = part.of(member.worth(share_value));
        let Some(paid) = member.paid.filter(|paid| *paid < wanted) else { continue };
        owing = owing.saturating_add(1);
        let term = member.pay_until();
        if term.is_some_and(|term| asked.due_on > term) {
            late = late.or_else(|| term.map(|term| (number.clone(), term)));
        }
        member.called = Some(wanted.max(paid));
        member.due_on = Some(asked.due_on);
    }
    if owing == 0 {
        case.add("/data/called", "paid", "all members have paid as much, or what they paid is not known");
    }
    if let Some((number, term)) = late {
        let message = format!("the member {number} has to pay the whole until {term}");
        case.add("/data/called/due_on", "balance-term", message);
    }
}

fn withdraw(case: &mut Case<'_>, pointer: &str, withdrawal: &Withdrawal) {
    let share_value = case.state.capital.share_value;
    let Some(member) = case.state.members.get_mut(&withdrawal.number).filter(|member| member.left_on.is_none()) else {
        return no_member(case, pointer);
    };
    let Some(held) = member.shares else { return shares_unknown(case, pointer) };
    if withdrawal.shares == 0 || withdrawal.shares >= held {
        let message = format!("a member who stays gives back fewer than all of {held} shares");
        return case.add(format!("{pointer}/shares"), "shares", message);
    }
    let one = member.share_value.unwrap_or(share_value);
    let value = one.times(withdrawal.shares);
    member.shares = Some(held.saturating_sub(withdrawal.shares));
    let rest = member.worth(share_value);
    let paid_back = member.paid.map(|paid| paid.minus(rest).max(Mad::ZERO));
    if let Some(back) = paid_back {
        member.paid = member.paid.map(|paid| paid.minus(back));
    }
    member.called = member.called.map(|called| called.min(rest).max(member.paid.unwrap_or_default()));
    if member.called == member.paid {
        member.due_on = None;
    }
    if let Some(paid) = member.paid {
        member.owe_at_most(rest.minus(paid));
    }
    let capital = &mut case.state.capital;
    capital.subscribed = capital.subscribed.minus(value).max(Mad::ZERO);
    capital.paid = capital.paid.zip(paid_back).map(|(paid, back)| paid.minus(back));
}

pub(in crate::acts) fn no_member(case: &mut Case<'_>, pointer: &str) {
    case.add(format!("{pointer}/number"), "no-member", "no member has this number");
}

fn shares_unknown(case: &mut Case<'_>, pointer: &str) {
    let message = "how many shares this member has is not known; correct the opening balance";
    case.add(format!("{pointer}/number"), "shares-unknown", message);
}
