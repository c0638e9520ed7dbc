//! A page that is shown while its plugin is replaced.

use http::HeaderMap;
use http_body_util::BodyExt as _;
use tiwizi_host::{Acceptance, Answered, Request, Upgrade};
use tiwizi_identity::Caller;
use tiwizi_model::Language;

use super::chaos::{version, with_chaos};
use super::house::House;
use crate::caller::Visitor;
use crate::pages::{PluginPage, render_plugin};

async fn ask(house: &House) -> Answered {
    let (chaos, request) = ("chaos".parse().unwrap(), Request::get("r", "/page", Language::French));
    house.app.host.call(&chaos, Caller::public(), request).await.unwrap()
}

async fn shown(house: &House, answered: &Answered) -> String {
    let (visitor, headers) = (Visitor::inside(Caller::public()), HeaderMap::new());
    let page = PluginPage {
        visitor: &visitor,
        language: Language::French,
        edition: &answered.edition,
        path: "/page",
        query: "",
        headers: &headers,
    };
    let Ok(response) = render_plugin(&house.app, page, answered.answer.clone()).await else {
        panic!("the page could not be shown")
    };
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

async fn upgrade(house: &House, number: &str, word: &str) {
    let page =
        format!("{{% extends \"layout.html\" %}}{{% block content %}}<p>{word} {{{{ word }}}}</p>{{% endblock %}}");
    let upgrade = Upgrade::of(version(number, &page).into(), Caller::system());
    house.app.host.upgrade(Upgrade { acceptance: Acceptance::Development, ..upgrade }).await.unwrap();
}

#[tokio::test]
async fn an_answer_is_shown_with_the_template_of_the_version_that_gave_it() {
    let house = with_chaos().await;
    let old = ask(&house).await;
    upgrade(&house, "1.1.0", "second").await;
    let new = ask(&house).await;
    for _ in 0..2 {
        assert!(shown(&house, &old).await.contains("<p>tiwizi</p>"));
        assert!(shown(&house, &new).await.contains("<p>second tiwizi</p>"));
    }
    assert_eq!(house.app.pages.editions.count(), 2);
    drop((old, new));
    upgrade(&house, "1.2.0", "third").await;
    assert!(shown(&house, &ask(&house).await).await.contains("<p>third tiwizi</p>"));
    assert_eq!(house.app.pages.editions.count(), 1);
}
