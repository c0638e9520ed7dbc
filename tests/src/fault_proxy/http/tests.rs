//! Streams cut in two at every place: the pieces are the stream, and messages end where they end.

use super::*;

const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nDigest: x\r\n\r\n";

/// What comes of a stream that arrives in these parts: its messages as head and body, and how many ended.
fn messages(mut scanner: Scanner, parts: &[&[u8]]) -> (Vec<(String, String)>, usize) {
    let (mut messages, mut ended, mut all) = (Vec::<(String, String)>::new(), 0, Vec::new());
    let mut take = |piece: Piece| match piece {
        Piece::Head(head) => {
            all.extend_from_slice(&head);
            messages.push((words(&head).1, String::new()));
        }
        Piece::Body(bytes) => {
            all.extend_from_slice(&bytes);
            if messages.is_empty() {
                messages.push((String::new(), String::new()));
            }
            messages.last_mut().unwrap().1.push_str(&String::from_utf8_lossy(&bytes));
        }
        Piece::Mark(bytes) => all.extend_from_slice(&bytes),
        Piece::End => ended += 1,
    };
    for part in parts {
        let mut input = *part;
        while let Some(piece) = scanner.next(&mut input) {
            take(piece);
        }
        assert!(input.is_empty());
    }
    if let Some(piece) = scanner.finish() {
        take(piece);
    }
    assert_eq!(all, parts.concat(), "nothing is lost or changed");
    (messages, ended)
}

#[track_caller]
fn check(scanner: impl Fn() -> Scanner, stream: &str, expected: &[(&str, &str)], ended: usize) {
    let expected: Vec<_> = expected.iter().map(|(word, body)| ((*word).to_owned(), (*body).to_owned())).collect();
    for at in 0..=stream.len() {
        let (first, second) = stream.as_bytes().split_at(at);
        assert_eq!(messages(scanner(), &[first, second]), (expected.clone(), ended), "cut at {at}");
    }
}

fn requests() -> Scanner {
    Scanner::requests(Asked::default())
}

fn answers() -> Scanner {
    Scanner::answers(Asked::default())
}

#[test]
fn requests_end_by_their_length_or_with_their_head() {
    let stream = "GET /a HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\ncontent-length: 3\r\n\r\nabcPUT /c HTTP/1.1\r\nContent-Length: 0\r\n\r\n";
    check(requests, stream, &[("/a", ""), ("/b", "abc"), ("/c", "")], 3);
}

#[test]
fn answers_end_by_their_length_by_their_last_chunk_or_with_the_connection() {
    let stream = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab{CHUNKED}HTTP/1.1 204 No\r\n\r\nHTTP/1.0 404 No\r\n\r\nrest"
    );
    check(answers, &stream, &[("200", "ab"), ("200", "hello!"), ("204", ""), ("404", "rest")], 4);
}

#[test]
fn an_answer_follows_an_interim_one() {
    check(
        answers,
        "HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na",
        &[("100", ""), ("200", "a")],
        1,
    );
}

#[test]
fn what_is_cut_off_has_not_ended() {
    let (_, ended) = messages(answers(), &[b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc"]);
    assert_eq!(ended, 0);
    let (_, ended) = messages(answers(), &[CHUNKED.as_bytes().split_at(CHUNKED.len() - 4).0]);
    assert_eq!(ended, 0);
    let (_, ended) = messages(requests(), &[b"GET / HT"]);
    assert_eq!(ended, 0);
}

#[test]
fn the_answer_to_head_has_no_body() {
    let asked = Asked::default();
    let mut scanner = Scanner::requests(asked.clone());
    let mut stream: &[u8] = b"HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n";
    while scanner.next(&mut stream).is_some() {}
    let answers = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc";
    let expected = vec![("200".to_owned(), String::new()), ("200".to_owned(), "abc".to_owned())];
    assert_eq!(messages(Scanner::answers(asked), &[answers]), (expected, 2));
}

#[test]
fn other_protocols_are_one_body_at_once() {
    for stream in ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}", "hello"] {
        let mut scanner = requests();
        let mut input = stream.as_bytes();
        let mut came = String::new();
        while let Some(piece) = scanner.next(&mut input) {
            let Piece::Body(bytes) = piece else { panic!("{piece:?}") };
            came.push_str(&String::from_utf8_lossy(&bytes));
        }
        assert_eq!(came, stream, "nothing waits for more");
    }
}

#[test]
fn heads_and_lines_without_an_end_are_passed_on() {
    let long = format!("GET /{} HTTP/1.1\r\n", "a".repeat(HEAD_BYTES_MAX));
    let line = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}", "1".repeat(LINE_BYTES_MAX + 10));
    for (mut scanner, stream) in [(requests(), long), (answers(), line)] {
        let mut input = stream.as_bytes();
        let mut bytes = 0;
        while let Some(piece) = scanner.next(&mut input) {
            bytes += match piece {
                Piece::Head(part) | Piece::Body(part) | Piece::Mark(part) => part.len(),
                Piece::End => 0,
            };
        }
        assert_eq!(bytes, stream.len());
    }
}
