//! What is reckoned inside of the plugins, in processor time of the component as the kernel counts it: without pages, records and HTTP.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tiwizi_tests::load::{Connection, form, request};
use tiwizi_tests::{clock, stopwatch::Stopwatch};

use super::{alone, cpu_ms, people, sized, wares, with_plugins};
use crate::row::{Goal, Row};
use crate::stage::Stage;

/// Lines of the plan; its years.
const LINES: usize = 300;
const YEARS: u32 = 5;
/// How often it is looked at in a turn. With and without a wrong figure take turns, and the turn with the middle difference counts.
const LOOKS: u32 = 20;
const TURNS: usize = 15;
const RECOMPUTE_MS: f64 = 5.0;
/// Lines of the saffron model; the plan has as many more of its owner's own as make [`LINES`].
const SAFFRON_LINES: usize = 16;
/// Half of them sell, the other half are costs of what is sold: the most that a line can ask for.
const PRODUCT: [(&str, &str); 8] = [
    ("list", "products"),
    ("label", "Produit"),
    ("unit", "kg"),
    ("price", "123.45"),
    ("quantity", "1234.567"),
    ("vat", "20"),
    ("season", "10 20 30 40 50 60 70 80 90 100 90 80"),
    ("ramp", "50 75 100"),
];
const COST: [(&str, &str); 6] = [
    ("list", "costs"),
    ("label", "Coût"),
    ("basis", "per-unit"),
    ("amount", "61.7"),
    ("vat", "20"),
    ("source", "example"),
];
const BANK: &str = "project-bank";

const APPLICATIONS: usize = 5_000;
const STANDS: u32 = 160;
/// Cooperatives of one account.
const COOPERATIVES_EACH: usize = 100;
const ALLOCATION_MS: f64 = 1_000.0;
const MARKET: &str = "marketplace";
/// How long the allocation may take with all that belongs to it before the bench gives up.
const ALLOCATED_WITHIN_S: u64 = 600;

/// A plan of 300 lines over 60 months with its sensitivity table. What a look at it costs, less what it costs when one figure is wrong: then
/// the same form is read, the same plan decoded, and nothing is reckoned.
pub(crate) async fn recompute(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut instance = with_plugins(stage)?;
    instance.serve()?;
    let learner = people::learners(&instance, 1).await?.pop().context("no learner")?;
    let headers = [("authorization", learner.authorization.as_str())];
    let mut connection = Connection::open(instance.address()).await?;
    let adopt = form("/fr/p/project-bank/models/saffron/adopt", &headers, &[]);
    let plan = wares::taken(&mut connection, &adopt).await?;
    let frame =
        [("action", "keep"), ("years", "5"), ("collect_months", "1"), ("pay_months", "1"), ("stock_months", "1")];
    wares::taken(&mut connection, &form(&plan, &headers, &frame)).await?;
    for number in 0..(LINES - SAFFRON_LINES) / 2 {
        // The lines of somebody's own have numbers: the first is a product, the second what one piece of it costs.
        let product = format!("own-{}", 2 * number + 1);
        for line in [PRODUCT.to_vec(), [&COST[..], &[("product", product.as_str())]].concat()] {
            wares::taken(&mut connection, &form(&format!("{plan}/lines/new"), &headers, &line)).await?;
        }
    }
    let good = form(&plan, &headers, &[("action", "look"), ("years", "5")]);
    let wrong = form(&plan, &headers, &[("action", "look"), ("years", "x")]);
    looks(&mut connection, &good, 200).await?;
    let mut turns = Vec::with_capacity(TURNS);
    for _ in 0..TURNS {
        let with = looks(&mut connection, &good, 200).await?;
        turns.push((with - looks(&mut connection, &wrong, 422).await?, with));
    }
    instance.stop()?;
    turns.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (figure, with) = turns.get(TURNS / 2).copied().context("no turns")?;
    ensure!(
        figure > 0.0,
        "a plan costs nothing to reckon: {with:.1} ms, and {:.1} ms with a wrong figure",
        with - figure
    );
    let measured = format!("{figure:.1} ms of processor time, {with:.1} ms with the form and the page's data");
    let work = format!("recompute a plan of {LINES} lines over {} months, in the plugin", YEARS * 12);
    Ok(vec![alone(work, measured, figure, Goal::AtMost(RECOMPUTE_MS, "ms"))])
}

/// The processor time of one such call, in milliseconds.
async fn looks(connection: &mut Connection, bytes: &[u8], status: u16) -> anyhow::Result<f64> {
    let before = cpu_ms(connection, BANK).await?;
    for _ in 0..LOOKS {
        let reply = connection.exchange(bytes).await?;
        ensure!(reply.status == status, "{}: {}", reply.status, String::from_utf8_lossy(&reply.body));
    }
    Ok((cpu_ms(connection, BANK).await? - before) / f64::from(LOOKS))
}

/// 5,000 cooperatives apply to a fair of 160 shared stands with quotas. The longest call of its work in the background is the one that reads all
/// applications, gives the places and writes the result; looking up and telling each applicant are calls of their own.
pub(crate) async fn allocation(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut instance = with_plugins(stage)?;
    let count = sized(APPLICATIONS);
    // The first secret of an administrator does not hold until March.
    instance.serve()?;
    instance.administrator().await?;
    instance.stop()?;
    instance.serve_with(&clock::beginning_at("2027-03-01 09:00:00")?)?;
    let cooperatives = wares::cooperatives(&instance, count).await?;
    let officers = people::officers(&instance, &cooperatives, COOPERATIVES_EACH).await?;
    let organiser = people::account(&instance, "organiser", None, &[("registrar", "nation".to_owned())]).await?;
    let authorization = format!("Bearer {}", organiser.token());
    let headers = [("authorization", authorization.as_str())];
    let mut connection = Connection::open(instance.address()).await?;
    for bytes in calling(&headers) {
        wares::taken(&mut connection, &bytes).await?;
    }
    for (number, cooperative) in cooperatives.iter().enumerate() {
        let officer = officers.get(number / COOPERATIVES_EACH).context("no officer")?;
        wares::taken(&mut connection, &wares::opening(number, officer)).await?;
        let headers = [("authorization", officer.authorization.as_str())];
        let path = format!("/fr/p/marketplace/desk/{cooperative}/fairs/bench");
        let women = [("phase", "1"), ("women", "on")];
        let fields = if number.is_multiple_of(3) { &women[..] } else { &women[..1] };
        wares::taken(&mut connection, &form(&path, &headers, fields)).await?;
    }
    instance.stop()?;
    instance.serve_with(&clock::beginning_at("2027-03-03 09:00:00")?)?;
    let mut connection = Connection::open(instance.address()).await?;
    wares::taken(&mut connection, &form("/fr/p/marketplace/fair-desk/bench/allocate", &headers, &[])).await?;
    let (longest, seconds) = longest_call(&mut connection).await?;
    instance.stop()?;
    let work = format!("{count} applications to {STANDS} stands, in the plugin");
    let measured =
        format!("{longest:.0} ms of processor time with reading and keeping them; all told after {seconds:.0} s");
    Ok(vec![alone(work, measured, longest, Goal::AtMost(ALLOCATION_MS, "ms"))])
}

/// The forms of a call: two exhibitors on each stand, places kept for women, not too many for one province.
fn calling(headers: &[(&str, &str)]) -> [Vec<u8>; 4] {
    let stands = STANDS.to_string();
    let call = [
        ("code", "bench"),
        ("series", "bench"),
        ("title_ar", "معرض"),
        ("title_fr", "Foire"),
        ("address", "Place"),
        ("province", "09.541"),
        ("closes", "2027-03-02"),
        ("registered_days", "0"),
        ("shared", "on"),
        ("rotation", "on"),
        ("from_1", "2027-03-20"),
        ("until_1", "2027-03-24"),
        ("stands_1", stands.as_str()),
        ("weight_quality", "3"),
    ];
    let desk = "/fr/p/marketplace/fair-desk";
    [
        form(desk, headers, &call),
        form(&format!("{desk}/bench/quotas"), headers, &[("of", "women"), ("min", "120")]),
        form(&format!("{desk}/bench/quotas"), headers, &[("of", "province"), ("province", "09.541"), ("max", "150")]),
        form(&format!("{desk}/bench/publish"), headers, &[]),
    ]
}

/// The most processor time that the plugin used between two looks, in milliseconds, until everybody is told; and how many seconds that took.
async fn longest_call(connection: &mut Connection) -> anyhow::Result<(f64, f64)> {
    let (watch, mut longest, mut before) = (Stopwatch::start(), 0.0_f64, cpu_ms(connection, MARKET).await?);
    let allotment = request("GET", "/api/v1/records/marketplace/allotment?limit=1", &[], "");
    loop {
        ensure!(
            watch.elapsed().as_secs() < ALLOCATED_WITHIN_S,
            "the places were not given within {ALLOCATED_WITHIN_S} s"
        );
        let now = cpu_ms(connection, MARKET).await?;
        longest = longest.max(now - before);
        before = now;
        let reply = connection.exchange(&allotment).await?;
        let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        if answer.pointer("/items/0/body/done") == Some(&json!(true)) {
            return Ok((longest, watch.elapsed().as_secs_f64()));
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
