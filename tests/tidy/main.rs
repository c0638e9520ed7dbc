//! The rules of the house that a machine can check: sizes, homes of libraries, pairs of migrations, words, promises with
//! their tests.
//!
//! Every check collects all that is wrong and says each with its place and its mending. The length of functions, banned
//! calls and lints that are silenced without a reason are clippy's part (`clippy.toml`, `Cargo.toml`).

mod borders;
mod cases;
mod migrations;
mod promises;
mod tree;
mod words;

/// Fails with everything that is wrong, one line each.
fn agree(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} of the house's rules are broken:\n  {}\n", wrong.len(), wrong.join("\n  "));
}
