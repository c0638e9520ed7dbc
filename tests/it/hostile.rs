//! Do files and names that are meant to hurt stay what they are, through acts, founding files, filings, papers, pages and the log?

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tiwizi_tests::{Answer, Client, Instance};

use crate::acts::{act, enter, found};
use crate::cooperative::free_place;
use crate::database::on_both;
use crate::register::{COOPERATIVES, create};

on_both! {
    i06_a_document_of_an_act_or_a_filing_is_saved_and_never_shown,
    i06_a_paper_of_a_founding_file_is_saved_and_never_shown,
    i07_unusual_names_are_kept_and_shown_apart,
    i10_what_people_write_makes_no_lines_in_the_log,
}

/// Files that pretend, and files that would run. The first lies about its type, the second is two things at once.
fn files() -> Vec<String> {
    vec![
        "<!DOCTYPE html><script>alert(1)</script>".to_owned(),
        "GIF89a/*<svg onload=alert(1)>*/=1;alert(1)".to_owned(),
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_owned(),
        "%PDF-1.7 <script>alert(1)</script>".to_owned(),
        // In two pieces, or virus scanners would take this very file away.
        ["X5O!P%@AP[4\\PZX54(P^)7CC)7}", "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat(),
    ]
}

/// It comes back byte for byte, to be saved, in a sandbox, as nothing that a browser would run.
fn is_saved(answer: &Answer, file: &str) -> anyhow::Result<()> {
    ensure!(answer.status == 200 && answer.text == file, "{}: {}", answer.status, answer.text);
    ensure!(answer.header("x-content-type-options") == "nosniff", "{:?}", answer.headers);
    let disposition = answer.header("content-disposition");
    ensure!(disposition.starts_with("attachment"), "{disposition}");
    ensure!(!["..", "evil", "/", ".html", ".svg"].iter().any(|part| disposition.contains(part)), "{disposition}");
    let policy = answer.header("content-security-policy");
    ensure!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
    let media_type = answer.header("content-type");
    let runs = ["text/html", "svg", "xml", "javascript"].iter().any(|part| media_type.contains(part));
    ensure!(!media_type.is_empty() && !runs, "{media_type}");
    Ok(())
}

fn hash_of(file: &str) -> String {
    Sha256::digest(file.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Stores a file and holds that its hash is its name.
async fn stored(client: &Client, file: &str) -> anyhow::Result<String> {
    let hash = client.upload("/api/v1/files", file.as_bytes()).await?.expect(201)?.at("/hash");
    ensure!(hash == hash_of(file), "{hash} is not the hash of {file}");
    Ok(hash)
}

fn with_documents(mut act: Value, documents: &[String]) -> Value {
    if let Some(fields) = act.as_object_mut() {
        fields.insert("documents".to_owned(), json!(documents));
    }
    act
}

async fn i06_a_document_of_an_act_or_a_filing_is_saved_and_never_shown(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let id = found(&client).await?;
    let files = files();
    let mut hashes = Vec::new();
    for file in &files {
        hashes.push(stored(&client, file).await?);
    }
    let amended = act("amended", "2024-04-01", json!({ "commune": "Tiout" }));
    enter(&client, &id, &with_documents(amended, &hashes)).await?.expect(201)?;
    let filing = json!({ "year": 2024, "assembly_on": "2025-03-01", "minutes": hashes[0], "accounts": hashes[1],
        "turnover_mad": 90000, "surplus_mad": 1200, "members": 5 });
    let filed = act("yearly-filing", "2025-04-01", filing);
    enter(&client, &id, &with_documents(filed, &hashes[..2])).await?.expect(201)?;
    let sheet = client.get(&format!("/fr/directory/{id}/acts")).await?.expect(200)?;
    ensure!(sheet.text.contains(&format!("/fr/directory/{id}/acts/6/documents/1\" download")), "{}", sheet.text);
    for (place, file) in (1..).zip(&files) {
        is_saved(&client.get(&format!("/fr/directory/{id}/acts/6/documents/{place}")).await?, file)?;
        is_saved(&client.get(&format!("/api/v1/files/{}", hash_of(file))).await?, file)?;
    }
    for (place, file) in (1..).zip(&files[..2]) {
        is_saved(&client.get(&format!("/fr/directory/{id}/acts/7/documents/{place}")).await?, file)?;
    }
    let stranger = instance.visitor()?;
    stranger.get(&format!("/api/v1/files/{}", hashes[0])).await?.expect_problem(401, "not-signed-in")?;
    let hidden = stranger.get(&format!("/fr/directory/{id}/acts/6/documents/1")).await?;
    ensure!(hidden.status == 303 && !hidden.text.contains("alert"), "{}: {}", hidden.status, hidden.text);
    Ok(())
}

async fn i06_a_paper_of_a_founding_file_is_saved_and_never_shown(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let name = json!({ "name_fr": "Tifaouine", "category": "a", "sector": "argan", "province": "09.541" });
    let id = client.post("/api/v1/foundings", &json!({ "fields": name })).await?.expect(201)?.at("/id");
    for (file, name) in
        files().iter().zip(["..%2F..%2Fevil.html", "evil.png.html", "evil%00.svg", "evil%0d%0a.js", "con"])
    {
        let address = format!("/api/v1/foundings/{id}/documents?document=statutes&name={name}");
        let answer = client.upload(&address, file.as_bytes()).await?;
        // A name with a zero byte is no parameter at all.
        if answer.status == 400 && name.contains("%00") {
            continue;
        }
        let hash = answer.expect(201)?.at("/hash");
        ensure!(hash == hash_of(file), "{hash} is not the hash of {file}");
        let sent = client.get(&format!("/api/v1/foundings/{id}/documents/{hash}")).await?;
        is_saved_under_any_name(&sent, file)?;
        is_saved_under_any_name(&client.get(&format!("/fr/founding/{id}/documents/{hash}")).await?, file)?;
        instance.visitor()?.get(&format!("/api/v1/foundings/{id}/documents/{hash}")).await?.expect(401)?;
    }
    Ok(())
}

/// A paper keeps the name that its owner gave it, but leads nowhere by it and is no page.
fn is_saved_under_any_name(answer: &Answer, file: &str) -> anyhow::Result<()> {
    ensure!(answer.status == 200 && answer.text == file, "{}: {}", answer.status, answer.text);
    ensure!(answer.header("x-content-type-options") == "nosniff", "{:?}", answer.headers);
    let disposition = answer.header("content-disposition");
    ensure!(disposition.starts_with("attachment"), "{disposition}");
    ensure!(!disposition.contains("..") && !disposition.contains('/'), "{disposition}");
    ensure!(answer.header("content-security-policy").contains("sandbox"), "{:?}", answer.headers);
    let media_type = answer.header("content-type");
    ensure!(!["html", "svg", "javascript"].iter().any(|part| media_type.contains(part)), "{media_type}");
    Ok(())
}

/// Names as lists of naughty strings have them: turned letters, marks, joiners, twins, markup, programs, and words that are none.
const NAMES: [&str; 16] = [
    "Coop\u{202e}evitar\u{202c}",
    "\u{2067}تعاونية\u{2069} Tifaouine",
    "Ti\u{200d}faouine\u{200b}",
    "e\u{301}cole",
    "école",
    "T\u{334}\u{33f}\u{324}a\u{337}\u{310}\u{348}f\u{336}\u{30c}at",
    "\u{1f469}\u{200d}\u{1f33e} 🇲🇦",
    "ⵜⵉⴼⴰⵡⵉⵏ ⵯ",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' OR 1=1; DROP TABLE record; --",
    "{{7*7}} {% raw %} ${x} #{y}",
    "%s%n%x $(reboot) `id`",
    "=HYPERLINK(\"http://x\")",
    "null undefined NaN",
    "ﷺ﷽",
];

/// What the pages make of a text.
fn escaped(text: &str) -> String {
    let parts = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#39;")];
    let part = |letter: char| parts.iter().find(|(own, _)| *own == letter).map(|(_, part)| (*part).to_owned());
    text.chars().map(|letter| part(letter).unwrap_or_else(|| letter.to_string())).collect()
}

/// The name stands on the page, escaped, and wherever it is text of the page its direction is kept to itself.
fn is_apart(page: &Answer, name: &str) -> anyhow::Result<()> {
    let (html, name) = (&page.text, escaped(name));
    ensure!(page.status == 200, "{}: {html}", page.status);
    let mut seen = 0;
    for (at, _) in html.match_indices(&name) {
        let before = html.get(..at).context("a place in the page")?;
        let tag = before.rfind('<').and_then(|tag| html.get(tag..at)).context("a tag before it")?;
        // Within a tag it is a value, and a title or an option holds nothing else.
        let Some((tag, _)) = tag.split_once('>') else { continue };
        let alone = ["<title", "<option", "<textarea"].iter().any(|start| tag.starts_with(start));
        ensure!(alone || tag.starts_with("<bdi") || tag.contains("dir=\"auto\""), "{name} stands in {tag}> of {html}");
        seen += usize::from(!alone);
    }
    ensure!(seen > 0, "{name} is not on the page: {html}");
    Ok(())
}

async fn i07_unusual_names_are_kept_and_shown_apart(instance: &mut Instance) -> anyhow::Result<()> {
    // Without a public address nothing is printed.
    instance.stop()?;
    instance.serve_at(&free_place()?, &[])?;
    let client = instance.registrar().await?;
    let mut last = String::new();
    for (number, name) in (1_u32..).zip(NAMES) {
        let id = create(&client, &number.to_string()).await?.at("/id");
        let amended = act("amended", "2025-01-31", json!({ "name_fr": name, "commune": name }));
        enter(&client, &id, &amended).await?.expect(201)?;
        let acts = client.get(&format!("/api/v1/cooperatives/{id}/acts")).await?.expect(200)?;
        ensure!(
            acts.at("/state/names/fr") == name && acts.at("/items/1/data/name_fr") == name,
            "{name}: {}",
            acts.text
        );
        let stored = client.get(&format!("{COOPERATIVES}/{id}")).await?.expect(200)?;
        ensure!(stored.at("/body/name_fr") == name, "{name}: {}", stored.text);
        for page in ["", "/acts", "/acts/list", "/members", "/officers"] {
            is_apart(&client.get(&format!("/fr/directory/{id}{page}")).await?, name)?;
            is_apart(&client.get(&format!("/ar/directory/{id}{page}")).await?, name).or_else(|error| {
                // Where a name in Arabic is shown first, the other one need not be there.
                if error.to_string().contains("is not on the page") { Ok(()) } else { Err(error) }
            })?;
        }
        last = id;
    }
    for name in [NAMES[0], NAMES[5], NAMES[8], NAMES[11]] {
        let fields = json!({ "name_fr": name, "category": "a", "sector": "argan", "province": "09.541" });
        let file = client.post("/api/v1/foundings", &json!({ "fields": fields })).await?.expect(201)?;
        ensure!(file.at("/file/name_fr") == name, "{}", file.text);
        is_apart(&client.get(&format!("/fr/founding/{}", file.at("/id"))).await?, name)?;
    }
    let list = client.get("/fr/founding").await?;
    is_apart(&list, NAMES[8])?;
    paper(instance, &client, &last, &[NAMES[0], NAMES[5], NAMES[6], NAMES[8]].join(" ")).await
}

/// Certified extracts of a cooperative with that name are printed, and the verification of the one in French shows the name apart.
async fn paper(instance: &Instance, client: &Client, id: &str, name: &str) -> anyhow::Result<()> {
    enter(client, id, &act("amended", "2025-02-28", json!({ "name_fr": name }))).await?.expect(201)?;
    for language in ["fr", "ar"] {
        let wanted = json!({ "paper": "extract", "language": language });
        let made = client.post(&format!("/api/v1/cooperatives/{id}/extracts"), &wanted).await?.expect(201)?;
        let pdf = client.get(&made.at("/pdf")).await?.expect(200)?;
        ensure!(pdf.text.starts_with("%PDF-"), "{language}: no PDF");
        let verify = made.at("/verify");
        let token = verify.rsplit('/').next().context("an address has a last part")?;
        let verified = instance.visitor()?.get(&format!("/{language}/verify/{token}")).await?;
        if language == "fr" {
            is_apart(&verified, name)?;
        }
    }
    Ok(())
}

async fn i10_what_people_write_makes_no_lines_in_the_log(instance: &mut Instance) -> anyhow::Result<()> {
    const FORGED: &str = "R\r\n2026-01-01T00:00:00Z ERROR forged: yes\u{1b}[2J\u{1b}[31m\u{202e}";
    let client = instance.registrar().await?;
    let id = found(&client).await?;
    for (kind, on, data) in [
        ("suspended", "2024-05-01", json!({ "reason": FORGED })),
        ("amended", "2024-05-02", json!({ "name_fr": FORGED, "commune": FORGED })),
        (FORGED, "2024-05-03", json!({})),
        ("resumed", FORGED, json!({ "reason": FORGED })),
        ("members-changed", "2024-05-04", json!({ "left": [{ "number": FORGED, "reason": "died" }] })),
    ] {
        let answer = enter(&client, &id, &act(kind, on, data)).await?;
        ensure!(matches!(answer.status, 201 | 400 | 422), "{}: {}", answer.status, answer.text);
        ensure!(!answer.text.contains(['\r', '\u{1b}']), "the answer holds control characters");
    }
    client.post("/api/v1/foundings", &json!({ "fields": { "name_fr": FORGED, "sector": FORGED } })).await?;
    let path: String = FORGED.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for address in
        [format!("/fr/directory/{path}"), format!("/api/v1/cooperatives/{path}/acts?as_of={path}"), format!("/{path}")]
    {
        let answer = client.get(&address).await?;
        ensure!(matches!(answer.status, 400 | 404), "{address}: {}", answer.status);
        ensure!(!format!("{:?}", answer.headers).contains("forged"), "{:?}", answer.headers);
    }
    client
        .send_with(Method::GET, "/fr/directory", &[("user-agent", "a \\x1b[31m forged: yes")], None)
        .await?
        .expect(200)?;
    let (_, log) = instance.stop()?;
    ensure!(!log.lines().any(|line| line.starts_with("2026-01-01T00:00:00Z")), "a line was forged:\n{log}");
    ensure!(!log.contains("\u{1b}[2J"), "the log clears the screen of whoever reads it");
    Ok(())
}
