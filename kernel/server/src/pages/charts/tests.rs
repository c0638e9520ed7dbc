//! Charts say what they show, in both directions, and stay inside their frame.

use super::*;

fn frame(is_right_to_left: bool) -> Frame<'static> {
    Frame { id: "c", title: "Membres & \"femmes\"", description: "<desc>", is_right_to_left, naming: Naming::Elements }
}

fn two_bars() -> Vec<Bar> {
    let bar = |label: &str, amounts: &[i64]| Bar {
        label: label.to_owned(),
        shown: "<7>".to_owned(),
        parts: amounts.iter().map(|amount| (format!("part {amount}"), *amount)).collect(),
    };
    vec![bar("سوس ماسة", &[30, 10]), bar("Dakhla", &[])]
}

#[test]
fn a_chart_has_a_title_a_description_and_no_markup_of_data() {
    let svg = bars(&frame(false), &two_bars());
    assert!(svg.starts_with("<svg class=\"chart\" viewBox=\"0 0 3400 800\" role=\"img\" direction=\"ltr\""), "{svg}");
    assert!(svg.contains("aria-labelledby=\"c-title c-desc\"") && svg.contains("<title id=\"c-title\">Membres &amp; "));
    assert!(svg.contains("&lt;desc&gt;") && svg.contains("&lt;7&gt;") && !svg.contains("<7>"));
    assert!(!svg.contains("style=") && !svg.contains("<script"));
}

#[test]
fn stacked_parts_stand_one_behind_the_other_and_the_largest_fills_the_rail() {
    let svg = bars(&frame(false), &two_bars());
    assert!(svg.contains("part-0\" x=\"0\" y=\"190\" width=\"2550\""), "{svg}");
    assert!(svg.contains("part-1\" x=\"2550\" y=\"190\" width=\"850\""), "{svg}");
}

#[test]
fn bars_run_from_the_right_where_the_language_does() {
    let svg = bars(&frame(true), &two_bars());
    assert!(svg.contains("direction=\"rtl\"") && svg.contains("part-0\" x=\"850\" y=\"190\" width=\"2550\""), "{svg}");
    assert!(svg.contains("x=\"3400\" y=\"130\" text-anchor=\"start\">سوس ماسة"), "{svg}");
}

#[test]
fn a_map_keeps_west_at_the_left_in_every_language() {
    let tile = |code: &str, amount: Option<i64>| Tile {
        code: code.to_owned(),
        hint: code.to_owned(),
        shown: String::new(),
        amount,
    };
    let all = [tile("12", Some(3)), tile("02", Some(900)), tile("01", None), tile("99", Some(1))];
    for is_right_to_left in [false, true] {
        let svg = tiles(&frame(is_right_to_left), &all);
        assert!(svg.contains("<rect class=\"tile shade-0\" x=\"0\" y=\"3850\""), "{svg}");
        assert!(svg.contains("<rect class=\"tile shade-4\" x=\"2720\" y=\"550\""), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 3, "a region that the map lacks is left out");
        assert!(svg.contains("shade-none"));
    }
}

#[test]
fn a_line_breaks_where_something_is_hidden_and_ends_at_its_sides() {
    let point = |year: u16, amount: Option<i64>| Point {
        label: year.to_string(),
        amounts: vec![amount.map(|amount| (amount, amount.to_string()))],
    };
    let points = [point(2019, Some(0)), point(2020, Some(8)), point(2021, None), point(2022, Some(4))];
    let svg = line(&frame(false), &points, "8");
    assert_eq!(svg.matches("chart-line").count(), 2);
    assert_eq!(svg.matches("<circle").count(), 3);
    assert!(svg.contains("points=\"60,1650 1153,300 \""), "{svg}");
    assert!(svg.contains("points=\"3340,975 \""), "{svg}");
    for points in [&points[..0], &points[..1], &points[..2]] {
        assert!(line(&frame(true), points, "").ends_with("</svg>"));
    }
}
