# draft: to be reviewed by a native speaker
courses-title = ⵜⵉⵎⵙⵉⵔⵉⵏ
courses-lead = ⵙⵙⴼⵍⴷ, ⵖⵔ, ⵜⵔⴰⵔⵜ ⵅⴼ ⴽⵔⴰ ⵏ ⵉⵙⵇⵙⵉⵜⵏ. ⵙ ⵜⵓⵜⵍⴰⵢⵜ ⵏⵏⴽ.
course-facts = { $modules ->
    [one] { $modules } ⵓⵣⵓⵏⵣ
   *[other] { $modules } ⵉⵣⵓⵏⵣⵏ
} · { $minutes } ⵜⵓⵙⴷⵉⴷⵉⵏ
offered-in = ⵜⵍⵍⴰ ⵙ:
lessons-done = { $done } ⵣⵖ { $total } ⵏ ⵜⵎⵙⵉⵔⵉⵏ
modules-done = { $done } ⵣⵖ { $total } ⵏ ⵉⵣⵓⵏⵣⵏ
no-courses = ⵓⵔ ⵜⴰ ⵜⵍⵍⵉ ⴽⵔⴰ ⵏ ⵜⵎⵙⵉⵔⵜ.
my-progress = ⵎⴰⵏⵉ ⵍⴽⵎⵖ
continue-with = ⴽⵎⵎⵍ: { $title }
enrol = ⴱⴷⵓ ⵜⴰⵎⵙⵉⵔⵜ ⴰⴷ
sign-in-to-keep-progress = ⵜⵣⵎⵔⵜ ⴰⴷ ⵜⵖⵔⵜ ⵜⵙⵙⴼⵍⴷⵜ ⴱⵍⴰ ⴰⵎⵉⴹⴰⵏ. ⴽⵛⵎ ⴰⴼⴰⴷ ⴰⴷ ⵉⵜⵜⵓⵃⴹⵓ ⵎⴰⵏⵉ ⵜⵍⴽⵎⵜ.
no-person = ⴰⵎⵉⴹⴰⵏ ⵏⵏⴽ ⵓⵔ ⵉⵣⴷⵉ ⴷ ⴽⵔⴰ ⵏ ⵓⴼⴳⴰⵏ: ⵜⵣⵎⵔⵜ ⴰⴷ ⵜⵖⵔⵜ, ⵎⴰⵛⴰ ⵓⵔ ⵔⴰⴷ ⵉⵜⵜⵓⵃⴹⵓ ⵎⴰⵏⵉ ⵜⵍⴽⵎⵜ.
module-done = ⵉⵙⵎⴷ
minutes = { $minutes } ⵜⵓⵙⴷⵉⴷⵉⵏ
lesson-done = ⵜⵙⵎⴷ ⵜⵎⵙⵉⵔⵜ
quiz-of-module = ⵉⵙⵇⵙⵉⵜⵏ ⵏ ⵓⵣⵓⵏⵣ
quiz-passed = ⵉⵙⵇⵙⵉⵜⵏ ⵎⵓⵔⵙⵏ
sources = ⵉⵖⴱⵓⵍⴰ
not-in-your-language = ⵓⵔ ⵜⴰ ⵜⵍⵍⵉ ⵜⵎⵙⵉⵔⵜ ⴰⴷ ⵙ ⵜⵓⵜⵍⴰⵢⵜ ⵏⵏⴽ. ⵀⴰⵜⵜ ⵙ { $language }.
example = ⴰⵎⴷⵢⴰ:
remember = ⴽⵜⵉ:
also-in = ⵜⵍⵍⴰ ⴰⵡⴷ ⵙ:
mark-done = ⵙⵎⴷⵖ ⵜⴰⵎⵙⵉⵔⵜ ⴰⴷ
next-step = ⵡⴰⵍⵍⵉ ⴷ ⵉⵜⴼⵔⵏ: { $title }
quiz-needs = ⵉⵅⵚⵚⴰ { $needed } ⵏ ⵜⵔⴰⵔⵉⵏ ⵉⵖⵓⴷⴰⵏ ⵣⵖ { $asked }
answer-all = ⵔⴰⵔ ⵅⴼ ⵉⵙⵇⵙⵉⵜⵏ ⴽⵓⵍⵍⵓⵜⵏ, ⵜⴰⵣⵏⵜ. ⵜⵉⵔⴰⵔⵉⵏ ⵏⵏⴽ ⵀⴰⵏⵏ ⵖ ⵓⴼⵍⵍⴰ.
quiz-without-account = ⴱⵍⴰ ⴰⵎⵉⴹⴰⵏ ⵔⴰⴷ ⵜⵥⵕⵜ ⵜⴰⵢⴰⴼⵓⵜ ⵎⴰⵛⴰ ⵓⵔ ⵜⵜⵓⵃⴹⵓ.
send-answers = ⴰⵣⵏ ⵜⵉⵔⴰⵔⵉⵏ
passed = ⵜⵎⵓⵔⵙⵜ
not-passed = ⵓⵔ ⵜⴰ ⵜⵎⵓⵔⵙⵜ
right-answers = { $right } ⵏ ⵜⵔⴰⵔⵉⵏ ⵉⵖⵓⴷⴰⵏ ⵣⵖ { $asked }
not-kept = ⵓⵔ ⵜⵜⵓⵃⴹⵓ ⵜⵢⴰⴼⵓⵜ ⴰⴷ: ⵓⵔ ⵜⵣⵎⵎⵎⵜ ⵖ ⵜⵎⵙⵉⵔⵜ ⴰⴷ.
module-completed = ⵜⵙⵎⴷⵜ ⴰⵣⵓⵏⵣ: { $title }. ⵉⵜⵜⵢⴰⵔⴰ ⵖ ⵓⴱⵔⵉⴷ ⵏⵏⴽ.
lessons-left = ⵇⵇⵉⵎⴰⵏⵜ { $count } ⵏ ⵜⵎⵙⵉⵔⵉⵏ ⵖ ⵓⵣⵓⵏⵣ ⴰⴷ.
right = ⵉⵖⵓⴷⴰ
wrong = ⵜⴰⵣⴳⵍⵜ
right-answer-is = ⵜⴰⵔⴰⵔⵉⵜ ⵉⵖⵓⴷⴰⵏ:
try-again = ⴰⵍⵙ ⴰⵔⵎ
back-to-course = ⵓⵔⵔⵉ ⵙ ⵜⵎⵙⵉⵔⵜ
course-completed = ⵜⵙⵎⴷⵜ ⵜⴰⵎⵙⵉⵔⵜ
nothing-started = ⵓⵔ ⵜⴰ ⵜⴱⴷⵉⵜ ⴽⵔⴰ ⵏ ⵜⵎⵙⵉⵔⵜ.
missing-title = ⵓⵔ ⵜⵍⵍⵉ ⵜⴰⵙⵏⴰ ⴰⴷ
missing-text = ⵜⴰⵎⵙⵉⵔⵜ ⵏⵖ ⵉⵙⵇⵙⵉⵜⵏ ⵍⵍⵉ ⵜⵔⵉⵜ ⵓⵔ ⵍⵍⵉⵏ.
