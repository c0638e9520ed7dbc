# draft: to be reviewed by a native speaker
courses-title = ⵜⵉⵎⵙⵉⵔⵉⵏ
courses-lead = ⵙⵙⴼⵍⴷ, ⵖⵔ, ⵜⵔⴰⵔⵜ ⵅⴼ ⴽⵔⴰ ⵏ ⵉⵙⵇⵙⵉⵜⵏ. ⵙ ⵜⵓⵜⵍⴰⵢⵜ ⵏⵏⵛ.
course-facts = { $modules ->
    [one] { $modules } ⵓⵣⵓⵏⵣ
   *[other] { $modules } ⵉⵣⵓⵏⵣⵏ
} · { $minutes } ⵜⵓⵙⴷⵉⴷⵉⵏ
offered-in = ⵜⵍⵍⴰ ⵙ:
lessons-done = { $done } ⵣⴳ { $total } ⵏ ⵜⵎⵙⵉⵔⵉⵏ
modules-done = { $done } ⵣⴳ { $total } ⵏ ⵉⵣⵓⵏⵣⵏ
no-courses = ⵄⴰⴷ ⵓⵔ ⵜⵍⵍⵉ ⴽⵔⴰ ⵏ ⵜⵎⵙⵉⵔⵜ.
my-progress = ⵎⴰⵏⵉ ⵍⴽⵎⵖ
continue-with = ⴽⵎⵎⵍ: { $title }
enrol = ⴱⴷⵓ ⵜⴰⵎⵙⵉⵔⵜ ⴰⴷ
sign-in-to-keep-progress = ⵜⵣⵎⵔⵜ ⴰⴷ ⵜⵖⵔⵜ ⵜⵙⵙⴼⵍⴷⵜ ⴱⵍⴰ ⴰⵎⵉⴹⴰⵏ. ⴽⵛⵎ ⴰⴼⴰⴷ ⴰⴷ ⵉⵜⵜⵓⵃⴹⵓ ⵎⴰⵏⵉ ⵜⵍⴽⵎⵜ.
no-person = ⴰⵎⵉⴹⴰⵏ ⵏⵏⵛ ⵓⵔ ⵉⵣⴷⵉ ⴷ ⴽⵔⴰ ⵏ ⵓⴼⴳⴰⵏ: ⵜⵣⵎⵔⵜ ⴰⴷ ⵜⵖⵔⵜ, ⵎⴰⵛⴰ ⵓⵔ ⴰⴷ ⵉⵜⵜⵓⵃⴹⵓ ⵎⴰⵏⵉ ⵜⵍⴽⵎⵜ.
module-done = ⵉⵙⵎⴷ
minutes = { $minutes } ⵜⵓⵙⴷⵉⴷⵉⵏ
lesson-done = ⵜⵙⵎⴷ ⵜⵎⵙⵉⵔⵜ
quiz-of-module = ⵉⵙⵇⵙⵉⵜⵏ ⵏ ⵓⵣⵓⵏⵣ
quiz-passed = ⵉⵙⵇⵙⵉⵜⵏ ⵎⵓⵔⵙⵏ
sources = ⵉⵖⴱⵓⵍⴰ
not-in-your-language = ⵄⴰⴷ ⵓⵔ ⵜⵍⵍⵉ ⵜⵎⵙⵉⵔⵜ ⴰⴷ ⵙ ⵜⵓⵜⵍⴰⵢⵜ ⵏⵏⵛ. ⵀⴰⵜⵜ ⵙ { $language }.
example = ⴰⵎⴷⵢⴰ:
remember = ⴽⵜⵉ:
also-in = ⵜⵍⵍⴰ ⴰⵡⴷ ⵙ:
mark-done = ⵙⵎⴷⵖ ⵜⴰⵎⵙⵉⵔⵜ ⴰⴷ
next-step = ⵡⵏⵏⵉ ⴷ ⵉⴹⴼⴰⵔⵏ: { $title }
quiz-needs = ⵉⵅⵚⵚⴰ { $needed } ⵏ ⵜⵔⴰⵔⵉⵏ ⵉⵖⵓⴷⴰⵏ ⵣⴳ { $asked }
answer-all = ⵔⴰⵔ ⵅⴼ ⵉⵙⵇⵙⵉⵜⵏ ⵎⴰⵔⵔⴰ, ⵜⴰⵣⵏⵜ. ⵜⵉⵔⴰⵔⵉⵏ ⵏⵏⵛ ⵀⴰⵏⵏ ⵙⵡⴰⴷⴷⴰⵢ.
quiz-without-account = ⴱⵍⴰ ⴰⵎⵉⴹⴰⵏ ⴰⴷ ⵜⵥⵕⵜ ⵜⴰⵢⴰⴼⵓⵜ ⵎⴰⵛⴰ ⵓⵔ ⵜⵜⵓⵃⴹⵓ.
send-answers = ⴰⵣⵏ ⵜⵉⵔⴰⵔⵉⵏ
passed = ⵜⵎⵓⵔⵙⵜ
not-passed = ⵄⴰⴷ ⵓⵔ ⵜⵎⵓⵔⵙⵜ
right-answers = { $right } ⵏ ⵜⵔⴰⵔⵉⵏ ⵉⵖⵓⴷⴰⵏ ⵣⴳ { $asked }
not-kept = ⵓⵔ ⵜⵜⵓⵃⴹⵓ ⵜⵢⴰⴼⵓⵜ ⴰⴷ: ⵓⵔ ⵜⵣⵎⵎⵎⵜ ⴷⵉ ⵜⵎⵙⵉⵔⵜ ⴰⴷ.
module-completed = ⵜⵙⵎⴷⵜ ⴰⵣⵓⵏⵣ: { $title }. ⵉⵜⵜⵢⴰⵔⴰ ⴷⵉ ⵓⴱⵔⵉⴷ ⵏⵏⵛ.
lessons-left = ⵇⵇⵉⵎⴰⵏⵜ { $count } ⵏ ⵜⵎⵙⵉⵔⵉⵏ ⴷⵉ ⵓⵣⵓⵏⵣ ⴰⴷ.
right = ⵉⵖⵓⴷⴰ
wrong = ⵜⴰⵣⴳⵍⵜ
right-answer-is = ⵜⴰⵔⴰⵔⵉⵜ ⵉⵖⵓⴷⴰⵏ:
try-again = ⴰⵍⵙ ⴰⵔⵎ
back-to-course = ⴷⵡⵍ ⵖⵔ ⵜⵎⵙⵉⵔⵜ
course-completed = ⵜⵙⵎⴷⵜ ⵜⴰⵎⵙⵉⵔⵜ
nothing-started = ⵄⴰⴷ ⵓⵔ ⵜⴱⴷⵉⵜ ⴽⵔⴰ ⵏ ⵜⵎⵙⵉⵔⵜ.
missing-title = ⵓⵔ ⵜⵍⵍⵉ ⵜⴰⵙⵏⴰ ⴰⴷ
missing-text = ⵜⴰⵎⵙⵉⵔⵜ ⵏⵖ ⵉⵙⵇⵙⵉⵜⵏ ⵍⵍⵉ ⵜⵔⵉⵜ ⵓⵔ ⵍⵍⵉⵏ.
