//! The models that come with the plugin: read from `content/`, written as records when the plugin is installed.
//!
//! Writing them again changes nothing; a model with a higher version takes the place of the one before, unless somebody corrected that one here or
//! took a proposal over into it, and the plan of each version stays, so that plans that were taken from it can be compared with the new one.

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use tiwizi_sdk::{Entry, Error, Language, Texts};

use crate::improve::kinds::Proposal;
use crate::kinds::{Category, Chapter, Model, Public, Sector, State};
use crate::plan::{Plan, check, outcome, own};

static MODELS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/content");

/// Nobody who speaks these has read the texts yet.
const DRAFTS: [Language; 5] =
    [Language::Darija, Language::StandardAmazigh, Language::Tachelhit, Language::CentralAtlas, Language::Tarifit];

/// `{model}.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile {
    code: String,
    version: u64,
    sector: Sector,
    #[serde(default)]
    branch: Option<String>,
    title: Texts,
    summary: Texts,
    categories: Vec<Category>,
    publics: Vec<Public>,
    provinces: Vec<String>,
    chapters: Vec<Chapter>,
    learn: Vec<String>,
    plan: Plan,
    sources: Vec<String>,
}

/// Writes every model that is new or has a higher version.
///
/// # Errors
/// A file is malformed, its plan is refused, or the store refuses.
pub(crate) fn write_all() -> Result<(), Error> {
    for file in MODELS.files().filter(|file| file.path().extension().is_some_and(|extension| extension == "json")) {
        let file: ModelFile = serde_json::from_slice(file.contents())
            .map_err(|error| Error::internal(format!("{}: {error}", file.path().display())))?;
        write(file)?;
    }
    Ok(())
}

fn write(file: ModelFile) -> Result<(), Error> {
    let there = Model::find(&file.code)?;
    // What somebody has corrected and another one read here is not written over by what comes along.
    let is_taken_over = |entry: &Entry<Model>| entry.body.version >= file.version || !entry.body.reviewers.is_empty();
    if there.as_ref().is_some_and(is_taken_over) {
        return Ok(());
    }
    // What people found out and a trainer took over is not written over by what comes along.
    if there.is_some() && !Proposal::taken(&file.code, 0)?.is_empty() {
        return Ok(());
    }
    let mut model = model_of(file)?;
    // What was taken out of the bank comes back when somebody puts it back, not with an upgrade.
    model.state = there.as_ref().map_or(State::Published, |entry| entry.body.state);
    model.release(there).map(drop)
}

fn model_of(file: ModelFile) -> Result<Model, Error> {
    if let Some(code) = own::reserved(&file.plan).first() {
        return Err(Error::internal(format!(
            "{} has the code {code}, which is kept for lines of people's own",
            file.code
        )));
    }
    let checked = check(&file.plan)
        .map_err(|faults| Error::internal(format!("the plan of {} is refused: {faults:?}", file.code)))?;
    let (title, summary) = (file.title, file.summary);
    Ok(Model {
        version: file.version,
        state: State::Published,
        sector: file.sector,
        branch: file.branch,
        amount: Model::amount_of(&outcome(&checked)),
        example: true,
        drafts: DRAFTS.to_vec(),
        words: Model::words_of(&title, &summary),
        title,
        summary,
        categories: file.categories,
        publics: file.publics,
        provinces: file.provinces,
        chapters: file.chapters,
        learn: file.learn,
        plan: file.plan,
        sources: file.sources,
        licence: "CC BY 4.0".to_owned(),
        author: "Tiwizi".to_owned(),
        reviewers: Vec::new(),
        code: file.code,
    })
}

#[cfg(test)]
mod tests {
    use tiwizi_sdk::{Store, native};

    use super::*;
    use crate::kinds::ModelVersion;
    use crate::tests::{installed, version};

    /// The next version of the saffron model comes along with the plugin, with another source.
    fn upgraded() -> Model {
        native::as_public();
        let mut file: ModelFile = serde_json::from_slice(MODELS.get_file("saffron.json").unwrap().contents()).unwrap();
        file.version += 1;
        file.sources = vec!["Relevé de l’automne".to_owned()];
        write(file).unwrap();
        Model::find("saffron").unwrap().unwrap().body
    }

    /// Writes in the saffron model what a desk would.
    fn before(change: impl FnOnce(&mut Model)) {
        installed();
        native::as_holder(&["trainer"]);
        let mut entry = Model::find("saffron").unwrap().unwrap();
        change(&mut entry.body);
        Store::replace(&entry).unwrap();
    }

    #[test]
    fn a_later_version_takes_the_place_of_what_nobody_touched() {
        before(|_| {});
        let model = upgraded();
        assert_eq!(
            (model.version, model.state, model.sources),
            (version(1), State::Published, vec!["Relevé de l’automne".to_owned()])
        );
        assert_eq!(ModelVersion::highest("saffron"), Ok(version(1)));
    }

    #[test]
    fn a_later_version_does_not_write_over_what_was_corrected_and_read_here() {
        before(|model| model.reviewers = vec!["Aïcha".to_owned()]);
        assert_eq!(upgraded().version, version(0));
    }

    #[test]
    fn a_later_version_of_a_model_that_was_withdrawn_here_stays_withdrawn() {
        before(|model| model.state = State::Withdrawn);
        let model = upgraded();
        assert_eq!((model.version, model.state), (version(1), State::Withdrawn));
    }
}
