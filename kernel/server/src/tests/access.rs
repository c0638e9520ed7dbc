//! Z01: every route of the route table, asked by everybody. A route that is missing here fails the test, and so does
//! a cell that differs.

use std::collections::BTreeSet;

use axum::body::Body;
use serde_json::json;

use super::house::{House, Who, cooperative};
use crate::routes;

/// A route, how to ask it, and what the public, a member, a registrar of another province and an administrator get.
struct Row {
    method: &'static str,
    path: &'static str,
    address: String,
    body: Option<String>,
    media_type: &'static str,
    expected: [u16; 4],
}

fn row(method: &'static str, path: &'static str, address: impl Into<String>, expected: [u16; 4]) -> Row {
    Row { method, path, address: address.into(), body: None, media_type: "application/json", expected }
}

impl Row {
    fn with(mut self, body: serde_json::Value) -> Self {
        self.body = Some(body.to_string());
        self
    }

    fn with_bytes(mut self, media_type: &'static str, body: &str) -> Self {
        self.media_type = media_type;
        self.body = Some(body.to_owned());
        self
    }
}

fn same(method: &'static str, path: &'static str, expected: [u16; 4]) -> Row {
    row(method, path, path, expected)
}

/// What only an administrator may do with a plugin, of which there is none.
fn of_plugin(method: &'static str, end: &str, body: serde_json::Value) -> Row {
    let path = match end {
        "settings" => "/api/v1/plugins/{plugin}/settings",
        "secrets" => "/api/v1/plugins/{plugin}/secrets",
        "limits" => "/api/v1/plugins/{plugin}/limits",
        "usage" => "/api/v1/plugins/{plugin}/usage",
        _ => "/api/v1/plugins/{plugin}/log",
    };
    let row = row(method, path, format!("/api/v1/plugins/none/{end}"), [401, 403, 403, 404]);
    if body.is_null() { row } else { row.with(body) }
}

/// What administrators set and see of one plugin.
fn of_one_plugin() -> Vec<Row> {
    vec![
        row("DELETE", "/api/v1/plugins/{plugin}", "/api/v1/plugins/none", [401, 403, 403, 404]),
        row("POST", "/api/v1/plugins/{plugin}/upgrade", "/api/v1/plugins/none/upgrade", [401, 403, 403, 404])
            .with_bytes("application/octet-stream", "no bundle"),
        row("POST", "/api/v1/plugins/{plugin}/rollback", "/api/v1/plugins/none/rollback", [401, 403, 403, 404]),
        of_plugin("GET", "settings", json!(null)),
        of_plugin("PUT", "settings", json!({"settings": {}})),
        of_plugin("GET", "secrets", json!(null)),
        row("PUT", "/api/v1/plugins/{plugin}/secrets/{secret}", "/api/v1/plugins/none/secrets/a", [401, 403, 403, 404])
            .with(json!({"value": null})),
        of_plugin("GET", "limits", json!(null)),
        of_plugin("PUT", "limits", json!({"limits": {}})),
        of_plugin("GET", "usage", json!(null)),
        of_plugin("GET", "log", json!(null)),
    ]
}

/// What founders and the office do with a file, of which there is none; whoever has an account may open one.
fn of_foundings() -> Vec<Row> {
    let (one, founder) =
        (format!("/api/v1/foundings/{NOWHERE}"), format!("/api/v1/foundings/{NOWHERE}/founders/{NOWHERE}"));
    let paper = format!("{one}/documents/{}", "0".repeat(64));
    let file = "/api/v1/foundings/{id}";
    let of_founder = "/api/v1/foundings/{id}/founders/{founder}";
    let of_paper = "/api/v1/foundings/{id}/documents/{hash}";
    vec![
        same("GET", "/api/v1/foundings", [401, 200, 200, 200]),
        same("POST", "/api/v1/foundings", [401, 201, 201, 201]).with(json!({"fields": {"province": "09.541"}})),
        same("GET", "/api/v1/foundings/waiting", [401, 403, 200, 403]),
        same("POST", "/api/v1/foundings/join", [401, 409, 409, 409]).with(json!({"invitation": "none"})),
        row("GET", file, one.clone(), [401, 404, 404, 404]),
        row("PATCH", file, one.clone(), [401, 404, 404, 404])
            .with(json!({"version": 1, "section": "capital", "fields": {}})),
        row("POST", "/api/v1/foundings/{id}/join", format!("{one}/join"), [401, 404, 404, 404]),
        row("POST", "/api/v1/foundings/{id}/steps", format!("{one}/steps"), [401, 404, 404, 404])
            .with(json!({"version": 1, "step": "submit"})),
        row("POST", "/api/v1/foundings/{id}/decisions", format!("{one}/decisions"), [401, 404, 404, 404])
            .with(json!({"version": 1, "decision": "accept"})),
        row("POST", "/api/v1/foundings/{id}/founders", format!("{one}/founders"), [401, 404, 404, 404])
            .with(json!({"phone": "0600000000"})),
        row("PATCH", of_founder, founder.clone(), [401, 404, 404, 404]).with(json!({"fields": {}})),
        row("DELETE", of_founder, founder.clone(), [401, 404, 404, 404]),
        row(
            "POST",
            "/api/v1/foundings/{id}/founders/{founder}/invitation",
            format!("{founder}/invitation"),
            [401, 404, 404, 404],
        ),
        row(
            "POST",
            "/api/v1/foundings/{id}/documents",
            format!("{one}/documents?document=other"),
            [401, 404, 404, 404],
        )
        .with_bytes("application/octet-stream", "paper"),
        row("GET", of_paper, paper.clone(), [401, 404, 404, 404]),
        row("DELETE", of_paper, format!("{paper}?version=1"), [401, 404, 404, 404]),
    ]
}

const NOWHERE: &str = "01890000-0000-7000-8000-000000000000";

/// A request for a name, in the province of the tests.
fn denomination() -> serde_json::Value {
    let data = json!({"name_fr": "Tifaouine", "sector": "argan", "province": "09.541"});
    json!({"act": "denomination-requested", "effective_on": "2025-01-31", "data": data})
}

/// Every row.
fn matrix(house: &House) -> Vec<Row> {
    let mut rows = most(house);
    rows.extend(of_one_plugin());
    rows.extend(of_foundings());
    rows
}

fn most(house: &House) -> Vec<Row> {
    let person = format!("/api/v1/records/registry/person/{}", house.person);
    let record = "/api/v1/records/{namespace}/{kind}/{id}";
    let account = |end: &str| format!("/api/v1/accounts/{NOWHERE}/{end}");
    let grant = json!({"role": "observer", "scope": "nation"});
    let hash = "0".repeat(22);
    let acts = format!("/api/v1/cooperatives/{}/acts", house.cooperative);
    let mut rows = vec![
        same("GET", "/health/live", [200; 4]),
        same("GET", "/health/ready", [200; 4]),
        same("GET", "/metrics", [401, 403, 403, 200]),
        same("GET", "/api/v1/openapi.json", [200; 4]),
        same("POST", "/api/v1/session", [401; 4])
            .with(json!({"email": "nobody@example.org", "password": "wrong password"})),
        same("GET", "/api/v1/session", [401, 200, 200, 200]),
        // With a token there is no session to end.
        same("DELETE", "/api/v1/session", [401; 4]),
        same("POST", "/api/v1/session/password", [401; 4]).with(json!({"password": "wrong", "new_password": "new"})),
        same("GET", "/api/v1/tokens", [401, 200, 200, 200]),
        same("POST", "/api/v1/tokens", [401, 201, 201, 201]).with(json!({"name": "matrix"})),
        row("DELETE", "/api/v1/tokens/{token}", format!("/api/v1/tokens/{NOWHERE}"), [401, 404, 404, 404]),
        same("GET", "/api/v1/accounts", [401, 403, 403, 200]),
        same("POST", "/api/v1/accounts", [401, 403, 403, 422]).with(json!({"email": "x"})),
        row("POST", "/api/v1/accounts/{account}/grants", account("grants"), [401, 403, 403, 404]).with(grant.clone()),
        row("DELETE", "/api/v1/accounts/{account}/grants", account("grants"), [401, 403, 403, 404]).with(grant),
        row("PUT", "/api/v1/accounts/{account}/disabled", account("disabled"), [401, 403, 403, 404])
            .with(json!({"disabled": true})),
        same("GET", "/api/v1/notices", [401, 200, 200, 200]),
        same("GET", "/api/v1/kinds", [200; 4]),
        row("GET", "/api/v1/kinds/{namespace}/{kind}", "/api/v1/kinds/registry/person", [200; 4]),
        // A kind without public rows: the member has no person of its own, the registrar has no rows in its province.
        row("GET", "/api/v1/records/{namespace}/{kind}", "/api/v1/records/registry/person", [401, 200, 200, 403]),
        row("POST", "/api/v1/records/{namespace}/{kind}", "/api/v1/records/registry/cooperative", [401, 403, 403, 403])
            .with(cooperative("matrix/1")),
        row("GET", record, person.clone(), [401, 404, 404, 403]),
        // A write says nothing of a record that its caller could not see.
        row("PUT", record, person.clone(), [404; 4]).with(json!({"name_fr": "X"})),
        row("PATCH", record, person.clone(), [404; 4]).with(json!({"name_fr": "X"})),
        row("DELETE", record, person.clone(), [404; 4]),
        row(
            "GET",
            "/api/v1/records/{namespace}/{kind}/{id}/history",
            format!("{person}/history"),
            [401, 404, 404, 403],
        ),
        same("POST", "/api/v1/batch", [401, 403, 403, 403]).with(json!({"writes": [
            {"action": "create", "kind": "registry/cooperative", "body": cooperative("matrix/2")},
        ]})),
        same("POST", "/api/v1/denominations", [401, 403, 403, 403]).with(denomination()),
        // The acts of a public cooperative are for its own people and those who work with it.
        row("GET", "/api/v1/cooperatives/{id}/acts", acts.clone(), [401, 200, 404, 403]),
        row("POST", "/api/v1/cooperatives/{id}/acts", acts, [401, 403, 403, 403])
            .with(json!({"act": "suspended", "effective_on": "2025-01-31", "data": {"reason": "?"}})),
        same("GET", "/api/v1/changes", [200; 4]),
        same("GET", "/api/v1/statistics", [200; 4]),
        row("GET", "/api/v1/statistics/{measure}", "/api/v1/statistics/members?by=region", [200; 4]),
        row("GET", "/api/v1/statistics/journey/{who}", "/api/v1/statistics/journey/people", [200; 4]),
        row("GET", "/open-data/{file}", "/open-data/cooperatives.csv", [200; 4]),
        row("GET", "/open-data/statistics/{file}", "/open-data/statistics/members-by-region.csv", [200; 4]),
        same("POST", "/api/v1/files", [401, 201, 201, 201]).with_bytes("application/octet-stream", "some bytes"),
        row("GET", "/api/v1/files/{hash}", format!("/api/v1/files/{hash}"), [401, 404, 404, 404]),
    ];
    rows.extend(people(house));
    rows.extend(extracts(house));
    rows.extend(protection(house));
    rows.extend(office(house));
    rows.extend(exchange());
    rows.extend(federation());
    rows.extend(national());
    rows.extend(plugins());
    rows
}

/// Numbers of identity cards, and unions.
fn people(house: &House) -> Vec<Row> {
    let card = format!("/api/v1/persons/{}/national-id", house.person);
    let (number, looks) = ("/api/v1/persons/{id}/national-id", "/api/v1/persons/{id}/national-id/looks");
    vec![
        same("POST", "/api/v1/persons/find", [401, 403, 200, 403]).with(json!({"number": "JA123456"})),
        // A write says nothing of a record that its caller could not see.
        row("PUT", number, card.clone(), [404; 4]).with(json!({"number": "JA123456"})),
        row("DELETE", number, card.clone(), [404; 4]),
        row("POST", looks, format!("{card}/looks"), [401, 404, 404, 403]).with(json!({"reason": "matrix"})),
        // For the person and the administrators; the member sees what of their own there is.
        row("GET", looks, format!("{card}/looks"), [401, 200, 403, 200]),
        row("GET", "/api/v1/unions/{id}", format!("/api/v1/unions/{}", house.cooperative), [404; 4]),
    ]
}

/// Imports, of which there is none, and exports.
fn exchange() -> Vec<Row> {
    let one = |end: &str| format!("/api/v1/imports/{NOWHERE}{end}");
    let hidden = [401, 403, 403, 404];
    vec![
        // The registrar of one province imports nothing, as an import may write in every one.
        same("POST", "/api/v1/imports", [401, 403, 403, 201]).with_bytes("text/csv", "court,number"),
        same("GET", "/api/v1/imports", [401, 403, 403, 200]),
        row("GET", "/api/v1/imports/{import}", one(""), hidden),
        row("DELETE", "/api/v1/imports/{import}", one(""), hidden),
        row("POST", "/api/v1/imports/{import}/run", one("/run"), hidden).with(json!({})),
        row("POST", "/api/v1/imports/{import}/stop", one("/stop"), hidden),
        row("POST", "/api/v1/imports/{import}/again", one("/again"), hidden),
        row("GET", "/api/v1/imports/{import}/report", one("/report"), hidden),
        same("POST", "/api/v1/exports", [401, 403, 200, 200]).with(json!({"table": "cooperatives", "format": "csv"})),
    ]
}

/// Peers and agreements, of an instance that is in no federation.
fn federation() -> Vec<Row> {
    let peer = format!("/api/v1/peers/{}", "0".repeat(64));
    let agreement = format!("/api/v1/agreements/{NOWHERE}");
    // Those who keep the register look; those who run the instance decide.
    let (looks, decides) = ([401, 403, 409, 409], [401, 403, 403, 409]);
    let draft = json!({
        "peer": "0".repeat(64), "purpose": "matrix", "legal_basis": "matrix", "expires_on": "2027-01-01",
        "retention_days": 1, "erasure_days": 1,
    });
    let (proposal, transfer) = (format!("/api/v1/proposals/{NOWHERE}"), format!("/api/v1/transfers/{NOWHERE}"));
    let propose = json!({
        "kind": "registry/cooperative", "record": NOWHERE, "version": 1, "patch": {}, "key": "0".repeat(32),
    });
    let (one, preview) = ("/api/v1/agreements/{agreement}", "/api/v1/agreements/{agreement}/preview");
    vec![
        same("GET", "/api/v1/peers", looks),
        row("GET", "/api/v1/peers/{peer}", peer.clone(), looks),
        row("POST", "/api/v1/peers/{peer}/switch", format!("{peer}/switch"), decides).with(json!({"switch": "cut"})),
        row("GET", "/api/v1/peers/{peer}/ledger", format!("{peer}/ledger"), looks),
        same("GET", "/api/v1/agreements", looks),
        same("POST", "/api/v1/agreements", decides).with(draft.clone()),
        same("POST", "/api/v1/agreements/preview", looks).with(draft),
        row("GET", one, agreement.clone(), looks),
        row("GET", preview, format!("{agreement}/preview"), looks),
        row("POST", "/api/v1/agreements/{agreement}/steps", format!("{agreement}/steps"), decides)
            .with(json!({"step": "suspend", "version": 1})),
        same("GET", "/api/v1/proposals", looks),
        same("POST", "/api/v1/proposals", looks).with(propose),
        row("GET", "/api/v1/proposals/{proposal}", proposal.clone(), looks),
        row("POST", "/api/v1/proposals/{proposal}/answer", format!("{proposal}/answer"), looks)
            .with(json!({"version": 1, "accepted": false, "reason": "matrix"})),
        same("GET", "/api/v1/transfers", looks),
        same("POST", "/api/v1/transfers", looks).with(json!({"cooperatives": [NOWHERE], "to": "0".repeat(64)})),
        row("GET", "/api/v1/transfers/{transfer}", transfer.clone(), looks),
        row("GET", "/api/v1/transfers/{transfer}/parcel", format!("{transfer}/parcel"), looks),
        row("POST", "/api/v1/transfers/{transfer}/accept", format!("{transfer}/accept"), looks)
            .with_bytes("application/octet-stream", "no parcel"),
        row("POST", "/api/v1/transfers/{transfer}/seal", format!("{transfer}/seal"), looks).with(json!({"tenure": 1})),
        row("POST", "/api/v1/transfers/{transfer}/void", format!("{transfer}/void"), looks),
    ]
}

/// What the nation does for all, at an instance that is in no federation.
fn national() -> Vec<Row> {
    let case = format!("/api/v1/cases/{NOWHERE}");
    let all = format!("/api/v1/national-cases/{NOWHERE}");
    let (package, difference) = ("/api/v1/packages/{package}/{version}", "/api/v1/packages/{package}/difference");
    // Those who keep the register look; those who run the instance decide. Cases are for those who keep the register.
    let draft = json!({"kind": "rule-pack", "name": "rules", "contents": {"office.json": "{}"}});
    vec![
        same("GET", "/api/v1/coverage", [200; 4]),
        same("GET", "/api/v1/packages", [401, 403, 200, 200]),
        same("POST", "/api/v1/packages", [401, 403, 403, 403]).with(draft),
        row("GET", package, "/api/v1/packages/rules/1", [401, 403, 404, 404]),
        row("GET", difference, "/api/v1/packages/rules/difference?version=1", [401, 403, 404, 404]),
        row("PUT", "/api/v1/packages/{package}/applied", "/api/v1/packages/rules/applied", [401, 403, 403, 404])
            .with(json!({"version": 1, "seen": null})),
        same("GET", "/api/v1/cases", [401, 403, 200, 403]),
        row("GET", "/api/v1/cases/{case}", case.clone(), [401, 403, 404, 403]),
        row("PUT", "/api/v1/cases/{case}/answer", format!("{case}/answer"), [401, 403, 404, 403])
            .with(json!({"answer": "same", "reason": "matrix", "version": 1})),
        same("GET", "/api/v1/national-cases", [401, 403, 403, 403]),
        row("GET", "/api/v1/national-cases/{case}", all, [401, 403, 403, 403]),
    ]
}

fn office(house: &House) -> Vec<Row> {
    let filings = format!("/api/v1/cooperatives/{}/filings", house.cooperative);
    let (holder, filing) = ("/api/v1/office/tasks/{task}/holder", "/api/v1/cooperatives/{id}/filings/{year}");
    let decision = "/api/v1/cooperatives/{id}/filings/{year}/decision";
    vec![
        // What waits is for those who keep the register and those who observe.
        same("GET", "/api/v1/office/tasks", [401, 403, 200, 403]),
        row("PUT", holder, format!("/api/v1/office/tasks/{NOWHERE}/holder"), [401, 403, 404, 403])
            .with(json!({"account": "me"})),
        row("DELETE", holder, format!("/api/v1/office/tasks/{NOWHERE}/holder"), [401, 403, 404, 403]),
        row("GET", "/api/v1/cooperatives/{id}/filings", filings.clone(), [401, 200, 404, 403]),
        row("GET", filing, format!("{filings}/2025"), [401, 200, 404, 403]),
        row("PUT", filing, format!("{filings}/2025"), [401, 403, 404, 403]).with(json!({"members": 5})),
        row("POST", decision, format!("{filings}/2025/decision"), [401, 403, 404, 403])
            .with(json!({"decision": "accept", "version": 1})),
    ]
}

fn extracts(house: &House) -> Vec<Row> {
    let folder = format!("/api/v1/cooperatives/{}/extracts", house.cooperative);
    vec![
        row("POST", "/api/v1/cooperatives/{cooperative}/extracts", folder.clone(), [401, 403, 403, 403])
            .with(json!({"paper": "extract", "language": "fr"})),
        row(
            "GET",
            "/api/v1/cooperatives/{cooperative}/extracts/{file}",
            format!("{folder}/{NOWHERE}.pdf"),
            [401, 404, 404, 403],
        ),
        row("GET", "/api/v1/verify/{token}", "/api/v1/verify/none", [200; 4]),
        row("POST", "/api/v1/verify/{token}", "/api/v1/verify/none", [200; 4])
            .with_bytes("application/pdf", "no paper"),
    ]
}

/// Who asks about a person that it may not see learns nothing of it.
fn protection(house: &House) -> Vec<Row> {
    let person = |end: &str| format!("/api/v1/persons/{}/{end}", house.person);
    let request = |end: &str| format!("/api/v1/subject-requests/{NOWHERE}/{end}");
    let hidden = [401, 404, 404, 404];
    vec![
        same("GET", "/api/v1/protection", [200; 4]),
        same("POST", "/api/v1/protection/drafts", [401, 403, 403, 200]),
        row("GET", "/api/v1/persons/{person}/dossier", person("dossier"), hidden),
        row("POST", "/api/v1/persons/{person}/requests", person("requests"), hidden).with(json!({"right": "access"})),
        row("POST", "/api/v1/subject-requests/{request}/dossier", request("dossier"), hidden),
        row("POST", "/api/v1/subject-requests/{request}/answer", request("answer"), hidden)
            .with(json!({"version": 1, "granted": true, "answer": "?"})),
        row("POST", "/api/v1/subject-requests/{request}/withdraw", request("withdraw"), hidden)
            .with(json!({"version": 1})),
        same("GET", "/api/v1/retention", [401, 403, 403, 200]),
        same("POST", "/api/v1/retention", [401, 403, 403, 202])
            .with(json!({"kind": "registry/person", "mode": "preview"})),
    ]
}

fn plugins() -> Vec<Row> {
    vec![
        same("GET", "/api/v1/plugins", [200; 4]),
        same("POST", "/api/v1/plugins", [401, 403, 403, 422]).with_bytes("application/octet-stream", "no bundle"),
        row("GET", "/api/v1/plugins/{plugin}", "/api/v1/plugins/none", [404; 4]),
        row("GET", "/api/v1/plugins/{plugin}/libraries", "/api/v1/plugins/none/libraries", [401, 403, 403, 404]),
        row("PUT", "/api/v1/plugins/{plugin}/grants", "/api/v1/plugins/none/grants", [401, 403, 403, 404])
            .with(json!({"capabilities": []})),
        row("PUT", "/api/v1/plugins/{plugin}/enabled", "/api/v1/plugins/none/enabled", [401, 403, 403, 404])
            .with(json!({"enabled": true})),
        same("GET", "/api/v1/jobs", [401, 403, 403, 200]),
        row("POST", "/api/v1/jobs/{job}/retry", format!("/api/v1/jobs/{NOWHERE}/retry"), [401, 403, 403, 404]),
        row("DELETE", "/api/v1/jobs/{job}", format!("/api/v1/jobs/{NOWHERE}"), [401, 403, 403, 404]),
        row("GET", "/api/v1/plugins/{plugin}/captures", "/api/v1/plugins/none/captures", [401, 403, 403, 404]),
        row("PUT", "/api/v1/plugins/{plugin}/captures", "/api/v1/plugins/none/captures", [401, 403, 403, 404])
            .with(json!({"on": true})),
        row("GET", "/p/{plugin}", "/p/none", [303; 4]),
        row("GET", "/p/{plugin}/", "/p/none/", [303; 4]),
        row("GET", "/p/{plugin}/{*path}", "/p/none/a/b", [303; 4]),
        row(
            "GET",
            "/p/{plugin}/blobs/{blob}",
            format!("/p/none/blobs/{}?until=9&key={}", "0".repeat(64), "0".repeat(64)),
            [404; 4],
        ),
        row("GET", "/p/{plugin}/assets/{version}/{*path}", "/p/none/assets/1.0.0/a.png", [404; 4]),
        row("GET", "/{language}/p/{plugin}", "/fr/p/none", [404; 4]),
        row("GET", "/{language}/p/{plugin}/", "/fr/p/none/", [404; 4]),
        row("GET", "/{language}/p/{plugin}/{*path}", "/fr/p/none/a", [404; 4]),
        row("POST", "/{language}/p/{plugin}", "/fr/p/none", [404; 4])
            .with_bytes("application/x-www-form-urlencoded", "a=1"),
        row("POST", "/{language}/p/{plugin}/", "/fr/p/none/", [404; 4])
            .with_bytes("application/x-www-form-urlencoded", "a=1"),
        row("POST", "/{language}/p/{plugin}/{*path}", "/fr/p/none/a", [404; 4])
            .with_bytes("application/x-www-form-urlencoded", "a=1"),
    ]
}

#[tokio::test]
async fn every_route_answers_everybody_as_the_matrix_says() {
    let house = House::build().await;
    let mut wrong = Vec::new();
    for row in matrix(&house) {
        for (who, expected) in Who::MATRIX.into_iter().zip(row.expected) {
            let mut request = house.request(who, row.method, &row.address);
            if row.body.is_some() {
                request = request.header("content-type", row.media_type);
            }
            if row.method == "PUT" {
                request = request.header("if-match", "\"1\"");
            }
            let body = row.body.clone().map_or(Body::empty(), Body::from);
            let reply = house.send(request.body(body).unwrap()).await;
            if reply.status != expected {
                wrong.push(format!(
                    "{} {} by {who:?}: {} and not {expected}: {}",
                    row.method,
                    row.address,
                    reply.status,
                    reply.text()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_route_is_in_the_matrix() {
    let house = House::build().await;
    let listed: BTreeSet<(String, &str)> = matrix(&house).iter().map(|row| (row.method.to_owned(), row.path)).collect();
    let served: BTreeSet<(String, &str)> =
        routes().iter().map(|route| (route.method.to_string(), route.path)).collect();
    assert_eq!(listed, served);
}
