//! A notice made readable: its words come from the plugin that sent it, or from the kernel, in the reader's language.

use tiwizi_model::Language;
use tiwizi_storage::notice::NoticeRow;
use tiwizi_words::Texts;

use crate::app::App;

/// What a notice says; none when its plugin is gone, or no longer knows the message.
pub(crate) fn text(app: &App, language: Language, notice: &NoticeRow) -> Option<String> {
    let messages = match &notice.plugin {
        Some(plugin) => app.host.messages(plugin)?,
        None => app.host.kernel_messages(),
    };
    let args: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&notice.args).unwrap_or_default();
    let args: Vec<(String, String)> =
        args.into_iter().map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned())).collect();
    Texts::new(language, messages).find_with(&notice.key, &args)
}

/// The path to which it leads, after the language.
pub(crate) fn path(notice: &NoticeRow) -> Option<String> {
    let link = notice.link.as_ref()?;
    Some(match &notice.plugin {
        Some(plugin) => format!("/p/{plugin}{link}"),
        None => link.clone(),
    })
}
