//! What a page needs so that everybody can use it, as far as its template tells: a text for each image, a label for each
//! field, a direction for each language, no script.
//!
//! It reads the template and not the page: what comes out of `{{ … }}` is taken for some text.

use super::Finding;

/// Fields that show themselves or have their text in them.
const UNLABELLED: [&str; 5] = ["hidden", "submit", "button", "reset", "image"];

/// An element's beginning or end.
#[derive(Debug, PartialEq, Eq)]
struct Tag {
    name: String,
    closing: bool,
    line: usize,
    attributes: Vec<(String, String)>,
    /// Whether some text stands between this tag and the next.
    text_follows: bool,
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.attribute(name).is_some())
    }
}

pub(super) fn check(place: &str, template: &str) -> Vec<Finding> {
    let tags = tags(&without_code(template));
    let targets: Vec<&str> =
        tags.iter().filter(|tag| tag.name == "label").filter_map(|tag| tag.attribute("for")).collect();
    let mut findings = Vec::new();
    let mut labels_open = 0_usize;
    for (position, tag) in tags.iter().enumerate() {
        if tag.name == "label" {
            labels_open = if tag.closing { labels_open.saturating_sub(1) } else { labels_open.saturating_add(1) };
        }
        if tag.closing {
            continue;
        }
        let mut find = |message: String, mend: &str| findings.push(Finding::at(place, tag.line, message, mend));
        if tag.name == "img" && tag.attribute("alt").is_none() {
            find("this <img> has no alt".to_owned(), "say what it shows, or alt=\"\" when it only decorates");
        }
        if is_field(tag) && labels_open == 0 && !is_labelled(tag, &targets) {
            find(format!("this <{}> has no label", tag.name), "use c.field, or <label for=…>, or aria-label");
        }
        if tag.attribute("lang").is_some() && tag.attribute("dir").is_none() && tag.name != "bdi" {
            find(format!("this <{}> has lang and no dir", tag.name), "say rtl, ltr or auto beside it");
        }
        if matches!(tag.name.as_str(), "a" | "button") && is_silent(tag, tags.get(position..).unwrap_or_default()) {
            find(format!("this <{}> has no text", tag.name), "write one inside, or aria-label");
        }
        if let Some((name, _)) = tag.attributes.iter().find(|(name, _)| name.starts_with("on")) {
            find(format!("{name} is a script, which no page of a plugin runs"), "use a link or a form");
        }
        if tag.attribute("tabindex").and_then(|value| value.parse::<i32>().ok()).is_some_and(|order| order > 0) {
            find("tabindex above 0 leads the keyboard astray".to_owned(), "keep the order of the text");
        }
    }
    findings
}

fn is_field(tag: &Tag) -> bool {
    match tag.name.as_str() {
        "select" | "textarea" => true,
        "input" => !tag.attribute("type").is_some_and(|kind| UNLABELLED.contains(&kind)),
        _ => false,
    }
}

fn is_labelled(tag: &Tag, targets: &[&str]) -> bool {
    tag.has_any(&["aria-label", "aria-labelledby"]) || tag.attribute("id").is_some_and(|id| targets.contains(&id))
}

/// Whether a link or button has nothing that could be read out, up to its end.
fn is_silent(tag: &Tag, from: &[Tag]) -> bool {
    if tag.has_any(&["aria-label", "aria-labelledby"]) {
        return false;
    }
    let inside = from.iter().take_while(|inner| !(inner.closing && inner.name == tag.name));
    !inside.into_iter().any(|inner| inner.text_follows || inner.attribute("alt").is_some_and(|alt| !alt.is_empty()))
}

/// The template with `{{ … }}` as a letter, and without comments and statements. Lines stay where they are.
fn without_code(template: &str) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        let end = match from.get(..2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            Some("{#") => "#}",
            _ => {
                text.push('{');
                rest = from.get(1..).unwrap_or_default();
                continue;
            }
        };
        let length = from.find(end).map_or(from.len(), |at| at.saturating_add(end.len()));
        let (code, after) = from.split_at(length);
        if end == "}}" {
            text.push('x');
        }
        text.extend(code.chars().filter(|letter| *letter == '\n'));
        rest = after;
    }
    text.push_str(rest);
    text
}

fn tags(text: &str) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    let (mut rest, mut line) = (text, 1_usize);
    let lines = |text: &str| text.matches('\n').count();
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        if let Some(tag) = tags.last_mut() {
            tag.text_follows = !before.trim().is_empty();
        }
        line = line.saturating_add(lines(before));
        let length = tag_length(from);
        let (inside, after) = from.split_at(length);
        tags.extend(tag(inside, line));
        line = line.saturating_add(lines(inside));
        rest = after;
    }
    if let Some(tag) = tags.last_mut() {
        tag.text_follows |= !rest.trim().is_empty();
    }
    tags
}

/// The bytes from `<` to its `>`, quotes passed over.
fn tag_length(from: &str) -> usize {
    let mut quote = None;
    for (at, letter) in from.char_indices() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None, '>') => return at.saturating_add(1),
            _ => {}
        }
    }
    from.len()
}

fn tag(text: &str, line: usize) -> Option<Tag> {
    let inside = text.strip_prefix('<')?.trim_end_matches('>').trim_end_matches('/');
    let (inside, closing) = inside.strip_prefix('/').map_or((inside, false), |inside| (inside, true));
    let end = inside.find(|letter: char| letter.is_whitespace()).unwrap_or(inside.len());
    let (name, rest) = inside.split_at(end);
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return None;
    }
    Some(Tag { name: name.to_ascii_lowercase(), closing, line, attributes: attributes(rest), text_follows: false })
}

fn attributes(text: &str) -> Vec<(String, String)> {
    let mut attributes = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|letter: char| letter.is_whitespace() || letter == '=').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('=').map(str::trim_start) {
            None => ("", after),
            Some(value) => match value.chars().next().filter(|first| matches!(first, '"' | '\'')) {
                Some(quote) => value.get(1..).unwrap_or_default().split_once(quote).unwrap_or((value, "")),
                None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
            },
        };
        if name.is_empty() {
            break;
        }
        attributes.push((name.to_ascii_lowercase(), value.to_owned()));
        rest = after.trim_start();
    }
    attributes
}

#[cfg(test)]
mod table {
    use super::*;

    #[test]
    fn what_a_page_lacks_is_named_with_its_line() {
        let table = [
            ("<p>\n<img src=\"x\"></p>", 2, "alt"),
            ("<input name=\"a\">", 1, "label"),
            ("{# a\ncomment #}<select id='a'></select>", 2, "label"),
            ("<textarea id=\"b\"></textarea><label for=\"a\">x</label>", 1, "label"),
            ("<p lang=\"{{ tag }}\">x</p>", 1, "dir"),
            ("<a href=\"{{ url('/') }}\"><svg></svg></a>", 1, "text"),
            ("<button type=\"submit\"> </button>", 1, "text"),
            ("<p onclick=\"x()\">x</p>", 1, "script"),
            ("<p tabindex=\"2\">x</p>", 1, "tabindex"),
        ];
        for (template, line, word) in table {
            let found = check("page", template);
            assert_eq!(found.len(), 1, "{template}: {found:?}");
            assert_eq!(found[0].line, Some(line), "{template}");
            assert!(found[0].message.contains(word), "{template}: {}", found[0].message);
        }
    }

    #[test]
    fn a_page_for_everybody_has_no_finding() {
        let good = [
            "<img src=\"x\" alt=\"\">",
            "<label>Name <input name=\"a\"></label>",
            "<label for=\"field-{{ name }}\">x</label>{% if a > b %}<input id=\"field-{{ name }}\" name=\"a\">{% endif %}",
            "<input type=\"hidden\" name=\"a\"><input type=\"submit\" value=\"x\"><input name=\"b\" aria-label=\"x\">",
            "<p lang=\"ar\" dir=\"rtl\">x</p><bdi lang=\"fr\">x</bdi>",
            "<a href=\"/\"><img src=\"x\" alt=\"home\"></a><a href=\"/\">{{ t(\"home\") }}</a><a href=\"/\"><b>x</b></a>",
            "{{ c.field(\"text\", t(\"text\")) }}",
            "<p>1 < 2</p>",
        ];
        for template in good {
            assert_eq!(check("page", template), [], "{template}");
        }
    }
}
