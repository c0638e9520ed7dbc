//! Signatures that are written by hand, after the text of RFC 9421: right, or wrong in one point.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tiwizi_federation_core::signature::{Nonce, Request};
use tiwizi_federation_core::wire::SigningKey;

use crate::kit::Kit;

/// What a signature has to cover.
pub(crate) const ALL: [&str; 5] = ["@method", "@authority", "@path", "@query", "content-digest"];

/// A signature: which parts it covers, under which name it stands, and what it says of itself.
pub(crate) struct ByHand<'a> {
    pub(crate) parts: &'a [&'a str],
    pub(crate) label: &'a str,
    pub(crate) parameters: String,
}

impl ByHand<'_> {
    /// Signs a request for what is in it. The base is that of RFC 9421, 2.5.
    pub(crate) fn sign(&self, key: &SigningKey, mut request: Request) -> anyhow::Result<Request> {
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
        let signature = STANDARD.encode(key.sign(base.as_bytes()));
        request.lines.push("signature-input", &format!("{}={inner}", self.label))?;
        request.lines.push("signature", &format!("{}=:{signature}:", self.label))?;
        Ok(request)
    }
}

/// The parameters of a signature that lives so long, with more behind them.
pub(crate) fn parameters(kit: &Kit, keyid: &str, life_s: i64, more: &str) -> String {
    let created = kit.line.ambient.now().0.div_euclid(1_000);
    let (nonce, expires) = (Nonce::own(&kit.line.ambient), created.saturating_add(life_s));
    format!(";created={created};expires={expires};nonce=\"{nonce}\";keyid=\"{keyid}\"{more};tag=\"tiwizi-fed-1\"")
}

/// A request with its digest, to be signed by hand.
pub(crate) fn digested(mut request: Request) -> anyhow::Result<Request> {
    request.lines.push("content-digest", &request.body.header())?;
    Ok(request)
}
