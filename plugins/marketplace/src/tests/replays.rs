//! Any sequence of remittances, explanations, repayments and of taking them back, each form sent twice: the books are nothing together,
//! no order loses or makes money, and what is taken back is as if it had never been.

use proptest::prelude::*;
use serde_json::Value;
use tiwizi_sdk::{Answer, Request, native};

use super::buying::{gateway_tells, with_cards};
use super::holders::{form, holds, today};
use super::{balance, buy, call, market, page};
use crate::money::Centimes;
use crate::payment::reference;

#[derive(Debug, Clone)]
enum Step {
    Remit { reference: u8, amount: i64, fee: i64, pieces: Vec<usize>, part: Option<i64>, later: bool },
    More { remittance: usize, piece: usize, part: Option<i64> },
    Explain { remittance: usize, what: &'static str, amount: Option<i64>, piece: usize },
    Undo { remittance: usize },
    Arrive { remittance: usize },
    PayBack { debt: usize, reference: u8, by_holder: bool },
    PayNot { repayment: usize },
}

fn steps() -> impl Strategy<Value = Step> {
    let part = || prop::option::of(1i64..20_000);
    let what = prop::sample::select(&["kept", "sent-back", "fee", "lost", "refunded", "owed"][..]);
    prop_oneof![
        4 => (0u8..4, 0i64..40_000, 0i64..500, prop::collection::vec(0usize..3, 0..4), part(), any::<bool>())
            .prop_map(|(reference, amount, fee, pieces, part, later)| Step::Remit { reference, amount, fee, pieces, part, later }),
        2 => (0usize..4, 0usize..3, part()).prop_map(|(remittance, piece, part)| Step::More { remittance, piece, part }),
        4 => (0usize..4, what, part(), 0usize..3)
            .prop_map(|(remittance, what, amount, piece)| Step::Explain { remittance, what, amount, piece }),
        3 => (0usize..4).prop_map(|remittance| Step::Undo { remittance }),
        1 => (0usize..4).prop_map(|remittance| Step::Arrive { remittance }),
        1 => (0usize..2, 0u8..2, any::<bool>()).prop_map(|(debt, reference, by_holder)| Step::PayBack { debt, reference, by_holder }),
        1 => (0usize..2).prop_map(|repayment| Step::PayNot { repayment }),
    ]
}

fn written(amount: Option<i64>) -> String {
    amount.map(|amount| Centimes(amount).to_string()).unwrap_or_default()
}

/// The request of a step; none when there is nothing to do it to.
fn request(step: &Step) -> Option<Request> {
    let order = |piece: usize| {
        let number = native::bodies("held").get(piece).map(|held| held["number"].as_u64().unwrap_or_default());
        number.and_then(reference::of).unwrap_or_default()
    };
    let on = |kind: &str, at: usize| Some(native::ids(kind).get(at)?.clone());
    let version = |id: &str| page(&Request::get(&format!("/money/remittances/{id}"))).2["version"].to_string();
    let to = |id: &str, fields: &[(&str, &str)]| {
        let version = version(id);
        Request::post(&format!("/money/remittances/{id}"), &[&[("version", version.as_str())], fields].concat())
    };
    Some(match step {
        Step::Remit { reference, amount, fee, pieces, part, later } => {
            let parts: Vec<(String, String)> =
                native::ids("held").iter().map(|id| (format!("part-{id}"), written(*part))).collect();
            let mut more: Vec<(&str, &str)> = parts.iter().map(|(name, part)| (name.as_str(), part.as_str())).collect();
            more.push(("do", if *later { "announce" } else { "book" }));
            let sums = [written(Some(*amount)), written(Some(*fee)), format!("R10{reference}")];
            form("gateway", [&sums[0], &sums[1], &sums[2]], pieces, &more)
        }
        Step::More { remittance, piece, part } => to(
            &on("remittance", *remittance)?,
            &[("do", "more"), ("orders", &format!("{};{}", order(*piece), written(*part)))],
        ),
        Step::Explain { remittance, what, amount, piece } => {
            let (amount, order) = (written(*amount), order(*piece));
            to(
                &on("remittance", *remittance)?,
                &[("do", "explain"), ("what", what), ("amount", &amount), ("order", &order)],
            )
        }
        Step::Undo { remittance } => to(&on("remittance", *remittance)?, &[("do", "undo")]),
        Step::Arrive { remittance } => to(&on("remittance", *remittance)?, &[("do", "arrive")]),
        Step::PayBack { debt, reference, by_holder } => {
            let (id, day) = (on("debt", *debt)?, today());
            let by = if *by_holder { "holder" } else { "bank" };
            let reference = format!("VIR 10{reference}");
            let form = [("amount", "20"), ("reference", reference.as_str()), ("paid_on", day.as_str()), ("by", by)];
            Request::post(&format!("/money/owed/{id}"), &form)
        }
        Step::PayNot { repayment } => {
            let id = on("repayment", *repayment)?;
            let repayment: tiwizi_sdk::Entry<crate::debts::Repayment> = tiwizi_sdk::Store::get(&id).unwrap()?;
            Request::post(&format!("/money/repayments/{id}"), &[("version", &repayment.version.to_string())])
        }
    })
}

/// All that the plugin keeps of money.
fn kept() -> Vec<Vec<Value>> {
    ["posting", "held", "remittance", "settling", "debt", "repayment", "order"].map(native::bodies).to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn whatever_is_remitted_explained_and_taken_back_the_books_are_nothing_and_no_order_loses_or_makes_money(
        steps in prop::collection::vec(steps(), 1..24),
    ) {
        market();
        with_cards();
        for _ in 0..2 {
            buy("dattes-majhoul.1kg.1", "card");
        }
        for (at, transaction) in ["t1", "t2"].into_iter().enumerate() {
            call(&gateway_tells(transaction, "170.00", "paid", "shared"));
            prop_assert_eq!(native::bodies("held").len(), at + 1);
        }
        native::as_holder(&["registrar"]);
        for step in &steps {
            let Some(request) = request(step) else { continue };
            let answer = call(&request);
            prop_assert!(!matches!(&answer, Answer::Problem(_)), "{:?} {:?}", step, answer);
            holds("gateway");
            // The same form once more does nothing more.
            let before = kept();
            call(&request);
            prop_assert_eq!(&kept(), &before, "{:?} twice", step);
            let order = &native::bodies("order")[0];
            let (received, repaid) = (order["received"].as_i64().unwrap(), order["repaid"].as_i64().unwrap());
            let buyer = balance(&format!("buyer:{}", native::ids("order")[0]));
            prop_assert_eq!(buyer, 17_000 - received + repaid, "what the order counts is what its account says");
        }
        // All that was done can be taken back, and then it is as if nothing had been.
        let is_left = || {
            native::bodies("remittance").iter().any(|body| body["state"] != "undone")
                || native::bodies("repayment").iter().any(|body| body["paid"] == true)
        };
        for _ in 0..60 {
            if !is_left() {
                break;
            }
            let repaid: Vec<usize> = (0..native::ids("repayment").len()).collect();
            for at in repaid {
                request(&Step::PayNot { repayment: at }).map(|request| call(&request));
            }
            for at in (0..native::ids("remittance").len()).rev() {
                request(&Step::Undo { remittance: at }).map(|request| call(&request));
            }
        }
        prop_assert_eq!((balance("gateway"), balance("bank"), balance("difference:gateway")), (34_000, 0, 0));
        holds("gateway");
    }
}
