//! What plugins may and may not do to a page.

use serde_json::json;
use tiwizi_model::Language;

use super::super::look::{Script, Viewer};
use super::*;

fn engine() -> Engine {
    Engine::new("Souss", Arc::new(Messages::kernel())).unwrap()
}

fn look(language: Language, path: &str) -> Look {
    Look::bare(language, path)
}

fn plugin_page(template: &'static str, data: serde_json::Value) -> Result<String, RenderError> {
    let messages = Messages::of([(Language::French, "hello = Bonjour { $name }")]).unwrap();
    let plugin = PluginTemplates::new("training", "1.0.0", Arc::new(messages), move |name| {
        (name == "page").then(|| format!("{{% extends \"layout.html\" %}}{{% import \"components.html\" as c %}}{{% block content %}}{template}{{% endblock %}}"))
    });
    let data = Value::from(minijinja::value::Serde(data));
    engine().plugin_page(&look(Language::French, "/p/training"), &plugin, "page", "Cours", data)
}

#[test]
fn a_plugins_page_has_the_kernels_header_and_its_own_content() {
    let html = plugin_page(
        r#"<p>{{ t("hello", name=who) }}</p><a href="{{ url('/courses/a b') }}">{{ t("home") }}</a>{{ c.progress(1, 2, "x") }}<audio src="{{ asset('a.opus') }}"></audio>{{ number(65315) }} {{ number(0.126) }} {{ number(0.126, decimals=6) }} {{ money("45.3") }}"#,
        json!({ "who": "<b>Itto</b>" }),
    )
    .unwrap();
    for part in [
        "<title>Cours · Tiwizi</title>",
        "Bonjour &lt;b&gt;Itto&lt;/b&gt;",
        r#"href="/fr/p/training/courses/a%20b""#,
        ">Accueil</a>",
        r#"<progress value="1" max="2""#,
        r#"src="/p/training/assets/1.0.0/a.opus""#,
        "65\u{202f}315 0,13 0,126 45,30",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}

#[test]
fn p23_a_plugin_cannot_bring_a_script_or_a_frame() {
    for template in [
        "<script src=\"/p/training/assets/1/x.js\"></script>",
        "<SCRIPT>1</SCRIPT>",
        "<{{ tag }} src=x>",
        "<iframe src=x></iframe>",
        "<base href=x>",
    ] {
        let refused = plugin_page(template, json!({ "tag": "script" }));
        assert!(matches!(refused, Err(RenderError::Element { .. })), "{template}");
    }
    let html = plugin_page("{{ text }}", json!({ "text": "<script>" })).unwrap();
    assert_eq!(html.matches("<script").count(), 1);
}

#[test]
fn p23_a_plugin_cannot_switch_escaping_off() {
    for template in ["{{ text|safe }}", "{% autoescape false %}{{ text }}{% endautoescape %}"] {
        assert!(
            matches!(plugin_page(template, json!({ "text": "<b>" })), Err(RenderError::Template { .. })),
            "{template}"
        );
    }
}

#[test]
fn a_plugins_page_ends_at_its_bounds() {
    let endless = "{% for a in range(10000) %}{% for b in range(10000) %}x{% endfor %}{% endfor %}";
    assert!(plugin_page(endless, json!({})).is_err());
    let long = "x".repeat(64 << 10);
    assert!(plugin_page("{% for a in range(100) %}{{ long }}{% endfor %}", json!({ "long": long })).is_err());
}

#[test]
fn what_a_plugin_puts_into_a_message_is_bounded() {
    let with = |bytes: usize| plugin_page(r#"{{ t("hello", name=long) }}"#, json!({ "long": "x".repeat(bytes) }));
    let room = limits::MESSAGE_ARGS_BYTES_MAX - "name".len();
    assert!(with(room).unwrap().contains("Bonjour xxx"));
    assert!(matches!(with(room + 1), Err(RenderError::Template { .. })));
    // A list counts as it is written.
    let list = json!({ "long": vec!["x".repeat(100); 700] });
    assert!(matches!(plugin_page(r#"{{ t("hello", name=long) }}"#, list), Err(RenderError::Template { .. })));
    let many = |values: usize| {
        let values: String = (0..values).map(|number| format!(", a{number}=1")).collect();
        let template = format!("{{{{ t(\"hello\", name=\"Itto\"{values}) }}}}");
        plugin_page(Box::leak(template.into_boxed_str()), json!({}))
    };
    assert!(many(limits::MESSAGE_ARGS_MAX - 1).unwrap().contains("Bonjour Itto"));
    assert!(matches!(many(limits::MESSAGE_ARGS_MAX), Err(RenderError::Template { .. })));
}

#[test]
fn a_plugin_reads_neither_the_shell_nor_the_kernels_templates() {
    assert!(plugin_page("[{{ shell }}]", json!({})).unwrap().contains("[]"));
    assert!(plugin_page("{% include 'home.html' %}", json!({})).is_err());
}

#[test]
fn the_csrf_field_carries_the_sessions_value() {
    let mut look = look(Language::French, "/password");
    look.viewer = Some(Viewer {
        account: "1".to_owned(),
        later: "later.1".to_owned(),
        name: "Itto".to_owned(),
        csrf: "a\"b".to_owned(),
        is_administrator: false,
        unread: 0,
    });
    let html = engine().page(&look, "password.html", "x", context! { must_change => true, wrong => () }).unwrap();
    assert!(html.contains(r#"name="csrf" value="a&quot;b""#), "{html}");
}

#[test]
fn an_amazigh_page_is_shown_in_either_script() {
    let data =
        || context! { heading => "error-missing-title", text => "error-missing-text", way => (), request_id => () };
    let mut look = look(Language::Tachelhit, "/x");
    let tifinagh = engine().page(&look, "error.html", "x", data()).unwrap();
    assert!(tifinagh.contains("ⵓⵔ ⵜⵍⵍⵉ ⵜⴰⵙⵏⴰ ⴰⴷ") && tifinagh.contains(r#"lang="shi-Tfng""#));
    look.script = Script::Latin;
    let latin = engine().page(&look, "error.html", "x", data()).unwrap();
    assert!(latin.contains("Ur tlli tasna ad") && latin.contains(r#"lang="shi-Latn""#));
    assert!(!latin.chars().any(tiwizi_model::tifinagh::is_tifinagh));
}

#[test]
fn a_page_says_its_language_and_direction_and_links_the_others() {
    for language in Language::ALL {
        let html = engine()
            .page(
                &look(language, "/directory"),
                "error.html",
                "x",
                context! { heading => "home", text => "home", way => (), request_id => () },
            )
            .unwrap();
        let direction = if language.is_right_to_left() { "rtl" } else { "ltr" };
        assert!(html.contains(&format!("dir=\"{direction}\"")), "{language}");
        for other in Language::ALL {
            assert!(
                html.contains(&format!("href=\"/{other}/directory\" hreflang=\"{other}\"")),
                "{language} → {other}"
            );
        }
    }
}

#[test]
fn the_first_page_is_light_even_before_it_is_compressed() {
    let engine = engine();
    let totals = vec![context! { label => "total-cooperatives", count => 65_315 }; 4];
    let doors = vec![context! { title => "Formation", url => "/x", description => "x".repeat(200) }; 3];
    for language in Language::ALL {
        let html = engine
            .page(
                &look(language, "/"),
                "home.html",
                "",
                context! { totals => totals.clone(), doors => doors.clone(), fragments => () },
            )
            .unwrap();
        let assets = [&engine.assets.css, &engine.assets.js, &engine.assets.icon];
        let bytes: usize = html.len() + assets.iter().map(|asset| asset.bytes_len()).sum::<usize>();
        assert!(bytes <= 60 << 10, "{language}: {bytes} bytes");
        let requests = 1 + html.matches("/assets/").count();
        assert!(requests <= 5, "{language}: {requests} requests");
    }
}

#[test]
fn a_page_needs_no_inline_script_or_style() {
    let html = engine()
        .page(&look(Language::Arabic, "/"), "home.html", "", context! { totals => (), doors => (), fragments => () })
        .unwrap();
    assert!(!html.contains(" style=") && !html.contains(" onclick=") && !html.contains("<style"));
}

#[test]
fn a_plugin_draws_a_chart_with_its_table_and_no_wall_is_hurt() {
    let rows = json!({ "rows": [
        { "label": "2026 <b>", "amounts": [-1200.5, 4] }, { "label": "2027", "amounts": [null, 65315] }] });
    let template = r#"{{ chart("lines", rows, id="cash", title="Trésorerie", description="Deux ans", series=["Plan", "Réel"], by="Année", csv=url("/a.csv")) }}"#;
    let html = plugin_page(template, rows).unwrap();
    for part in [
        "aria-label=\"Tr\u{e9}sorerie. Deux ans\"",
        "<polyline class=\"chart-line line-1\"",
        "<td>65\u{202f}315</td>",
        "<td>\u{2212}1\u{202f}200,5</td><td>4</td>",
        "<td>\u{2013}</td>",
        "2026 &lt;b&gt;",
        "key-1",
        "href=\"/fr/p/training/a.csv\" download",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    let stacked = r#"{{ chart("stacked", rows, id="a", title="x", series=["a", "b"]) }}"#;
    let html = plugin_page(stacked, json!({ "rows": [{ "label": "x", "amounts": [1, 3] }] })).unwrap();
    assert!(html.contains("width=\"850\"") && html.contains("width=\"2550\""), "{html}");
}

#[test]
fn a_chart_that_would_say_something_else_is_refused() {
    let one =
        json!({ "rows": [{ "label": "x", "amount": -1 }], "many": vec![json!({ "label": "x", "amount": 1 }); 61] });
    for template in [
        r#"{{ chart("bars", rows, id="a", title="x") }}"#,
        r#"{{ chart("pie", rows, id="a", title="x") }}"#,
        r#"{{ chart("lines", rows, id="a b", title="x") }}"#,
        r#"{{ chart("lines", rows, id="a", title="x", series=["a", "b"]) }}"#,
        r#"{{ chart("lines", rows, id="a", title="x", colour="red") }}"#,
        r#"{{ chart("lines", many, id="a", title="x") }}"#,
        r#"{{ chart("lines", [{"label": "x", "amount": "y"}], id="a", title="x") }}"#,
    ] {
        let refused = plugin_page(template, one.clone());
        assert!(matches!(refused, Err(RenderError::Template { .. })), "{template}");
    }
}
