//! Why a plugin stands still, as the console says it in its reader's language.

use tiwizi_host::Request;
use tiwizi_identity::Caller;
use tiwizi_model::{Language, limits};

use super::chaos::with_chaos;
use super::house::Who;
use super::record_pages::page;

#[tokio::test]
async fn the_kind_of_a_reason_is_said_before_its_sentence() {
    let house = with_chaos().await;
    for _ in 0..limits::PLUGIN_TRAPS_MAX {
        let (chaos, request) = ("chaos".parse().unwrap(), Request::get("r", "/trap", Language::French));
        assert!(house.app.host.call(&chaos, Caller::public(), request).await.is_err());
    }
    for (language, said) in [("fr", "Elle a planté plusieurs fois de suite."), ("ar", "تعطلت مرات متتالية.")]
    {
        for path in ["plugins", "plugins/chaos"] {
            let text = page(&house, Who::Administrator, &format!("/{language}/console/{path}")).await.text();
            let (before, sentence) = text.split_once("it crashed again and again").unwrap();
            assert!(before.contains(&format!("<p>{said}</p>")), "{language} {path}: {before}");
            assert!(sentence.contains("the plugin crashed"), "{language} {path}: {sentence}");
        }
    }
}
