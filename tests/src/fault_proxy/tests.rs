//! The proxy between real sockets.

mod target;

use std::io::ErrorKind;
use std::time::Duration;

use tokio::net::TcpStream;

use self::target::{Caller, Target, body};
use super::*;
use crate::stopwatch::Stopwatch;

async fn line() -> (Target, FaultProxy) {
    let target = Target::open().await;
    let proxy = FaultProxy::start(&target.place.to_string()).unwrap();
    (target, proxy)
}

async fn dial(proxy: &FaultProxy) -> Caller {
    Caller::dial(proxy.place()).await
}

/// The body of an answer that passes whole, over a connection of its own.
async fn get(proxy: &FaultProxy, path: &str) -> Vec<u8> {
    dial(proxy).await.get(path).await.unwrap().1
}

#[tokio::test]
async fn what_passes_is_whole_and_counted() {
    let (target, proxy) = line().await;
    let mut caller = dial(&proxy).await;
    let (head, answer) = caller.get("/100000").await.unwrap();
    assert_eq!(answer, body(100_000));
    let sent = target.heard().concat().len();
    let down_bytes = u64::try_from(head.len() + answer.len()).unwrap();
    let counts = proxy.until(|counts| counts.answers == 1 && counts.down_bytes >= down_bytes).await.unwrap();
    let expected = Counts {
        up_bytes: u64::try_from(sent).unwrap(),
        down_bytes,
        connections: 1,
        open: 1,
        requests: 1,
        recorded: 1,
        answers: 1,
        faults: 0,
    };
    assert_eq!(counts, expected);
    assert_eq!(caller.get("/7").await.unwrap().1, body(7), "the connection goes on");
    drop(caller);
    assert_eq!(proxy.until(|counts| counts.open == 0).await.unwrap().requests, 2);
}

#[tokio::test]
async fn a_long_request_passes_whole() {
    let (target, proxy) = line().await;
    let mut caller = dial(&proxy).await;
    let long = String::from_utf8(body(3_000_000)).unwrap();
    caller.say(&format!("POST / HTTP/1.1\r\ncontent-length: {}\r\n\r\n{long}", long.len())).await;
    caller.answer().await.unwrap();
    assert!(target.heard()[0].ends_with(long.as_bytes()));
}

#[tokio::test]
async fn a_cut_closes_what_is_open_and_refuses_what_is_new_until_it_passes_again() {
    let (_target, proxy) = line().await;
    let mut open = dial(&proxy).await;
    open.get("/10").await.unwrap();
    let address = proxy.address();

    proxy.cut().unwrap();
    let refused = TcpStream::connect(proxy.place()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert!(open.rest().await.0.is_empty());
    assert_eq!(proxy.counts().open, 0);
    proxy.cut().unwrap();

    proxy.pass().unwrap();
    assert_eq!(get(&proxy, "/10").await, body(10));
    assert_eq!(proxy.address(), address);
}

#[tokio::test]
async fn a_line_that_hangs_up_takes_new_connections() {
    let (_target, proxy) = line().await;
    let mut open = dial(&proxy).await;
    open.get("/10").await.unwrap();
    proxy.hang_up().unwrap();
    assert!(open.rest().await.0.is_empty());
    assert_eq!(get(&proxy, "/10").await, body(10));
}

#[tokio::test]
async fn a_half_open_line_accepts_and_never_answers_also_afterwards() {
    let (target, proxy) = line().await;
    let mut before = dial(&proxy).await;
    before.get("/10").await.unwrap();
    proxy.half_open().unwrap();
    let mut during = dial(&proxy).await;
    for caller in [&mut before, &mut during] {
        caller.say("GET /20 HTTP/1.1\r\n\r\n").await;
    }
    proxy.until(|counts| counts.connections == 2 && counts.requests == 2).await.unwrap();

    proxy.pass().unwrap();
    assert_eq!(get(&proxy, "/30").await, body(30));
    before.say("GET /40 HTTP/1.1\r\n\r\n").await;
    proxy.until(|counts| counts.requests == 4).await.unwrap();
    assert_eq!(get(&proxy, "/50").await, body(50));
    assert!(before.hears_nothing() && during.hears_nothing());
    assert_eq!(target.lines(), ["GET /10 HTTP/1.1", "GET /30 HTTP/1.1", "GET /50 HTTP/1.1"]);
}

#[tokio::test]
async fn requests_can_be_lost_alone() {
    let (target, proxy) = line().await;
    proxy.swallow_requests().unwrap();
    let mut caller = dial(&proxy).await;
    caller.say("GET /10 HTTP/1.1\r\n\r\n").await;
    proxy.until(|counts| counts.requests == 1).await.unwrap();
    proxy.pass().unwrap();
    get(&proxy, "/20").await;
    assert!(caller.hears_nothing());
    assert_eq!(target.lines(), ["GET /20 HTTP/1.1"]);
}

#[tokio::test]
async fn answers_can_be_lost_alone() {
    let (target, proxy) = line().await;
    proxy.swallow_answers().unwrap();
    let mut caller = dial(&proxy).await;
    caller.say("GET /10 HTTP/1.1\r\n\r\n").await;
    proxy.until(|counts| counts.answers == 1).await.unwrap();
    proxy.pass().unwrap();
    get(&proxy, "/20").await;
    assert!(caller.hears_nothing());
    assert_eq!(target.lines(), ["GET /10 HTTP/1.1", "GET /20 HTTP/1.1"]);
}

#[tokio::test]
async fn all_connections_share_the_line() {
    let (_target, proxy) = line().await;
    // 20,000 bytes a second, and a moment that an idle line may make up for.
    proxy.kbit_max(Some(160));
    let watch = Stopwatch::start();
    let (one, other) = tokio::join!(get(&proxy, "/4000"), get(&proxy, "/6000"));
    assert!(watch.elapsed() >= Duration::from_millis(480), "{:?}", watch.elapsed());
    assert_eq!((one, other), (body(4_000), body(6_000)));
}

#[tokio::test]
async fn the_way_to_the_target_has_the_same_limit() {
    let (_target, proxy) = line().await;
    proxy.kbit_max(Some(160));
    let mut caller = dial(&proxy).await;
    let long = "x".repeat(6_000);
    let watch = Stopwatch::start();
    caller.say(&format!("POST / HTTP/1.1\r\ncontent-length: 6000\r\n\r\n{long}")).await;
    caller.answer().await.unwrap();
    assert!(watch.elapsed() >= Duration::from_millis(280), "{:?}", watch.elapsed());
}

#[tokio::test]
async fn a_far_target_answers_late_and_later_on_a_new_connection() {
    let (_target, proxy) = line().await;
    proxy.latency_ms(40);
    let watch = Stopwatch::start();
    let mut caller = dial(&proxy).await;
    caller.get("/10").await.unwrap();
    assert!(watch.elapsed() >= Duration::from_millis(160), "{:?}", watch.elapsed());
    let watch = Stopwatch::start();
    assert_eq!(caller.get("/200000").await.unwrap().1, body(200_000));
    assert!(watch.elapsed() >= Duration::from_millis(80), "{:?}", watch.elapsed());
}

#[tokio::test]
async fn an_answer_is_reset_in_its_middle() {
    let (_target, proxy) = line().await;
    proxy.next_answer(Fault::Reset { after_bytes: 5_000 }).unwrap();
    let mut caller = dial(&proxy).await;
    caller.say("GET /10000 HTTP/1.1\r\n\r\n").await;
    let (came, end) = caller.rest().await;
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(came.len() < 5_100, "{}", came.len());
    assert_eq!(get(&proxy, "/10000").await, body(10_000), "only that one");
    assert_eq!(proxy.counts().faults, 1);
}

#[tokio::test]
async fn an_answer_is_truncated_and_the_connection_closed_cleanly() {
    let (_target, proxy) = line().await;
    proxy.every_answer(Fault::Truncate { after_bytes: 5_000 });
    for path in ["/10000", "/chunked/10000"] {
        let mut caller = dial(&proxy).await;
        caller.say(&format!("GET {path} HTTP/1.1\r\n\r\n")).await;
        let (came, end) = caller.rest().await;
        end.unwrap();
        let text = String::from_utf8(came).unwrap();
        let (_, came) = text.split_once("\r\n\r\n").unwrap();
        let bytes: String =
            came.split("3e8\r\n").flat_map(|chunk| chunk.chars().filter(|letter| !letter.is_whitespace())).collect();
        assert_eq!(bytes.into_bytes(), body(5_000), "{path}");
    }
    assert_eq!(get(&proxy, "/5000").await, body(5_000), "it is no longer than that");
}

#[tokio::test]
async fn a_shortened_answer_looks_whole() {
    let (_target, proxy) = line().await;
    let mut caller = dial(&proxy).await;
    for path in ["/10000", "/chunked/10000"] {
        proxy.next_answer(Fault::Shorten { after_bytes: 5_000 }).unwrap();
        assert_eq!(caller.get(path).await.unwrap().1, body(5_000), "{path}");
        assert_eq!(caller.get("/10000").await.unwrap().1, body(10_000), "the connection goes on");
    }
}

#[tokio::test]
async fn a_held_answer_comes_at_its_end() {
    let (_target, proxy) = line().await;
    proxy.every_answer(Fault::Hold { until_bytes: u64::MAX });
    assert_eq!(get(&proxy, "/300000").await, body(300_000));
    assert_eq!(proxy.counts().faults, 1);
}

#[tokio::test]
async fn a_recorded_request_is_sent_again_byte_by_byte() {
    let (target, proxy) = line().await;
    let mut caller = dial(&proxy).await;
    caller.say("POST /a HTTP/1.1\r\ncontent-length: 3\r\nsignature: x\r\n\r\nabc").await;
    caller.answer().await.unwrap();
    caller.get("/5").await.unwrap();
    proxy.cut().unwrap();

    let lines: Vec<_> = proxy.recorded().iter().map(Recorded::line).collect();
    assert_eq!(lines, ["POST /a HTTP/1.1", "GET /5 HTTP/1.1"]);
    let answer = proxy.replay().await.unwrap();
    assert!(answer.ends_with(b"\r\n\r\nabcde"), "{}", String::from_utf8_lossy(&answer));
    proxy.send_again(&proxy.recorded()[0]).await.unwrap();
    let heard = target.heard();
    assert_eq!(heard.len(), 4);
    assert_eq!((&heard[0], &heard[1]), (&heard[3], &heard[2]));
}

#[tokio::test]
async fn a_request_that_was_lost_can_arrive_late() {
    let (target, proxy) = line().await;
    proxy.swallow_requests().unwrap();
    let mut caller = dial(&proxy).await;
    caller.say("GET /10 HTTP/1.1\r\n\r\n").await;
    proxy.until(|counts| counts.recorded == 1).await.unwrap();
    drop(caller);
    assert!(target.lines().is_empty());
    assert!(proxy.replay().await.unwrap().ends_with(&body(10)));
}

#[tokio::test]
async fn a_target_may_come_later_and_elsewhere() {
    let nobody = {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        closed.local_addr().unwrap().to_string()
    };
    let proxy = FaultProxy::start(&format!("http://{nobody}/")).unwrap();
    let mut caller = dial(&proxy).await;
    assert_eq!(caller.get("/1").await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    let target = Target::open().await;
    proxy.lead_to(&format!("http://{}", target.place)).unwrap();
    assert_eq!(get(&proxy, "/1").await, body(1));
}

#[test]
fn nothing_beyond_this_machine_is_dialled() {
    for place in ["192.0.2.1:80", "nation.invalid:80", "", "127.0.0.1"] {
        assert!(FaultProxy::start(place).is_err(), "{place}");
    }
    assert!(FaultProxy::office().unwrap().name("nation.invalid", "192.0.2.1:80").is_err());
}

#[tokio::test]
async fn it_ends_with_its_value() {
    let (_target, proxy) = line().await;
    let place = proxy.place();
    let mut caller = dial(&proxy).await;
    caller.get("/10").await.unwrap();
    drop(proxy);
    assert!(caller.rest().await.0.is_empty());
    assert_eq!(TcpStream::connect(place).await.unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

mod office {
    use super::*;

    async fn office() -> (Target, FaultProxy) {
        let target = Target::open().await;
        let proxy = FaultProxy::office().unwrap();
        proxy.name("nation.invalid", &target.place.to_string()).unwrap();
        (target, proxy)
    }

    #[tokio::test]
    async fn an_office_gives_a_tunnel_in_which_answers_still_suffer() {
        let (target, proxy) = office().await;
        let mut caller = dial(&proxy).await;
        caller.say("CONNECT nation.invalid:80 HTTP/1.1\r\nhost: nation.invalid:80\r\n\r\n").await;
        assert!(caller.answer().await.unwrap().0.starts_with("HTTP/1.1 200 "));
        assert_eq!(caller.get("/10").await.unwrap().1, body(10));
        proxy.next_answer(Fault::Truncate { after_bytes: 10 }).unwrap();
        caller.say("GET /20 HTTP/1.1\r\n\r\n").await;
        assert!(caller.rest().await.0.ends_with(&[b"\r\n\r\n", body(10).as_slice()].concat()));
        assert_eq!(target.lines(), ["GET /10 HTTP/1.1", "GET /20 HTTP/1.1"]);
    }

    #[tokio::test]
    async fn an_office_is_asked_for_whole_urls() {
        let (target, proxy) = office().await;
        let mut caller = dial(&proxy).await;
        for path in ["/10", "/20?x"] {
            let request =
                format!("GET http://nation.invalid{path} HTTP/1.1\r\nhost: z\r\nproxy-connection: keep-alive\r\n\r\n");
            caller.say(&request).await;
            caller.answer().await.unwrap();
        }
        let expected =
            |path| format!("GET {path} HTTP/1.1\r\nhost: nation.invalid\r\nvia: 1.1 office\r\n\r\n").into_bytes();
        assert_eq!(target.heard(), [expected("/10"), expected("/20?x")]);
        assert_eq!(proxy.recorded()[1].bytes, expected("/20?x"));
        proxy.replay().await.unwrap();
        assert_eq!(target.heard().len(), 3);

        caller.say("GET http://127.0.0.1:9/ HTTP/1.1\r\n\r\n").await;
        assert!(caller.rest().await.0.is_empty(), "another target needs another connection");
    }

    #[tokio::test]
    async fn an_office_lets_nobody_through_whom_it_cannot_or_may_not() {
        let (target, proxy) = office().await;
        let here = format!("CONNECT {} HTTP/1.1\r\n\r\n", target.place);
        for (request, status) in [
            ("CONNECT elsewhere.invalid:80 HTTP/1.1\r\n\r\n", "502"),
            ("CONNECT 192.0.2.1:80 HTTP/1.1\r\n\r\n", "502"),
            ("GET / HTTP/1.1\r\n\r\n", "400"),
            (here.as_str(), "200"),
        ] {
            let mut caller = dial(&proxy).await;
            caller.say(request).await;
            assert_eq!(caller.answer().await.unwrap().0.get(9..12), Some(status), "{request}");
        }

        proxy.ask_for("Basic ZmFkbWE6eA==");
        let known = here.replace("\r\n\r\n", "\r\nProxy-Authorization: Basic ZmFkbWE6eA==\r\n\r\n");
        for (request, status) in [(&here, "407"), (&known, "200")] {
            let mut caller = dial(&proxy).await;
            caller.say(request).await;
            assert_eq!(caller.answer().await.unwrap().0.get(9..12), Some(status), "{request}");
        }
    }
}
