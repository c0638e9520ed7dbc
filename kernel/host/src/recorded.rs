//! Whether what a plugin keeps about people is covered by a recorded processing, in an instance that is in service.

use tiwizi_records::{Manifest, ReadError};
use tiwizi_registry::protection::{Protection, Uncovered};

use crate::host::Host;

impl Host {
    /// Refuses a plugin whose kinds hold data about people that no processing in force covers.
    pub(crate) async fn demand_recorded(&self, manifest: &Manifest) -> Result<Result<(), Uncovered>, ReadError> {
        Protection::new(self.records().clone()).demand_declared(&manifest.kinds).await
    }
}
