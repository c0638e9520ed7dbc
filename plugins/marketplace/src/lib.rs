//! The marketplace: shop windows of cooperatives, baskets over several of them, payment, returns, the books, and fairs.
//!
//! The rules stand first and know nothing of records, pages and the clock: money, law as data, prices, stock, orders, payment, the
//! ledger, payouts, the allocation of fairs. What follows them reads and writes the plugin's records and answers pages.

pub mod basket;
pub mod day;
pub mod delivery;
pub mod fair;
pub mod law;
pub mod ledger;
pub mod money;
pub mod order;
pub mod payment;
pub mod payout;
pub mod picture;
pub mod price;
pub mod settlement;
pub mod stock;

mod bank;
mod books;
mod called;
mod cards;
mod debts;
mod demo;
mod fair_work;
mod held;
mod holders;
mod kinds;
mod label;
mod listing;
mod notices;
mod older;
mod pages;
mod path;
mod payout_work;
mod planned;
mod qr;
mod random;
mod remit;
mod settled;
mod slots;
mod statements;
mod today;
mod trade;
mod wares;
mod words;
mod work;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use tiwizi_sdk::events::Event;
use tiwizi_sdk::jobs::{Job, Outcome};
use tiwizi_sdk::ui::{Fragment, Slot};
use tiwizi_sdk::{Answer, Error, Plugin, Request, Route, router};

use pages::{
    bank as bank_page, basket as basket_page, card, checkout, claims, desk, fair_desk, fairs, holders as holders_page,
    labels, market, money as money_desk, order as order_page, owed, payouts, remittance, shop_desk, stand, ware_desk,
};

/// The plugin.
#[derive(Debug, Clone, Copy)]
pub struct Marketplace;

const ROUTES: &[Route] = &[
    Route::get("/", market::products),
    Route::get("/products/{code}", market::product),
    Route::get("/shops/{cooperative}", market::shop),
    Route::get("/labels/{product}", labels::verify),
    Route::get("/basket", basket_page::show),
    Route::post("/basket", basket_page::add),
    Route::post("/basket/set", basket_page::set),
    Route::get("/checkout", checkout::show),
    Route::post("/checkout", checkout::place),
    Route::get("/orders", order_page::list),
    Route::get("/orders/{key}", order_page::show),
    Route::post("/orders/{key}/return", order_page::send_back),
    Route::post("/orders/{key}/cancel", order_page::cancel),
    Route::post("/card/told", card::told),
    Route::get("/desk", desk::list),
    Route::post("/desk", desk::open),
    Route::get("/desk/{cooperative}", desk::show),
    Route::post("/desk/{cooperative}/parts", desk::step),
    Route::post("/desk/{cooperative}/back", desk::back),
    Route::post("/desk/{cooperative}/stock", desk::count),
    Route::get("/desk/{cooperative}/products", ware_desk::list),
    Route::post("/desk/{cooperative}/products", desk::add),
    Route::get("/desk/{cooperative}/products/{code}", ware_desk::show),
    Route::post("/desk/{cooperative}/products/{code}", ware_desk::facts),
    Route::post("/desk/{cooperative}/products/{code}/variants", ware_desk::variant),
    Route::post("/desk/{cooperative}/products/{code}/variants/remove", ware_desk::remove),
    Route::post("/desk/{cooperative}/products/{code}/state", ware_desk::state),
    Route::post("/desk/{cooperative}/products/{code}/label", claims::claim),
    Route::post("/desk/{cooperative}/products/{code}/pictures", ware_desk::add_picture),
    Route::post("/desk/{cooperative}/products/{code}/pictures/set", ware_desk::set_picture),
    Route::post("/desk/{cooperative}/products/{code}/undo", ware_desk::undo),
    Route::get("/desk/{cooperative}/payouts/{id}", payouts::own),
    Route::get("/desk/{cooperative}/shop", shop_desk::show),
    Route::post("/desk/{cooperative}/shop", shop_desk::facts),
    Route::post("/desk/{cooperative}/shop/state", shop_desk::state),
    Route::post("/desk/{cooperative}/shop/pictures", shop_desk::add_picture),
    Route::post("/desk/{cooperative}/shop/pictures/set", shop_desk::set_picture),
    Route::post("/desk/{cooperative}/shop/undo", shop_desk::undo),
    Route::get("/certificates", claims::list),
    Route::post("/certificates/{id}", claims::verify),
    Route::get("/desk/{cooperative}/fairs", stand::list),
    Route::get("/desk/{cooperative}/fairs/{code}", stand::show),
    Route::post("/desk/{cooperative}/fairs/{code}", stand::apply),
    Route::post("/desk/{cooperative}/fairs/{code}/withdraw", stand::withdraw),
    Route::post("/desk/{cooperative}/fairs/{code}/takings", stand::takings),
    Route::get("/fairs", fairs::list),
    Route::get("/fairs/{code}", fairs::show),
    Route::get("/fairs/{code}/applications", fairs::applications),
    Route::get("/badges/{seat}", fairs::badge),
    Route::get("/fair-desk", fair_desk::list),
    Route::post("/fair-desk", fair_desk::create),
    Route::get("/fair-desk/{code}", fair_desk::show),
    Route::post("/fair-desk/{code}/quotas", fair_desk::quota),
    Route::post("/fair-desk/{code}/publish", fair_desk::publish),
    Route::post("/fair-desk/{code}/marks", fair_desk::mark),
    Route::post("/fair-desk/{code}/allocate", fair_desk::allocate),
    Route::get("/money", money_desk::show),
    Route::post("/money/statement", money_desk::statement),
    Route::get("/money/holders", holders_page::list),
    Route::get("/money/holders/{holder}", holders_page::show),
    Route::post("/money/holders/{holder}", holders_page::book),
    Route::get("/money/remittances/{id}", remittance::show),
    Route::post("/money/remittances/{id}", remittance::step),
    Route::get("/money/owed", owed::list),
    Route::post("/money/owed/{id}", owed::pay),
    Route::post("/money/repayments/{id}", owed::undo),
    Route::get("/money/lines", bank_page::list),
    Route::post("/money/lines/{id}", bank_page::decide),
    Route::post("/money/runs", payouts::run),
    Route::get("/money/payouts/{id}", payouts::show),
    Route::post("/money/payouts/{id}", payouts::mark),
    Route::post("/money/examples", money_desk::examples),
];

impl Plugin for Marketplace {
    fn migrate(from: &str, cursor: Option<&str>) -> Result<Option<String>, Error> {
        older::bring(from, cursor)
    }

    fn handle(request: &Request) -> Result<Answer, Error> {
        match router::answer(ROUTES, request) {
            Err(error) if error.is("not-found") && request.method == "GET" => missing(),
            answer => answer,
        }
    }

    fn render(slot: &Slot) -> Result<Option<Fragment>, Error> {
        slots::render(slot)
    }

    fn on_event(event: &Event) -> Outcome {
        match event.subscription.as_str() {
            listing::FOLLOWED => listing::follow(event).into(),
            other => Outcome::Reject(format!("nothing is done about {other}")),
        }
    }

    fn run_job(job: &Job) -> Outcome {
        work::run(job)
    }
}

fn missing() -> Result<Answer, Error> {
    Answer::page("missing", "404", &serde_json::json!({})).map(|page| page.with_status(404))
}

tiwizi_sdk::export!(Marketplace);
