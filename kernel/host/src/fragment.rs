//! Parts of the kernel's own pages, made by plugins. A part that fails or takes too long is left out, and the page goes on without it.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::{Language, limits};
use tiwizi_records::manifest::Slot;
use tokio::time::timeout;

use crate::answer::{AnswerError, Holdings as _, line, object};
use crate::bindings::exports::tiwizi::plugin::ui as wire;
use crate::call::{self, CallError, Time};
use crate::edition::Edition;
use crate::host::Host;
use crate::plugin::Plugin;
use crate::text::escaped;

/// A part of a page.
#[derive(Debug, Clone)]
pub struct Fragment {
    /// The version of the plugin that made it.
    pub edition: Edition,
    /// The template's name; the edition holds it.
    pub template: String,
    /// The heading, one plain line; empty for none.
    pub title: String,
    /// An object.
    pub data: Value,
}

/// Whose page it is, and what it is about.
#[derive(Debug, Clone)]
pub struct FragmentPage {
    /// Which page.
    pub slot: Slot,
    /// What it is about: `{"cooperative": "…"}`.
    pub input: Value,
    /// Who sees it.
    pub caller: Caller,
    /// In which language.
    pub language: Language,
    /// The id that also stands in the log.
    pub request_id: Arc<str>,
}

impl Host {
    /// The parts that plugins have on a page, in the order of their manifests, `limits::FRAGMENTS_MAX` at most. All are made at the same
    /// time. One that fails is written to the log and left out.
    pub async fn fragments(&self, page: FragmentPage) -> Vec<Fragment> {
        let mut plugins: Vec<(i32, Arc<Plugin>)> = Vec::new();
        for plugin in self.loaded() {
            let Some(order) = plugin.order_in(page.slot) else { continue };
            // One that is switched off or in quarantine is passed over, and no failure.
            if self.ground().let_in(&plugin).await.is_ok() {
                plugins.push((order, plugin));
            }
        }
        plugins.sort_by(|(left, one), (right, other)| left.cmp(right).then_with(|| one.id().cmp(other.id())));
        plugins.truncate(limits::FRAGMENTS_MAX);
        let made = join_all(plugins.iter().map(|(_, plugin)| self.fragment(plugin, &page))).await;
        made.into_iter().flatten().collect()
    }

    async fn fragment(&self, plugin: &Arc<Plugin>, page: &FragmentPage) -> Option<Fragment> {
        let wall_ms = Time::of_fragment(plugin).wall_ms;
        let made = timeout(Duration::from_millis(wall_ms), self.made(plugin, page)).await;
        match made.unwrap_or(Err(CallError::WallTime { wall_ms })) {
            Ok(fragment) => fragment,
            Err(failed) => {
                self.note_failure_on_the_way(plugin, &page.request_id, &failed).await;
                None
            }
        }
    }

    async fn made(&self, plugin: &Arc<Plugin>, page: &FragmentPage) -> Result<Option<Fragment>, CallError> {
        let admitted = self.admit(plugin.id()).await?;
        let plugin = Arc::clone(&admitted.plugin);
        let (ground, asked) = (self.ground().clone(), page.clone());
        match self.guests().run(async move { call::render(&ground, admitted, &asked).await }).await?? {
            Ok(None) => Ok(None),
            Ok(Some(answer)) => judge(answer, plugin).map(Some).map_err(|source| CallError::Answer { source }),
            Err(refused) => {
                let (code, message) = (
                    escaped(&refused.code, limits::NAME_BYTES_MAX),
                    escaped(&refused.message, limits::PROBLEM_CHARS_MAX),
                );
                tracing::info!(plugin.id = %plugin.id(), request.id = &*page.request_id, "a part of a page was left out: {code}: {message}");
                Ok(None)
            }
        }
    }
}

fn judge(answer: wire::Fragment, plugin: Arc<Plugin>) -> Result<Fragment, AnswerError> {
    if !plugin.has_template(&answer.template) {
        return Err(AnswerError::Template { template: escaped(&answer.template, limits::ECHO_CHARS_MAX) });
    }
    Ok(Fragment {
        edition: Edition::of(plugin),
        data: object("data", &answer.data)?,
        title: line(&answer.title, limits::TITLE_CHARS_MAX),
        template: answer.template,
    })
}
