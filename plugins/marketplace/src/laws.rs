//! Laws that hold for any sequence of orders, payments, refunds and payouts: the books are nothing together, the stock is never
//! negative, and sellers are paid their sales less commissions and refunds, to the centime.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::delivery::Way;
use crate::ledger::{self, Account, Balances, Holder, Posting, Unbooked};
use crate::money::{Centimes, Rate};
use crate::order::{Event, Line, Nature, Part, Reason, State};
use crate::payout::Claim;
use crate::stock::Stock;

const SELLERS: usize = 3;
const KEPT: u64 = 20;

/// A small market: three sellers with one product each, orders of one part, the books.
#[derive(Default)]
struct Market {
    now: u64,
    stocks: Vec<Stock>,
    orders: Vec<Order>,
    balances: Balances,
    booked: BTreeSet<String>,
    paid_out: [i64; SELLERS],
    /// Payouts that the bank has not confirmed.
    open: [Option<(String, Centimes)>; SELLERS],
    taken: u32,
    put_back: u32,
}

struct Order {
    seller: usize,
    part: Part,
    received: i64,
    repaid: i64,
}

#[derive(Debug, Clone)]
enum Step {
    Place { seller: usize, quantity: u32, price: i64, delivery: i64 },
    Happen { order: usize, event: Event },
    Pay { order: usize, centimes: i64 },
    GiveBack { order: usize, quantity: u32 },
    Repay { order: usize },
    PayOut { seller: usize },
    UndoPayout { seller: usize },
    ConfirmPayout { seller: usize },
    Settle { centimes: i64 },
    Wait { time: u64 },
    BookAgain { order: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let event = prop_oneof![
        Just(Event::Confirm),
        Just(Event::Prepare),
        Just(Event::Send),
        Just(Event::Deliver),
        Just(Event::Close),
        Just(Event::Cancel),
        Just(Event::Lapse),
        Just(Event::Refuse),
    ];
    prop_oneof![
        3 => (0..SELLERS, 1u32..6, 1i64..100_000, 0i64..5_000)
            .prop_map(|(seller, quantity, price, delivery)| Step::Place { seller, quantity, price, delivery }),
        8 => (0usize..8, event).prop_map(|(order, event)| Step::Happen { order, event }),
        2 => (0usize..8, 1i64..50_000).prop_map(|(order, centimes)| Step::Pay { order, centimes }),
        3 => (0usize..8, 0u32..5).prop_map(|(order, quantity)| Step::GiveBack { order, quantity }),
        2 => (0usize..8).prop_map(|order| Step::Repay { order }),
        2 => (0..SELLERS).prop_map(|seller| Step::PayOut { seller }),
        2 => (0..SELLERS).prop_map(|seller| Step::UndoPayout { seller }),
        1 => (0..SELLERS).prop_map(|seller| Step::ConfirmPayout { seller }),
        1 => (1i64..50_000).prop_map(|centimes| Step::Settle { centimes }),
        1 => (0u64..30).prop_map(|time| Step::Wait { time }),
        1 => (0usize..8).prop_map(|order| Step::BookAgain { order }),
    ]
}

fn gateway() -> Holder {
    Holder::Gateway(String::new())
}

impl Market {
    fn new() -> Self {
        Self { stocks: vec![Stock::of(12); SELLERS], ..Self::default() }
    }

    /// Books a posting once, as the records do, whose key is unique.
    fn book(&mut self, posting: Result<Posting, Unbooked>) {
        match posting {
            Ok(posting) if self.booked.insert(posting.key.clone()) => self.balances.add(posting.entries()),
            Ok(_) | Err(Unbooked::Empty) => {}
            Err(wrong) => panic!("{wrong:?}"),
        }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Place { seller, quantity, price, delivery } => self.place(seller, quantity, price, delivery),
            Step::Happen { order, event } if order < self.orders.len() => self.happen(order, event),
            Step::Pay { order, centimes } if order < self.orders.len() => {
                let proof = format!("{order}:{}", self.booked.len());
                self.orders[order].received += centimes;
                self.book(ledger::received(&order.to_string(), Account::Held(gateway()), Centimes(centimes), &proof));
            }
            Step::GiveBack { order, quantity } if order < self.orders.len() => {
                if matches!(self.orders[order].part.state, State::Delivered | State::Closed)
                    && self.orders[order].part.give_back(0, quantity, Reason::Withdrawal, self.now).is_ok()
                {
                    self.stocks[self.orders[order].seller].add(quantity).unwrap();
                    self.put_back += quantity;
                    self.book_returns(order);
                }
            }
            Step::Repay { order } if order < self.orders.len() => {
                let owed = -self.balances.of(&Account::Buyer(order.to_string()));
                if owed > 0 {
                    let owed = Centimes(i64::try_from(owed).unwrap());
                    let proof = format!("{order}:{}", self.booked.len());
                    self.orders[order].repaid += owed.0;
                    self.book(ledger::repaid(&order.to_string(), Account::Bank, owed, &proof));
                }
            }
            Step::PayOut { seller } => {
                let amount = self.claim(seller, Claim::of).payable(Centimes(self.paid_out[seller]));
                self.paid_out[seller] += amount.0;
                let id = self.booked.len().to_string();
                self.book(ledger::paid_out(&seller.to_string(), amount, &id));
                if amount > Centimes::ZERO {
                    self.open[seller] = Some((id, amount));
                }
            }
            // Until the bank confirms it, the last payout can be undone, once.
            Step::UndoPayout { seller } => {
                if let Some((id, amount)) = self.open[seller].take() {
                    self.paid_out[seller] -= amount.0;
                    for _ in 0..2 {
                        self.book(ledger::not_paid_out(&seller.to_string(), amount, &id));
                    }
                }
            }
            Step::ConfirmPayout { seller } => self.open[seller] = None,
            Step::Settle { centimes } => {
                let proof = self.booked.len().to_string();
                let fee = Centimes(centimes / 100);
                let sums = [Centimes(centimes - fee.0), fee, Centimes(centimes)];
                self.book(ledger::settled(&gateway(), sums, &proof));
            }
            Step::Wait { time } => self.now += time,
            Step::BookAgain { order } if order < self.orders.len() => self.book_sale_again(order),
            _ => {}
        }
    }

    fn place(&mut self, seller: usize, quantity: u32, price: i64, delivery: i64) {
        let order = self.orders.len();
        let kept = self.stocks[seller].hold(&order.to_string(), quantity, self.now, self.now + KEPT);
        if order >= 8 || kept.is_err() {
            self.stocks[seller].release(&order.to_string());
            return;
        }
        let line = Line {
            product: "p".into(),
            variant: "v".into(),
            title: "P".into(),
            quantity,
            price: Centimes(price),
            vat: Rate(2_000),
            nature: Nature::Ordinary,
            batch: None,
        };
        let part = Part {
            state: State::Awaiting,
            lines: vec![line],
            way: Way::Sent,
            delivery: Centimes(delivery),
            commission: Rate(500),
            commission_vat: Rate(2_000),
            delivered_at: None,
            returned: Vec::new(),
        };
        self.orders.push(Order { seller, part, received: 0, repaid: 0 });
    }

    fn happen(&mut self, order: usize, event: Event) {
        let Order { seller, part, .. } = &mut self.orders[order];
        let (seller, before, quantity) = (*seller, part.state, part.lines[0].quantity);
        if part.state.after(event).is_err() {
            return;
        }
        if event == Event::Confirm && self.stocks[seller].take(&order.to_string(), quantity, self.now).is_err() {
            return;
        }
        part.happen(event, self.now).unwrap();
        match event {
            Event::Confirm => {
                self.taken += quantity;
                self.book_sale_again(order);
            }
            Event::Cancel | Event::Refuse if before.is_sold() => {
                self.orders[order].part.give_all_back(Reason::Cancelled, self.now);
                self.stocks[seller].add(quantity).unwrap();
                self.put_back += quantity;
                self.book_returns(order);
            }
            Event::Cancel | Event::Lapse => self.stocks[seller].release(&order.to_string()),
            _ => {}
        }
    }

    fn book_sale_again(&mut self, order: usize) {
        let Order { seller, part, .. } = &self.orders[order];
        if part.state.is_sold() {
            let posting = ledger::sold(&order.to_string(), &order.to_string(), &seller.to_string(), part);
            self.book(posting);
        }
    }

    fn book_returns(&mut self, order: usize) {
        for place in 0..self.orders[order].part.returned.len() {
            let Order { seller, part, .. } = &self.orders[order];
            let id = order.to_string();
            let posting = ledger::given_back(&id, &id, &seller.to_string(), part, place);
            self.book(posting);
        }
    }

    fn claim(&self, seller: usize, of: impl Fn(&Part) -> Claim) -> Claim {
        let parts = self.orders.iter().filter(|order| order.seller == seller);
        parts.fold(Claim::default(), |sum, order| sum.and(of(&order.part)))
    }

    /// What must hold whenever one looks.
    fn check(&self) {
        assert_eq!(self.balances.sum(), 0);
        let there: u32 = self.stocks.iter().map(|stock| stock.there).sum();
        assert_eq!(there + self.taken - self.put_back, 36, "no piece is lost or made");
        for (id, order) in self.orders.iter().enumerate() {
            assert!(order.part.money_back() <= order.part.total().unwrap());
            let was_sold = self.booked.contains(&format!("sale:{id}"));
            let owes = if was_sold { order.part.total().unwrap().0 - order.part.money_back().0 } else { 0 };
            let balance = self.balances.of(&Account::Buyer(id.to_string()));
            assert_eq!(balance, i128::from(owes - order.received + order.repaid), "order {id}");
        }
        for seller in 0..SELLERS {
            let booked = |part: &Part| {
                let sold = part.state.is_sold() || !part.returned.is_empty();
                if sold { Claim::of_sold(part) } else { Claim::default() }
            };
            let claim = self.claim(seller, booked);
            let owed = -self.balances.of(&Account::Seller(seller.to_string()));
            assert_eq!(owed, i128::from(claim.amount().0 - self.paid_out[seller]), "seller {seller}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn the_books_balance_the_stock_holds_and_sellers_get_what_is_theirs(
        steps in prop::collection::vec(step(), 0..80),
    ) {
        let mut market = Market::new();
        for step in &steps {
            market.take(step);
            market.check();
        }
        // At the end everybody is paid, and what was paid is sales less commissions and refunds.
        for seller in 0..SELLERS {
            market.take(&Step::PayOut { seller });
            let claim = market.claim(seller, Claim::of);
            let paid = market.paid_out[seller];
            prop_assert!(paid >= claim.amount().0);
            if paid == claim.amount().0 {
                prop_assert_eq!(paid, claim.sales.0 - claim.commissions.0 - claim.refunds.0);
            } else {
                // More than that only when goods went back after they were paid out.
                prop_assert!(claim.refunds.0 > 0);
            }
        }
        market.check();
    }
}

#[test]
fn a_seller_of_one_sale_is_paid_to_the_centime() {
    let mut market = Market::new();
    market.take(&Step::Place { seller: 0, quantity: 3, price: 3_333, delivery: 3_500 });
    for event in [Event::Confirm, Event::Prepare, Event::Send, Event::Deliver] {
        market.take(&Step::Happen { order: 0, event });
    }
    market.take(&Step::PayOut { seller: 0 });
    assert_eq!(market.paid_out[0], 0, "nothing before the term of withdrawal is over");
    market.take(&Step::GiveBack { order: 0, quantity: 1 });
    market.take(&Step::Happen { order: 0, event: Event::Close });
    market.take(&Step::PayOut { seller: 0 });
    // 99.99 and 35.00 were sold, 33.33 went back; 5 % of 66.66 are 3.33, and 20 % of that 0.67.
    assert_eq!(market.paid_out[0], 9_999 + 3_500 - 3_333 - 333 - 67);
    market.check();
}
