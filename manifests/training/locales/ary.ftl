# draft: to be reviewed by a native speaker
courses-title = الدروس
courses-lead = سمع، قرا، وجاوب على شي أسئلة. على خاطرك وبلغتك.
course-facts = { $modules ->
    [one] موديل واحد
    [two] جوج موديلات
   *[other] { $modules } موديلات
} · { $minutes } دقيقة
offered-in = كاين ب:
lessons-done = كمّلتي { $done } من { $total } د الحصص
modules-done = كمّلتي { $done } من { $total } د الموديلات
no-courses = مازال ما كاين حتى درس.
my-progress = فين وصلت
continue-with = كمّل: { $title }
enrol = بدا هاد الدرس
sign-in-to-keep-progress = تقدر تقرا وتسمع بلا حساب. دخل لحسابك باش يبقى محفوظ فين وصلتي.
no-person = الحساب ديالك ما مربوطش بشي شخص ف السجل: تقدر تقرا الدرس ولكن فين وصلتي ما كيتحفظش.
module-done = سالا
minutes = { $minutes } دقيقة
lesson-done = حصة سالات
quiz-of-module = أسئلة الموديل
quiz-passed = نجحتي ف الأسئلة
sources = منين جات المعلومات
not-in-your-language = هاد الحصة مازال ما كايناش بلغتك. ها هي ب{ $language }.
example = مثال:
remember = عقل على هادشي:
also-in = كاينة حتى ب:
mark-done = ساليت هاد الحصة
next-step = اللي من بعد: { $title }
quiz-needs = خاصك { $needed } أجوبة صحيحة من { $asked } باش تنجح
answer-all = جاوب على كاع الأسئلة عاد صيفط. الأجوبة ديالك باقيين لتحت.
quiz-without-account = بلا حساب كتبان ليك النتيجة ولكن ما كتحفظش.
send-answers = صيفط الأجوبة
passed = نجحتي
not-passed = مازال ما نجحتيش
right-answers = { $right } أجوبة صحيحة من { $asked }
not-kept = هاد النتيجة ما تحفظاتش: ما مسجلش ف هاد الدرس.
module-completed = كمّلتي الموديل: { $title }. راه تسجّل ف المسار ديالك.
lessons-left = { $count ->
    [one] باقية ليك حصة وحدة ف هاد الموديل.
    [two] باقيين ليك جوج حصص ف هاد الموديل.
   *[other] باقيين ليك { $count } حصص ف هاد الموديل.
}
right = صحيح
wrong = غلط
right-answer-is = الجواب الصحيح:
try-again = عاود جرب
back-to-course = رجع للدرس
course-completed = كمّلتي الدرس
nothing-started = مازال ما بديتي حتى درس.
missing-title = هاد الصفحة ما كايناش
missing-text = الدرس ولا الحصة ولا الأسئلة اللي طلبتي ما كاينينش.
hint-multiple = اختار كاع الأجوبة الصحيحة. كل جواب صحيح كيتحسب، وكل جواب غالط كينقص.
hint-order = عطي لكل سطر رقمو. كل سطر فبلاصتو كيتحسب.
hint-number = كتب العدد، ومعاه الوحدة إلا بغيتي.
hint-text = كتب كلمة ولا جوج، بأي حرف.
your-answer = الجواب ديالك
rank = الرتبة
points = { $points } نقطة من { $of }
partly-right = شوية منو صحيح
withdrawn = هاد الدرس تسحب: حتى واحد ما كيبداه من جديد، واللي بداه كيكملو.
field-sending-said-at = الوقت على حساب التيليفون
