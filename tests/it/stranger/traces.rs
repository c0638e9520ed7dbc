//! What an instance holds of the plugin: in its database, on its disk, and in what it answers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use reqwest::Method;
use tiwizi_tests::Client;
use tiwizi_tests::guide::Guide;

use crate::removal;

const NAME: &str = "notes";
/// The table that holds whom the office trusts, and for which plugins: its own word.
const TRUST: &str = "trust_root";
/// Tables that name a plugin that is used.
const NAMED_IN: [&str; 5] = ["capability_grant", "kind", "plugin", "plugin_before", "record"];
const DATABASE: &str = "tiwizi.sqlite";

/// Addresses of the plugin. All answer while it is there.
const ADDRESSES: [&str; 8] = [
    "/fr/p/notes/",
    "/fr/records/notes/note",
    "/api/v1/records/notes/note",
    "/api/v1/kinds/notes/note",
    "/api/v1/plugins/notes",
    "/api/v1/plugins/notes/usage",
    "/api/v1/plugins/notes/log",
    "/fr/console/plugins/notes",
];
/// What would list it.
const LISTS: [&str; 7] = [
    "/fr/",
    "/fr/records",
    "/fr/console/kinds",
    "/api/v1/kinds",
    "/api/v1/plugins",
    "/api/v1/openapi.json",
    "/metrics",
];

/// What lay on the disk of an instance before the plugin came.
pub(super) struct Traces {
    files: BTreeSet<PathBuf>,
}

impl Traces {
    pub(super) async fn on_disk(guide: &Guide) -> anyhow::Result<Self> {
        let data = data(guide);
        let named = removal::sqlite(&data, NAME).await?;
        ensure!(named == [TRUST], "tables that name the plugin before it came: {named:?}");
        Ok(Self { files: files(&data)? })
    }

    /// While the plugin is there every address answers somebody, every list names it, and it has files; else their silence afterwards
    /// would prove nothing.
    pub(super) async fn ensure_everywhere(
        &self,
        guide: &Guide,
        director: &Client,
        member: &Client,
    ) -> anyhow::Result<()> {
        for address in ADDRESSES {
            let answers = [director.get(address).await?, member.get(address).await?];
            ensure!(answers.iter().any(|answer| answer.status == 200), "{address} answers nobody");
        }
        for list in LISTS {
            let pages = [director.get(list).await?, member.get(list).await?];
            ensure!(pages.iter().any(|page| names_it(&page.text)), "{list} does not name it");
        }
        let named = removal::sqlite(&data(guide), NAME).await?;
        for table in NAMED_IN {
            ensure!(named.iter().any(|named| named == table), "nothing in {table} names it: {named:?}");
        }
        let files = files(&data(guide))?;
        let came: Vec<String> = files.difference(&self.files).map(|path| path.display().to_string()).collect();
        for part in ["/files/", "/cache/plugins/", "/cache/sent/"] {
            ensure!(came.iter().any(|path| path.contains(part)), "nothing came to {part}: {came:?}");
        }
        Ok(())
    }

    /// Nothing is left but what stays on purpose. `texts` are what its records held.
    pub(super) async fn ensure_left(&self, guide: &Guide, texts: impl Iterator<Item = &str>) -> anyhow::Result<()> {
        let data = data(guide);
        let named = removal::sqlite(&data, NAME).await?;
        let left: Vec<&String> = named.iter().filter(|table| !removal::KEPT.contains(&table.as_str())).collect();
        ensure!(left == [TRUST], "tables that still name the plugin: {left:?}");
        let files = files(&data)?;
        let left: Vec<&PathBuf> = files.difference(&self.files).collect();
        ensure!(left.is_empty(), "files that came with the plugin and did not go: {left:?}");
        let texts: Vec<&str> = texts.collect();
        ensure!(!texts.is_empty(), "it held nothing");
        let held = removal::sqlite_holds(&data, &texts).await?;
        ensure!(held.is_empty(), "tables that still hold what its records held: {held:?}");
        Ok(())
    }
}

/// After the removal no address answers, and nothing lists it.
pub(super) async fn ensure_unreachable(director: &Client, member: &Client) -> anyhow::Result<()> {
    for client in [director, member] {
        for address in ADDRESSES {
            let answer = client.get(address).await?;
            ensure!(matches!(answer.status, 403 | 404), "{address} answers {}: {}", answer.status, answer.text);
        }
        client.submit("/fr/p/notes/", &[("text", "late")]).await?.expect(404)?;
        for list in LISTS {
            let page = client.get(list).await?;
            ensure!(!names_it(&page.text), "{list} still names it: {}", page.text);
        }
    }
    for (method, address) in
        [(Method::DELETE, "/api/v1/plugins/notes"), (Method::POST, "/api/v1/plugins/notes/rollback")]
    {
        director.send(method, address, None).await?.expect(404)?;
    }
    Ok(())
}

fn names_it(text: &str) -> bool {
    ["/p/notes", "notes/note", "\"notes\""].iter().any(|name| text.contains(name))
}

fn data(guide: &Guide) -> PathBuf {
    guide.folder().join("office")
}

/// The files below a folder, the database apart.
fn files(data: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![data.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.starts_with(DATABASE) {
                found.insert(path);
            }
        }
    }
    Ok(found)
}
