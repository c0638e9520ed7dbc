//! Does a plugin serve its pages through the kernel, with what it was granted and no more?

use anyhow::ensure;
use reqwest::Method;
use serde_json::json;
use tiwizi_tests::{Instance, Setting, paths};

fn setting() -> anyhow::Result<Setting> {
    Ok(Setting { bundle: Some(paths::bundle("training")?), ..Setting::default() })
}

const COURSE: &str = "/p/training/courses/founding";

#[tokio::test]
async fn the_training_plugin_serves_its_course_in_every_language() -> anyhow::Result<()> {
    let instance = Instance::start(&setting()?)?;
    let visitor = instance.visitor()?;
    for (language, direction) in
        [("ar", "rtl"), ("ary", "rtl"), ("fr", "ltr"), ("zgh", "ltr"), ("shi", "ltr"), ("tzm", "ltr"), ("rif", "ltr")]
    {
        let page = visitor.get(&format!("/{language}{COURSE}")).await?.expect(200)?;
        ensure!(page.text.contains(&format!("dir=\"{direction}\"")), "{language} runs the wrong way");
        ensure!(page.text.contains("/lessons/m1-l1"), "{language} lists no lessons");
        ensure!(page.header("content-security-policy").contains("default-src"), "{:?}", page.headers);
    }
    let chosen = visitor.send_with(Method::GET, COURSE, &[("accept-language", "ar")], None).await?;
    ensure!(chosen.status / 100 == 3 && chosen.header("location") == format!("/ar{COURSE}"), "{chosen:?}");
    visitor.get("/fr/p/training/courses/no-such").await?.expect(404)?;
    visitor.get("/fr/p/no-such-plugin/").await?.expect(404)?;
    Ok(())
}

#[tokio::test]
async fn a_lesson_s_audio_is_served_in_parts() -> anyhow::Result<()> {
    let instance = Instance::start(&setting()?)?;
    let visitor = instance.visitor()?;
    let page = visitor.get("/fr/p/training/courses/founding/lessons/m1-l1").await?.expect(200)?;
    let Some((_, rest)) = page.text.split_once("<audio ") else {
        ensure!(page.text.contains("empty-recording"), "neither audio nor the empty place for it");
        return Ok(());
    };
    let source = rest.split_once("src=\"").and_then(|(_, rest)| rest.split_once('"')).map_or("", |(source, _)| source);
    let part = visitor.send_with(Method::GET, source, &[("range", "bytes=0-9")], None).await?.expect(206)?;
    ensure!(part.header("content-range").starts_with("bytes 0-9/"), "{part:?}");
    ensure!(part.header("content-type").starts_with("audio/"), "{part:?}");
    visitor.send_with(Method::GET, source, &[("range", "bytes=999999999-")], None).await?.expect(416)?;
    Ok(())
}

#[tokio::test]
async fn a_plugin_without_its_grant_is_refused_and_the_rest_does_not_notice() -> anyhow::Result<()> {
    let instance = Instance::start(&setting()?)?;
    let administrator = instance.administrator().await?;
    let plugin = administrator.get("/api/v1/plugins/training").await?.expect(200)?;
    ensure!(plugin.text.contains("store"), "{}", plugin.text);
    let none = json!({ "capabilities": [] });
    administrator.send(Method::PUT, "/api/v1/plugins/training/grants", Some(&none)).await?.expect(200)?;
    let visitor = instance.visitor()?;
    let refused = visitor.get(&format!("/fr{COURSE}")).await?;
    ensure!(refused.status >= 400, "a plugin read records without its grant: {}", refused.status);
    visitor.get("/fr/").await?.expect(200)?;
    instance.registrar().await?.send(Method::PUT, "/api/v1/plugins/training/grants", Some(&none)).await?.expect(403)?;
    let all = json!({ "capabilities": ["store", "milestones", "telemetry"] });
    administrator.send(Method::PUT, "/api/v1/plugins/training/grants", Some(&all)).await?.expect(200)?;
    visitor.get(&format!("/fr{COURSE}")).await?.expect(200)?;
    Ok(())
}

#[tokio::test]
async fn a_disabled_plugin_is_not_there() -> anyhow::Result<()> {
    let instance = Instance::start(&setting()?)?;
    let administrator = instance.administrator().await?;
    let path = "/api/v1/plugins/training/enabled";
    administrator.send(Method::PUT, path, Some(&json!({ "enabled": false }))).await?.expect(200)?;
    let visitor = instance.visitor()?;
    let answer = visitor.get(&format!("/fr{COURSE}")).await?;
    ensure!(answer.status == 404 || answer.status == 503, "a disabled plugin answered {}", answer.status);
    let home = visitor.get("/fr/").await?.expect(200)?;
    ensure!(!home.text.contains("/p/training"), "the menu shows a disabled plugin");
    Ok(())
}

#[tokio::test]
async fn what_is_no_bundle_is_refused() -> anyhow::Result<()> {
    let instance = Instance::start(&Setting::default())?;
    let administrator = instance.administrator().await?;
    let answer = administrator.upload("/api/v1/plugins?grant=all", b"not a bundle").await?;
    ensure!((400..500).contains(&answer.status), "{answer:?}");
    ensure!(!answer.at("/code").is_empty(), "{answer:?}");
    ensure!(administrator.get("/api/v1/plugins").await?.expect(200)?.items().is_empty(), "something was installed");
    Ok(())
}
