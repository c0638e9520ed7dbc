//! What a page knows of its visitor and its place, before it has any content: language, script, path, menu, name.

use std::sync::Arc;

use minijinja::{Value, context};
use tiwizi_model::Language;
use tiwizi_words::Texts;

use super::assets::Assets;

/// The letters of a page in an Amazigh language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Script {
    /// Tifinagh, as the texts are written.
    #[default]
    Tifinagh,
    /// Latin letters, made from Tifinagh by the server.
    Latin,
}

impl Script {
    const ALL: [Self; 2] = [Self::Tifinagh, Self::Latin];

    /// Its name in the cookie and in addresses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tifinagh => "tfng",
            Self::Latin => "latn",
        }
    }

    /// The script of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|script| script.name() == name)
    }

    fn subtag(self) -> &'static str {
        match self {
            Self::Tifinagh => "Tfng",
            Self::Latin => "Latn",
        }
    }
}

/// Who is signed in, as far as the shell of a page shows it.
#[derive(Debug, Clone)]
pub(crate) struct Viewer {
    /// The account; empty where there is none, as in the author's tools.
    pub(crate) account: String,
    /// The key of this page's forms that may be sent later; empty where there is no account.
    pub(crate) later: String,
    pub(crate) name: String,
    /// The value that forms send back; empty where there is no browser session.
    pub(crate) csrf: String,
    pub(crate) is_administrator: bool,
    /// Notices that were not read.
    pub(crate) unread: i64,
}

/// One entry of the menu.
#[derive(Debug, Clone)]
pub(crate) struct MenuEntry {
    pub(crate) title: Value,
    /// After the language: `/directory`.
    pub(crate) path: String,
}

/// The look of one page.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    pub(crate) language: Language,
    pub(crate) script: Script,
    /// What follows the language in the address, as it was asked: `/directory`, `/` for the home page.
    pub(crate) path: String,
    /// The query as it was asked, without the question mark.
    pub(crate) query: String,
    pub(crate) viewer: Option<Viewer>,
    /// Whether the instance is a demonstration, which every page says.
    pub(crate) is_demonstration: bool,
    /// Plugins' entries, between the directory and the console.
    pub(crate) menu: Vec<MenuEntry>,
}

/// Parameters that a switch of language or script does not carry on.
const LEFT_BEHIND: [&str; 3] = ["script", "cursor", "done"];

impl Look {
    /// A page for nobody in particular.
    #[cfg(test)]
    pub(crate) fn bare(language: Language, path: &str) -> Self {
        Self {
            language,
            script: Script::default(),
            path: path.to_owned(),
            query: String::new(),
            viewer: None,
            is_demonstration: false,
            menu: Vec::new(),
        }
    }

    /// The address of a path of the kernel's pages, in this page's language.
    pub(crate) fn address(&self, path: &str) -> String {
        address(self.language, path)
    }

    /// Whether the page is shown in Latin letters that were made from Tifinagh.
    pub(crate) fn is_latin_view(&self) -> bool {
        self.language.is_tifinagh() && self.script == Script::Latin
    }

    /// `page`, as templates know it.
    pub(crate) fn page(&self, title: &str) -> Value {
        context! {
            language => self.language.tag(),
            direction => direction(self.language),
            title,
            path => &*self.path,
            signed_in => self.viewer.is_some(),
            name => self.viewer.as_ref().map(|viewer| viewer.name.as_str()).unwrap_or_default(),
            script => if self.language.is_tifinagh() { self.script.name() } else { "" },
        }
    }

    /// `shell`, which only the kernel's own layout knows.
    pub(crate) fn shell(&self, texts: &Texts, assets: &Assets, instance: &Arc<str>, draft: bool) -> Value {
        context! {
            html_lang => self.html_lang(self.language),
            own_name => self.language.own_name(),
            languages => Language::ALL.map(|language| self.language_link(language)).to_vec(),
            scripts => self.scripts(),
            menu => self.menu_entries(texts),
            current => self.current(),
            css => &*assets.css.address,
            js => &*assets.js.address,
            icon => &*assets.icon.address,
            // What a phone keeps: for whom, by which script, and where it is listed.
            reader => self.viewer.as_ref().map(|viewer| viewer.account.as_str()).unwrap_or_default(),
            offline_js => &*assets.offline.address,
            offline => self.address("/offline"),
            home => self.address("/"),
            directory => self.address("/directory"),
            founding => self.address("/founding"),
            sign_in => self.address("/sign-in"),
            sign_out => self.address("/sign-out"),
            account => self.address("/account"),
            notices => self.address("/account/notices"),
            unread => self.viewer.as_ref().map_or(0, |viewer| viewer.unread),
            password => self.address("/password"),
            console => self.address("/console"),
            records => self.address("/records"),
            privacy => self.address("/privacy"),
            verify => self.address("/verify"),
            is_demonstration => self.is_demonstration,
            instance => &**instance,
            draft,
        }
    }

    /// The language of a text on this page, with its script, as HTML names it.
    pub(crate) fn html_lang(&self, language: Language) -> String {
        if language.is_tifinagh() {
            format!("{}-{}", language.tag(), self.script_shown().subtag())
        } else {
            language.tag().to_owned()
        }
    }

    /// The script of Amazigh words on this page: another language's page shows them as they are.
    fn script_shown(&self) -> Script {
        if self.is_latin_view() { Script::Latin } else { Script::Tifinagh }
    }

    fn language_link(&self, language: Language) -> Value {
        let query = self.query_without(&LEFT_BEHIND);
        context! {
            tag => language.tag(),
            html_lang => self.html_lang(language),
            direction => direction(language),
            name => language.own_name(),
            url => with_query(address(language, &self.path), &query),
            current => language == self.language,
        }
    }

    fn scripts(&self) -> Option<Vec<Value>> {
        self.language.is_tifinagh().then(|| {
            let query = self.query_without(&["script"]);
            let link = |script: Script| {
                let choice = format!("script={}", script.name());
                let query = if query.is_empty() { choice } else { format!("{query}&{choice}") };
                context! {
                    name => script.name(),
                    url => with_query(self.address(&self.path), &query),
                    current => script == self.script,
                }
            };
            Script::ALL.map(link).to_vec()
        })
    }

    fn menu_entries(&self, texts: &Texts) -> Vec<Value> {
        let directory = MenuEntry { title: texts.text("directory").into(), path: "/directory".to_owned() };
        let console = self
            .viewer
            .as_ref()
            .filter(|viewer| viewer.is_administrator)
            .map(|_| MenuEntry { title: texts.text("console").into(), path: "/console".to_owned() });
        let records = self
            .viewer
            .as_ref()
            .map(|_| MenuEntry { title: texts.text("records").into(), path: "/records".to_owned() });
        let founding = self
            .viewer
            .as_ref()
            .map(|_| MenuEntry { title: texts.text("founding").into(), path: "/founding".to_owned() });
        let statistics = MenuEntry { title: texts.text("statistics").into(), path: "/statistics".to_owned() };
        [&directory, &statistics]
            .into_iter()
            .chain(&self.menu)
            .chain(&founding)
            .chain(&records)
            .chain(&console)
            .map(|entry| {
                context! {
                    title => entry.title.clone(),
                    url => self.address(&entry.path),
                    current => self.is_current(&entry.path),
                }
            })
            .collect()
    }

    /// Whether the page is one of an entry of the menu: it lies below its path, or it is a page of the register that is reached from there.
    fn is_current(&self, path: &str) -> bool {
        let is_reached = match path {
            "/records" => self.is_under("/register") && !self.is_under("/register/unions"),
            "/directory" => self.is_under("/register/unions"),
            _ => false,
        };
        is_reached || self.is_under(path)
    }

    fn is_under(&self, path: &str) -> bool {
        self.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn current(&self) -> &'static str {
        match self.path.as_str() {
            "/" | "" => "home",
            "/sign-in" => "sign-in",
            path if path.starts_with("/account/notices") => "notices",
            path if path.starts_with("/account") || path == "/password" => "account",
            _ => "",
        }
    }

    fn query_without(&self, names: &[&str]) -> String {
        let kept = |pair: &&str| !names.contains(&pair.split('=').next().unwrap_or_default());
        let pairs: Vec<&str> = self.query.split('&').filter(|pair| !pair.is_empty()).filter(kept).collect();
        pairs.join("&")
    }
}

/// The address of a path in a language.
pub(crate) fn address(language: Language, path: &str) -> String {
    format!("/{}{}", language.tag(), path)
}

fn with_query(address: String, query: &str) -> String {
    if query.is_empty() { address } else { format!("{address}?{query}") }
}

/// `rtl` or `ltr`.
pub(crate) fn direction(language: Language) -> &'static str {
    if language.is_right_to_left() { "rtl" } else { "ltr" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_of_language_stays_on_the_page_and_drops_the_place_in_the_list() {
        let mut look = Look::bare(Language::French, "/directory");
        look.query = "q=argan&cursor=abc&place=09.541&script=latn".to_owned();
        let link = look.language_link(Language::Arabic);
        assert_eq!(link.get_attr("url").unwrap().to_string(), "/ar/directory?q=argan&place=09.541");
    }

    #[test]
    fn the_script_is_told_only_for_amazigh() {
        let mut look = Look::bare(Language::Tachelhit, "/");
        look.script = Script::Latin;
        assert_eq!(look.html_lang(Language::Tachelhit), "shi-Latn");
        assert_eq!(look.html_lang(Language::French), "fr");
        look.language = Language::French;
        assert_eq!(look.html_lang(Language::Tachelhit), "shi-Tfng");
        assert!(look.scripts().is_none() && !look.is_latin_view());
    }

    #[test]
    fn an_entry_is_current_on_its_own_pages_only() {
        let look = Look::bare(Language::French, "/p/training/courses");
        assert!(look.is_under("/p/training"));
        assert!(!look.is_under("/p/train"));
        assert!(look.is_current("/p/training") && !look.is_current("/records"));
    }

    #[test]
    fn pages_of_the_register_belong_to_the_entry_from_which_they_are_reached() {
        for (path, entry) in [
            ("/records/registry", "/records"),
            ("/register/duplicates", "/records"),
            ("/register/import/7", "/records"),
            ("/register/unions/7", "/directory"),
            ("/directory/7", "/directory"),
        ] {
            let look = Look::bare(Language::French, path);
            let current: Vec<&str> =
                ["/directory", "/statistics", "/records"].into_iter().filter(|entry| look.is_current(entry)).collect();
            assert_eq!(current, [entry], "{path}");
        }
    }
}
