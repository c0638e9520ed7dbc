//! The Latin view of a page in an Amazigh language: every text in Tifinagh becomes Latin, addresses and ids do not.
//!
//! It works on the finished HTML, so that the kernel's texts, a plugin's texts and names from the register are treated
//! alike. Texts change, and of attributes only those that people read. What is marked `translate="no"` stays. As in
//! every text in Latin letters, a sentence begins with a capital.

use tiwizi_model::tifinagh;

/// Attributes that are read by people.
const READ: [&str; 7] = ["title", "alt", "aria-label", "placeholder", "content", "label", "data-confirm"];
/// Elements that stand inside a sentence: they begin no new one.
const INLINE: [&str; 14] =
    ["a", "abbr", "b", "bdi", "code", "em", "i", "mark", "small", "span", "strong", "svg", "path", "time"];
/// Elements whose text is not text for people.
const RAW: [&str; 3] = ["script", "style", "textarea"];

/// The page in Latin letters.
pub(crate) fn page(html: &str) -> String {
    let mut view = View { result: String::with_capacity(html.len()), sentence_begins: true };
    let mut rest = html;
    while let Some((text, from_tag)) = split_at(rest, '<') {
        view.text(text);
        let (tag, after) = split_after(from_tag, tag_end(from_tag));
        view.tag(tag);
        rest = after;
        if let Some(name) = element_left_alone(tag) {
            let (inside, after) = split_after(rest, closing(rest, name));
            view.result.push_str(inside);
            rest = after;
        }
    }
    view.text(rest);
    view.result
}

struct View {
    result: String,
    sentence_begins: bool,
}

impl View {
    fn text(&mut self, text: &str) {
        for letter in text.chars() {
            match tifinagh::latin(letter) {
                Some(latin) if self.sentence_begins => {
                    self.result.extend(latin.chars().flat_map(char::to_uppercase));
                    self.sentence_begins = false;
                }
                Some(latin) => self.result.push_str(latin),
                None => self.result.push(letter),
            }
            self.sentence_begins = match letter {
                '.' | '!' | '?' | '·' => true,
                _ => self.sentence_begins && !letter.is_alphanumeric(),
            };
        }
    }

    fn tag(&mut self, tag: &str) {
        let is_label = tag.contains(r#"class="tag"#);
        if is_label || !INLINE.contains(&name(tag)) {
            self.sentence_begins = true;
        }
        if !tag.chars().any(tifinagh::is_tifinagh) {
            self.result.push_str(tag);
            return;
        }
        let mut rest = tag;
        while let Some((before, from_quote)) = split_at(rest, '"') {
            self.result.push_str(before);
            let (value, after) = split_after(from_quote, quote_end(from_quote));
            if READ.contains(&attribute(before)) {
                let mut inner = View { result: String::new(), sentence_begins: true };
                inner.text(value);
                self.result.push_str(&inner.result);
            } else {
                self.result.push_str(value);
            }
            rest = after;
        }
        self.result.push_str(rest);
    }
}

fn split_at(text: &str, mark: char) -> Option<(&str, &str)> {
    text.split_at_checked(text.find(mark)?)
}

fn split_after(text: &str, end: Option<usize>) -> (&str, &str) {
    end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, ""))
}

/// Where a tag ends: at the first `>` outside quotes.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quoted = false;
    for (index, byte) in tag.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return index.checked_add(1),
            _ => {}
        }
    }
    None
}

/// Where a quoted value ends, its closing quote included.
fn quote_end(from_quote: &str) -> Option<usize> {
    from_quote.get(1..)?.find('"')?.checked_add(2)
}

/// The name of the attribute whose value comes next: `… title=`.
fn attribute(before: &str) -> &str {
    before.trim_end_matches('=').rsplit(|letter: char| letter.is_whitespace()).next().unwrap_or_default()
}

fn name(tag: &str) -> &str {
    let tag = tag.trim_start_matches('<').trim_start_matches('/');
    tag.split(|letter: char| letter.is_whitespace() || letter == '>' || letter == '/').next().unwrap_or_default()
}

/// The name of an element whose inside stays as it is.
fn element_left_alone(tag: &str) -> Option<&str> {
    let name = name(tag);
    let void = tag.ends_with("/>") || tag.starts_with("</") || matches!(name, "input" | "meta" | "link" | "img" | "br");
    let alone = RAW.contains(&name) || tag.contains(r#"translate="no""#);
    (alone && !void).then_some(name)
}

fn closing(rest: &str, name: &str) -> Option<usize> {
    rest.find(&format!("</{name}"))
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn texts_and_read_attributes_change_and_addresses_do_not() {
        assert_eq!(
            page(r#"<a href="/shi/ⵜⴰⵎⵓⵔⵜ" title="ⴰⵣⵓⵍ"><b>ⵜⴰⵎⵓⵔⵜ</b></a>"#),
            r#"<a href="/shi/ⵜⴰⵎⵓⵔⵜ" title="Azul"><b>Tamurt</b></a>"#
        );
        assert_eq!(
            page(r#"<input name="ⴰ" value="ⴰ" placeholder="ⵔⵣⵓ">"#),
            r#"<input name="ⴰ" value="ⴰ" placeholder="Rzu">"#
        );
    }

    #[test]
    fn a_sentence_begins_with_a_capital_and_an_inline_element_begins_none() {
        assert_eq!(
            page("<p>ⴰⵣⵓⵍ ⵅⴼ <b>ⵓⵏ</b>. ⵎⴰⵏⵣⴰⴽⵯⵏ?</p><p>65 ⵜⴽⵓⴱⵔⴰⵜⵉⵡⵉⵏ</p>"),
            "<p>Azul xf <b>un</b>. Manzakʷn?</p><p>65 tkubratiwin</p>"
        );
        assert_eq!(page("<h1>ⵥⵕ</h1>"), "<h1>Ẓṛ</h1>");
        let labels = "<p>ⴰ <span class=\"tag\">ⴰ</span></p>";
        assert_eq!(page(labels), "<p>A <span class=\"tag\">A</span></p>");
    }

    #[test]
    fn scripts_typed_text_and_what_is_marked_stay() {
        for html in [
            "<script>let a = \"ⴰ<b\";</script>",
            "<textarea name=\"a\">ⴰⵣⵓⵍ</textarea>",
            "<code translate=\"no\">ⴰⵣⵓⵍ</code>",
        ] {
            assert_eq!(page(html), html);
        }
        assert_eq!(page("<code translate=\"no\">ⴰ</code><p>ⴰ</p>"), "<code translate=\"no\">ⴰ</code><p>A</p>");
    }

    #[test]
    fn broken_html_loses_nothing() {
        assert_eq!(page("<p title=\"ⴰ"), "<p title=\"A");
        assert_eq!(page("a < ⴰ"), "a < ⴰ");
        assert_eq!(page("ⴰ<"), "A<");
    }
}
