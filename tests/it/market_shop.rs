//! Does a cooperative's shop live in the real kernel: its pictures written anew and served, its products edited by its officers alone; and
//! is a fair nobody's to read before its call is published?

use anyhow::{Context as _, ensure};
use serde_json::json;
use tiwizi_tests::instance::{PASSWORD, REGISTRAR};
use tiwizi_tests::{Client, Instance, Setting, paths};

use crate::register::COOPERATIVES;

const MARKET: &str = "/fr/p/marketplace";
const OFFICER: &str = "officer@tests.invalid";
const STRANGER: &str = "stranger@tests.invalid";

fn setting() -> anyhow::Result<Setting> {
    Ok(Setting { bundle: Some(paths::bundle("marketplace")?), ..Setting::default() })
}

/// An instance with the shop of a cooperative, its product, and sessions of its officer and of somebody else's.
async fn shop(instance: &Instance) -> anyhow::Result<(String, Client, Client)> {
    let office = instance.registrar().await?;
    let administrator = instance.administrator().await?;
    let mut ids = Vec::new();
    for (number, email) in [("7/2019", OFFICER), ("8/2019", STRANGER)] {
        let body = json!({ "court": "Taroudannt", "number": number, "name_fr": format!("Coopérative {number}"), "category": "a",
            "sector": "argan", "province": "09.541", "registered_on": "2019-05-02", "status": "registered" });
        let cooperative = office.post(COOPERATIVES, &body).await?.expect(201)?.at("/id");
        let account = json!({ "email": email, "name": email, "password": PASSWORD, "language": "fr" });
        let account = administrator.post("/api/v1/accounts", &account).await?.expect(201)?.at("/id");
        let grant = json!({ "role": "officer", "scope": format!("cooperative:{cooperative}") });
        administrator.post(&format!("/api/v1/accounts/{account}/grants"), &grant).await?.expect(204)?;
        ids.push(cooperative);
    }
    let (officer, stranger) = (instance.signed_in(OFFICER).await?, instance.signed_in(STRANGER).await?);
    let open = [("about", "Huile"), ("address", "Taroudannt"), ("phone", "0528000000"), ("court", "Taroudannt")];
    let open = |number| [&open[..], &[("number", number)]].concat();
    officer.submit(&format!("{MARKET}/desk"), &open("7/2019")).await?.expect(303)?;
    stranger.submit(&format!("{MARKET}/desk"), &open("8/2019")).await?.expect(303)?;
    let cooperative = ids.into_iter().next().context("there is one")?;
    let product = [
        ("code", "huile"),
        ("title_ar", "زيت"),
        ("title_fr", "Huile"),
        ("category", "oil"),
        ("vat_class", "food"),
        ("nature", "ordinary"),
        ("label", "none"),
        ("size", "1 litre"),
        ("grams", "1200"),
        ("price", "٨٥٫٥٠"),
        ("pieces", "10"),
    ];
    officer.submit(&format!("{MARKET}/desk/{cooperative}/products"), &product).await?.expect(303)?;
    Ok((cooperative, officer, stranger))
}

/// What stands in a page's hidden field.
fn hidden(page: &str, name: &str) -> String {
    let rest = page.split_once(&format!("name=\"{name}\" value=\"")).map_or("", |(_, rest)| rest);
    rest.split_once('"').map_or("", |(value, _)| value).to_owned()
}

/// A picture of one point, with something behind its end.
fn png(behind: &[u8]) -> Vec<u8> {
    let picture = [
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
        0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00, 0x00, 0x00,
        0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x60, 0x00, 0x00, 0x00, 0x02, 0x00, 0x01, 0x48, 0xaf, 0xa4,
        0x71, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
    ];
    [&picture[..], behind].concat()
}

#[tokio::test]
async fn a_picture_that_is_a_script_never_comes_into_a_shop_and_a_good_one_is_served_without_its_tail()
-> anyhow::Result<()> {
    let instance = Instance::start(&setting()?)?;
    let (cooperative, officer, stranger) = shop(&instance).await?;
    let ware = format!("{MARKET}/desk/{cooperative}/products/huile");
    let pictures = format!("{ware}/pictures");
    let version = hidden(&officer.get(&ware).await?.expect(200)?.text, "version");
    let fields = [("version", version.as_str()), ("alt_fr", "Une bouteille d’huile")];
    let script = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let refused = officer.submit_with_file(&pictures, &fields, ("picture", script)).await?.expect(422)?;
    ensure!(refused.text.contains("JPEG, PNG ou WebP") && !refused.text.contains("<script>alert"), "{}", refused.text);
    stranger.submit_with_file(&pictures, &fields, ("picture", &png(b""))).await?.expect(403)?;
    officer.submit_with_file(&pictures, &fields, ("picture", &png(b"<script>alert(1)</script>"))).await?.expect(303)?;
    let page = instance.visitor()?.get(&format!("{MARKET}/products/huile")).await?.expect(200)?;
    let source =
        page.text.split_once("<img src=\"").and_then(|(_, rest)| rest.split_once('"')).context("no picture")?.0;
    let source = source.replace("&amp;", "&").replace("&#x2f;", "/");
    let bytes = instance.visitor()?.download(&source).await?;
    ensure!(bytes == png(b""), "{} bytes are served", bytes.len());
    ensure!(page.text.contains("alt=\"Une bouteille d’huile\""), "{}", page.text);
    Ok(())
}

#[tokio::test]
async fn a_product_is_edited_undone_and_put_away_by_its_own_officers() -> anyhow::Result<()> {
    let instance = Instance::start(&setting()?)?;
    let (cooperative, officer, stranger) = shop(&instance).await?;
    let (ware, product) = (format!("{MARKET}/desk/{cooperative}/products/huile"), format!("{MARKET}/products/huile"));
    let visitor = instance.visitor()?;
    let version = |page: &str| hidden(page, "version");
    let seen = version(&officer.get(&ware).await?.expect(200)?.text);
    let facts = [
        ("version", seen.as_str()),
        ("title_fr", "Huile vierge"),
        ("about_fr", "Pressée à froid"),
        ("category", "oil"),
        ("vat_class", "food"),
        ("nature", "unsealed"),
    ];
    stranger.submit(&ware, &facts).await?.expect(403)?;
    officer.submit(&ware, &facts).await?.expect(303)?;
    ensure!(visitor.get(&product).await?.expect(200)?.text.contains("Huile vierge"), "it is not changed");
    let other: Vec<_> =
        facts.iter().map(|(name, value)| (*name, if *name == "title_fr" { "Autre" } else { value })).collect();
    officer.submit(&ware, &other).await?.expect(409)?;
    let now = version(&officer.get(&ware).await?.text);
    officer.submit(&format!("{ware}/undo"), &[("version", &now)]).await?.expect(303)?;
    ensure!(!visitor.get(&product).await?.expect(200)?.text.contains("Huile vierge"), "it is not undone");
    let now = version(&officer.get(&ware).await?.text);
    officer.submit(&format!("{ware}/state"), &[("version", &now), ("do", "away")]).await?.expect(303)?;
    visitor.get(&product).await?.expect(404)?;
    Ok(())
}

#[tokio::test]
async fn a_checkout_sent_twice_is_one_order_in_the_real_kernel() -> anyhow::Result<()> {
    let instance = Instance::start(&setting()?)?;
    let _sessions = shop(&instance).await?;
    let visitor = instance.visitor()?;
    let page = visitor.get(&format!("{MARKET}/checkout?basket=huile.one.1")).await?.expect(200)?.text;
    let key = hidden(&page, "key");
    ensure!(key.len() == 32, "the form has no key: {key}");
    let form = [
        ("basket", "huile.one.1"),
        ("name", "Fadma"),
        ("phone", "0612345678"),
        ("province", "09.541"),
        ("way", "collected"),
        ("method", "transfer"),
        ("seen", "8550"),
        ("key", key.as_str()),
    ];
    let csrf = hidden(&page, "csrf");
    let form = [&form[..], &[("csrf", csrf.as_str())]].concat();
    for _ in 0..2 {
        let placed = visitor.submit(&format!("{MARKET}/checkout"), &form).await?.expect(303)?;
        ensure!(placed.header("location").ends_with(&format!("/orders/{key}")), "{placed:?}");
    }
    let orders = instance.registrar().await?.get("/api/v1/records/marketplace/order").await?;
    ensure!(orders.status >= 400 || orders.items().len() <= 1, "{orders:?}");
    Ok(())
}

#[tokio::test]
async fn a_fair_that_is_not_published_is_read_by_nobody_but_its_organisers() -> anyhow::Result<()> {
    let instance = Instance::start(&setting()?)?;
    let organiser = instance.signed_in(REGISTRAR).await?;
    let form = [
        ("code", "tata-2099"),
        ("series", "tata"),
        ("title_ar", "معرض"),
        ("title_fr", "Foire de Tata"),
        ("address", "Place"),
        ("province", "09.551"),
        ("closes", "2099-12-05"),
        ("registered_days", "0"),
        ("from_1", "2100-01-10"),
        ("until_1", "2100-01-12"),
        ("stands_1", "1"),
    ];
    organiser.submit(&format!("{MARKET}/fair-desk"), &form).await?.expect(303)?;
    let visitor = instance.visitor()?;
    let fairs = "/api/v1/records/marketplace/fair";
    ensure!(visitor.get(fairs).await?.expect(200)?.items().is_empty(), "a fair is read before its call is published");
    let plans = visitor.get("/api/v1/records/marketplace/fair-plan").await?;
    ensure!((401..=404).contains(&plans.status), "{plans:?}");
    visitor.get(&format!("{MARKET}/fairs/tata-2099")).await?.expect(404)?;
    organiser.submit(&format!("{MARKET}/fair-desk/tata-2099/publish"), &[]).await?.expect(303)?;
    let published = visitor.get(fairs).await?.expect(200)?.items();
    ensure!(published.len() == 1, "a published fair is read by all");
    // Past the pages an organiser could choose the seed.
    let mut body = published.first().and_then(|fair| fair.get("body")).cloned().context("it says what it is")?;
    body["code"] = json!("tata-2100");
    body["edition"] = json!(2);
    instance.registrar().await?.post(fairs, &body).await?.expect(403)?;
    Ok(())
}
