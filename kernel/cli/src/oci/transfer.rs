//! Fetching a bundle from a registry, and putting one there.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, stream};
use oci_client::errors::{DigestError, OciDistributionError};
use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciDescriptor, OciImageManifest};
use oci_client::{Reference, RegistryOperation};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tiwizi_host::bundle::Bundle;
use tiwizi_model::{FileHash, limits};
use tiwizi_records::Manifest;

use super::refusal::{Attempt, explain};
use super::{ARTIFACT, Access, Address, CONFIG, LAYER, Registry};
use crate::outcome::Outcome;
use crate::progress::Bar;

/// What a bundle is sent in.
const PIECE_BYTES: usize = 64 << 10;

/// Fetches a bundle's bytes. They are what the address's manifest names; whether they are a good bundle is for others to say.
pub(crate) async fn pull(address: &Address, access: &Access, bar: &Bar) -> anyhow::Result<Bytes> {
    let registry = Registry::open(address, access)?;
    let reference = address.reference();
    let explain = |error| explain(error, Attempt::Pull, address, &registry.advice);
    let wait = Duration::from_millis(limits::REGISTRY_ANSWER_MS);
    let manifest = tokio::time::timeout(wait, manifest(&registry, &reference)).await;
    let manifest = manifest.map_err(|_| anyhow!("{} took too long to answer; try again later", address.registry()))?;
    let layer = layer_of(address, &manifest.map_err(explain)?)?;
    let bytes_max = usize::try_from(layer.size).unwrap_or(usize::MAX);
    bar.begin("fetching", bytes_max);
    let mut stream = registry.client.pull_blob_stream(&reference, layer.digest.as_str()).await.map_err(explain)?;
    let mut bytes = BytesMut::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| explain(cause(error)))?;
        if bytes.len().saturating_add(piece.len()) > bytes_max {
            return Err(large(address, "more than its manifest says"));
        }
        bytes.extend_from_slice(&piece);
        bar.advance(piece.len());
    }
    bar.end();
    if bytes.len() != bytes_max {
        bail!("{address} broke off after {} of {bytes_max} bytes; try again", bytes.len());
    }
    Ok(bytes.freeze())
}

/// Signs in and reads the manifest, which is checked against the address's digest and that of the answer.
async fn manifest(registry: &Registry, reference: &Reference) -> Result<Bytes, OciDistributionError> {
    registry.client.auth(reference, &registry.login, RegistryOperation::Pull).await?;
    let (manifest, _) = registry.client.pull_manifest_raw(reference, &registry.login, &[OCI_IMAGE_MEDIA_TYPE]).await?;
    Ok(manifest)
}

/// The one layer of a manifest that is a plugin's.
fn layer_of(address: &Address, manifest: &[u8]) -> anyhow::Result<OciDescriptor> {
    if manifest.len() > limits::REGISTRY_MANIFEST_BYTES_MAX {
        return Err(large(address, "a manifest that is no plugin's"));
    }
    let manifest: OciImageManifest =
        serde_json::from_slice(manifest).map_err(|_| no_plugin(address, "something else"))?;
    if manifest.config.media_type != CONFIG {
        return Err(no_plugin(address, &shown(&manifest.config.media_type)));
    }
    let [layer] = manifest.layers.as_slice() else {
        return Err(no_plugin(address, &format!("{} layers and not one", manifest.layers.len())));
    };
    if layer.media_type != LAYER {
        return Err(no_plugin(address, &shown(&layer.media_type)));
    }
    if u64::try_from(layer.size).is_ok_and(|size| size <= limits::BUNDLE_BYTES_MAX) {
        return Ok(layer.clone());
    }
    Err(large(address, &format!("{} bytes", layer.size)))
}

fn no_plugin(address: &Address, found: &str) -> anyhow::Error {
    anyhow!("{address} is no plugin of Tiwizi: it holds {found}; look at the name, or ask who published it")
        .context(Outcome::Refused)
}

fn large(address: &Address, found: &str) -> anyhow::Error {
    let most = limits::BUNDLE_BYTES_MAX;
    anyhow!("{address} is too large: it holds {found}, and a bundle has at most {most} bytes").context(Outcome::Refused)
}

/// A media type that somebody else wrote, fit to be shown.
fn shown(media_type: &str) -> String {
    media_type.chars().take(limits::ECHO_CHARS_MAX).filter(|letter| !letter.is_control()).collect()
}

/// What broke a stream: the library wraps a wrong digest into an error of reading.
fn cause(error: std::io::Error) -> OciDistributionError {
    let wrapped = error.get_ref().and_then(|inner| inner.downcast_ref::<DigestError>());
    match wrapped {
        Some(DigestError::VerificationError { expected, actual }) => {
            DigestError::VerificationError { expected: expected.clone(), actual: actual.clone() }.into()
        }
        _ => error.into(),
    }
}

/// What is in the registry now.
#[derive(Debug)]
pub(crate) struct Pushed {
    /// The address by which exactly these bytes are found.
    pub(crate) address: Address,
    pub(crate) plugin: String,
    pub(crate) version: String,
    /// Whether somebody has signed it.
    pub(crate) is_signed: bool,
}

/// Puts a bundle into a registry, under its tag. What is no bundle is not sent. The same bundle has the same digest everywhere.
pub(crate) async fn push(bytes: Bytes, address: &Address, access: &Access, bar: &Bar) -> anyhow::Result<Pushed> {
    if !address.has_tag() {
        bail!("{address} names bytes that are there already; give a tag to put the bundle under: REGISTRY/NAME:TAG");
    }
    let bundle = Bundle::read(&bytes).context("this is no good bundle").context(Outcome::Refused)?;
    let plugin = Manifest::parse(&bundle.manifest).context("its manifest is refused").context(Outcome::Refused)?;
    let config =
        Bytes::from(json!({ "api": plugin.api, "id": plugin.id.as_str(), "version": plugin.version }).to_string());
    let manifest = manifest_of(&bytes, &config, &plugin)?;
    let registry = Registry::open(address, access)?;
    let explain = |error| explain(error, Attempt::Push, address, &registry.advice);
    let reference = address.reference();
    registry.client.auth(&reference, &registry.login, RegistryOperation::Push).await.map_err(explain)?;
    send(&registry, &reference, config, &Bar::hidden()).await.map_err(explain)?;
    bar.begin("sending", bytes.len());
    send(&registry, &reference, bytes, bar).await.map_err(explain)?;
    bar.end();
    let digest = digest_of(&manifest);
    let media_type = http::HeaderValue::from_static(OCI_IMAGE_MEDIA_TYPE);
    registry.client.push_manifest_raw(&reference, manifest, media_type).await.map_err(explain)?;
    Ok(Pushed {
        address: address.at(&digest),
        plugin: plugin.id.to_string(),
        version: plugin.version,
        is_signed: bundle.seal.is_some(),
    })
}

/// Sends bytes, unless the registry has them.
async fn send(registry: &Registry, reference: &Reference, bytes: Bytes, bar: &Bar) -> Result<(), OciDistributionError> {
    let (digest, length) = (digest_of(&bytes), bytes.len());
    if registry.client.blob_exists(reference, &digest).await? {
        return Ok(());
    }
    let bar = bar.clone();
    let pieces = stream::unfold(bytes, move |mut rest| {
        let piece = rest.split_to(rest.len().min(PIECE_BYTES));
        bar.advance(piece.len());
        std::future::ready((!piece.is_empty()).then_some((Ok(piece), rest)))
    });
    registry.client.push_blob_stream(reference, pieces, &digest, u64::try_from(length).ok()).await.map(drop)
}

/// The manifest, in one spelling: what the bundle is, for people who look through a registry. Nothing of it is trusted.
fn manifest_of(bundle: &Bytes, config: &Bytes, plugin: &Manifest) -> anyhow::Result<Bytes> {
    let mut annotations = BTreeMap::from([
        ("org.opencontainers.image.title".to_owned(), plugin.id.to_string()),
        ("org.opencontainers.image.version".to_owned(), plugin.version.clone()),
    ]);
    let said = [("licenses", &plugin.licence), ("vendor", &plugin.publisher)];
    for (name, text) in said {
        annotations.extend(text.clone().map(|text| (format!("org.opencontainers.image.{name}"), text)));
    }
    let manifest = OciImageManifest {
        media_type: Some(OCI_IMAGE_MEDIA_TYPE.to_owned()),
        artifact_type: Some(ARTIFACT.to_owned()),
        config: described(config, CONFIG)?,
        layers: vec![described(bundle, LAYER)?],
        annotations: Some(annotations),
        ..OciImageManifest::default()
    };
    Ok(serde_json::to_vec(&manifest).context("could not write the manifest")?.into())
}

fn described(bytes: &Bytes, media_type: &str) -> anyhow::Result<OciDescriptor> {
    let size = i64::try_from(bytes.len()).context("this is too large for any registry")?;
    Ok(OciDescriptor { media_type: media_type.to_owned(), digest: digest_of(bytes), size, ..OciDescriptor::default() })
}

fn digest_of(bytes: &[u8]) -> String {
    format!("sha256:{}", FileHash(Sha256::digest(bytes).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(manifest: &serde_json::Value) -> String {
        let address = "127.0.0.1:5000/notes:1".parse().unwrap();
        format!("{:#}", layer_of(&address, manifest.to_string().as_bytes()).unwrap_err())
    }

    fn manifest(config: &str, layers: &[(&str, i64)]) -> serde_json::Value {
        let described =
            |media_type: &str, size: i64| json!({ "mediaType": media_type, "digest": "sha256:00", "size": size });
        let layers: Vec<_> = layers.iter().map(|(media_type, size)| described(media_type, *size)).collect();
        json!({ "schemaVersion": 2, "config": described(config, 2), "layers": layers })
    }

    #[test]
    fn only_a_plugin_of_one_layer_is_taken() {
        let address = "127.0.0.1:5000/notes:1".parse().unwrap();
        let good = manifest(CONFIG, &[(LAYER, 5)]).to_string();
        assert_eq!(layer_of(&address, good.as_bytes()).unwrap().size, 5);
        for other in [
            manifest("application/vnd.oci.image.config.v1+json", &[(LAYER, 5)]),
            manifest(CONFIG, &[]),
            manifest(CONFIG, &[(LAYER, 5), (LAYER, 5)]),
            manifest(CONFIG, &[("application/vnd.oci.image.layer.v1.tar", 5)]),
            json!({ "schemaVersion": 2, "manifests": [] }),
        ] {
            assert!(refused(&other).contains("is no plugin of Tiwizi"), "{other}");
        }
    }

    #[test]
    fn what_is_too_large_is_refused_before_it_is_fetched() {
        let most = i64::try_from(limits::BUNDLE_BYTES_MAX).unwrap();
        for size in [most + 1, i64::MAX, -1] {
            assert!(refused(&manifest(CONFIG, &[(LAYER, size)])).contains("is too large"), "{size}");
        }
        let mut long = manifest(CONFIG, &[(LAYER, 5)]);
        long["annotations"] = json!({ "x": "y".repeat(limits::REGISTRY_MANIFEST_BYTES_MAX) });
        assert!(refused(&long).contains("is too large"));
    }
}
