//! Where messages of HTTP/1.1 begin and end in a stream of bytes (RFC 9112, sections 2 and 6), read as they come.
//!
//! Nothing is changed and nothing lost: all pieces of a stream, one after another, are the stream. What is not HTTP/1.1, or no longer, is
//! one body without an end.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// The longest head, and the longest line between chunks.
const HEAD_BYTES_MAX: usize = 64 << 10;
const LINE_BYTES_MAX: usize = 8 << 10;
/// How many requests may wait for their answers on one connection.
const ASKED_MAX: usize = 1024;
const HEAD_END: &[u8] = b"\r\n\r\n";

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// The whole head, with the empty line.
    Head(Vec<u8>),
    /// Some of the body.
    Body(Vec<u8>),
    /// What stands between pieces of the body: sizes of chunks, and what follows the last.
    Mark(Vec<u8>),
    /// The message has ended.
    End,
}

/// Of the requests of one connection that have no answer yet, in their order: whether the answer has no body because of how it was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(Arc<Mutex<VecDeque<bool>>>);

impl Asked {
    fn push(&self, bodyless: bool) {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() < ASKED_MAX {
            asked.push_back(bodyless);
        }
    }

    fn pop(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Requests,
    Answers,
}

#[derive(Debug)]
enum State {
    Head(Vec<u8>),
    Length(u64),
    ChunkSize(Vec<u8>),
    Chunk(u64),
    /// So many bytes of the line's end after a chunk are to come.
    ChunkEnd(u64),
    Trailer(Vec<u8>),
    /// An answer without a length ends with its connection.
    UntilClose,
    /// No HTTP/1.1.
    Opaque,
    Ended,
}

/// Reads one direction of one connection.
#[derive(Debug)]
pub(crate) struct Scanner {
    role: Role,
    state: State,
    asked: Asked,
}

impl Scanner {
    pub(crate) fn requests(asked: Asked) -> Self {
        Self { role: Role::Requests, state: State::Head(Vec::new()), asked }
    }

    pub(crate) fn answers(asked: Asked) -> Self {
        Self { role: Role::Answers, state: State::Head(Vec::new()), asked }
    }

    /// The next piece of what has come. None when all of it was taken, of which the beginning of a head or of a line may still be kept.
    pub(crate) fn next(&mut self, input: &mut &[u8]) -> Option<Piece> {
        if matches!(self.state, State::Ended) {
            self.state = State::Head(Vec::new());
            return Some(Piece::End);
        }
        while let Some((first, rest)) = input.split_first() {
            let piece = match &mut self.state {
                State::Head(_) | State::ChunkSize(_) | State::Trailer(_) => {
                    *input = rest;
                    self.byte(*first)
                }
                State::Length(left) | State::Chunk(left) => {
                    let body = Piece::Body(split(input, left));
                    if *left == 0 {
                        self.state =
                            if matches!(self.state, State::Length(_)) { State::Ended } else { State::ChunkEnd(2) };
                    }
                    Some(body)
                }
                State::ChunkEnd(left) => {
                    let mark = Piece::Mark(split(input, left));
                    if *left == 0 {
                        self.state = State::ChunkSize(Vec::new());
                    }
                    Some(mark)
                }
                State::UntilClose | State::Opaque => Some(Piece::Body(std::mem::take(input).to_vec())),
                State::Ended => return self.next(input),
            };
            if piece.is_some() {
                return piece;
            }
        }
        None
    }

    /// What is left when the connection has ended.
    pub(crate) fn finish(&mut self) -> Option<Piece> {
        match std::mem::replace(&mut self.state, State::Opaque) {
            State::Head(kept) | State::ChunkSize(kept) | State::Trailer(kept) => {
                (!kept.is_empty()).then_some(Piece::Body(kept))
            }
            State::UntilClose | State::Ended => Some(Piece::End),
            State::Length(_) | State::Chunk(_) | State::ChunkEnd(_) | State::Opaque => None,
        }
    }

    /// One byte of a head or of a line.
    fn byte(&mut self, byte: u8) -> Option<Piece> {
        match &mut self.state {
            State::Head(kept) => {
                kept.push(byte);
                if !is_beginning(self.role, kept) || kept.len() > HEAD_BYTES_MAX {
                    return Some(self.give_up());
                }
                if !kept.ends_with(HEAD_END) {
                    return None;
                }
                let head = std::mem::take(kept);
                self.state = self.body_of(&head);
                Some(Piece::Head(head))
            }
            State::ChunkSize(kept) => {
                kept.push(byte);
                if byte != b'\n' && kept.len() <= LINE_BYTES_MAX {
                    return None;
                }
                let Some(size) = chunk_size(kept) else { return Some(self.give_up()) };
                let mark = std::mem::take(kept);
                self.state = if size == 0 { State::Trailer(Vec::new()) } else { State::Chunk(size) };
                Some(Piece::Mark(mark))
            }
            State::Trailer(kept) => {
                kept.push(byte);
                if kept.len() > HEAD_BYTES_MAX {
                    return Some(self.give_up());
                }
                if kept != b"\r\n" && !kept.ends_with(HEAD_END) {
                    return None;
                }
                let mark = std::mem::take(kept);
                self.state = State::Ended;
                Some(Piece::Mark(mark))
            }
            _ => None,
        }
    }

    /// What was kept is no HTTP/1.1, and what follows will not be understood either.
    fn give_up(&mut self) -> Piece {
        match std::mem::replace(&mut self.state, State::Opaque) {
            State::Head(kept) | State::ChunkSize(kept) | State::Trailer(kept) => Piece::Body(kept),
            _ => Piece::Body(Vec::new()),
        }
    }

    fn body_of(&self, head: &[u8]) -> State {
        match self.role {
            Role::Requests => {
                let method = words(head).0;
                self.asked.push(method == "HEAD");
                if method == "CONNECT" { State::Opaque } else { by_length(head).unwrap_or(State::Ended) }
            }
            Role::Answers => match status(head) {
                101 => State::Opaque,
                // The answer proper is still to come.
                100..200 => State::Head(Vec::new()),
                status => {
                    let bodyless = self.asked.pop() || matches!(status, 204 | 304);
                    if bodyless { State::Ended } else { by_length(head).unwrap_or(State::UntilClose) }
                }
            },
        }
    }
}

/// The body that a head announces; none when it says nothing of one.
fn by_length(head: &[u8]) -> Option<State> {
    if field(head, "transfer-encoding").is_some_and(|coding| coding.to_ascii_lowercase().ends_with("chunked")) {
        return Some(State::ChunkSize(Vec::new()));
    }
    let length: u64 = field(head, "content-length")?.parse().ok()?;
    Some(if length == 0 { State::Ended } else { State::Length(length) })
}

/// Whether an answer is one that another follows for the same request.
pub(crate) fn is_interim(head: &[u8]) -> bool {
    (100..200).contains(&status(head)) && status(head) != 101
}

/// The three words of a request's first line; empty where one is missing.
pub(crate) fn words(head: &[u8]) -> (String, String, String) {
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let mut words = line.splitn(3, |byte| *byte == b' ').map(|word| String::from_utf8_lossy(word).into_owned());
    let mut next = || words.next().unwrap_or_default();
    (next(), next(), next())
}

/// The value of a field of a head.
pub(crate) fn field(head: &[u8], name: &str) -> Option<String> {
    lines(head).find_map(|line| {
        is_field(&line, name).then(|| line.split_once(':').map(|(_, value)| value.trim().to_owned()))?
    })
}

/// The lines of a head after its first, without their ends.
pub(crate) fn lines(head: &[u8]) -> impl Iterator<Item = String> {
    let lines = head.split(|byte| *byte == b'\n').skip(1);
    lines.map(|line| String::from_utf8_lossy(line).trim_end().to_owned()).filter(|line| !line.is_empty())
}

/// Whether a line is the field of that name.
pub(crate) fn is_field(line: &str, name: &str) -> bool {
    line.split_once(':').is_some_and(|(other, _)| other.eq_ignore_ascii_case(name))
}

fn status(head: &[u8]) -> u16 {
    words(head).1.parse().unwrap_or_default()
}

fn chunk_size(line: &[u8]) -> Option<u64> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    u64::from_str_radix(line.split(';').next()?.trim(), 16).ok()
}

/// Whether bytes can be the beginning of a head.
fn is_beginning(role: Role, bytes: &[u8]) -> bool {
    match role {
        Role::Answers => {
            let mark = b"HTTP/1.";
            bytes.iter().zip(mark).all(|(byte, expected)| byte == expected)
        }
        Role::Requests => {
            let method = bytes.split(|byte| *byte == b' ').next().unwrap_or_default();
            // `PRI` is how HTTP/2 begins.
            method.len() <= 16 && method.iter().all(u8::is_ascii_uppercase) && bytes != b"PRI "
        }
    }
}

/// Takes what there is of so many bytes.
fn split(input: &mut &[u8], left: &mut u64) -> Vec<u8> {
    let wanted = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
    let (taken, rest) = input.split_at_checked(wanted).unwrap_or((input, &[]));
    *input = rest;
    *left = left.saturating_sub(u64::try_from(taken.len()).unwrap_or(u64::MAX));
    taken.to_vec()
}

#[cfg(test)]
mod tests;
