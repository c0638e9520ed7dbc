//! `cargo xtask`: the commands of this workspace.
//!
//! One file per command. They start other programs, say which, and stop at the first that fails; they hold no rule of
//! the platform and depend on none of its crates, so that `cargo xtask` answers seconds after a checkout.

mod bench;
mod corpus;
mod demo;
mod dist;
mod docs;
mod plugins;
mod program;
mod setup;
mod test;
mod tree;

use std::process::ExitCode;

use program::say;
use setup::Need;
use tree::Tree;

const USAGE: &str = "\
cargo xtask COMMAND

  setup            make this machine able to build and test; says what it did
  plugins          build and pack the plugins into target/plugins
                     --release   pack with the release build of tiwizi
                     --chaos     build the guests of the tests too
  demo [ARGUMENT…] build all, then make and serve the nation and two regions in target/demo;
                     arguments go to `tiwizi demo`
  test [FILTER…]   check and test everything, on both databases and in a browser;
                     filters go to cargo-nextest and leave the other checks out
                     --long      run 10,000 seeds of the federation's simulator instead, for some ten minutes
  bench [PART…]    measure; prints a table of ratios to baselines
  corpus           build the plugin of the corpus anew, as tests/corpus/README.md says
  docs             write docs/reference from sdk/wit/v1 and manifests/manifest.schema.json, and the kernel's
                   manifest into the kits for JavaScript and Python
  dist             make a release archive in target/dist";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    match run(&command, &rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("\nxtask {command}: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str, rest: &[String]) -> anyhow::Result<()> {
    if command.is_empty() || command == "help" || command == "--help" || rest.iter().any(|word| word == "--help") {
        say(USAGE);
        return Ok(());
    }
    let tree = Tree::find()?;
    match command {
        "setup" => setup::run(&tree, Need::Test),
        "plugins" => plugins::run(&tree, rest),
        "demo" => demo::run(&tree, rest),
        "test" => test::run(&tree, rest),
        "bench" => bench::run(&tree, rest),
        "corpus" => corpus::run(&tree),
        "docs" => docs::run(&tree),
        "dist" => dist::run(&tree),
        _ => anyhow::bail!("there is no such command\n\n{USAGE}"),
    }
}
