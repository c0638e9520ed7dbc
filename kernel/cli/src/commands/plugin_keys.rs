//! `tiwizi plugin keygen|certify|sign|verify`: keys, certificates and signatures. Only `verify --data` opens an instance.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use serde_json::{Value, json};
use tiwizi_host::bundle::{self, Bundle};
use tiwizi_host::trust::{
    Acceptance, Certificate, SecretKey, Signer, Terms, TrustError, Voucher, certificates_text, read_certificates,
};
use tiwizi_model::{Ambient, IdPrefixes};
use tiwizi_records::Manifest;
use tiwizi_registry::day::Day;

use crate::arguments::{Certify, Keygen, Sign, Verify};
use crate::commands::open;
use crate::config::write_new;
use crate::outcome::{self, Outcome};
use crate::progress::Bar;

pub(crate) fn keygen(arguments: &Keygen) -> anyhow::Result<()> {
    let key = SecretKey::generate(&arguments.name, &Ambient::system()).context("--name is not right")?;
    let signer = key.signer();
    let public = public_file(&arguments.out);
    if public.exists() {
        bail!("{} is there already; choose another name: --out", public.display());
    }
    write_new(&arguments.out, key.text().as_bytes(), 0o600).with_context(|| unwritten(&arguments.out))?;
    write_new(&public, signer.text().as_bytes(), 0o644).with_context(|| unwritten(&public))?;
    let answer = json!({
        "name": signer.name, "key": signer.key.to_string(),
        "secret_file": shown(&arguments.out), "public_file": shown(&public),
    });
    let text = format!(
        "The secret key lies in {}; only you may read it, and nobody can make it again.\n\
         Give {} to whoever certifies or trusts you, and let them compare:\n\n    {}",
        arguments.out.display(),
        public.display(),
        signer.key
    );
    outcome::answer(arguments.json, &answer, &text);
    Ok(())
}

pub(crate) fn certify(arguments: &Certify) -> anyhow::Result<()> {
    let issuer = secret_key(&arguments.key)?;
    let holder = public_key(&arguments.holder)?;
    let above = match &arguments.issuer_certificates {
        Some(file) => certificates(file)?,
        None => Vec::new(),
    };
    if above.first().is_some_and(|certificate| certificate.terms.holder.key != issuer.signer().key) {
        bail!("--issuer-certificates is of another key than --key; give the certificate of the key that certifies");
    }
    let terms = Terms {
        holder,
        level: arguments.level,
        purpose: arguments.purpose,
        prefixes: IdPrefixes::new(arguments.prefix.clone()).context("--prefix is not right")?,
        from: arguments.from.unwrap_or_else(|| Day::of(Ambient::system().now())),
        until: arguments.until,
    };
    if terms.until < terms.from {
        bail!("the certificate would end on {}, before it begins on {}", terms.until, terms.from);
    }
    let certificate = Certificate::issue(terms, &issuer);
    let certified = certificate_shown(&certificate);
    let text = format!(
        "{} certifies {} ({}) for {} until {}: {}",
        issuer.signer().name,
        certificate.terms.holder.name,
        certificate.terms.level,
        certificate.terms.prefixes,
        certificate.terms.until,
        arguments.out.display()
    );
    let chain: Vec<Certificate> = std::iter::once(certificate).chain(above).collect();
    write_new(&arguments.out, certificates_text(&chain).as_bytes(), 0o644)
        .with_context(|| unwritten(&arguments.out))?;
    outcome::answer(arguments.json, &json!({ "certificate": certified, "file": shown(&arguments.out) }), &text);
    Ok(())
}

pub(crate) fn sign(arguments: &Sign) -> anyhow::Result<()> {
    let key = secret_key(&arguments.key)?;
    let chain = match &arguments.certificate {
        Some(file) => certificates(file)?,
        None if arguments.dev => vec![Certificate::for_development(&key)],
        None => Vec::new(),
    };
    let bytes = Bytes::from(open::read_file(&arguments.bundle)?);
    let signed = bundle::sign(&bytes, &key, chain).map_err(|error| {
        let context = format!("{} was not signed", arguments.bundle.display());
        anyhow::Error::new(error).context(context).context(Outcome::Refused)
    })?;
    let out = arguments.out.as_ref().unwrap_or(&arguments.bundle);
    replace(out, &signed).with_context(|| unwritten(out))?;
    let signer = key.signer();
    let answer =
        json!({ "file": shown(out), "bytes": signed.len(), "key": signer.key.to_string(), "name": signer.name });
    outcome::answer(arguments.json, &answer, &format!("{}: signed by {} ({})", out.display(), signer.name, signer.key));
    Ok(())
}

pub(crate) async fn verify(arguments: &Verify) -> anyhow::Result<()> {
    let bytes = arguments.bundle.bytes(&arguments.access, &Bar::new(arguments.json)).await?;
    let refused =
        |error: anyhow::Error| error.context(format!("{} is refused", arguments.bundle)).context(Outcome::Refused);
    let Some(data) = &arguments.data else {
        let bundle = Bundle::read(&bytes).map_err(|error| refused(error.into()))?;
        let manifest = Manifest::parse(&bundle.manifest).map_err(|error| refused(error.into()))?;
        outcome::answer(arguments.json, &bundle_shown(&bundle, &manifest), &described(&bundle, &manifest));
        return Ok(());
    };
    let acceptance = if arguments.dev { Acceptance::Development } else { Acceptance::Signed };
    let app = open::app(data, &open::config(data)?).await?;
    let verdict = app.host.verify(&bytes, acceptance).await;
    open::close(&app).await;
    let verdict = verdict.map_err(|error| refused(error.into()))?;
    let mut answer = bundle_shown(&verdict.bundle, &verdict.manifest);
    if let Value::Object(answer) = &mut answer {
        answer.extend(trust_shown(&verdict.trusted));
    }
    let text = described(&verdict.bundle, &verdict.manifest);
    match verdict.trusted {
        Ok(voucher) => {
            let root = voucher.root.map_or_else(|| "nobody but you".to_owned(), |root| root.name);
            let text = format!("{text}\nThis instance accepts it ({}); {root} vouches for it.", voucher.level);
            outcome::answer(arguments.json, &answer, &text);
            Ok(())
        }
        Err(error) => {
            outcome::answer(arguments.json, &answer, &text);
            Err(refused(error.into()))
        }
    }
}

fn trust_shown(trusted: &Result<Voucher, TrustError>) -> serde_json::Map<String, Value> {
    let shown = match trusted {
        Ok(voucher) => json!({
            "trusted": true,
            "level": voucher.level.as_str(),
            "root": voucher.root.as_ref().map(|root| json!({ "name": root.name, "key": root.key.to_string() })),
        }),
        Err(error) => json!({ "trusted": false, "reason": error.to_string() }),
    };
    match shown {
        Value::Object(shown) => shown,
        _ => serde_json::Map::new(),
    }
}

fn bundle_shown(bundle: &Bundle, manifest: &Manifest) -> Value {
    let certificates: Vec<Value> =
        bundle.seal.iter().flat_map(|seal| &seal.certificates).map(certificate_shown).collect();
    json!({
        "plugin": manifest.id.to_string(),
        "version": manifest.version,
        "sha256": bundle.hash.to_string(),
        "files": bundle.files.len(),
        "libraries": libraries_in(bundle),
        "signed_by": bundle.seal.as_ref().map(|seal| seal.key.to_string()),
        "certificates": certificates,
    })
}

/// How many libraries its list names, when it has a list that can be read.
fn libraries_in(bundle: &Bundle) -> Option<usize> {
    bundle.files.get("sbom.json").and_then(|(_, content)| bundle::libraries_of(content))
}

fn certificate_shown(certificate: &Certificate) -> Value {
    let terms = &certificate.terms;
    json!({
        "name": terms.holder.name,
        "key": terms.holder.key.to_string(),
        "level": terms.level.as_str(),
        "use": terms.purpose.to_string(),
        "prefixes": terms.prefixes.to_string(),
        "from": terms.from.to_string(),
        "until": terms.until.to_string(),
        "issuer": certificate.issuer.to_string(),
    })
}

fn described(bundle: &Bundle, manifest: &Manifest) -> String {
    let mut text =
        format!("{} {}: {} files, whole; SHA-256 {}", manifest.id, manifest.version, bundle.files.len(), bundle.hash);
    match libraries_in(bundle) {
        Some(count) => text.push_str(&format!("\nLibraries inside: {count}, listed in its sbom.json.")),
        None => text.push_str("\nIt does not list the libraries inside."),
    }
    match &bundle.seal {
        None => text.push_str("\nNobody has signed it."),
        Some(seal) => text.push_str(&format!("\nSigned with {}.", seal.key)),
    }
    for certificate in bundle.seal.iter().flat_map(|seal| &seal.certificates) {
        let terms = &certificate.terms;
        text.push_str(&format!(
            "\n  {} ({}, {} for {} until {}), says {}",
            terms.holder.name, terms.level, terms.purpose, terms.prefixes, terms.until, certificate.issuer
        ));
    }
    text
}

/// `notes.key` has `notes.key.pub` beside it.
fn public_file(secret: &Path) -> PathBuf {
    let mut name = secret.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

/// A path as JSON can hold it.
pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn unwritten(path: &Path) -> String {
    format!("could not write {}", path.display())
}

/// Reads a secret key. One that others may read is refused: they may have.
pub(crate) fn secret_key(path: &Path) -> anyhow::Result<SecretKey> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).with_context(|| format!("could not read {}", path.display()))?;
    if mode.permissions().mode() & 0o077 != 0 {
        let open = format!("others may read {}; make a new key, or if nobody did: chmod 600 {0}", path.display());
        return Err(anyhow::Error::new(Outcome::Refused).context(open));
    }
    let bytes = open::read_file(path)?;
    SecretKey::read(&bytes).with_context(|| format!("{} is not right", path.display()))
}

/// Reads a public key.
pub(crate) fn public_key(path: &Path) -> anyhow::Result<Signer> {
    Signer::read(&open::read_file(path)?).with_context(|| format!("{} is not right", path.display()))
}

fn certificates(path: &Path) -> anyhow::Result<Vec<Certificate>> {
    read_certificates(&open::read_file(path)?).with_context(|| format!("{} is not right", path.display()))
}

/// Writes a file beside the one that is there and then puts it in its place: it is never half there.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let beside = PathBuf::from(name);
    let mut file = std::fs::File::create(&beside)?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}
