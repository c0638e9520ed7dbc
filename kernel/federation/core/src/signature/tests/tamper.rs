//! Whoever changes a message on its way is found out, whatever part it is.

use super::*;
use proptest::prelude::*;

type Change = fn(&mut Request);

/// The same lines, with one value changed.
fn changed(lines: &Lines, name: &str, change: impl Fn(&str) -> String) -> Lines {
    let changed: Vec<(String, String)> = lines
        .iter()
        .map(|(line, value)| (line.to_owned(), if line == name { change(value) } else { value.to_owned() }))
        .collect();
    Lines::read(changed.iter().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap()
}

fn without(lines: &Lines, name: &str) -> Lines {
    Lines::read(lines.iter().filter(|(line, _)| *line != name)).unwrap()
}

fn refusal(request: &Request) -> &'static str {
    verify_request(request, &own(), known).unwrap_err().code()
}

#[test]
fn what_was_signed_is_believed_and_says_who_signed_it() {
    let (ambient, _) = ambient(NOW, 1);
    let request = signed(&ambient, Offset::default());
    let told = verify_request(&request, &own(), known).unwrap();
    assert_eq!((told.node, told.keyid.as_str()), (node(1), OFFICE));
    assert_eq!((told.created, told.expires), (NOW, NOW.plus_ms(300_000)));
    assert_eq!(
        told.fields.iter().map(String::as_str).collect::<Vec<_>>(),
        ["content-digest", "content-type", "tiwizi-protocol"]
    );
    let response = answered(&request, 200, &[], NOW);
    let told = verify_response(&response, &request, &node(2), known).unwrap();
    assert_eq!((told.node, told.date, told.challenge), (node(2), NOW, None));
}

#[test]
fn a_request_that_was_changed_is_refused_in_every_part() {
    let (ambient, _) = ambient(NOW, 1);
    let good = signed(&ambient, Offset::default());
    let own = vec!["fed.example".to_owned(), "other.example".to_owned()];
    let changes: [(&str, Change); 9] = [
        ("method", |request| request.method = "PUT".to_owned()),
        ("authority", |request| request.authority = "other.example".to_owned()),
        ("path", |request| request.path.push('/')),
        ("query", |request| request.query = Some("epoch=1&from=8".to_owned())),
        ("no query", |request| request.query = None),
        ("protocol", |request| request.lines = changed(&request.lines, "tiwizi-protocol", |_| "2".to_owned())),
        ("type", |request| request.lines = changed(&request.lines, "content-type", |_| "text/plain".to_owned())),
        ("a line more", |request| request.lines.push("tiwizi-protocol", "1").unwrap()),
        ("digest", |request| {
            request.body = BodyDigest::of(b"another page");
            let header = request.body.header();
            request.lines = changed(&request.lines, "content-digest", |_| header.clone());
        }),
    ];
    for (what, change) in changes {
        let mut request = good.clone();
        change(&mut request);
        assert_eq!(verify_request(&request, &own, known), Err(SignatureError::Forged), "{what}");
    }
    let mut body = good.clone();
    body.body = BodyDigest::of(b"another page");
    assert_eq!(refusal(&body), "digest-mismatch");
    // What is not signed may change on the way.
    let mut way = good;
    way.lines.push("via", "1.1 proxy").unwrap();
    way.lines.push("signature-input", "proxy=(\"via\");keyid=\"p\"").unwrap();
    way.lines.push("signature", "proxy=:AAAA:").unwrap();
    assert!(verify_request(&way, &own, known).is_ok());
}

#[test]
fn what_a_signature_says_of_itself_cannot_be_changed() {
    let (ambient, _) = ambient(NOW, 1);
    let good = signed(&ambient, Offset::default());
    let changes: [(&str, &str, &str); 10] = [
        ("created=1777636800", "created=1777636801", "signature-forged"),
        ("expires=1777637100", "expires=1777637099", "signature-forged"),
        ("expires=1777637100", "expires=1777637101", "signature-lifetime"),
        ("expires=1777637100", "expires=1777636800", "signature-lifetime"),
        ("keyid=\"office-key\"", "keyid=\"nation-key\"", "signature-forged"),
        ("keyid=\"office-key\"", "keyid=\"nobody\"", "signature-key-unknown"),
        ("tag=\"tiwizi-fed-1\"", "tag=\"tiwizi-fed-2\"", "signature-parameter"),
        ("\"@query\" ", "", "signature-uncovered"),
        ("\"@query\" ", "\"@query\" \"@query\" ", "signature-twice"),
        ("\"@query\" ", "\"@query\" \"via\" ", "signature-component"),
    ];
    for (from, to, code) in changes {
        let mut request = good.clone();
        request.lines = changed(&request.lines, "signature-input", |value| {
            assert!(value.contains(from), "{from} is not in {value}");
            value.replacen(from, to, 1)
        });
        assert_eq!(refusal(&request), code, "{from} → {to}");
    }
}

#[test]
fn every_part_that_must_be_signed_is_asked_for() {
    let (ambient, _) = ambient(NOW, 1);
    let good = signed(&ambient, Offset::default());
    for part in ["@method", "@authority", "@path", "@query", "content-digest"] {
        let mut request = good.clone();
        let named = format!("\"{part}\"");
        request.lines = changed(&request.lines, "signature-input", |value| value.replacen(&named, "", 1));
        assert_eq!(refusal(&request), "signature-uncovered", "{part}");
    }
    for parameter in [";nonce=", ";created=", ";expires=", ";keyid=", ";tag="] {
        let mut request = good.clone();
        let gone = parameter.replace('=', "x=");
        request.lines = changed(&request.lines, "signature-input", |value| value.replacen(parameter, &gone, 1));
        assert_eq!(refusal(&request), "signature-parameter", "{parameter}");
    }
    let mut response = answered(&good, 200, &[], NOW);
    for part in ["\"@status\"", "\"content-digest\"", "\"date\"", "\"signature\";req;key=\"fed\""] {
        let lines = response.lines.clone();
        response.lines = changed(&lines, "signature-input", |value| value.replacen(part, "", 1));
        let refused = verify_response(&response, &good, &node(2), known).unwrap_err();
        assert_eq!(refused.code(), "signature-uncovered", "{part}");
        response.lines = lines;
    }
}

#[test]
fn a_type_of_the_body_or_a_range_that_is_not_signed_is_refused() {
    let (ambient, _) = ambient(NOW, 1);
    let key = secret(1);
    let signer = Signer { keyid: OFFICE, key: &key };
    let sign = |request| signer.sign_request(request, &Stamp::new(&ambient, Offset::default()), &[]).unwrap();
    for (name, value) in [("content-type", "application/vnd.tiwizi.page.v1"), ("range", "bytes=0-9"), ("range", "")] {
        let bare = Request { lines: Lines::default(), ..push() };
        let mut request = sign(bare.clone());
        assert!(verify_request(&request, &own(), known).is_ok(), "there is nothing to be changed");
        // Somebody puts one in on the way.
        request.lines.push(name, value).unwrap();
        assert_eq!(verify_request(&request, &own(), known), Err(SignatureError::Uncovered { name }));
        let mut request = bare;
        request.lines.push(name, value).unwrap();
        let good = sign(request);
        assert!(verify_request(&good, &own(), known).unwrap().fields.contains(name), "who has one signs it");
        let mut unsigned = good.clone();
        let covered = format!("\"{name}\"");
        unsigned.lines = changed(&good.lines, "signature-input", |value| value.replacen(&covered, "", 1));
        assert_eq!(refusal(&unsigned), "signature-uncovered");
    }
}

#[test]
fn a_message_without_its_signature_is_refused() {
    let (ambient, _) = ambient(NOW, 1);
    let good = signed(&ambient, Offset::default());
    for (name, code) in [
        ("signature-input", "signature-missing"),
        ("signature", "signature-missing"),
        ("content-digest", "signature-component"),
    ] {
        let request = Request { lines: without(&good.lines, name), ..good.clone() };
        assert_eq!(refusal(&request), code, "{name}");
    }
    for (value, code) in [
        ("fed=:AAAA:", "signature-field"),
        ("fed=1", "signature-field"),
        ("fed=:", "signature-field"),
        ("other=:AAAA:", "signature-field"),
    ] {
        let request = Request { lines: changed(&good.lines, "signature", |_| value.to_owned()), ..good.clone() };
        assert_eq!(refusal(&request), code, "{value}");
    }
    assert_eq!(refusal(&push()), "signature-missing");
}

#[test]
fn a_request_for_another_instance_is_refused() {
    let (ambient, _) = ambient(NOW, 1);
    let request = signed(&ambient, Offset::default());
    let refused = verify_request(&request, &["elsewhere.example".to_owned()], known).unwrap_err();
    assert_eq!(refused.code(), "signature-authority");
    let same = Request { authority: "FED.example:443".to_owned(), ..request };
    assert!(verify_request(&same, &own(), known).is_ok());
}

#[test]
fn an_answer_that_was_changed_is_refused() {
    let (ambient, _) = ambient(NOW, 1);
    let request = signed(&ambient, Offset::default());
    let good = answered(&request, 200, &[], NOW);
    let code = |response: &Response| verify_response(response, &request, &node(2), known).unwrap_err().code();
    assert_eq!(code(&Response { status: 204, ..good.clone() }), "signature-forged");
    assert_eq!(code(&Response { body: BodyDigest::of(b"no"), ..good.clone() }), "digest-mismatch");
    let later = |_: &str| http_date(NOW.plus_ms(1_000));
    assert_eq!(code(&Response { lines: changed(&good.lines, "date", later), ..good.clone() }), "signature-forged");
    // A challenge that somebody puts in on the way is not followed.
    let mut challenged = good.clone();
    let (name, value) = challenge_line(&Nonce::challenge(&ambient)).unwrap();
    challenged.lines.push(name, &value).unwrap();
    assert_eq!(code(&challenged), "signature-uncovered");
    let other = verify_response(&good, &request, &node(1), known).unwrap_err();
    assert_eq!(other.code(), "signature-other-node");
}

#[test]
fn i11_an_answer_cannot_be_put_in_the_place_of_another() {
    let (ambient, _) = ambient(NOW, 1);
    let (first, second) = (signed(&ambient, Offset::default()), signed(&ambient, Offset::default()));
    let (to_first, to_second) = (answered(&first, 200, &[], NOW), answered(&second, 200, &[], NOW));
    assert!(verify_response(&to_first, &first, &node(2), known).is_ok());
    for (response, request) in [(&to_first, &second), (&to_second, &first)] {
        assert_eq!(verify_response(response, request, &node(2), known), Err(SignatureError::Forged));
    }
    // The request itself is no answer, and an answer no request.
    let echoed = Response { status: 200, lines: first.lines.clone(), body: first.body };
    assert_eq!(verify_response(&echoed, &first, &node(1), known).unwrap_err().code(), "signature-uncovered");
    let turned = Request { lines: to_first.lines.clone(), body: to_first.body, ..push() };
    assert_eq!(refusal(&turned), "signature-uncovered");
    // One who answers without a signature is not believed.
    let bare = Response { status: 200, lines: Lines::default(), body: BodyDigest::of(b"") };
    assert_eq!(verify_response(&bare, &first, &node(2), known), Err(SignatureError::Missing));
}

#[test]
fn a_line_that_could_be_read_as_two_is_refused() {
    for (name, value) in [("x", "a\r\nb: c"), ("x", "a\nb"), ("x\r\n", "a"), ("", "a"), ("x", "é"), ("a b", "c")] {
        assert_eq!(Lines::read([(name, value)]).unwrap_err().code(), "signature-line", "{name:?}: {value:?}");
    }
    let many = std::iter::repeat_n(("x", "y"), 65);
    assert_eq!(Lines::read(many), Err(SignatureError::Lines));
    let long = "y".repeat(40 << 10);
    assert_eq!(Lines::read([("x", long.as_str())]), Err(SignatureError::Lines));
    let lines = Lines::read([("X-A", " 1\t"), ("x-b", "2"), ("x-a", "3")]).unwrap();
    assert_eq!(lines.value("x-a").as_deref(), Some("1, 3"));
}

proptest! {
    /// Whatever a peer writes into the headers that are read here, it is refused and harms nothing.
    #[test]
    fn no_header_that_nobody_signed_is_believed(
        input in "(fed=)?[ -~]{0,60}",
        covered in prop::collection::vec("\"[a-z@-]{0,8}\"(;(req|key=\"a\"|name=\"x\"|sf|bs))?", 0..5),
        signature in "(fed=:[A-Za-z0-9+/]{0,90}={0,2}:|[ -~]{0,40})",
        digest in "(sha-256=)?[ -~]{0,40}",
    ) {
        let listed = format!(
            "fed=({});created=1;expires=2;nonce=\"n-AAAAAAAAAAAAAAAAAAAAAA\";keyid=\"{OFFICE}\";tag=\"{TAG}\"",
            covered.join(" ")
        );
        for input in [input, listed] {
            let lines =
                [("signature-input", input.as_str()), ("signature", signature.as_str()), ("content-digest", digest.as_str())];
            let lines = Lines::read(lines).unwrap();
            let request = Request { lines: lines.clone(), ..push() };
            prop_assert!(verify_request(&request, &own(), known).is_err());
            let response = Response { status: 200, lines, body: BodyDigest::of(b"") };
            prop_assert!(verify_response(&response, &request, &node(2), known).is_err());
        }
    }
}
