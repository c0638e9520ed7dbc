//! Reading: first the whole file is held to its own hashes and its seals, and its cover to what is here; only then anything of it is taken.

use std::io::{BufReader, Read, Seek, SeekFrom};

use tiwizi_federation_core::bundle::{BundleError, BundleReader};
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::stick::{Cover, CoverError, Part, opened};
use tiwizi_federation_core::wire::{EnvelopeError, NodeId};

use super::compare::compare;
use super::take::Taking;
use super::{Age, Looked, Stick, StickError, TakenIn, Torn};

/// Hears of the bytes as they are read.
type Told<'a> = &'a mut (dyn FnMut(u64) + Send);

impl<S: Store> Stick<S> {
    /// Looks at a file without taking anything. It is read to its end, once.
    ///
    /// # Errors
    /// When it is not for this instance, torn, or not believed. An older one is no error here.
    pub async fn look<R: Read + Seek>(&self, file: &mut R, torn: Torn, told: Told<'_>) -> Result<Looked, StickError> {
        Ok(self.opened(file, torn, told).await?.1)
    }

    /// Takes what is new in a file. It is read twice: nothing is taken before it is known to be whole.
    ///
    /// # Errors
    /// When it is not for this instance, torn, not believed, or older than what is here; then nothing was taken. What of it is refused by
    /// itself is told, and what was taken before stays.
    pub async fn read<R: Read + Seek>(&self, file: &mut R, torn: Torn, told: Told<'_>) -> Result<TakenIn, StickError> {
        let (cover, looked) = self.opened(file, torn, told).await?;
        match looked.age {
            Age::Older => return Err(StickError::Older { made_at: looked.made_at }),
            // That nothing more was written until then is new all the same.
            Age::Same => return Taking::begin(&self.ends, looked.from).end(&cover, looked).await,
            Age::Newer => {}
        }
        // Before anything that a new key has signed.
        self.ends.learn_keys(&looked.from, &cover.hello.rotations).await?;
        file.seek(SeekFrom::Start(0)).map_err(BundleError::File)?;
        let mut bundle = BundleReader::open(BufReader::new(file))?;
        let mut taking = Taking::begin(&self.ends, looked.from);
        for _ in 0..looked.parts {
            let Some(part) = bundle.next_page()? else { break };
            told(part.len() as u64);
            let bytes = self.unsealed(&looked.from, &part)?;
            taking.part(Part::of(&bytes)).await?;
        }
        taking.end(&cover, looked).await
    }

    /// Opens all of a file that is to be taken: its cover, and what it is to what is here.
    async fn opened<R: Read + Seek>(
        &self,
        file: &mut R,
        torn: Torn,
        told: Told<'_>,
    ) -> Result<(Cover, Looked), StickError> {
        file.seek(SeekFrom::Start(0)).map_err(BundleError::File)?;
        let mut bundle = BundleReader::open(BufReader::new(file))?;
        let head = bundle.head().clone();
        if head.to != self.ends.known().me() {
            return Err(StickError::OtherReceiver { to: head.to });
        }
        self.check_peer(&head.from).await?;
        let (mut parts, mut first, mut is_torn) = (0_u64, None, false);
        loop {
            let part = match bundle.next_page() {
                Ok(Some(part)) => part,
                Ok(None) => break,
                Err(BundleError::CutOff { .. } | BundleError::Damaged { .. } | BundleError::Long)
                    if torn == Torn::Taken && parts > 0 =>
                {
                    is_torn = true;
                    break;
                }
                Err(error) => return Err(error.into()),
            };
            told(part.len() as u64);
            // Anybody can make the hashes of a file: that a part is as it was sealed is known once it opens.
            let bytes = self.unsealed(&head.from, &part)?;
            first.get_or_insert(bytes);
            parts = parts.saturating_add(1);
        }
        let cover = self.cover(&head.from, &first.unwrap_or_default())?;
        let (age, logs) = compare(&*self.ends, &head.from, &cover).await?;
        let (from, made_at) = (head.from, cover.made_at);
        Ok((cover, Looked { from, made_at, age, logs, parts, is_torn }))
    }

    /// The cover, out of the first part as it was opened.
    fn cover(&self, from: &NodeId, first: &[u8]) -> Result<Cover, StickError> {
        let wrong = |source| StickError::Cover { writer: *from, source };
        let Part::Cover(envelope) = Part::of(first) else {
            return Err(wrong(CoverError::Envelope(EnvelopeError::Form)));
        };
        let known = self.ends.known();
        let cover = Cover::open(&envelope, from, known.ring()).map_err(wrong)?;
        if cover.to == known.me() { Ok(cover) } else { Err(StickError::Mixed) }
    }

    fn unsealed(&self, from: &NodeId, part: &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>, StickError> {
        let known = self.ends.known();
        opened(part, known.keys.kept()).map_err(|source| StickError::Closed { writer: *from, source })
    }
}
