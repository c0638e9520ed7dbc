//! Shops with their products, put there by the forms of their desks.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tiwizi_tests::Instance;
use tiwizi_tests::load::{Connection, form};
use tokio::task::JoinSet;

use super::people::{self, Person};

/// Shops over which the products are spread.
const SHOPS_MAX: usize = 100;
/// Shops of one account.
const SHOPS_EACH: usize = 5;
const COOPERATIVES_AT_ONCE: usize = 500;
const CLIENTS: usize = 32;
const PLACES: [(&str, &str); 8] = [
    ("Taliouine", "تالوين"),
    ("Tafraout", "تافراوت"),
    ("Igherm", "إغرم"),
    ("Figuig", "فكيك"),
    ("Ouezzane", "وزان"),
    ("Chefchaouen", "شفشاون"),
    ("Azilal", "أزيلال"),
    ("Zagora", "زاكورة"),
];
const WARES: [(&str, &str, &str); 8] = [
    ("Huile d’argan", "زيت الأركان", "oil"),
    ("Safran", "زعفران", "saffron"),
    ("Dattes Majhoul", "تمر المجهول", "dates"),
    ("Miel de thym", "عسل الزعتر", "honey"),
    ("Amandes", "لوز", "nuts"),
    ("Couscous d’orge", "كسكس الشعير", "couscous"),
    ("Savon noir", "صابون بلدي", "cosmetics"),
    ("Tapis noué", "زربية", "craft"),
];

/// A product that is for sale.
#[derive(Debug, Clone)]
pub(crate) struct Ware {
    pub(crate) code: String,
    /// What a piece costs, in centimes.
    pub(crate) price: i64,
    /// The place of its shop among all.
    pub(crate) shop: usize,
}

/// What something is called, and where it belongs.
pub(crate) struct Words {
    pub(crate) fr: String,
    pub(crate) ar: String,
    pub(crate) category: &'static str,
}

/// The words of the thing of that number.
pub(crate) fn words(number: usize) -> Words {
    let (fr, ar, category) = WARES.get(number % WARES.len()).copied().unwrap_or_default();
    let (place_fr, place_ar) = PLACES.get(number / WARES.len() % PLACES.len()).copied().unwrap_or_default();
    Words { fr: format!("{fr} de {place_fr} {number}"), ar: format!("{ar} {place_ar} {number}"), category }
}

/// The product of that number, in a shop of so many.
fn ware(number: usize, shops: usize) -> Ware {
    let price = 1_000 + i64::try_from(number % 9_000).unwrap_or_default();
    Ware { code: format!("bench-{number}"), price, shop: number % shops }
}

/// Cooperatives that are registered, by batches of the registrar.
pub(crate) async fn cooperatives(instance: &Instance, count: usize) -> anyhow::Result<Vec<String>> {
    let registrar = instance.registrar().await?;
    let mut ids = Vec::with_capacity(count);
    for batch in (0..count).collect::<Vec<_>>().chunks(COOPERATIVES_AT_ONCE) {
        let writes: Vec<Value> = batch
            .iter()
            .map(|number| {
                let province = ["09.541", "09.001", "04.421"].get(number % 3).copied().unwrap_or_default();
                json!({ "action": "create", "kind": "registry/cooperative", "body": {
                    "court": "Taroudannt", "number": number.to_string(), "category": "a", "sector": "agriculture",
                    "name_fr": format!("Coopérative Azekka {number}"), "name_ar": format!("تعاونية أزكا {number}"),
                    "province": province, "registered_on": "2018-05-02", "status": "registered",
                } })
            })
            .collect();
        let written = registrar.post("/api/v1/batch", &json!({ "writes": writes })).await?.expect(200)?;
        for item in written.items() {
            ids.push(item.pointer("/id").and_then(Value::as_str).context("no id")?.to_owned());
        }
    }
    Ok(ids)
}

/// The form by which the shop of the cooperative of that number is opened.
pub(crate) fn opening(number: usize, officer: &Person) -> Vec<u8> {
    let headers = [("authorization", officer.authorization.as_str())];
    let number = number.to_string();
    let fields = [
        ("court", "Taroudannt"),
        ("number", number.as_str()),
        ("about", "Nos produits, de nos terres."),
        ("address", "Rue 1"),
        ("phone", "0500000000"),
    ];
    form("/fr/p/marketplace/desk", &headers, &fields)
}

/// Opens shops and fills them; so many products in all.
pub(crate) async fn sell(instance: &Instance, count: usize) -> anyhow::Result<Vec<Ware>> {
    let shops = SHOPS_MAX.min(count.div_ceil(10)).max(2);
    let cooperatives = cooperatives(instance, shops).await?;
    let officers = people::officers(instance, &cooperatives, SHOPS_EACH).await?;
    let mut connection = Connection::open(instance.address()).await?;
    for number in 0..shops {
        let officer = officers.get(number / SHOPS_EACH).context("no officer")?;
        taken(&mut connection, &opening(number, officer)).await?;
    }
    let (cooperatives, officers) = (Arc::new(cooperatives), Arc::new(officers));
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (cooperatives, officers) = (Arc::clone(&cooperatives), Arc::clone(&officers));
        let mut connection = Connection::open(instance.address()).await?;
        clients.spawn(async move {
            for number in (client..count).step_by(CLIENTS) {
                let ware = ware(number, shops);
                let cooperative = cooperatives.get(ware.shop).context("no cooperative")?;
                let officer = officers.get(ware.shop / SHOPS_EACH).context("no officer")?;
                taken(&mut connection, &product(&ware, number, cooperative, officer)).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = clients.join_next().await {
        done??;
    }
    Ok((0..count).map(|number| ware(number, shops)).collect())
}

fn product(ware: &Ware, number: usize, cooperative: &str, officer: &Person) -> Vec<u8> {
    let (words, price) = (words(number), format!("{}.{:02}", ware.price / 100, ware.price % 100));
    let headers = [("authorization", officer.authorization.as_str())];
    let fields = [
        ("code", ware.code.as_str()),
        ("title_ar", words.ar.as_str()),
        ("title_fr", words.fr.as_str()),
        ("category", words.category),
        ("vat_class", "food"),
        ("nature", "ordinary"),
        ("label", "none"),
        ("size", "500 g"),
        ("grams", "600"),
        ("price", price.as_str()),
        ("pieces", "100000"),
    ];
    form(&format!("/fr/p/marketplace/desk/{cooperative}/products"), &headers, &fields)
}

/// Sends a form that must be taken.
pub(crate) async fn taken(connection: &mut Connection, bytes: &[u8]) -> anyhow::Result<String> {
    let reply = connection.exchange(bytes).await?;
    ensure!(reply.status == 303, "a form is answered by {}: {}", reply.status, String::from_utf8_lossy(&reply.body));
    Ok(reply.header("location").to_owned())
}
