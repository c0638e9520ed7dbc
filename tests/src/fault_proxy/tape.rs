//! The last requests that came over a line, as they came.

use std::collections::VecDeque;
use std::net::SocketAddr;

/// How many requests are kept, how many bytes of one, and of all.
const REQUESTS_MAX: usize = 256;
pub(crate) const REQUEST_BYTES_MAX: usize = 4 << 20;
const BYTES_MAX: usize = 16 << 20;

/// A request that was seen whole. One of more than 4 MiB is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Where it went.
    pub to: SocketAddr,
    /// Its head and its body, byte by byte.
    pub bytes: Vec<u8>,
}

impl Recorded {
    /// Its first line, as `GET /fed/v1/… HTTP/1.1`.
    #[must_use]
    pub fn line(&self) -> String {
        let line = self.bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
        String::from_utf8_lossy(line).into_owned()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Tape {
    requests: VecDeque<Recorded>,
    bytes: usize,
}

impl Tape {
    pub(crate) fn keep(&mut self, request: Recorded) {
        self.bytes += request.bytes.len();
        self.requests.push_back(request);
        while self.requests.len() > REQUESTS_MAX || self.bytes > BYTES_MAX {
            let oldest = self.requests.pop_front();
            self.bytes -= oldest.map_or(0, |oldest| oldest.bytes.len());
        }
    }

    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        self.requests.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_when_there_are_too_many_or_too_long_ones() {
        let to: SocketAddr = "127.0.0.1:1".parse().unwrap();
        let mut tape = Tape::default();
        for number in 0..=REQUESTS_MAX {
            tape.keep(Recorded { to, bytes: format!("GET /{number} HTTP/1.1\r\n\r\n").into_bytes() });
        }
        let lines: Vec<_> = tape.recorded().iter().map(Recorded::line).collect();
        assert_eq!((lines.len(), lines[0].as_str()), (REQUESTS_MAX, "GET /1 HTTP/1.1"));

        for _ in 0..=BYTES_MAX / REQUEST_BYTES_MAX {
            tape.keep(Recorded { to, bytes: vec![b'x'; REQUEST_BYTES_MAX] });
        }
        assert_eq!((tape.recorded().len(), tape.bytes), (BYTES_MAX / REQUEST_BYTES_MAX, BYTES_MAX));
    }
}
