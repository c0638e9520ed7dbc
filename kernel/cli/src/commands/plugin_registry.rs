//! `tiwizi plugin push|pull`: a bundle into a registry and out of it. Neither opens an instance.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use crate::commands::open;
use crate::oci::{self, Access, Address};
use crate::outcome;
use crate::progress::Bar;

/// What `tiwizi plugin push` is told.
#[derive(Debug, Args)]
pub(crate) struct Push {
    /// The bundle.
    #[arg(value_name = "FILE.tzp")]
    bundle: PathBuf,
    /// Where to put it.
    #[arg(value_name = "REGISTRY/NAME:TAG")]
    address: Address,
    #[command(flatten)]
    access: Access,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// What `tiwizi plugin pull` is told.
#[derive(Debug, Args)]
pub(crate) struct Pull {
    /// Where it lies.
    #[arg(value_name = "REGISTRY/NAME[:TAG|@sha256:…]")]
    address: Address,
    /// The file for the bundle.
    #[arg(long, value_name = "FILE.tzp")]
    out: PathBuf,
    #[command(flatten)]
    access: Access,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn push(push: &Push) -> anyhow::Result<()> {
    let bytes = open::read_file(&push.bundle)?;
    let pushed = oci::push(bytes.into(), &push.address, &push.access, &Bar::new(push.json))
        .await
        .with_context(|| format!("{} was not pushed", push.bundle.display()))?;
    let mut text =
        format!("{} {} is at {}\nand always at {}", pushed.plugin, pushed.version, push.address, pushed.address);
    if !pushed.is_signed {
        text.push_str(
            "\nNobody has signed it: only instances that install with --dev take it. Sign it with: tiwizi plugin sign",
        );
    }
    let answer = json!({
        "plugin": pushed.plugin, "version": pushed.version, "signed": pushed.is_signed,
        "address": push.address.to_string(), "by_digest": pushed.address.to_string(),
    });
    outcome::answer(push.json, &answer, &text);
    Ok(())
}

pub(crate) async fn pull(pull: &Pull) -> anyhow::Result<()> {
    let bytes = oci::pull(&pull.address, &pull.access, &Bar::new(pull.json)).await?;
    std::fs::write(&pull.out, &bytes).with_context(|| format!("could not write {}", pull.out.display()))?;
    let text = format!(
        "{}: {} kB. Look at it before you install it: tiwizi plugin verify {0}",
        pull.out.display(),
        bytes.len().div_ceil(1000)
    );
    outcome::answer(pull.json, &json!({ "file": pull.out, "bytes": bytes.len() }), &text);
    Ok(())
}
