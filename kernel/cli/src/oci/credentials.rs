//! Who asks a registry: the name on the command line, or what `docker login` keeps in its file. Docker's helper programs are not asked.

use std::path::Path;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oci_client::secrets::RegistryAuth;
use serde_json::Value;
use tiwizi_model::limits;

use super::{Access, Address};
use crate::config;

/// Who asks, and what to do when the registry does not like it.
pub(super) fn of(address: &Address, access: &Access) -> anyhow::Result<(RegistryAuth, String)> {
    let next = "give --username and --password-stdin";
    if let Some(name) = &access.username {
        let password = password()?;
        return Ok((
            RegistryAuth::Basic(name.clone(), password),
            format!("look at --username and its password, or ask who keeps {}", address.registry()),
        ));
    }
    let Some(path) = config::docker_file().filter(|path| path.is_file()) else {
        return Ok((RegistryAuth::Anonymous, format!("{next}, or sign in with: docker login {}", address.registry())));
    };
    match kept(&read(&path)?, address.registry()).with_context(|| format!("{} is not right", path.display()))? {
        Kept::Login(name, password) => Ok((
            RegistryAuth::Basic(name, password),
            format!("look at what {} holds for it, or {next}", path.display()),
        )),
        Kept::Elsewhere(program) => Ok((
            RegistryAuth::Anonymous,
            format!("docker keeps its password with {program}, which is not asked here; {next}"),
        )),
        Kept::Nothing => {
            Ok((RegistryAuth::Anonymous, format!("{next}, or sign in with: docker login {}", address.registry())))
        }
    }
}

fn password() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("could not read the password")?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("--password-stdin was given and there is nothing on standard input");
    }
    Ok(password.to_owned())
}

fn read(path: &Path) -> anyhow::Result<Value> {
    let about = std::fs::metadata(path).with_context(|| format!("could not read {}", path.display()))?;
    if about.len() > limits::DOCKER_FILE_BYTES_MAX {
        bail!("{} has {} bytes; {} are read", path.display(), about.len(), limits::DOCKER_FILE_BYTES_MAX);
    }
    let text = std::fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", path.display()))
}

/// What docker's file holds for a registry.
#[derive(Debug, PartialEq, Eq)]
enum Kept {
    Login(String, String),
    /// A helper program has it.
    Elsewhere(String),
    Nothing,
}

fn kept(file: &Value, registry: &str) -> anyhow::Result<Kept> {
    let auths = file.get("auths").and_then(Value::as_object);
    let mut entries = auths.into_iter().flatten().filter(|(name, _)| host_of(name) == registry);
    if let Some(word) = entries.find_map(|(_, entry)| entry.get("auth")?.as_str().filter(|word| !word.is_empty())) {
        let wrong = || format!("what it holds for {registry} is no name and password");
        let login = STANDARD.decode(word).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let login = login.with_context(wrong)?;
        let (name, password) = login.split_once(':').with_context(wrong)?;
        return Ok(Kept::Login(name.to_owned(), password.trim_end_matches('\0').to_owned()));
    }
    let helper = file.get("credHelpers").and_then(|helpers| helpers.get(registry)).or_else(|| file.get("credsStore"));
    Ok(helper
        .and_then(Value::as_str)
        .map_or(Kept::Nothing, |helper| Kept::Elsewhere(format!("docker-credential-{helper}"))))
}

/// An entry is a host, or an address of one: `https://index.docker.io/v1/`.
fn host_of(entry: &str) -> &str {
    let bare = entry.strip_prefix("https://").or_else(|| entry.strip_prefix("http://")).unwrap_or(entry);
    bare.split('/').next().unwrap_or(bare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_docker_keeps_is_found_for_its_registry_alone() {
        let file = json!({ "auths": {
            "registry.example.org": { "auth": STANDARD.encode("anfa:pass:word") },
            "https://other.example.org/v1/": { "auth": STANDARD.encode("other:x") },
            "helped.example.org": {},
        }, "credHelpers": { "helped.example.org": "pass" } });
        let kept = |registry: &str| kept(&file, registry).unwrap();
        assert_eq!(kept("registry.example.org"), Kept::Login("anfa".to_owned(), "pass:word".to_owned()));
        assert_eq!(kept("other.example.org"), Kept::Login("other".to_owned(), "x".to_owned()));
        assert_eq!(kept("helped.example.org"), Kept::Elsewhere("docker-credential-pass".to_owned()));
        assert_eq!(kept("registry.example.org:5000"), Kept::Nothing);
        assert_eq!(kept("evil.example.org"), Kept::Nothing);
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_named_without_what_it_holds() {
        let file = json!({ "auths": { "registry.example.org": { "auth": "%%% secret" } } });
        let error = format!("{:#}", kept(&file, "registry.example.org").unwrap_err());
        assert!(error.contains("registry.example.org") && !error.contains("secret"), "{error}");
    }
}
