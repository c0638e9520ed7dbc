//! Sending a recorded request again.

use std::net::SocketAddr;

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::http::{Asked, Piece, Scanner};
use super::tape::Recorded;

const ANSWER_BYTES_MAX: usize = 64 << 20;

/// Sends it to that place, and reads the answer to its end.
pub(crate) async fn send(target: SocketAddr, recorded: &Recorded) -> anyhow::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(target).await.with_context(|| format!("nobody listens at {target}"))?;
    stream.write_all(&recorded.bytes).await?;
    let asked = Asked::default();
    let mut requests = Scanner::requests(asked.clone());
    let mut sent = recorded.bytes.as_slice();
    while requests.next(&mut sent).is_some() {}

    let mut scanner = Scanner::answers(asked);
    let (mut answer, mut buffer) = (Vec::new(), Vec::with_capacity(16 << 10));
    loop {
        buffer.clear();
        if stream.read_buf(&mut buffer).await? == 0 {
            ensure!(!answer.is_empty(), "the target closed without an answer");
            return Ok(answer);
        }
        answer.extend_from_slice(&buffer);
        ensure!(answer.len() <= ANSWER_BYTES_MAX, "an endless answer");
        let mut came = buffer.as_slice();
        while let Some(piece) = scanner.next(&mut came) {
            if piece == Piece::End {
                return Ok(answer);
            }
        }
    }
}
