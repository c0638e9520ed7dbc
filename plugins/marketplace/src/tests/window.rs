//! The shop window and its products, worked by the officers of a cooperative: texts, variants, pictures, labels, undo.

use std::cell::RefCell;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Plugin, Request, native};

use super::selling::seller_with_a_shop;
use super::{buy, call, jobs, page, redirect, stock};
use crate::picture::tests::{PNG, jpeg};

const PRODUCT: &str = "huile-anfa";
const DAY_MS: u64 = 86_400_000;

thread_local! {
    static SENT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Stands for the kernel, which writes the files of a form before the plugin is called.
struct Sending;

impl Plugin for Sending {
    fn handle(_: &Request) -> Result<Answer, Error> {
        let id = tiwizi_sdk::blobs::keep("image/jpeg", &SENT.take())?.id;
        Ok(Answer::redirect(format!("/{id}")))
    }
}

pub(super) fn sent(bytes: &[u8]) -> String {
    SENT.replace(bytes.to_vec());
    match native::call::<Sending>(&Request::post("/", &[])) {
        Answer::Redirect(file) => file.trim_start_matches('/').to_owned(),
        other => panic!("it is not kept: {other:?}"),
    }
}

pub(super) fn ware(cooperative: &str) -> String {
    format!("/desk/{cooperative}/products/{PRODUCT}")
}

fn version(path: &str) -> String {
    let (_, _, data) = page(&Request::get(path));
    data["product"]["version"].as_u64().or(data["shop"]["version"].as_u64()).unwrap().to_string()
}

/// Sends a form below a page, made from what the page shows now.
pub(super) fn send(path: &str, below: &str, form: &[(&str, &str)]) -> Answer {
    let version = version(path);
    let form: Vec<(&str, &str)> = form.iter().copied().chain([("version", version.as_str())]).collect();
    call(&Request::post(&format!("{path}{below}"), &form))
}

fn product() -> Value {
    native::bodies("product").into_iter().find(|product| product["code"] == PRODUCT).unwrap()
}

const FACTS: [(&str, &str); 7] = [
    ("title_fr", "Huile d’Anfa, vierge"),
    ("title_ar", "زيت أنفا"),
    ("title_shi", "ⵣⵣⵉⵜ ⵏ ⴰⵏⴼⴰ"),
    ("about_fr", "Pressée à froid."),
    ("category", "oil"),
    ("vat_class", "food"),
    ("nature", "unsealed"),
];

const VARIANT: [(&str, &str); 10] = [
    ("variant", ""),
    ("code", "250ml"),
    ("title_fr", "250 millilitres"),
    ("grams", "٤٠٠"),
    ("price", "٤٥٫٥٠"),
    ("bulk_from", "10"),
    ("bulk_price", "40"),
    ("amount", "250"),
    ("unit", "ml"),
    ("pieces", "6"),
];

#[test]
fn a_product_is_edited_in_its_languages_and_every_change_can_be_undone() {
    let cooperative = seller_with_a_shop();
    let path = ware(&cooperative);
    assert_eq!(page(&Request::get(&path)).2["can_undo"], false);
    let months: Vec<(&str, &str)> = FACTS.iter().copied().chain([("month", "12"), ("month", "11")]).collect();
    assert!(matches!(send(&path, "", &months), Answer::Redirect(_)));
    let changed = product();
    assert_eq!((&changed["title"]["shi"], &changed["months"]), (&json!("ⵣⵣⵉⵜ ⵏ ⴰⵏⴼⴰ"), &json!([11, 12])));
    assert!(changed["words"].as_str().unwrap().contains("zzit"), "it is found by its new name");
    assert!(matches!(send(&path, "/undo", &[]), Answer::Redirect(_)));
    assert_eq!((&product()["title"]["fr"], &product()["months"]), (&json!("Huile d’Anfa"), &json!([])));
    assert!(matches!(send(&path, "/undo", &[]), Answer::Redirect(_)));
    assert_eq!(product(), changed, "what was undone is done again");
    let wrong =
        [("title_fr", ""), ("about_fr", "x"), ("category", "none"), ("vat_class", "food"), ("nature", "ordinary")];
    let Answer::Page { status, data, .. } = send(&path, "", &wrong) else { panic!("it has no name") };
    assert_eq!((status, &data["facts"]["faults"]["category"]), (422, &json!("enum")));
    assert_eq!(data["facts"]["faults"]["title_fr"], "required");
    assert_eq!(product(), changed);
}

#[test]
fn of_two_people_who_edit_one_product_the_second_is_told() {
    let cooperative = seller_with_a_shop();
    let path = ware(&cooperative);
    let seen = version(&path);
    let form = |title: &'static str| {
        let others = FACTS.iter().copied().filter(|(name, _)| *name != "title_fr");
        others.chain([("title_fr", title), ("version", seen.as_str())]).collect::<Vec<_>>()
    };
    redirect(&Request::post(&path, &form("Huile")));
    redirect(&Request::post(&path, &form("Huile")));
    let (status, _, data) = page(&Request::post(&path, &form("Argan")));
    assert_eq!((status, &data["refused"]), (409, &json!("stale")));
    assert_eq!((&data["facts"]["values"]["title_fr"], &data["product"]["title"]), (&json!("Argan"), &json!("Huile")));
    let undo = Request::post(&format!("{path}/undo"), &[("version", &version(&path))]);
    redirect(&undo);
    redirect(&undo);
    assert_eq!(product()["title"]["fr"], "Huile d’Anfa", "one form undoes once");
}

#[test]
fn a_variant_has_a_unit_a_weight_prices_and_a_stock_of_its_own() {
    let cooperative = seller_with_a_shop();
    let path = ware(&cooperative);
    assert!(matches!(send(&path, "/variants", &VARIANT), Answer::Redirect(_)));
    assert_eq!(stock(PRODUCT, "250ml")["there"], 6);
    let Answer::Page { data, .. } = send(&path, "/variants", &VARIANT) else { panic!("it is there already") };
    assert_eq!(data["new"]["form"]["faults"]["code"], "duplicate");
    let (_, _, shown) = page(&Request::get(&format!("/products/{PRODUCT}")));
    assert_eq!(shown["variants"][1]["compared"], json!({ "amount": "182.00", "unit": "l" }));
    let ten = Request::get("/basket").with_query("basket", "huile-anfa.250ml.6");
    assert_eq!(page(&ten).2["total"], "273.00");
    for (name, value, fault) in [
        ("price", "-5", "too-small"),
        ("price", "0", "too-small"),
        ("price", "1.005", "fraction"),
        ("grams", "0", "type"),
        ("bulk_from", "1", "type"),
        ("unit", "barrel", "enum"),
        ("made", "27/11/2026", "day-form"),
        ("title_fr", "", "required"),
    ] {
        let form: Vec<_> = VARIANT.iter().copied().filter(|(field, _)| *field != name).collect();
        let form: Vec<_> = form.into_iter().filter(|(field, _)| *field != "variant").collect();
        let form = [form, vec![(name, value), ("variant", "250ml")]].concat();
        let Answer::Page { status, data, .. } = send(&path, "/variants", &form) else { panic!("{name} {value}") };
        assert_eq!((status, &data["variants"][1]["form"]["faults"][name]), (422, &json!(fault)), "{name} {value}");
    }
    assert!(matches!(send(&path, "/variants/remove", &[("variant", "one")]), Answer::Redirect(_)));
    let last = send(&path, "/variants/remove", &[("variant", "250ml")]);
    assert!(matches!(last, Answer::Page { status: 422, .. }), "a product has one at least");
    assert_eq!(stock(PRODUCT, "one")["there"], 10, "its goods are still there");
}

#[test]
fn a_batch_whose_last_good_day_is_over_is_not_sold() {
    let cooperative = seller_with_a_shop();
    let path = ware(&cooperative);
    let today = crate::today::day();
    let day = |plus: u32| today.plus(plus).date().unwrap().to_string();
    let (made, best) = (day(0), day(2));
    let dated = [("batch", "L 7"), ("made", made.as_str()), ("best_before", best.as_str())];
    let form = [&VARIANT[..], &dated].concat();
    assert!(matches!(send(&path, "/variants", &form), Answer::Redirect(_)));
    let basket = Request::get("/basket").with_query("basket", "huile-anfa.250ml.1");
    native::advance(2 * DAY_MS);
    assert_eq!(page(&basket).2["gone"], 0, "its last day is a good one");
    native::advance(DAY_MS);
    assert_eq!(page(&basket).2["gone"], 1);
    let (_, _, shown) = page(&Request::get(&format!("/products/{PRODUCT}")));
    assert_eq!((&shown["variants"][1]["price"], &shown["variants"][1]["batch"]), (&Value::Null, &json!("L 7")));
    let turned = [("best_before", made.as_str()), ("made", best.as_str())];
    let form = [&VARIANT[2..], &turned, &[("variant", "250ml")]].concat();
    let Answer::Page { data, .. } = send(&path, "/variants", &form) else { panic!("it was good before it was made") };
    assert_eq!(data["variants"][1]["form"]["faults"]["best_before"], "day-order");
}

#[test]
fn a_product_is_hidden_shown_put_away_and_taken_back() {
    let cooperative = seller_with_a_shop();
    let path = ware(&cooperative);
    let found = || {
        let (_, _, data) = page(&Request::get("/").with_query("q", "d’anfa"));
        data["products"].as_array().unwrap().len()
    };
    let listed = |away: &str| {
        let list = Request::get(&format!("/desk/{cooperative}/products")).with_query("away", away);
        page(&list).2["products"].as_array().unwrap().len()
    };
    assert_eq!((found(), listed(""), listed("1")), (1, 1, 0));
    for (step, expected) in
        [("hide", (0, 1, 0)), ("away", (0, 0, 1)), ("back", (0, 1, 0)), ("show", (1, 1, 0)), ("away", (0, 0, 1))]
    {
        assert!(matches!(send(&path, "/state", &[("do", step)]), Answer::Redirect(_)), "{step}");
        assert_eq!((found(), listed(""), listed("1")), expected, "{step}");
    }
    assert!(matches!(send(&path, "/undo", &[]), Answer::Redirect(_)));
    assert_eq!((found(), listed("")), (1, 1));
    assert!(matches!(call(&Request::get("/products/none")), Answer::Page { status: 404, .. }));
}

#[test]
fn a_picture_that_is_a_script_is_refused_with_the_reason_and_forgotten() {
    let cooperative = seller_with_a_shop();
    let path = ware(&cooperative);
    let script = sent(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>");
    let form = [("picture", script.as_str()), ("alt_fr", "Une bouteille")];
    let Answer::Page { status, data, .. } = send(&path, "/pictures", &form) else { panic!("it is no picture") };
    assert_eq!((status, &data["picture_form"]["faults"]["picture"]), (422, &json!("picture-kind")));
    assert!(!is_kept(&script));
    let good = sent(&jpeg(&[], b"<script>alert(1)</script>"));
    let Answer::Page { data, .. } = send(&path, "/pictures", &[("picture", &good)]) else {
        panic!("nobody can hear it")
    };
    assert_eq!(data["picture_form"]["faults"]["alt_fr"], "required");
    assert_eq!((product()["pictures"].clone(), is_kept(&good)), (json!([]), false));
    let form = [("picture", "../../etc/passwd"), ("alt_fr", "x")];
    assert!(matches!(send(&path, "/pictures", &form), Answer::Page { status: 422, .. }));
}

/// Asks the kernel, as the plugin does.
struct Asking;

impl Plugin for Asking {
    fn handle(request: &Request) -> Result<Answer, Error> {
        Answer::json(&tiwizi_sdk::blobs::stat(&request.path)?.is_some())
    }
}

pub(super) fn is_kept(file: &str) -> bool {
    matches!(native::call::<Asking>(&Request::get(file)), Answer::Json { body, .. } if body == json!(true))
}

#[test]
fn pictures_have_an_order_a_text_in_each_language_and_are_forgotten_when_nobody_shows_them() {
    let cooperative = seller_with_a_shop();
    let path = ware(&cooperative);
    let raw = sent(&jpeg(&[], b"a tail"));
    let (second, third) = (sent(PNG), sent(&jpeg(&[vec![0xff, 0xdd, 0, 4, 0, 1]], b"")));
    for file in [&raw, &second, &third] {
        let form = [("picture", file.as_str()), ("alt_fr", "Une bouteille"), ("alt_ar", "قارورة")];
        assert!(matches!(send(&path, "/pictures", &form), Answer::Redirect(_)), "{file}");
    }
    assert!(!is_kept(&raw) && is_kept(&second), "what was sent is gone, what was made of it stays");
    let files = || {
        let pictures = product()["pictures"].as_array().unwrap().clone();
        pictures.iter().map(|picture| picture["file"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let [first, ..] =
        files().try_into().unwrap_or_else(|files: Vec<String>| [files[0].clone(), String::new(), String::new()]);
    let set = |file: &str, what: &str| {
        assert!(matches!(send(&path, "/pictures/set", &[("file", file), ("do", what)]), Answer::Redirect(_)))
    };
    set(&third, "first");
    assert_eq!(files(), [third.clone(), first.clone(), second.clone()]);
    set(&first, "later");
    assert_eq!(files(), [third.clone(), second.clone(), first.clone()]);
    set(&third, "away");
    assert_eq!(files(), [second.clone(), first.clone()]);
    let alt = [("file", second.as_str()), ("do", "alt"), ("alt_shi", "ⵜⴰⵇⵔⵄⵜ")];
    assert!(matches!(send(&path, "/pictures/set", &alt), Answer::Redirect(_)));
    let (_, _, shown) = page(&Request::get(&format!("/products/{PRODUCT}")).in_language("shi"));
    assert_eq!((&shown["pictures"][0]["alt"], shown["pictures"].as_array().unwrap().len()), (&json!("ⵜⴰⵇⵔⵄⵜ"), 2));
    assert!(shown["pictures"][0]["link"].as_str().unwrap().starts_with("/p/marketplace/blobs/"));
    let (_, _, shop) = page(&Request::get("/").with_query("q", "d’anfa"));
    assert_eq!(shop["products"][0]["picture"]["file"], second.as_str());
    native::advance(31 * DAY_MS);
    tiwizi_sdk::jobs::Later::new("sweep").enqueue(&json!({})).unwrap();
    jobs();
    assert!(!is_kept(&third) && is_kept(&second) && is_kept(&first));
}

#[test]
fn a_shop_tells_its_story_its_hours_and_where_it_sends() {
    let cooperative = seller_with_a_shop();
    let path = format!("/desk/{cooperative}/shop");
    let form = [
        ("about_fr", "Vingt femmes d’Anfa."),
        ("about_ar", "عشرون امرأة"),
        ("hours_fr", "Du lundi au samedi, de 9 h à 17 h"),
        ("address", "Rue 9, Taroudannt"),
        ("phone", "0528000001"),
        ("zone", "near"),
    ];
    assert!(matches!(send(&path, "", &form), Answer::Redirect(_)));
    let (_, _, shown) = page(&Request::get(&format!("/shops/{cooperative}")).in_language("ar"));
    assert_eq!((&shown["shop"]["about"], &shown["shop"]["zones"]), (&json!("عشرون امرأة"), &json!(["near"])));
    native::as_public();
    let form = [
        ("basket", "huile-anfa.one.1"),
        ("name", "Aicha"),
        ("phone", "0611111111"),
        ("address", "Rue 1"),
        ("province", "06.141"),
        ("way", "sent"),
        ("method", "transfer"),
        ("seen", "0"),
    ];
    let (status, _, data) = page(&Request::post("/checkout", &form));
    assert_eq!((status, &data["refused"]["code"]), (422, &json!("not-there")));
    native::as_member(&cooperative);
    let form = [("about_fr", "x"), ("address", "Rue 9"), ("phone", "1"), ("zone", "moon")];
    let Answer::Page { data, .. } = send(&path, "", &form) else { panic!("nobody can be called there") };
    assert_eq!(data["facts"]["faults"]["phone"], "too-short");
    assert!(matches!(send(&path, "/undo", &[]), Answer::Redirect(_)));
    assert_eq!(page(&Request::get(&format!("/shops/{cooperative}"))).2["shop"]["zones"], Value::Null);
}

#[test]
fn a_closed_shop_is_not_shown_and_nobody_is_told_of_its_orders_any_more() {
    let cooperative = seller_with_a_shop();
    let path = format!("/desk/{cooperative}/shop");
    assert_eq!(native::bodies("contact").len(), 1);
    assert!(matches!(send(&path, "/state", &[("do", "close")]), Answer::Redirect(_)));
    assert!(matches!(call(&Request::get(&format!("/shops/{cooperative}"))), Answer::Page { status: 404, .. }));
    tiwizi_sdk::jobs::Later::new("sweep").enqueue(&json!({})).unwrap();
    jobs();
    assert_eq!(native::bodies("contact"), Vec::<Value>::new());
    for (below, form) in [("/undo", &[][..]), ("/state", &[("do", "open")][..])] {
        assert!(matches!(send(&path, below, form), Answer::Redirect(_)));
        assert_eq!(native::bodies("contact").len(), 1, "{below} opens it");
        assert!(matches!(send(&path, "/state", &[("do", "close")]), Answer::Redirect(_)));
        tiwizi_sdk::jobs::Later::new("sweep").enqueue(&json!({})).unwrap();
        jobs();
    }
}

#[test]
fn a_label_is_asked_for_with_its_certificate_and_a_registrar_holds_it_against_the_paper() {
    let cooperative = seller_with_a_shop();
    let path = ware(&cooperative);
    let form = [
        ("label", "safran-taliouine"),
        ("number", "NC-77"),
        ("issuer", "Normacert"),
        ("from", "2020-01-01"),
        ("until", "2035-12-31"),
    ];
    assert!(matches!(send(&path, "/label", &form), Answer::Redirect(_)));
    let verdict = || page(&Request::get(&format!("/labels/{PRODUCT}"))).2["claim"]["verdict"].clone();
    assert_eq!(verdict(), "unverified");
    assert_eq!(page(&Request::get(&path)).2["product"]["label"], "safran-taliouine");
    assert!(matches!(call(&Request::get("/certificates")), Answer::Problem(error) if error.status == 403));
    native::as_holder(&["registrar"]);
    let paper = page(&Request::get("/certificates")).2["papers"][0]["id"].as_str().unwrap().to_owned();
    let say = |what: &str| redirect(&Request::post(&format!("/certificates/{paper}"), &[("do", what)]));
    say("good");
    assert_eq!(verdict(), "valid");
    say("open");
    assert_eq!(verdict(), "unverified");
    native::as_member(&cooperative);
    let stolen =
        [("label", "argane"), ("number", "NC-77"), ("issuer", "x"), ("from", "2020-01-01"), ("until", "2019-01-01")];
    let Answer::Page { data, .. } = send(&path, "/label", &stolen) else { panic!("the paper is for another label") };
    let faults = &data["claim_form"]["faults"];
    assert_eq!((&faults["number"], &faults["until"]), (&json!("duplicate"), &json!("day-order")));
    assert!(matches!(send(&path, "/label", &[("label", "none")]), Answer::Redirect(_)));
    assert_eq!(product()["certificate"], Value::Null);
}

#[test]
fn nobody_works_the_window_of_another_cooperative() {
    let cooperative = seller_with_a_shop();
    let (path, seen) = (ware(&cooperative), version(&ware(&cooperative)));
    native::as_member("00000000-0000-7000-8000-00000000000b");
    for below in ["", "/variants", "/state", "/label", "/pictures", "/pictures/set", "/undo"] {
        let post = Request::post(&format!("{path}{below}"), &[("version", &seen), ("do", "hide")]);
        assert!(matches!(call(&post), Answer::Problem(error) if error.status == 403), "{below}");
    }
    assert!(matches!(call(&Request::get(&format!("/desk/{cooperative}/shop"))), Answer::Problem(_)));
    assert_eq!(product()["shown"], true);
}

#[test]
fn a_price_changed_during_payment_is_shown_to_the_buyer_and_an_order_that_was_placed_keeps_its_own() {
    let cooperative = seller_with_a_shop();
    let path = ware(&cooperative);
    native::as_public();
    let placed = buy("huile-anfa.one.1", "transfer");
    let form = |seen: &str| {
        let form = [
            ("basket", "huile-anfa.one.1"),
            ("name", "Aicha"),
            ("phone", "0611111111"),
            ("province", "09.541"),
            ("way", "collected"),
            ("method", "transfer"),
            ("seen", seen),
        ];
        Request::post("/checkout", &form)
    };
    native::as_member(&cooperative);
    let dearer = [("variant", "one"), ("title_fr", "1 litre"), ("grams", "1200"), ("price", "90")];
    assert!(matches!(send(&path, "/variants", &dearer), Answer::Redirect(_)));
    native::as_public();
    let (status, _, data) = page(&form("8550"));
    assert_eq!((status, &data["total"], &data["changed"]), (409, &json!("90.00"), &json!(true)));
    assert!(matches!(call(&form("9000")), Answer::Redirect(_)), "the buyer agreed to the new price");
    assert_eq!(page(&Request::get(&placed)).2["order"]["total"], "135.50", "85.50 and the parcel");
}
