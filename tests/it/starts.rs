//! Does an instance refuse to start where a start would do harm, and say why?

use std::path::Path;

use anyhow::{Context as _, ensure};
use tiwizi_tests::command::{Ending, Tiwizi};
use tiwizi_tests::{Instance, Setting, memory};

use crate::database::on_both;
use crate::register::{address, create};

on_both! { what_was_written_is_there_after_a_restart }

fn serve(data: &Path) -> anyhow::Result<Ending> {
    Tiwizi::words("serve --listen 127.0.0.1:0").data(data).run()
}

/// The bytes of the database, its journal included.
fn bytes(data: &Path) -> anyhow::Result<Vec<u8>> {
    let mut all = std::fs::read(data.join("tiwizi.sqlite")).context("no database")?;
    all.extend(std::fs::read(data.join("tiwizi.sqlite-wal")).unwrap_or_default());
    Ok(all)
}

async fn what_was_written_is_there_after_a_restart(instance: &mut Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let path = address(&create(&client, "1").await?);
    let before = client.get(&path).await?.expect(200)?;
    instance.kill()?;
    instance.serve()?;
    let after = instance.visitor()?.get(&path).await?.expect(200)?;
    ensure!(after.json() == before.json(), "before: {}\nafter: {}", before.text, after.text);
    Ok(())
}

#[test]
fn whoever_serves_takes_memory_in_small_pages() -> anyhow::Result<()> {
    let instance = Instance::start(&Setting::default())?;
    let process = instance.process().context("nothing is served")?;
    let may = memory::may_have_huge_pages(process);
    ensure!(may == Some(false), "the process that serves may have huge pages: {may:?}");
    Ok(())
}

#[tokio::test]
async fn a_second_kernel_on_the_same_data_is_refused() -> anyhow::Result<()> {
    let instance = Instance::start(&Setting::default())?;
    let ending = serve(instance.data())?;
    ensure!(ending.code == Some(4), "exit code 4 was expected: {ending:?}");
    ensure!(ending.complaint.contains("use"), "the message does not say why: {ending:?}");
    instance.visitor()?.get("/health/ready").await?.expect(200)?;
    Ok(())
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_and_left_alone() -> anyhow::Result<()> {
    let mut instance = Instance::start(&Setting::default())?;
    instance.stop()?;
    crate::database::pretend_newer(instance.data()).await?;
    let before = bytes(instance.data())?;
    let ending = serve(instance.data())?;
    ensure!(ending.code == Some(5), "exit code 5 was expected: {ending:?}");
    ensure!(ending.complaint.contains("newer"), "the message does not say why: {ending:?}");
    ensure!(bytes(instance.data())? == before, "the refused database was written to");
    Ok(())
}

#[test]
fn without_the_secret_of_card_numbers_nothing_starts_and_with_it_everything_is_there() -> anyhow::Result<()> {
    let mut instance = Instance::start(&Setting::default())?;
    instance.stop()?;
    let (file, away) = (instance.data().join("card-secret"), instance.data().join("elsewhere"));
    std::fs::rename(&file, &away).context("the first start made no secret")?;
    let ending = serve(instance.data())?;
    ensure!(ending.code == Some(5), "exit code 5 was expected: {ending:?}");
    ensure!(ending.complaint.contains("card-secret"), "the file is not named: {ending:?}");
    ensure!(!file.exists(), "another secret was made in the place of the one that is missing");
    let doctor = Tiwizi::words("doctor --json").data(instance.data());
    ensure!(doctor.run()?.code == Some(5), "doctor does not find it out");
    let told = doctor.variable("TIWIZI_CARD_SECRET", &away).succeed()?.json()?;
    ensure!(told["card_numbers"]["key"] == 1, "{told}");
    std::fs::rename(&away, &file)?;
    let resealed = Tiwizi::words("register reseal --new-secret --json").data(instance.data()).succeed()?.json()?;
    ensure!(resealed["key"] == 2 && resealed["done"] == true, "{resealed}");
    let told = Tiwizi::words("doctor --json").data(instance.data()).succeed()?.json()?;
    ensure!(told["card_numbers"]["older_keys"] == serde_json::json!([]), "{told}");
    Ok(())
}

#[test]
fn a_directory_that_is_no_instance_is_refused_and_left_alone() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let ending = serve(directory.path())?;
    ensure!(ending.code == Some(5), "exit code 5 was expected: {ending:?}");
    ensure!(std::fs::read_dir(directory.path())?.next().is_none(), "something was written into it");
    Ok(())
}

#[test]
fn an_instance_is_not_made_over_another() -> anyhow::Result<()> {
    let instance = Instance::make(&Setting::default())?;
    let before = bytes(instance.data())?;
    let init = Tiwizi::words("init --json --name Other --provinces all --admin-email other@tests.invalid");
    let ending = init.data(instance.data()).run()?;
    ensure!(ending.code.is_some_and(|code| code != 0), "{ending:?}");
    ensure!(bytes(instance.data())? == before, "the first instance was changed");
    Ok(())
}

#[test]
fn a_wrong_setting_stops_the_start_and_is_named() -> anyhow::Result<()> {
    let instance = Instance::make(&Setting::default())?;
    let before = bytes(instance.data())?;
    for (line, key) in [("lisen = \"127.0.0.1:0\"", "lisen"), ("listen = \"nowhere\"", "listen")] {
        std::fs::write(instance.data().join("tiwizi.toml"), line)?;
        let ending = Tiwizi::words("serve").data(instance.data()).run()?;
        ensure!(ending.code == Some(1), "exit code 1 was expected: {ending:?}");
        ensure!(ending.complaint.contains(key), "{key} is not named: {ending:?}");
    }
    ensure!(bytes(instance.data())? == before, "a refused start wrote to the database");
    Ok(())
}

#[test]
fn a_rule_that_is_wrong_stops_the_start_and_its_file_is_named() -> anyhow::Result<()> {
    let instance = Instance::make(&Setting::default())?;
    let before = bytes(instance.data())?;
    let path = instance.data().join("our-rule.json");
    let own = include_str!("../../manifests/rules/duplicates.json");
    for (variable, text, fault) in [
        ("TIWIZI_DUPLICATES_RULE", own.replace("\"name_ar\"", "\"nmae_ar\""), "nmae_ar"),
        ("TIWIZI_DUPLICATES_RULE", own.chars().take(500).collect(), "line"),
        ("TIWIZI_OFFICE_RULE", "{\"version\": 2}".to_owned(), "missing field"),
    ] {
        std::fs::write(&path, text)?;
        for words in ["serve --listen 127.0.0.1:0", "doctor --json", "register import --cooperatives none.csv"] {
            let ending = Tiwizi::words(words).data(instance.data()).variable(variable, &path).run()?;
            ensure!(ending.code == Some(1), "exit code 1 was expected: {ending:?}");
            let is_named = ["our-rule.json", fault].iter().all(|word| ending.complaint.contains(word));
            ensure!(is_named, "the file or {fault} is not named: {ending:?}");
        }
    }
    ensure!(bytes(instance.data())? == before, "a refused start wrote to the database");
    std::fs::write(&path, own)?;
    let doctor = Tiwizi::words("doctor --json").data(instance.data()).variable("TIWIZI_DUPLICATES_RULE", &path);
    let told = doctor.succeed()?.json()?;
    ensure!(told["rules"]["duplicates"]["file"] == path.display().to_string(), "{told}");
    ensure!(told["rules"]["office"]["version"] == 3, "{told}");
    Ok(())
}

#[test]
fn a_port_that_is_taken_stops_the_start_and_is_named() -> anyhow::Result<()> {
    let instance = Instance::make(&Setting::default())?;
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = taken.local_addr()?.to_string();
    let ending = Tiwizi::words("serve --listen").word(&address).data(instance.data()).run()?;
    ensure!(ending.code == Some(1), "exit code 1 was expected: {ending:?}");
    ensure!(ending.complaint.contains(&address), "the address is not named: {ending:?}");
    Ok(())
}

#[tokio::test]
async fn the_secret_of_the_first_hour_opens_no_form_of_the_console() -> anyhow::Result<()> {
    let instance = Instance::start(&Setting::default())?;
    let unready = instance.unready_administrator().await?;
    for path in ["/fr/console/plugins/none/grants", "/fr/console/accounts", "/fr/console/plugins/consent"] {
        unready.submit(path, &[("bundle", "none")]).await?.expect_problem(403, "password-must-change")?;
    }
    let sent = unready.submit_file("/fr/console/plugins", "file", b"no bundle").await?;
    sent.expect_problem(403, "password-must-change")?;
    Ok(())
}

#[test]
fn a_wrong_address_of_the_first_administrator_leaves_no_half_an_instance() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let data = directory.path().join("data");
    let init =
        |mail: &str| Tiwizi::words("init --name Tests --provinces all --admin-email").word(mail).data(&data).run();
    let wrong = init("nobody")?;
    ensure!(wrong.code == Some(1) && wrong.complaint.contains("--admin-email"), "{wrong:?}");
    ensure!(init("a@tests.invalid")?.code == Some(0), "it cannot be made again");
    Ok(())
}

#[test]
fn an_absent_database_server_stops_the_start_and_is_named_without_its_password() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let data = directory.path().join("data");
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let url = format!("postgres://tiwizi:hidden-word@{taken}/tiwizi");
    let init = Tiwizi::words("init --name Tests --provinces all --admin-email a@tests.invalid").data(&data);
    let ending = init.option("--database", url).run()?;
    ensure!(ending.code == Some(1), "exit code 1 was expected: {ending:?}");
    ensure!(!ending.complaint.contains("hidden-word"), "the password is shown: {ending:?}");
    Ok(())
}
