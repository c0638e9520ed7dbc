//! One step on a model's way: correcting, handing in, reading, publishing, withdrawing. The rules are in `drafts::steps`.

use tiwizi_sdk::{Answer, Error, Request, Store};

use super::{show, to_sheet, trainer};
use crate::card;
use crate::drafts::faults::faults;
use crate::drafts::kinds::{ModelDraft, REMARK_CHARS_MAX, Stage};
use crate::drafts::publish::publish;
use crate::drafts::steps::{Refused, Standing, Step, Verdict, judge};
use crate::kinds::{Model, State};

/// Characters of a reader's name.
const NAME_CHARS_MAX: usize = 200;

/// `POST /model-desk/{code}/step`: `action` names the step. Sent twice it does one thing.
pub(crate) fn step(request: &Request) -> Result<Answer, Error> {
    let account = trainer()?;
    let code = request.parameter("code");
    let named = request.form("action").unwrap_or_default();
    let step = Step::named(named).ok_or_else(|| Error::bad_request(format!("{named} is nothing that can be done")))?;
    let (draft, model) = (ModelDraft::find(code)?, Model::find(code)?);
    let said = |name: &str, chars_max: usize| -> String {
        request.form(name).unwrap_or_default().trim().chars().take(chars_max).collect()
    };
    let (remark, name) = (said("remark", REMARK_CHARS_MAX), said("name", NAME_CHARS_MAX));
    let judged = draft.as_ref().map(|entry| &entry.body);
    let standing = Standing {
        draft: judged.map(|draft| draft.stage),
        model: model.as_ref().map(|entry| entry.body.state),
        is_author: judged.is_some_and(|draft| draft.authors.contains(&account)),
        is_sound: judged.is_some_and(|draft| faults(draft).is_empty()),
        is_seen: draft.as_ref().is_some_and(|entry| request.form("seen") == Some(entry.version.to_string().as_str())),
        is_current: judged.is_some_and(|draft| model.as_ref().is_none_or(|model| model.body.version == draft.base)),
        is_told: match step {
            Step::Back => !remark.is_empty(),
            Step::Publish => !name.is_empty(),
            Step::Discard => request.form("sure") == Some("yes"),
            _ => true,
        },
    };
    match judge(step, &standing) {
        Ok(Verdict::Already) => return Ok(to_sheet(code)),
        Ok(Verdict::Done) => {}
        Err(refused) => return Ok(show::page(request, Some(refused))?.with_status(status(refused))),
    }
    match (step, draft, model) {
        (Step::Open, None, Some(model)) => {
            let mut draft = ModelDraft::of(&model.body);
            draft.authors = vec![account];
            Store::create(&draft).map(drop)?;
        }
        (Step::Publish, Some(draft), model) => publish(draft, model, &name).map(drop)?,
        (Step::Discard, Some(draft), model) => {
            Store::delete(&draft)?;
            // Of a model that was never published nothing is left to be shown.
            return Ok(if model.is_some() { to_sheet(code) } else { Answer::redirect("/model-desk") });
        }
        (Step::Withdraw | Step::PutBack, _, Some(mut model)) => {
            model.body.state = if step == Step::Withdraw { State::Withdrawn } else { State::Published };
            let model = Store::replace(&model)?;
            card::bring(&model.id, Some(&model.body))?;
        }
        (_, Some(mut entry), model) => {
            let draft = &mut entry.body;
            match step {
                Step::Review => (draft.stage, draft.remark) = (Stage::Review, String::new()),
                Step::Back => (draft.stage, draft.remark) = (Stage::Draft, remark),
                Step::GoOn => model.map_or(Ok(()), |model| draft.go_on(&model.body))?,
                _ => draft.stage = Stage::Draft,
            }
            Store::replace(&entry).map(drop)?;
        }
        _ => {}
    }
    Ok(to_sheet(code))
}

const fn status(refused: Refused) -> u16 {
    match refused {
        Refused::Own | Refused::NotAuthor => 403,
        Refused::Nothing => 404,
        Refused::Faults | Refused::Remark | Refused::Name | Refused::Sure => 422,
        Refused::Gone
        | Refused::Changed
        | Refused::NotInReview
        | Refused::InReview
        | Refused::Moved
        | Refused::NotPublished => 409,
    }
}
