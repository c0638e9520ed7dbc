//! What a plugin's page may not hold, looked for in what its templates gave.
//!
//! Data is escaped and pages carry a policy that runs no foreign script; this is the wall before that one. Tags are read as browsers
//! read them. Whatever browsers could read in another way (comments, declarations, raw text, a tag that does not end) is refused, so
//! that nothing hides behind it and no tag reaches into the kernel's own layout.

/// Elements that a plugin's page may not have: they run code, hide text from this reader, or bend what the kernel's layout says.
const ELEMENTS: [&str; 29] = [
    "script",
    "iframe",
    "frame",
    "frameset",
    "object",
    "embed",
    "applet",
    "base",
    "style",
    "meta",
    "link",
    "portal",
    "fencedframe",
    "template",
    "noscript",
    "noembed",
    "noframes",
    "plaintext",
    "xmp",
    "math",
    "foreignobject",
    "desc",
    "title",
    "set",
    "animate",
    "animatemotion",
    "animatetransform",
    "html",
    "body",
];

/// Attributes that run code, send data elsewhere or carry a style.
const ATTRIBUTES: [&str; 8] =
    ["style", "srcdoc", "formaction", "formtarget", "ping", "background", "manifest", "xlink:href"];

/// The element whose content is text and no markup, as long as it is not inside a drawing.
const TEXT: &str = "textarea";
/// The element in which browsers read by other rules.
const DRAWING: &str = "svg";

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// An element.
    Element(&'static str),
    /// An attribute, or its value.
    Attribute(String),
    /// Markup that browsers could read in another way.
    Unclear,
}

/// An element that plugins may not use, if a text has one. It also reads templates, whose attributes are not known yet.
pub(super) fn refused_element(html: &str) -> Option<&'static str> {
    html.split('<').skip(1).find_map(|tag| {
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).take(24).collect();
        ELEMENTS.into_iter().find(|element| name.eq_ignore_ascii_case(element))
    })
}

/// The first thing that a plugin's page may not hold. `base` is the plugin's address in the page's language, below which its forms stay.
pub(super) fn refused(html: &str, base: &str) -> Option<Refused> {
    let mut rest = html;
    let mut place = Place { base, drawings: 0 };
    while let Some((_, from)) = rest.split_once('<') {
        match tag(from, &mut place) {
            Ok(after) => rest = after,
            Err(refused) => return Some(refused),
        }
    }
    None
}

/// Where a tag stands.
struct Place<'a> {
    base: &'a str,
    /// The drawings around it, at least as many as a browser sees: it also leaves one without its end.
    drawings: usize,
}

/// Reads one tag behind its `<` and gives what follows it.
fn tag<'html>(from: &'html str, place: &mut Place<'_>) -> Result<&'html str, Refused> {
    let (is_end, from) = from.strip_prefix('/').map_or((false, from), |from| (true, from));
    if from.starts_with(['!', '?']) || (is_end && !from.starts_with(|letter: char| letter.is_ascii_alphabetic())) {
        return Err(Refused::Unclear);
    }
    if !from.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        return Ok(from);
    }
    let (name, mut rest) = cut(from, |letter| letter.is_ascii_whitespace() || matches!(letter, '/' | '>'));
    if let Some(element) = ELEMENTS.into_iter().find(|element| name.eq_ignore_ascii_case(element)) {
        return Err(Refused::Element(element));
    }
    if name.eq_ignore_ascii_case(DRAWING) {
        place.drawings = if is_end { place.drawings.saturating_sub(1) } else { place.drawings.saturating_add(1) };
    }
    let is_text = name.eq_ignore_ascii_case(TEXT) && !is_end;
    if is_text && place.drawings > 0 {
        return Err(Refused::Unclear);
    }
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || letter == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return if is_text { behind_text(after) } else { Ok(after) };
        }
        rest = attribute(rest, place.base)?;
    }
}

/// Reads one attribute and gives what follows it.
fn attribute<'html>(from: &'html str, base: &str) -> Result<&'html str, Refused> {
    let (name, rest) = cut(from, |letter| letter.is_ascii_whitespace() || matches!(letter, '/' | '>' | '='));
    if name.is_empty() || name.contains(['<', '"', '\'']) {
        return Err(Refused::Unclear);
    }
    let (value, rest) = match rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace()).strip_prefix('=') {
        None => ("", rest),
        Some(rest) => value(rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace()))?,
    };
    let name = name.to_ascii_lowercase();
    let is_refused = name.starts_with("on") || ATTRIBUTES.contains(&name.as_str()) || !leads_well(&name, value, base);
    if is_refused { Err(Refused::Attribute(name.chars().take(40).collect())) } else { Ok(rest) }
}

fn value(from: &str) -> Result<(&str, &str), Refused> {
    for quote in ['"', '\''] {
        if let Some(inside) = from.strip_prefix(quote) {
            return inside.split_once(quote).ok_or(Refused::Unclear);
        }
    }
    let (value, rest) = cut(from, |letter| letter.is_ascii_whitespace() || letter == '>');
    if value.contains(['<', '"', '\'', '=', '`']) { Err(Refused::Unclear) } else { Ok((value, rest)) }
}

/// Whether an attribute leads nowhere that a plugin may lead to. What is no plain address of these forms is refused, however it is
/// written.
fn leads_well(name: &str, address: &str, base: &str) -> bool {
    let begins = |starts: &[&str]| {
        starts.iter().any(|start| address.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start)))
    };
    // Browsers pass over tabs and line breaks, and read an entity as what it stands for.
    let is_elsewhere = ["//", "/\\", "/&"].iter().any(|start| address.starts_with(start));
    let is_absolute =
        begins(&["/", "#", "?"]) && !is_elsewhere && !address.contains(|letter: char| letter.is_control());
    let is_relative = address.chars().all(|letter| letter.is_ascii_graphic() && !matches!(letter, ':' | '&' | '\\'))
        && !address.starts_with('/');
    let is_here = is_absolute || is_relative;
    match name {
        "action" => is_here && is_own(address, base),
        "src" | "srcset" | "poster" | "data" => is_here || begins(&["data:image/"]),
        "href" | "cite" | "longdesc" => is_here || begins(&["https://", "http://", "mailto:", "tel:"]),
        _ => true,
    }
}

/// Whether a form stays with its plugin. It carries the proof that it comes from a page of this site: sent to the kernel's own addresses
/// or to another plugin's, it would do there what its reader may do and never meant to.
fn is_own(address: &str, base: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    if path.is_empty() {
        return true;
    }
    let Some(rest) = path.strip_prefix(base) else { return false };
    let climbs = |step: &str| matches!(step.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    (rest.is_empty() || rest.starts_with('/')) && !rest.contains(['\\', '&', ' ']) && !rest.split('/').any(climbs)
}

/// What follows the end of the element whose content is text.
fn behind_text(from: &str) -> Result<&str, Refused> {
    let mut rest = from;
    while let Some((_, after)) = rest.split_once("</") {
        let (name, behind) = cut(after, |letter| letter.is_ascii_whitespace() || matches!(letter, '/' | '>'));
        if name.eq_ignore_ascii_case(TEXT) {
            return behind.split_once('>').map(|(_, behind)| behind).ok_or(Refused::Unclear);
        }
        rest = after;
    }
    Err(Refused::Unclear)
}

fn cut(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.find(ends).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(html: &str) -> Option<Refused> {
        super::refused(html, "/fr/p/x")
    }

    fn attribute_of(html: &str) -> String {
        match refused(html) {
            Some(Refused::Attribute(name)) => name,
            other => panic!("{html}: {other:?}"),
        }
    }

    #[test]
    fn plain_markup_passes() {
        for html in [
            "a < b && c > d <3",
            "<p class=x id='y' hidden data-a=\"<b>\">x</p><br/><input value='>' disabled>",
            "<a href=courses/1><form action=''></form><a href=/a><a href='#x'><a href='?a=b'><a href='https://example.org'><a href='MAILTO:a@b.c'>",
            "<form method=post action='/fr/p/x/a?b=/../c'><textarea name=a><a href='javascript:</textarea></form>",
            "<svg class=\"icon\" viewBox=\"0 0 24 24\"><path d=\"M0 0\"/></svg><img src=\"/a.png\" alt=''>",
            "<audio controls preload=\"none\" src=\"/p/x/a.opus\"></audio>",
        ] {
            assert_eq!(refused(html), None, "{html}");
        }
    }

    #[test]
    fn p23_elements_that_run_or_hide_something_are_refused() {
        for (html, element) in [
            ("<script>alert(1)</script>", "script"),
            ("x<SCRIPT src=//evil>", "script"),
            ("<svg><set attributeName=href to=javascript:alert(1)>", "set"),
            ("<svg><animate attributeName=href values=javascript:alert(1)>", "animate"),
            ("<svg><foreignObject><body onload=alert(1)>", "foreignobject"),
            ("<math><annotation-xml encoding=text/html>", "math"),
            ("<base href=//evil>", "base"),
            ("<meta http-equiv=refresh content='0;url=//evil'>", "meta"),
            ("<style>a{background:url(//evil)}</style>", "style"),
            ("<link rel=stylesheet href=//evil>", "link"),
            ("<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "noscript"),
            ("<textarea></textarea><iframe src=/>", "iframe"),
            ("<svg><desc></svg></desc><textarea><img src=/ onerror=alert(1)>", "desc"),
        ] {
            assert_eq!(refused(html), Some(Refused::Element(element)), "{html}");
        }
    }

    #[test]
    fn p23_attributes_that_run_or_send_something_are_refused() {
        for (html, name) in [
            ("<p onclick=alert(1)>", "onclick"),
            ("<textarea></textareax><p title='</textarea><img src=/ onerror=alert(1)>'>", "onerror"),
            ("<img src=/a OnError = 'alert(1)'>", "onerror"),
            ("<p/onmouseover=alert(1)>", "onmouseover"),
            ("<a href=javascript:alert(1)>", "href"),
            ("<a href=' javascript:alert(1)'>", "href"),
            ("<a href='java&#115;cript:alert(1)'>", "href"),
            ("<a href='jav\tascript:alert(1)'>", "href"),
            ("<a href='&#x2f;/evil'>", "href"),
            ("<a href=//evil>", "href"),
            ("<a href='/&#x2f;evil'>", "href"),
            ("<form action='/\t/evil'>", "action"),
            ("<a href='/\\evil'>", "href"),
            ("<a href=data:text/html,x>", "href"),
            ("<img src='https://evil/x.png'>", "src"),
            ("<form action='https://evil/'>", "action"),
            ("<form action='&#104;ttps://evil/'>", "action"),
            ("<form action=/fr/console/plugins/x/grants>", "action"),
            ("<form action=/fr/p/xy/pay>", "action"),
            ("<form action=y/pay>", "action"),
            ("<form action=../y/pay>", "action"),
            ("<form action='/fr/p/x/../y/pay'>", "action"),
            ("<form action='/fr/p/x/%2E./y/pay'>", "action"),
            ("<form action='/fr/p/x/&period;./y/pay'>", "action"),
            ("<form action='/fr/p/x/.. '>", "action"),
            ("<form action='/fr/p/x\\..\\y'>", "action"),
            ("<button formaction=/x>", "formaction"),
            ("<a href=/ ping=//evil>", "ping"),
            ("<p style='background:url(//evil)'>", "style"),
            ("<svg><a xlink:href='javascript:alert(1)'>", "xlink:href"),
        ] {
            assert_eq!(attribute_of(html), name, "{html}");
        }
    }

    #[test]
    fn p23_what_could_be_read_in_two_ways_is_refused() {
        for html in [
            "<!-- <a href=\" --><img src=x onerror=alert(1)>",
            "<![CDATA[x]]>",
            "<?php",
            "</ x>",
            "<a href=\"/x",
            "<p",
            "<p =x>",
            "<p a\"b=c>",
            "<p a=b\"c>",
            "<textarea>",
            "<svg><textarea><img src=/ onerror=alert(1)></textarea></svg>",
            "<svg><svg></svg><textarea><img src=/ onerror=alert(1)></textarea></svg>",
        ] {
            assert_eq!(refused(html), Some(Refused::Unclear), "{html}");
        }
    }
}
