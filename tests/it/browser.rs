//! Can a newcomer use the demonstration with a phone?
//!
//! The walk itself is `tests/browser/walk.mjs`. This test makes the instance as `cargo xtask demo` does, only smaller,
//! and leaves the walk's pictures in `target/browser`.

use anyhow::Context as _;
use serde_json::{Value, json};
use tiwizi_tests::{browser, demo::Demo, paths};

/// One cooperative for so many of the nation's.
const ONE_IN: u32 = 100;

fn account(demo: &Demo, role: &str) -> anyhow::Result<Value> {
    let account = demo.account(role)?;
    Ok(json!({ "email": account.email, "password": account.password }))
}

#[test]
fn a_newcomer_searches_learns_and_administers_with_a_phone() -> anyhow::Result<()> {
    let demo = Demo::start(ONE_IN)?;
    let plan = json!({
        "address": demo.address(),
        "pictures": std::path::absolute(paths::target().join("browser"))?,
        "member": account(&demo, "member")?,
        // Where the demonstration's registrar works.
        "province": "09.541",
        "registrar": account(&demo, "registrar")?,
        "administrator": account(&demo, "administrator")?,
        "searches": { "fr": "cooperative", "ar": "تعاونية", "zgh": "ⵜⵉⵡⵉⵣⵉ" },
        "grants": ["store", "milestones", "jobs", "kv", "blobs", "documents", "credentials", "registry.read", "telemetry"],
    });
    browser::lead("walk.mjs", plan).with_context(|| demo.log())
}

#[test]
fn a_course_is_kept_on_a_phone_and_answers_with_no_link_count_once() -> anyhow::Result<()> {
    let demo = Demo::start(ONE_IN)?;
    let plan = json!({
        "address": demo.address(),
        "pictures": std::path::absolute(paths::target().join("browser"))?,
        "member": account(&demo, "member")?,
        "other": account(&demo, "observer")?,
    });
    browser::lead("offline.mjs", plan).with_context(|| demo.log())
}
