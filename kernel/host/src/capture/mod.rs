//! Captures: what a call that failed was asked, and what the kernel answered it, so that its author can run it again on their desk.
//!
//! Nothing is captured unless an administrator switched it on for the plugin. What is kept is blanked first (`blank`): texts of
//! personal and sensitive fields, of forms and of everything whose class is not known become other texts of the same kind and about the
//! same length; ids become other ids; headers and secrets are gone. Equal values stay equal within one capture, under a key that
//! is thrown away with it. The seed of the guest's random numbers is kept, since a guest does not do the same without it.
//!
//! Captures lie in `DIR/captures/PLUGIN/REQUEST-TIME.json` of the machine on which the call ran, and so does the switch, the file `on` beside
//! them: where several kernels share a database each is switched by itself. The oldest captures give way.

mod blank;
mod failed;
mod keep;
mod recording;
mod replay;
mod shape;
mod switch;
mod wire;
mod words;

pub(crate) use failed::Notes;
pub(crate) use keep::Keep;
pub use keep::{CaptureError, CaptureView, Captures};
pub(crate) use recording::Recording;
pub use replay::{Replay, ReplayEnd, ReplayError, replay};
pub use wire::{Capture, CaptureReadError};
