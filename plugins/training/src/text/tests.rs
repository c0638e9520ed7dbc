//! Texts are read as they were written, and every fault has its line.

use tiwizi_sdk::Language;

use super::*;

fn faults_of(read: impl FnOnce(&mut Faults)) -> Vec<(usize, &'static str)> {
    let mut faults = Faults::of("x");
    read(&mut faults);
    faults.list.into_iter().map(|fault| (fault.line, fault.message)).collect()
}

const LESSON: &str = "---
title: Une entreprise
draft: no
audio: audio/a.opus | synthesised | 84 | espeak-ng fr
---

## Ce que c’est

Elle produit.
Elle **vend**.

- un
- deux

> Douze femmes ramassent.

! Retenez.
";

#[test]
fn a_lesson_is_read_and_written_the_same() {
    let mut faults = Faults::of("x");
    let lesson = lesson::read(LESSON, &mut faults);
    assert_eq!(faults.list, []);
    assert_eq!(lesson.title, "Une entreprise");
    assert_eq!(lesson.blocks.len(), 5);
    assert_eq!(lesson.blocks[1].text.as_deref(), Some("Elle produit. Elle vend."));
    assert_eq!(lesson.blocks[2].items.as_ref().map(Vec::len), Some(2));
    assert_eq!(lesson.audio.as_ref().map(|audio| audio.seconds), Some(84));
    assert_eq!(lesson::read(&lesson::write(&lesson), &mut faults), lesson);
}

const QUIZ: &str = "---
draft: no
---
## q1
Une coopérative, c’est :
- [ ] une aide
- [x] une entreprise
> Elle vend.

## q2
Lesquels ?
- [x] a: un
- [x] b: deux
- [ ] c: trois

## q3
Dans quel ordre ?
- [2] signer
- [1] décider

## q4
Combien ?
= 12.5 ± 0.5
unit: kg, كلغ
unit: g = 0.001

## q5
Le mot ?
= miel
= عسل

## q6
Laquelle ?
- [x] argan ![](pictures/a.png)
- [ ] olive ![](pictures/b.png)
";

#[test]
fn a_quiz_of_every_kind_is_read_and_written_the_same() {
    use crate::questions::QuestionKind::{Multiple, Number, Order, Picture, Single, Text};
    let mut faults = Faults::of("x");
    let quiz = quiz::read(QUIZ, &mut faults);
    assert_eq!(faults.list, []);
    let kinds: Vec<_> = quiz.questions.iter().map(|(question, _)| question.kind).collect();
    assert_eq!(kinds, [Single, Multiple, Order, Number, Text, Picture]);
    assert_eq!(quiz.questions[2].1.choices, ["b", "a"]);
    assert_eq!(quiz.questions[3].1.units.len(), 2);
    assert_eq!(quiz::read(&quiz::write(&quiz), &mut faults), quiz);
}

const COURSE: &str = "---
languages: fr, ar
title.fr: Vendre
title.ar: البيع
summary.fr: Le prix et la vente.
source: ODCO
---

## m1
title.fr: Le prix
minutes: 20
lessons: m1-l1, m1-l2
quiz: m1-q
pass: 2
";

#[test]
fn a_course_is_read_and_written_the_same() {
    let mut faults = Faults::of("x");
    let mut course = course::read(COURSE, &mut faults);
    assert_eq!(faults.list, []);
    assert_eq!(course.languages, [Language::French, Language::Arabic]);
    assert_eq!(course.modules[0].lessons, ["m1-l1", "m1-l2"]);
    let mut again = course::read(&course::write(&course), &mut faults);
    course.modules[0].line = 0;
    again.modules[0].line = 0;
    assert_eq!(again, course);
}

#[test]
fn every_fault_has_its_line() {
    assert_eq!(
        faults_of(|faults| drop(lesson::read("---\ndraft: perhaps\ncolour: red\n---\n\n![](x.png)\n", faults))),
        [(2, "fault-yes-or-no"), (3, "fault-name"), (6, "fault-picture-here"), (0, "fault-title")]
    );
    let wrong = "stray\n## Q1\nx\n- [y] a\n## q2\nWhat?\n- [ ] a\n- [ ] b\n## q2\nWhat?\n= abc\n## q3 number\nHow many?\n= many\n";
    assert_eq!(
        faults_of(|faults| drop(quiz::read(wrong, faults))),
        [
            (1, "fault-before-question"),
            (2, "fault-code"),
            (4, "fault-choice"),
            (2, "fault-choices"),
            (5, "fault-no-right"),
            (9, "fault-twice"),
            (12, "fault-number"),
        ]
    );
    assert_eq!(
        faults_of(|faults| drop(course::read(
            "---\nlanguages: fr, xx\ntitle.fr: A\nsummary.fr: B\n---\n## m1\npass: 0\n",
            faults
        ))),
        [(2, "fault-language"), (7, "fault-number"), (6, "fault-title"), (6, "fault-lessons"), (6, "fault-code")]
    );
}

#[test]
fn what_its_record_does_not_take_is_told_with_its_line() {
    let choices: String =
        (0..9).map(|number| format!("- [{}] c{number}: x\n", if number == 0 { "x" } else { "" })).collect();
    for question in [
        format!("## q1\n?\n{choices}"),
        format!("## q1\n?\n- [x] a: x\n- [] b: y\n> {}\n", "y".repeat(1_001)),
        "## q1\n?\n= 1\nunit: = 2\n".to_owned(),
        format!("## q1\n?\n= honey\n= {}\n", "y".repeat(201)),
    ] {
        let faults = faults_of(|faults| drop(quiz::read(&question, faults)));
        assert_eq!(faults, [(1, "fault-long")], "{question}");
    }
    let voice = "v".repeat(101);
    for audio in ["a.opus | recorded | 7201".to_owned(), format!("a.opus | recorded | 84 | {voice}")] {
        let lesson = format!("---\ntitle: x\naudio: {audio}\n---\nText.\n");
        assert_eq!(faults_of(|faults| drop(lesson::read(&lesson, faults))), [(3, "fault-audio")], "{audio}");
    }
}
