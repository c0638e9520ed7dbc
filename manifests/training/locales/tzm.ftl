# draft: to be reviewed by a native speaker
courses-title = ⵜⵉⵎⵙⵉⵔⵉⵏ
courses-lead = ⵙⵙⴼⵍⴷ, ⵖⵔ, ⵜⵔⴰⵔⵜ ⵅⴼ ⴽⵔⴰ ⵏ ⵉⵙⵇⵙⵉⵜⵏ. ⵙ ⵜⵓⵜⵍⴰⵢⵜ ⵏⵏⵛ.
course-facts = { $modules ->
    [one] { $modules } ⵓⵣⵓⵏⵣ
   *[other] { $modules } ⵉⵣⵓⵏⵣⵏ
} · { $minutes } ⵜⵓⵙⴷⵉⴷⵉⵏ
offered-in = ⵜⵍⵍⴰ ⵙ:
lessons-done = { $done } ⵙⴳ { $total } ⵏ ⵜⵎⵙⵉⵔⵉⵏ
modules-done = { $done } ⵙⴳ { $total } ⵏ ⵉⵣⵓⵏⵣⵏ
no-courses = ⵓⵔ ⵜⴰ ⵜⵍⵍⵉ ⴽⵔⴰ ⵏ ⵜⵎⵙⵉⵔⵜ.
my-progress = ⵎⴰⵏⵉ ⵍⴽⵎⵖ
continue-with = ⴽⵎⵎⵍ: { $title }
enrol = ⴱⴷⵓ ⵜⴰⵎⵙⵉⵔⵜ ⴰⴷ
sign-in-to-keep-progress = ⵜⵣⵎⵔⵜ ⴰⴷ ⵜⵖⵔⵜ ⵜⵙⵙⴼⵍⴷⵜ ⴱⵍⴰ ⴰⵙⴷⴰⵡ. ⴽⵛⵎ ⴰⴼⴰⴷ ⴰⴷ ⵉⵜⵜⵓⵃⴹⵓ ⵎⴰⵏⵉ ⵜⵍⴽⵎⵜ.
no-person = ⴰⵙⴷⴰⵡ ⵏⵏⵛ ⵓⵔ ⵉⵣⴷⵉ ⴷ ⴽⵔⴰ ⵏ ⵓⴼⴳⴰⵏ: ⵜⵣⵎⵔⵜ ⴰⴷ ⵜⵖⵔⵜ, ⵎⴰⵛⴰ ⵓⵔ ⴰⴷ ⵉⵜⵜⵓⵃⴹⵓ ⵎⴰⵏⵉ ⵜⵍⴽⵎⵜ.
module-done = ⵉⵙⵎⴷ
minutes = { $minutes } ⵜⵓⵙⴷⵉⴷⵉⵏ
lesson-done = ⵜⵙⵎⴷ ⵜⵎⵙⵉⵔⵜ
quiz-of-module = ⵉⵙⵇⵙⵉⵜⵏ ⵏ ⵓⵣⵓⵏⵣ
quiz-passed = ⵉⵙⵇⵙⵉⵜⵏ ⵎⵓⵔⵙⵏ
sources = ⵉⵖⴱⵓⵍⴰ
not-in-your-language = ⵓⵔ ⵜⴰ ⵜⵍⵍⵉ ⵜⵎⵙⵉⵔⵜ ⴰⴷ ⵙ ⵜⵓⵜⵍⴰⵢⵜ ⵏⵏⵛ. ⵀⴰⵜⵜ ⵙ { $language }.
example = ⴰⵎⴷⵢⴰ:
remember = ⴽⵜⵉ:
also-in = ⵜⵍⵍⴰ ⴰⵡⴷ ⵙ:
mark-done = ⵙⵎⴷⵖ ⵜⴰⵎⵙⵉⵔⵜ ⴰⴷ
next-step = ⵡⴰⵏⵏⴰ ⴷ ⵉⴹⴼⴰⵔⵏ: { $title }
quiz-needs = ⵉⵅⵚⵚⴰ { $needed } ⵏ ⵜⵔⴰⵔⵉⵏ ⵉⵖⵓⴷⴰⵏ ⵙⴳ { $asked }
answer-all = ⵔⴰⵔ ⵅⴼ ⵉⵙⵇⵙⵉⵜⵏ ⵎⴰⵕⵕⴰ, ⵜⴰⵣⵏⵜ. ⵜⵉⵔⴰⵔⵉⵏ ⵏⵏⵛ ⵀⴰⵏⵏ ⴷⴷⴰⵡ.
quiz-without-account = ⴱⵍⴰ ⴰⵙⴷⴰⵡ ⴰⴷ ⵜⵥⵕⵜ ⵜⴰⵢⴰⴼⵓⵜ ⵎⴰⵛⴰ ⵓⵔ ⵜⵜⵓⵃⴹⵓ.
send-answers = ⴰⵣⵏ ⵜⵉⵔⴰⵔⵉⵏ
passed = ⵜⵎⵓⵔⵙⵜ
not-passed = ⵓⵔ ⵜⴰ ⵜⵎⵓⵔⵙⵜ
right-answers = { $right } ⵏ ⵜⵔⴰⵔⵉⵏ ⵉⵖⵓⴷⴰⵏ ⵙⴳ { $asked }
not-kept = ⵓⵔ ⵜⵜⵓⵃⴹⵓ ⵜⵢⴰⴼⵓⵜ ⴰⴷ: ⵓⵔ ⵜⵣⵎⵎⵎⵜ ⴳ ⵜⵎⵙⵉⵔⵜ ⴰⴷ.
module-completed = ⵜⵙⵎⴷⵜ ⴰⵣⵓⵏⵣ: { $title }. ⵉⵜⵜⵢⴰⵔⴰ ⴳ ⵓⴱⵔⵉⴷ ⵏⵏⵛ.
lessons-left = ⵇⵇⵉⵎⴰⵏⵜ { $count } ⵏ ⵜⵎⵙⵉⵔⵉⵏ ⴳ ⵓⵣⵓⵏⵣ ⴰⴷ.
right = ⵉⵖⵓⴷⴰ
wrong = ⴰⵣⴳⵍ
right-answer-is = ⵜⴰⵔⴰⵔⵉⵜ ⵉⵖⵓⴷⴰⵏ:
try-again = ⴰⵍⵙ ⴰⵔⵎ
back-to-course = ⴰⵖⵓⵍ ⵖⵔ ⵜⵎⵙⵉⵔⵜ
course-completed = ⵜⵙⵎⴷⵜ ⵜⴰⵎⵙⵉⵔⵜ
nothing-started = ⵓⵔ ⵜⴰ ⵜⴱⴷⵉⵜ ⴽⵔⴰ ⵏ ⵜⵎⵙⵉⵔⵜ.
missing-title = ⵓⵔ ⵜⵍⵍⵉ ⵜⴰⵙⵏⴰ ⴰⴷ
missing-text = ⵜⴰⵎⵙⵉⵔⵜ ⵏⵖ ⵉⵙⵇⵙⵉⵜⵏ ⵍⵍⵉ ⵜⵔⵉⵜ ⵓⵔ ⵍⵍⵉⵏ.
