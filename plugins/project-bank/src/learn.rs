//! The modules to learn first, as the training plugin tells of them: their names, whether the person has completed them, and where they go on.
//!
//! Without that plugin, or without its grant, a page shows no modules: what a model lists are codes that nobody can read.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tiwizi_sdk::calls;

const CONTRACT: &str = "training/progress";
const MAJOR: u32 = 1;
/// Modules that are asked for at once.
const MODULES_MAX: usize = 24;

/// A module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Module {
    /// `course/module`.
    pub(crate) module: String,
    pub(crate) title: String,
    pub(crate) course: String,
    pub(crate) minutes: u32,
    pub(crate) done: bool,
    pub(crate) begun: bool,
    /// Below the training plugin.
    pub(crate) path: String,
}

#[derive(Deserialize)]
struct Told {
    modules: Vec<Module>,
}

/// What is to be told of modules, in their order; empty where nobody answers.
pub(crate) fn modules(listed: &[String]) -> Vec<Module> {
    if listed.is_empty() {
        return Vec::new();
    }
    let asked: Vec<&String> = listed.iter().take(MODULES_MAX).collect();
    let told = calls::ask::<_, Told>(CONTRACT, MAJOR, "modules", &json!({ "modules": asked }));
    told.map(|told| told.modules).unwrap_or_default()
}
