//! Renders templates. The kernel's own are built in; a plugin's come from its bundle and are rendered apart, bounded,
//! into a piece of text that the kernel's layout then frames: a plugin reaches neither the header nor a script.

mod chart;
mod functions;

use std::io;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value, context};
use tiwizi_model::limits;
use tiwizi_words::{Messages, Texts};

use self::functions::{csrf, escape, functions, plugin_address, translate, translate_bounded};
use super::assets::Assets;
use super::latin;
use super::look::Look;
use super::markup::{Refused, refused};

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name)))),*]
    };
}

const KERNEL: &[(&str, &str)] = templates![
    "layout.html",
    "components.html",
    "mark.svg",
    "field.svg",
    "home.html",
    "directory.html",
    "cooperative.html",
    "acts/controls.html",
    "acts/changes.html",
    "acts/enter.html",
    "acts/sheet.html",
    "acts/history.html",
    "acts/list.html",
    "verify.html",
    "credential.html",
    "statistics.html",
    "duplicates.html",
    "exchange/parts.html",
    "exchange/import.html",
    "exchange/run.html",
    "exchange/export.html",
    "duplicate.html",
    "rules.html",
    "protection/parts.html",
    "protection/privacy.html",
    "protection/own.html",
    "protection/dossier.html",
    "protection/requests.html",
    "protection/request.html",
    "protection/request-new.html",
    "console/protection.html",
    "sign-in.html",
    "password.html",
    "account.html",
    "path.html",
    "funnel.html",
    "notices.html",
    "offline.html",
    "fragments.html",
    "error.html",
    "plugin.html",
    "console/frame.html",
    "console/parts.html",
    "console/overview.html",
    "console/plugin-consent.html",
    "console/plugin-remove.html",
    "console/plugins.html",
    "console/plugin.html",
    "console/jobs.html",
    "console/accounts.html",
    "console/kinds.html",
    "people/find.html",
    "people/person.html",
    "people/union.html",
    "founding/parts.html",
    "founding/list.html",
    "founding/new.html",
    "founding/waiting.html",
    "founding/file.html",
    "founding/invited.html",
    "founding/join.html",
    "founding/section.html",
    "founding/documents.html",
    "records/parts.html",
    "records/kinds.html",
    "records/list.html",
    "records/record.html",
    "records/history.html",
    "records/controls.html",
    "records/form.html",
    "records/delete.html",
    "office/parts.html",
    "office/list.html",
    "office/print.html",
    "office/task.html",
    "federation/parts.html",
    "federation/none.html",
    "federation/peers.html",
    "federation/peer.html",
    "federation/agreements.html",
    "federation/agreement.html",
    "federation/new.html",
    "federation/form.html",
    "federation/preview.html",
    "federation/ledger.html",
    "federation/national.html",
    "federation/coverage.html",
    "federation/packages.html",
    "federation/package.html",
    "federation/cases.html",
    "federation/case.html",
    "federation/proposals.html",
    "federation/proposal.html",
    "federation/transfers.html",
    "federation/transfer.html",
    "federation/offer.html",
    "filings/mine.html",
    "filings/years.html",
    "filings/year.html",
];
/// What plugins' templates extend: the place for their content, and nothing else.
const FRAME: &str = include_str!("../../templates/plugin-frame.html");
const COMPONENTS: &str = include_str!("../../templates/components.html");

/// Why templates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A built-in template is wrong.
    #[error("the template {name} is not well-formed")]
    Template {
        /// Which.
        name: &'static str,
        /// What is wrong.
        #[source]
        source: minijinja::Error,
    },
}

/// Why a page could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The template engine stopped: an error in the template, or a bound that was reached.
    #[error("the template {name} could not be rendered")]
    Template {
        /// Which.
        name: String,
        /// Why.
        #[source]
        source: minijinja::Error,
    },
    /// A plugin's page has an element that plugins may not use.
    #[error("the template {name} gave a <{element}> element, which plugins may not use")]
    Element {
        /// Which.
        name: String,
        /// The element.
        element: &'static str,
    },
    /// A plugin's page has an attribute that plugins may not use, or one that leads where they may not lead.
    #[error("the template {name} gave an attribute {attribute} that plugins may not use like that")]
    Attribute {
        /// Which.
        name: String,
        /// The attribute.
        attribute: String,
    },
    /// A plugin's page holds something that browsers could read in more ways than one.
    #[error("the template {name} gave a comment, a declaration or a tag without an end")]
    Unclear {
        /// Which.
        name: String,
    },
}

/// Everything that pages are made with.
pub(crate) struct Engine {
    environment: Environment<'static>,
    pub(crate) messages: Arc<Messages>,
    pub(crate) assets: Assets,
    instance: Arc<str>,
}

impl Engine {
    /// Reads the built-in templates.
    pub(crate) fn new(instance: &str, messages: Arc<Messages>) -> Result<Self, EngineError> {
        let mut environment = environment();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        for (name, source) in KERNEL {
            environment.add_template(name, source).map_err(|source| EngineError::Template { name, source })?;
        }
        Ok(Self { environment, messages, assets: Assets::new(), instance: instance.into() })
    }

    /// The kernel's texts in the page's language.
    pub(crate) fn texts(&self, look: &Look) -> Texts {
        Texts::new(look.language, Arc::clone(&self.messages))
    }

    /// Renders a page of the kernel.
    pub(crate) fn page(&self, look: &Look, template: &str, title: &str, data: Value) -> Result<String, RenderError> {
        let draft = self.messages.is_draft(look.language);
        self.framed(look, &self.texts(look), template, title, draft, data)
    }

    /// Renders a plugin's page: its template first, by itself and bounded, then the layout around it.
    pub(crate) fn plugin_page(
        &self,
        look: &Look,
        plugin: &PluginTemplates,
        template: &str,
        title: &str,
        data: Value,
    ) -> Result<String, RenderError> {
        let texts = self.texts(look).with_plugin(Arc::clone(&plugin.messages));
        let part = Part { template, title, bytes_max: limits::PLUGIN_PAGE_BYTES_MAX };
        let content = plugin.content(look, &texts, &part, data)?;
        let draft = self.messages.is_draft(look.language) || plugin.messages.is_draft(look.language);
        let content = context! { content => Value::from_safe_string(content) };
        self.framed(look, &self.texts(look), "plugin.html", title, draft, content)
    }

    /// Renders a part of a page with a plugin's template, bounded more tightly than a page.
    pub(crate) fn fragment(
        &self,
        look: &Look,
        plugin: &PluginTemplates,
        template: &str,
        title: &str,
        data: Value,
    ) -> Result<String, RenderError> {
        let texts = self.texts(look).with_plugin(Arc::clone(&plugin.messages));
        plugin.content(look, &texts, &Part { template, title, bytes_max: limits::FRAGMENT_BYTES_MAX }, data)
    }

    fn framed(
        &self,
        look: &Look,
        texts: &Texts,
        template: &str,
        title: &str,
        draft: bool,
        data: Value,
    ) -> Result<String, RenderError> {
        let name = template.to_owned();
        let frame = context! {
            page => look.page(title),
            shell => look.shell(texts, &self.assets, &self.instance, draft),
            search_chars_max => limits::SEARCH_CHARS_MAX,
            password_chars_min => limits::PASSWORD_CHARS_MIN,
        };
        let root = context! { ..frame, ..functions(texts, translate), ..csrf(look), ..data };
        let html = self
            .environment
            .get_template(template)
            .and_then(|template| template.render(root))
            .map_err(|source| RenderError::Template { name, source })?;
        Ok(if look.is_latin_view() { latin::page(&html) } else { html })
    }
}

/// What a plugin's template makes: a page or a part of one.
struct Part<'a> {
    template: &'a str,
    title: &'a str,
    bytes_max: usize,
}

/// The templates and messages of one version of a plugin.
pub(crate) struct PluginTemplates {
    environment: Environment<'static>,
    messages: Arc<Messages>,
    plugin: String,
    version: String,
}

impl PluginTemplates {
    /// Takes the templates from where `find` finds them by name.
    pub(crate) fn new(
        plugin: &str,
        version: &str,
        messages: Arc<Messages>,
        find: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let mut environment = environment();
        environment.set_fuel(Some(limits::PLUGIN_RENDER_FUEL));
        // What a plugin hands over is data; only its templates are markup.
        environment.remove_filter("safe");
        environment.set_loader(move |name| match name {
            "layout.html" => Ok(Some(FRAME.to_owned())),
            "components.html" => Ok(Some(COMPONENTS.to_owned())),
            _ => find(name).map(checked).transpose(),
        });
        Self { environment, messages, plugin: plugin.to_owned(), version: version.to_owned() }
    }

    /// Compiles a template and renders nothing.
    pub(super) fn compile(&self, template: &str) -> Result<(), minijinja::Error> {
        self.environment.get_template(template).map(drop)
    }

    /// Whether a template may call a function of this name.
    pub(super) fn knows_function(&self, name: &str) -> bool {
        functions::NAMES.contains(&name) || !self.fails_with(&format!("{{{{ {name}() }}}}"), ErrorKind::UnknownFunction)
    }

    /// Whether a template may use a filter of this name.
    pub(super) fn knows_filter(&self, name: &str) -> bool {
        !self.fails_with(&format!("{{{{ 0|{name} }}}}"), ErrorKind::UnknownFilter)
    }

    fn fails_with(&self, template: &str, kind: ErrorKind) -> bool {
        self.environment.render_str(template, ()).is_err_and(|error| error.kind() == kind)
    }

    fn content(&self, look: &Look, texts: &Texts, part: &Part<'_>, data: Value) -> Result<String, RenderError> {
        let Part { template, title, bytes_max } = *part;
        let failed = |source| RenderError::Template { name: template.to_owned(), source };
        let base = look.address(&format!("/p/{}", self.plugin));
        let own = base.clone();
        let assets = format!("/p/{}/assets/{}", self.plugin, self.version);
        let addresses = context! {
            page => look.page(title),
            url => Value::from_function(move |path: &str| plugin_address(&base, path)),
            asset => Value::from_function(move |path: &str| plugin_address(&assets, path)),
            chart => chart::function(texts),
        };
        let root = context! { ..addresses, ..functions(texts, translate_bounded), ..csrf(look), ..data };
        let mut output = Bounded { bytes: Vec::new(), left: bytes_max };
        let rendered = self
            .environment
            .get_template(template)
            .and_then(|found| found.render_captured_to(root, &mut output).map(drop));
        rendered.map_err(failed)?;
        let content = String::from_utf8_lossy(&output.bytes).into_owned();
        let name = template.to_owned();
        match refused(&content, &own) {
            Some(Refused::Element(element)) => Err(RenderError::Element { name, element }),
            Some(Refused::Attribute(attribute)) => Err(RenderError::Attribute { name, attribute }),
            Some(Refused::Unclear) => Err(RenderError::Unclear { name }),
            None => Ok(content),
        }
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // Lines that hold only a tag leave nothing in the page.
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    if let Ok(syntax) = syntax.build() {
        environment.set_syntax(syntax);
    }
    environment.set_formatter(|output, state, value| match value.as_str() {
        Some(text) if !value.is_safe() && matches!(state.auto_escape(), AutoEscape::Html) => {
            escape(output, text).map_err(|error| minijinja::Error::new(ErrorKind::WriteFailure, error.to_string()))
        }
        _ => minijinja::escape_formatter(output, state, value),
    });
    environment
}

/// A template may not switch escaping off.
fn checked(source: String) -> Result<String, minijinja::Error> {
    if source.contains("autoescape") {
        return Err(minijinja::Error::new(ErrorKind::SyntaxError, "a plugin's template may not change escaping"));
    }
    Ok(source)
}

/// Takes so many bytes and no more.
struct Bounded {
    bytes: Vec<u8>,
    left: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(buffer.len()).ok_or_else(|| io::Error::other("the page is too large"))?;
        self.bytes.extend_from_slice(buffer);
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
