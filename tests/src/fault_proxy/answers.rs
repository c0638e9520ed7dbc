//! What comes from the target: each answer suffers what is planned for it.

use std::sync::Arc;

use super::flow::{Load, Shape};
use super::http::{self, Asked, Piece, Scanner};
use super::line::{Line, Planned};
use super::switches::{Fault, HELD_BYTES_MAX};

/// What is done with the answer under way.
#[derive(Debug)]
enum Course {
    /// It passes to its end.
    Passes,
    /// It passes until the fault strikes.
    Awaits(Planned),
    /// It is kept as it came, until there is enough of it. So are its head and, without marks, its body, when they are to be changed.
    Kept { planned: Planned, raw: Vec<u8>, head: Vec<u8>, body: Vec<u8> },
    /// The rest of it is dropped.
    Dropped,
}

pub(crate) struct Answers {
    line: Arc<Line>,
    scanner: Scanner,
    course: Course,
    /// Whether an answer is under way; one of another protocol begins without a head.
    has_begun: bool,
    body_bytes: u64,
}

impl Answers {
    pub(crate) fn new(line: &Arc<Line>, asked: Asked) -> Self {
        let scanner = Scanner::answers(asked);
        Self { line: Arc::clone(line), scanner, course: Course::Passes, has_begun: false, body_bytes: 0 }
    }

    fn piece(&mut self, piece: Piece, out: &mut Vec<Load>) {
        match piece {
            Piece::Head(head) if http::is_interim(&head) => out.push(Load::Bytes(head)),
            Piece::Head(head) => {
                self.begin(head.clone());
                self.uncounted(head, out);
            }
            Piece::Mark(bytes) => self.uncounted(bytes, out),
            Piece::Body(bytes) => {
                if !self.has_begun {
                    self.begin(Vec::new());
                }
                self.body(bytes, out);
            }
            Piece::End => {
                self.line.count(|counts| counts.answers += 1);
                self.end(out);
            }
        }
    }

    fn begin(&mut self, head: Vec<u8>) {
        (self.has_begun, self.body_bytes) = (true, 0);
        let planned = self.line.planned();
        self.course = match planned.fault {
            Fault::None => {
                // That this one passes may have been the plan.
                self.line.strike(planned);
                Course::Passes
            }
            Fault::Shorten { .. } if head.is_empty() => Course::Passes,
            Fault::Reset { .. } | Fault::Truncate { .. } => Course::Awaits(planned),
            Fault::Shorten { .. } => Course::Kept { planned, raw: Vec::new(), head, body: Vec::new() },
            Fault::Hold { .. } => {
                self.line.strike(planned);
                Course::Kept { planned, raw: Vec::new(), head: Vec::new(), body: Vec::new() }
            }
        };
    }

    fn uncounted(&mut self, bytes: Vec<u8>, out: &mut Vec<Load>) {
        match &mut self.course {
            Course::Passes | Course::Awaits(_) => out.push(Load::Bytes(bytes)),
            Course::Kept { raw, .. } => raw.extend_from_slice(&bytes),
            Course::Dropped => {}
        }
    }

    fn body(&mut self, bytes: Vec<u8>, out: &mut Vec<Load>) {
        let before = self.body_bytes;
        self.body_bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        match &mut self.course {
            Course::Passes => out.push(Load::Bytes(bytes)),
            Course::Dropped => {}
            Course::Awaits(planned) => {
                let planned = *planned;
                let limit = limit(planned.fault);
                if self.body_bytes <= limit {
                    return out.push(Load::Bytes(bytes));
                }
                if !self.line.strike(planned) {
                    self.course = Course::Passes;
                    return out.push(Load::Bytes(bytes));
                }
                out.push(Load::Bytes(first(&bytes, limit.saturating_sub(before))));
                out.push(if matches!(planned.fault, Fault::Reset { .. }) { Load::Reset } else { Load::Close });
                self.course = Course::Dropped;
            }
            Course::Kept { planned, raw, head, body } => {
                raw.extend_from_slice(&bytes);
                if !head.is_empty() {
                    body.extend_from_slice(&bytes);
                }
                let is_enough = match planned.fault {
                    Fault::Hold { .. } => self.body_bytes >= limit(planned.fault),
                    _ => self.body_bytes > limit(planned.fault),
                };
                if is_enough {
                    self.release(out);
                }
            }
        }
    }

    /// Hands on what was kept.
    fn release(&mut self, out: &mut Vec<Load>) {
        let Course::Kept { planned, raw, head, body } = std::mem::replace(&mut self.course, Course::Passes) else {
            return;
        };
        let limit = limit(planned.fault);
        if matches!(planned.fault, Fault::Shorten { .. }) && self.body_bytes > limit && self.line.strike(planned) {
            out.push(Load::Bytes(shortened(&head, limit)));
            out.push(Load::Bytes(first(&body, limit)));
            self.course = Course::Dropped;
        } else {
            out.push(Load::Bytes(raw));
        }
    }

    fn end(&mut self, out: &mut Vec<Load>) {
        self.release(out);
        (self.course, self.has_begun) = (Course::Passes, false);
    }
}

impl Shape for Answers {
    fn bytes(&mut self, mut bytes: &[u8], out: &mut Vec<Load>) {
        while let Some(piece) = self.scanner.next(&mut bytes) {
            self.piece(piece, out);
        }
    }

    fn closed(&mut self, out: &mut Vec<Load>) {
        if let Some(piece) = self.scanner.finish() {
            self.piece(piece, out);
        }
        self.end(out);
        out.push(Load::Close);
    }
}

fn limit(fault: Fault) -> u64 {
    match fault {
        Fault::None => u64::MAX,
        Fault::Reset { after_bytes } | Fault::Truncate { after_bytes } => after_bytes,
        Fault::Shorten { after_bytes: bytes } | Fault::Hold { until_bytes: bytes } => bytes.min(HELD_BYTES_MAX),
    }
}

fn first(bytes: &[u8], count: u64) -> Vec<u8> {
    let count = usize::try_from(count).unwrap_or(usize::MAX).min(bytes.len());
    bytes.get(..count).unwrap_or_default().to_vec()
}

/// The head of an answer of so many bytes.
fn shortened(head: &[u8], bytes: u64) -> Vec<u8> {
    let status = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let mut text = format!("{}\r\ncontent-length: {bytes}\r\n", String::from_utf8_lossy(status));
    let of_body = ["content-length", "transfer-encoding", "trailer"];
    for line in http::lines(head).filter(|line| !of_body.iter().any(|name| http::is_field(line, name))) {
        text.push_str(&line);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

#[cfg(test)]
mod tests;
