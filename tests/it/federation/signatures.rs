//! Is nobody answered but who has signed, for this instance, these bytes, now, and once?

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tiwizi_federation_core::signature::{Lines, Nonce, Request};

use super::evil::{Answer, Evil, believed, free_place, send};
use super::house::{House, Root};

/// A nation that is served, with a peer whose keys the test has.
pub(super) struct Served {
    pub(super) nation: House,
    pub(super) evil: Evil,
    pub(super) place: String,
    root: Root,
}

impl Served {
    pub(super) fn new() -> anyhow::Result<Self> {
        let (root, place) = (Root::new()?, free_place()?);
        let nation = House::new("all", None, &root)?;
        let evil = Evil::new(1, None)?;
        let own =
            nation.command("federation request --json").variable("TIWIZI_FEDERATION_URL", format!("http://{place}"));
        own.option("--to", nation.file("request")).succeed()?;
        let ending = nation.enrol(&root, &nation.file("request"), &nation.fingerprint())?;
        ensure!(ending.code == Some(0), "{ending:?}");
        evil.enrol(&nation, &root)?;
        let mut served = Self { nation, evil, place, root };
        served.serve()?;
        Ok(served)
    }

    pub(super) fn serve(&mut self) -> anyhow::Result<()> {
        let variables = [
            ("TIWIZI_FEDERATION_ROOT", self.root.key.clone()),
            ("TIWIZI_FEDERATION_LISTENS", "true".to_owned()),
            ("TIWIZI_FEDERATION_URL", format!("http://{}", self.place)),
            ("TIWIZI_FEDERATION_PRIVATE", "[\"127.0.0.0/8\"]".to_owned()),
        ];
        self.nation.instance.serve_at(&self.place, &variables)
    }

    fn hello(&self) -> Request {
        self.evil.request(&self.place, "GET", "/fed/v1", b"")
    }
}

/// A signature that is written by hand: which parts it covers, and what it says of itself.
struct ByHand<'a> {
    parts: &'a [&'a str],
    label: &'a str,
    parameters: String,
}

impl ByHand<'_> {
    /// Signs a request for what is in it. The base is that of RFC 9421, 2.5.
    fn sign(&self, evil: &Evil, mut request: Request) -> anyhow::Result<Request> {
        let covered: Vec<String> = self.parts.iter().map(|part| format!("\"{part}\"")).collect();
        let inner = format!("({}){}", covered.join(" "), self.parameters);
        let mut base = String::new();
        for part in self.parts {
            let value = match *part {
                "@method" => request.method.clone(),
                "@authority" => request.authority.clone(),
                "@path" => request.path.clone(),
                "@query" => format!("?{}", request.query.clone().unwrap_or_default()),
                name => request.lines.value(name).context("a part is not there")?,
            };
            base.push_str(&format!("\"{part}\": {value}\n"));
        }
        base.push_str(&format!("\"@signature-params\": {inner}"));
        let signature = STANDARD.encode(evil.sign_bytes(base.as_bytes()));
        request.lines.push("signature-input", &format!("{}={inner}", self.label))?;
        request.lines.push("signature", &format!("{}=:{signature}:", self.label))?;
        Ok(request)
    }
}

const ALL: [&str; 5] = ["@method", "@authority", "@path", "@query", "content-digest"];

fn parameters(evil: &Evil, created: i64, more: &str) -> String {
    let (nonce, keyid) = (Nonce::own(evil.ambient()), evil.keyid());
    let expires = created.saturating_add(300);
    format!(";created={created};expires={expires};nonce=\"{nonce}\";keyid=\"{keyid}\"{more};tag=\"tiwizi-fed-1\"")
}

fn now_s(evil: &Evil) -> i64 {
    evil.ambient().now().0 / 1_000
}

fn digested(mut request: Request) -> anyhow::Result<Request> {
    request.lines.push("content-digest", &request.body.header())?;
    Ok(request)
}

async fn refused(answer: anyhow::Result<Answer>, code: &str) -> anyhow::Result<()> {
    answer?.refuses(401, code)
}

#[tokio::test]
async fn a_signed_question_is_answered_and_the_answer_is_signed() -> anyhow::Result<()> {
    let served = Served::new()?;
    let request = served.evil.signed(served.hello(), 0)?;
    let answer = send(&request, b"").await?;
    ensure!(answer.status == 200, "{answer:?}");
    believed(&answer, &request, &served.nation.file("request"))?;
    let other = served.evil.signed(served.hello(), 0)?;
    ensure!(believed(&answer, &other, &served.nation.file("request")).is_err(), "an answer fits two questions");
    Ok(())
}

#[tokio::test]
async fn f01_who_is_not_known_or_did_not_sign_is_told_so_and_no_more() -> anyhow::Result<()> {
    let served = Served::new()?;
    refused(send(&served.hello(), b"").await, "signature-missing").await?;
    let stranger = Evil::new(7, None)?;
    let request = stranger.signed(served.hello(), 0)?;
    let answer = send(&request, b"").await?;
    answer.refuses(401, "signature-key-unknown")?;
    believed(&answer, &request, &served.nation.file("request")).context("a refusal is signed too")?;
    // The key of another under the name of a peer.
    let by_hand = ByHand { parts: &ALL, label: "fed", parameters: parameters(&served.evil, now_s(&served.evil), "") };
    refused(send(&by_hand.sign(&stranger, digested(served.hello())?)?, b"").await, "signature-forged").await?;
    ensure!(served.evil.hello(&served.place).await?.directory > 0, "a peer is answered all the same");
    Ok(())
}

#[tokio::test]
async fn f02_a_signature_that_leaves_something_out_is_refused_though_it_is_good() -> anyhow::Result<()> {
    let served = Served::new()?;
    for missing in ALL {
        let parts: Vec<&str> = ALL.into_iter().filter(|part| *part != missing).collect();
        let parameters = parameters(&served.evil, now_s(&served.evil), "");
        let request =
            ByHand { parts: &parts, label: "fed", parameters }.sign(&served.evil, digested(served.hello())?)?;
        refused(send(&request, b"").await, "signature-uncovered").await.with_context(|| missing.to_owned())?;
    }
    let whole = parameters(&served.evil, now_s(&served.evil), "");
    for missing in ["created", "expires", "nonce", "tag"] {
        let kept: Vec<&str> = whole.split(';').filter(|one| !one.starts_with(missing)).collect();
        let request = ByHand { parts: &ALL, label: "fed", parameters: kept.join(";") };
        let request = request.sign(&served.evil, digested(served.hello())?)?;
        refused(send(&request, b"").await, "signature-parameter").await.with_context(|| missing.to_owned())?;
    }
    Ok(())
}

#[tokio::test]
async fn f03_a_body_or_a_digest_that_was_changed_is_refused() -> anyhow::Result<()> {
    let served = Served::new()?;
    let address = "/fed/v1/checkpoints";
    let empty = [0x80];
    let request = served.evil.signed(served.evil.request(&served.place, "POST", address, &empty), 0)?;
    refused(send(&request, &[0x81]).await, "digest-mismatch").await?;
    let by_hand = |parts: &[&str], digest: &[&str]| -> anyhow::Result<Request> {
        let mut request = served.evil.request(&served.place, "POST", address, &empty);
        for value in digest {
            request.lines.push("content-digest", value)?;
        }
        let parameters = parameters(&served.evil, now_s(&served.evil), "");
        ByHand { parts, label: "fed", parameters }.sign(&served.evil, request)
    };
    let right = request.body.header();
    let (md5, adler) = ("md5=:1B2M2Y8AsgTpgAmY7PhCfg==:", "adler=:AAAAAQ==:");
    for digest in [&[md5][..], &[adler][..]] {
        let answer = send(&by_hand(&ALL, digest)?, &empty).await?;
        ensure!(answer.status == 401 && answer.code().starts_with("digest"), "{digest:?}: {answer:?}");
    }
    // Twice the right one is one field of two members with one name: the last counts, and it is the right one or none.
    let wrong = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:";
    let answer = send(&by_hand(&ALL, &[&right, wrong])?, &empty).await?;
    ensure!(answer.status == 401, "{answer:?}");
    Ok(())
}

#[tokio::test]
async fn f04_a_request_is_answered_once_also_by_the_next_process() -> anyhow::Result<()> {
    let mut served = Served::new()?;
    let request = served.evil.signed(served.hello(), 0)?;
    ensure!(send(&request, b"").await?.status == 200, "the first one is answered");
    send(&request, b"").await?.refuses(409, "replayed")?;
    served.nation.instance.kill()?;
    served.serve()?;
    send(&request, b"").await?.refuses(409, "replayed")?;
    ensure!(served.evil.hello(&served.place).await?.directory > 0, "a new one is answered");
    Ok(())
}

#[tokio::test]
async fn f05_only_our_signature_by_our_algorithm_counts() -> anyhow::Result<()> {
    let served = Served::new()?;
    let evil = &served.evil;
    let stranger = Evil::new(7, None)?;
    let good = |label| ByHand { parts: &ALL, label, parameters: parameters(evil, now_s(evil), "") };
    // A good signature under another name is none.
    refused(send(&good("other").sign(evil, digested(served.hello())?)?, b"").await, "signature-missing").await?;
    for algorithm in ["rsa-pss-sha512", "hmac-sha256", "none"] {
        let parameters = parameters(evil, now_s(evil), &format!(";alg=\"{algorithm}\""));
        let request = ByHand { parts: &ALL, label: "fed", parameters }.sign(evil, digested(served.hello())?)?;
        refused(send(&request, b"").await, "signature-parameter").await.with_context(|| algorithm.to_owned())?;
    }
    // A bad one beside it, under another name, changes nothing.
    let request = good("fed").sign(evil, digested(served.hello())?)?;
    let beside = ByHand { parts: &ALL, label: "zzz", parameters: parameters(&stranger, 0, "") };
    let request = beside.sign(&stranger, request)?;
    ensure!(send(&request, b"").await?.status == 200, "the one under our name is good");
    Ok(())
}

#[tokio::test]
async fn f10_a_wild_clock_is_asked_to_sign_a_nonce_and_is_let_in_then() -> anyhow::Result<()> {
    let served = Served::new()?;
    let evil = &served.evil;
    let day_ms = 86_400_000;
    let (past, future) = (-evil.ambient().now().0, 253_000_000_000_000 - evil.ambient().now().0);
    for offset_ms in [day_ms, -day_ms, past + 1_000, future] {
        let request = evil.signed(served.hello(), offset_ms)?;
        let answer = send(&request, b"").await?;
        answer.refuses(401, "challenge")?;
        let nonce = believed(&answer, &request, &served.nation.file("request"))?.challenge.context("a nonce")?;
        let answering = evil.answering(served.hello(), nonce)?;
        ensure!(send(&answering, b"").await?.status == 200, "{offset_ms}");
        let again = send(&answering, b"").await?;
        ensure!(again.status == 401, "a nonce was let in twice: {again:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_request_that_was_made_for_another_instance_is_refused() -> anyhow::Result<()> {
    let served = Served::new()?;
    let request = served.evil.request("fed.example.org", "GET", "/fed/v1", b"");
    let signed = served.evil.signed(request, 0)?;
    let moved = Request { authority: served.place.clone(), ..signed };
    // Its authority is signed, so it fits no other place.
    refused(send(&moved, b"").await, "signature-forged").await?;
    let mut renamed = moved.clone();
    renamed.lines = Lines::read(moved.lines.iter().chain([("host", "fed.example.org")]))?;
    send(&renamed, b"").await?.refuses(421, "signature-authority")
}
