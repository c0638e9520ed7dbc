//! What is handed on of answers, without sockets.

use super::super::line::Ends;
use super::*;

const SIX: &[u8] = b"HTTP/1.1 200 OK\r\netag: x\r\ncontent-length: 6\r\n\r\nabcdef";
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n";

fn line(every: Fault) -> Arc<Line> {
    let line = Line::new(Ends::Straight("127.0.0.1:1".parse().unwrap()));
    line.switch(|switches| switches.every = every);
    Arc::new(line)
}

/// What is handed on of a part, joined.
fn passes(answers: &mut Answers, part: &[u8]) -> (String, Option<Load>) {
    let mut loads = Vec::new();
    answers.bytes(part, &mut loads);
    joined(loads)
}

fn joined(loads: Vec<Load>) -> (String, Option<Load>) {
    let (mut text, mut last) = (String::new(), None);
    for load in loads {
        match load {
            Load::Bytes(bytes) => text.push_str(&String::from_utf8_lossy(&bytes)),
            other => last = last.or(Some(other)),
        }
    }
    (text, last)
}

fn whole(part: &[u8]) -> (String, Option<Load>) {
    (String::from_utf8_lossy(part).into_owned(), None)
}

#[test]
fn the_connection_ends_after_so_many_bytes_of_the_body() {
    for (fault, expected) in
        [(Fault::Reset { after_bytes: 2 }, Load::Reset), (Fault::Truncate { after_bytes: 2 }, Load::Close)]
    {
        let line = line(fault);
        let mut answers = Answers::new(&line, Asked::default());
        let (text, last) = passes(&mut answers, SIX);
        assert!(text.ends_with("\r\n\r\nab"), "{text}");
        assert_eq!((last, line.counts().faults), (Some(expected), 1));
    }
}

#[test]
fn an_answer_that_is_not_longer_passes() {
    let every = |bytes| {
        [
            Fault::Reset { after_bytes: bytes },
            Fault::Truncate { after_bytes: bytes },
            Fault::Shorten { after_bytes: bytes },
        ]
    };
    for (fault, answer) in every(6).into_iter().flat_map(|fault| [(fault, SIX), (fault, CHUNKED)]) {
        let line = line(fault);
        assert_eq!(passes(&mut Answers::new(&line, Asked::default()), answer), whole(answer), "{fault:?}");
        assert_eq!(line.counts().faults, 0);
    }
    for fault in every(0) {
        let empty = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(passes(&mut Answers::new(&line(fault), Asked::default()), empty), whole(empty), "{fault:?}");
    }
}

#[test]
fn a_shortened_answer_says_that_it_is_whole_and_the_next_one_follows() {
    for (answer, fields) in [(SIX, "etag: x\r\n"), (CHUNKED, "")] {
        let line = line(Fault::None);
        line.plan(Fault::Shorten { after_bytes: 4 }).unwrap();
        let mut answers = Answers::new(&line, Asked::default());
        let (first, second) = answer.split_at(answer.len() - 4);
        let (one, _) = passes(&mut answers, first);
        let (other, last) = passes(&mut answers, second);
        let expected = format!("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n{fields}\r\nabcd");
        assert_eq!((one + &other, last), (expected, None));
        assert_eq!(passes(&mut answers, SIX), whole(SIX));
        assert_eq!((line.counts().answers, line.counts().faults), (2, 1));
    }
}

#[test]
fn a_held_answer_passes_when_there_is_enough_of_it_or_no_more() {
    let nothing = (String::new(), None);
    let (first, second) = SIX.split_at(SIX.len() - 3);

    let mut answers = Answers::new(&line(Fault::Hold { until_bytes: 4 }), Asked::default());
    assert_eq!(passes(&mut answers, first), nothing);
    assert_eq!(passes(&mut answers, &second[..1]), whole(&SIX[..SIX.len() - 2]));
    assert_eq!(passes(&mut answers, &second[1..2]), whole(&second[1..2]), "it is not held again");

    let mut answers = Answers::new(&line(Fault::Hold { until_bytes: 100 }), Asked::default());
    assert_eq!(passes(&mut answers, first), nothing);
    assert_eq!(passes(&mut answers, second), whole(SIX));

    let mut answers = Answers::new(&line(Fault::Hold { until_bytes: 100 }), Asked::default());
    assert_eq!(passes(&mut answers, first), nothing);
    let mut loads = Vec::new();
    answers.closed(&mut loads);
    assert_eq!(joined(loads), (whole(first).0, Some(Load::Close)), "what there is passes when no more comes");
}

#[test]
fn a_fault_for_one_answer_waits_for_one_that_is_long_enough() {
    let line = line(Fault::None);
    line.plan(Fault::Reset { after_bytes: 4 }).unwrap();
    let mut answers = Answers::new(&line, Asked::default());
    let short = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc";
    assert_eq!(passes(&mut answers, short), whole(short));
    assert_eq!(passes(&mut answers, SIX).1, Some(Load::Reset));
    assert_eq!(passes(&mut Answers::new(&line, Asked::default()), SIX), whole(SIX));
}

#[test]
fn of_two_answers_at_once_one_suffers_the_fault() {
    let line = line(Fault::None);
    line.plan(Fault::Reset { after_bytes: 4 }).unwrap();
    let (mut one, mut other) = (Answers::new(&line, Asked::default()), Answers::new(&line, Asked::default()));
    let (first, second) = SIX.split_at(SIX.len() - 3);
    assert_eq!((passes(&mut one, first).1, passes(&mut other, first).1), (None, None));
    assert_eq!(passes(&mut one, second).1, Some(Load::Reset));
    assert_eq!(passes(&mut other, second), whole(second));
}

#[test]
fn another_protocol_is_one_answer() {
    let mut answers = Answers::new(&line(Fault::Truncate { after_bytes: 3 }), Asked::default());
    assert_eq!(passes(&mut answers, b"ab"), whole(b"ab"));
    assert_eq!(passes(&mut answers, b"cd"), ("c".to_owned(), Some(Load::Close)));
    let mut answers = Answers::new(&line(Fault::Shorten { after_bytes: 1 }), Asked::default());
    assert_eq!(passes(&mut answers, b"abc"), whole(b"abc"), "there is no head that could say so");
}
