//! What goes to the target: counted, recorded, and at an office rewritten as the target expects it.

use std::net::SocketAddr;
use std::sync::Arc;

use super::flow::{Load, Shape};
use super::http::{Asked, Piece, Scanner};
use super::line::Line;
use super::office;
use super::tape::{REQUEST_BYTES_MAX, Recorded};

pub(crate) struct Requests {
    line: Arc<Line>,
    to: SocketAddr,
    scanner: Scanner,
    /// The host and port of whole URLs that an office's proxy was asked for first on this connection.
    authority: Option<String>,
    /// The request under way, as long as it is not too long to be kept.
    request: Option<Vec<u8>>,
}

impl Requests {
    pub(crate) fn new(line: &Arc<Line>, to: SocketAddr, asked: Asked, authority: Option<String>) -> Self {
        let scanner = Scanner::requests(asked);
        Self { line: Arc::clone(line), to, scanner, authority, request: None }
    }

    fn piece(&mut self, piece: Piece, out: &mut Vec<Load>) {
        match piece {
            Piece::Head(head) => {
                self.line.count(|counts| counts.requests += 1);
                let head = match &self.authority {
                    None => head,
                    Some(authority) => match office::for_target(&head, authority) {
                        Some(head) => head,
                        // It came over a connection that leads to somebody else. Who sent it dials anew.
                        None => return out.push(Load::Reset),
                    },
                };
                self.request = Some(head.clone());
                out.push(Load::Bytes(head));
            }
            Piece::Body(bytes) | Piece::Mark(bytes) => {
                let room = |request: &Vec<u8>| request.len() + bytes.len() <= REQUEST_BYTES_MAX;
                self.request = self.request.take().filter(room);
                if let Some(request) = &mut self.request {
                    request.extend_from_slice(&bytes);
                }
                out.push(Load::Bytes(bytes));
            }
            Piece::End => {
                if let Some(bytes) = self.request.take() {
                    self.line.tape().keep(Recorded { to: self.to, bytes });
                    self.line.count(|counts| counts.recorded += 1);
                }
            }
        }
    }
}

impl Shape for Requests {
    fn bytes(&mut self, mut bytes: &[u8], out: &mut Vec<Load>) {
        while let Some(piece) = self.scanner.next(&mut bytes) {
            self.piece(piece, out);
        }
    }

    fn closed(&mut self, out: &mut Vec<Load>) {
        if let Some(piece) = self.scanner.finish() {
            self.piece(piece, out);
        }
        out.push(Load::Close);
    }
}
