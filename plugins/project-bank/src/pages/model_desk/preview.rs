//! A sheet as everybody will see it once it is published, with its figures reckoned.

use tiwizi_sdk::{Answer, Error, Request};

use super::super::sheet;
use super::{to_sheet, trainer};
use crate::drafts::kinds::ModelDraft;
use crate::kinds::Model;
use crate::plan::{check, outcome};

/// `GET /model-desk/{code}/preview`
pub(crate) fn preview(request: &Request) -> Result<Answer, Error> {
    trainer()?;
    let code = request.parameter("code");
    let Some(draft) = ModelDraft::find(code)? else { return Ok(to_sheet(code)) };
    let before = Model::find(code)?.map(|entry| entry.body);
    let amount = check(&draft.body.plan).map(|checked| Model::amount_of(&outcome(&checked))).unwrap_or_default();
    let mut model = draft.body.into_model(amount, None, "")?;
    model.reviewers = before.map(|model| model.reviewers).unwrap_or_default();
    sheet::page(request, &model, true)
}
