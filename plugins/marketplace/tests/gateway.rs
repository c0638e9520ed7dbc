//! The card adapter against a gateway: another process, which speaks the protocol of `payment::card` with its own means.
//!
//! The gateway is this same program, started again with [`ROLE`] set: it listens, holds the address that a buyer follows to its signature,
//! and tells the result to the address that stands in it, from server to server. It can be told to do so twice, with another amount, with
//! a signature that is not its own, or never. It computes signatures by the protocol's description and not by the plugin's code.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tiwizi_marketplace::Marketplace;
use tiwizi_sdk::{Answer, Request, native};

const MANIFEST: &str = include_str!("../../../manifests/marketplace/manifest.json");
/// Makes this program the gateway.
const ROLE: &str = "TIWIZI_TEST_GATEWAY";
const KEY: &str = "what the gateway and we know";

type Pairs = Vec<(String, String)>;

/// The gateway, while it runs.
struct Gateway {
    child: Child,
    address: String,
}

impl Gateway {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_gateway", "--nocapture"])
            .env(ROLE, "1")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.map(Result::unwrap).find_map(|line| Some(line.split_once("listening on ")?.1.to_owned()));
        Self { child, address: address.unwrap() }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The other process. Among the tests it is nothing.
#[test]
fn the_gateway() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("listening on {}", listener.local_addr().unwrap());
    for (number, stream) in listener.incoming().enumerate() {
        let mut stream = stream.unwrap();
        let (path, _) = read_request(&mut stream);
        let fields = pairs(path.split_once('?').map_or("", |(_, query)| query));
        let good = by_description(&fields, KEY) == field(&fields, "signature");
        if !good {
            respond(&mut stream, 403, "this address is not signed by the merchant");
            continue;
        }
        respond(&mut stream, 200, "paid");
        drop(stream);
        tell(&fields, number);
    }
}

/// Tells the result as the merchant's name says.
fn tell(asked: &Pairs, number: usize) {
    let (key, amount, times) = match field(asked, "merchant").as_str() {
        "twice" => (KEY, field(asked, "amount"), 2),
        "cheap" => (KEY, "0.01".to_owned(), 1),
        "forged" => ("another key", field(asked, "amount"), 1),
        "never" => return,
        _ => (KEY, field(asked, "amount"), 1),
    };
    let own = [("order", field(asked, "order")), ("transaction", format!("t{number}")), ("amount", amount)];
    let rest = [("currency", field(asked, "currency")), ("result", "paid".to_owned())];
    let mut fields: Pairs = own.into_iter().chain(rest).map(|(name, value)| (name.to_owned(), value)).collect();
    fields.push(("signature".to_owned(), by_description(&fields, key)));
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let address = field(asked, "tell");
    let (host, path) = address.trim_start_matches("http://").split_once('/').unwrap();
    for _ in 0..times {
        post(host, &format!("/{path}"), &body.join("&"));
    }
}

/// The HMAC-SHA-256 of all fields but the signature, sorted, as `name=value` joined by `&`, in hexadecimal digits.
fn by_description(fields: &Pairs, key: &str) -> String {
    let mut lines: Vec<String> = fields
        .iter()
        .filter(|(name, _)| name != "signature")
        .map(|(name, value)| format!("{name}={}", value.replace('%', "%25").replace('&', "%26").replace('=', "%3D")))
        .collect();
    lines.sort();
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(lines.join("&").as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn field(fields: &Pairs, name: &str) -> String {
    fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// Reads `name=value&…` as an address or a form writes it.
fn pairs(text: &str) -> Pairs {
    let decode = |text: &str| {
        let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
        while let [first, after @ ..] = rest {
            if let (b'%', [high, low, after @ ..]) = (first, after) {
                let digits = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
                rest = after;
            } else {
                bytes.push(*first);
                rest = after;
            }
        }
        String::from_utf8(bytes).unwrap()
    };
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (decode(name), decode(value))).collect()
}

/// Reads a request: its path and its body.
fn read_request(stream: &mut TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let (mut path, mut length) = (String::new(), 0);
    for line in reader.by_ref().lines().map(Result::unwrap) {
        if path.is_empty() {
            path = line.split(' ').nth(1).unwrap().to_owned();
        } else if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        } else if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (path, String::from_utf8(body).unwrap())
}

fn respond(stream: &mut TcpStream, status: u16, body: &str) {
    write!(stream, "HTTP/1.1 {status} -\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).unwrap();
}

fn post(host: &str, path: &str, body: &str) {
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    write!(stream, "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
    stream.read_to_string(&mut String::new()).unwrap();
}

/// What a browser gets at an address.
fn get(address: &str) -> String {
    let (host, path) = address.trim_start_matches("http://").split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nhost: {host}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn page(request: &Request) -> Value {
    match native::call::<Marketplace>(request) {
        Answer::Page { data, .. } => data,
        other => panic!("{} did not answer with a page but with {other:?}", request.path),
    }
}

/// A market with the examples that takes cards, and the address where it hears what the gateway tells.
fn market(gateway: &Gateway, merchant: &str) -> TcpListener {
    native::start(MANIFEST);
    native::add_cooperative(&json!({
        "name_fr": "Coopérative Ziz", "province": "08.201", "status": "registered", "court": "Errachidia", "number": "4/2019",
        "sector": "agriculture",
    }));
    native::as_holder(&["registrar"]);
    native::call::<Marketplace>(&Request::post("/money/examples", &[]));
    native::run_jobs::<Marketplace>();
    native::as_public();
    let ours = TcpListener::bind("127.0.0.1:0").unwrap();
    native::set_setting("address", json!(format!("http://{}", ours.local_addr().unwrap())));
    native::set_setting("card_gateway", json!(format!("http://{}/pay", gateway.address)));
    native::set_setting("card_merchant", json!(merchant));
    native::set_secret("card-key", KEY);
    ours
}

/// Buys a kilogram of dates by card; the order's path.
fn buy() -> String {
    let form = [
        ("basket", "dattes-majhoul.1kg.1"),
        ("name", "Fadma"),
        ("phone", "0612345678"),
        ("province", "08.201"),
        ("way", "collected"),
        ("method", "card"),
        ("seen", "12000"),
    ];
    match native::call::<Marketplace>(&Request::post("/checkout", &form)) {
        Answer::Redirect(path) => path,
        other => panic!("nothing was bought: {other:?}"),
    }
}

/// Hears so many things that the gateway tells, and answers them; their statuses.
fn hear(ours: &TcpListener, times: usize) -> Vec<u16> {
    let hear_one = |_| {
        let (mut stream, _) = ours.accept().unwrap();
        let (path, body) = read_request(&mut stream);
        let form = pairs(&body);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let path = path.strip_prefix("/fr/p/marketplace").unwrap();
        let status = match native::call::<Marketplace>(&Request::post(path, &form)) {
            Answer::Json { status, .. } => status,
            Answer::Problem(error) => error.status,
            other => panic!("{other:?}"),
        };
        respond(&mut stream, status, "heard");
        status
    };
    (0..times).map(hear_one).collect()
}

/// What lies with the gateway by our books, in centimes.
fn with_the_gateway() -> i64 {
    let sides =
        native::bodies("posting").into_iter().flat_map(|posting| posting["entries"].as_array().unwrap().clone());
    sides.filter(|side| side["account"] == "gateway").map(|side| side["amount"].as_i64().unwrap()).sum()
}

#[test]
fn what_a_gateway_tells_twice_is_booked_once_and_what_it_forges_never() {
    let gateway = Gateway::start();
    for (merchant, told, statuses, paid, booked) in [
        ("once", 1, vec![200], true, 12_000),
        ("twice", 2, vec![200, 200], true, 12_000),
        ("cheap", 1, vec![200], false, 1),
        ("forged", 1, vec![403], false, 0),
        ("never", 0, vec![], false, 0),
    ] {
        let ours = market(&gateway, merchant);
        let path = buy();
        let address = page(&Request::get(&path))["card"].as_str().unwrap().to_owned();
        assert!(get(&address).starts_with("HTTP/1.1 200"), "{merchant}");
        assert_eq!(hear(&ours, told), statuses, "{merchant}");
        assert_eq!(page(&Request::get(&path))["order"]["paid"], paid, "{merchant}");
        assert_eq!(with_the_gateway(), booked, "{merchant}");
        native::advance(3_600_000);
        native::run_jobs::<Marketplace>();
        let state = if paid { "confirmed" } else { "lapsed" };
        assert_eq!(page(&Request::get(&path))["parts"][0]["state"], state, "{merchant}");
    }
}

#[test]
fn a_gateway_takes_no_address_that_was_changed() {
    let gateway = Gateway::start();
    let _ours = market(&gateway, "once");
    let path = buy();
    let address = page(&Request::get(&path))["card"].as_str().unwrap().replace("amount=120.00", "amount=1.00");
    assert!(get(&address).starts_with("HTTP/1.1 403"));
}
