courses-title = الدروس
courses-lead = استمع واقرأ وأجب عن بعض الأسئلة، على مهلك وبلغتك.
course-facts = { $modules ->
    [one] وحدة واحدة
    [two] وحدتان
    [few] { $modules } وحدات
   *[other] { $modules } وحدة
} · { $minutes } دقيقة
offered-in = متوفر بـ:
lessons-done = أتممت { $done } من أصل { $total } حصة
modules-done = أتممت { $done } من أصل { $total } وحدات
no-courses = لم يُنشر أي درس بعد.
my-progress = تقدمي
continue-with = متابعة: { $title }
enrol = ابدأ هذا الدرس
sign-in-to-keep-progress = يمكنك القراءة والاستماع دون حساب. سجّل الدخول ليُحفظ تقدمك.
no-person = حسابك غير مرتبط بشخص في السجل: يمكنك قراءة الدرس، لكن التقدم لا يُحفظ.
module-done = مكتملة
minutes = { $minutes } دقيقة
lesson-done = حصة مكتملة
quiz-of-module = اختبار الوحدة
quiz-passed = اختبار ناجح
sources = المصادر
not-in-your-language = هذه الحصة غير متوفرة بلغتك بعد. نعرضها عليك بـ{ $language }.
example = مثال:
remember = للتذكر:
also-in = متوفرة أيضا بـ:
mark-done = أتممت هذه الحصة
next-step = التالي: { $title }
quiz-needs = يلزم { $needed } أجوبة صحيحة من { $asked } للنجاح
answer-all = أجب عن كل الأسئلة ثم أرسل. أجوبتك محفوظة أدناه.
quiz-without-account = دون حساب تظهر نتيجتك لكنها لا تُحفظ.
send-answers = إرسال الأجوبة
passed = نجحت في الاختبار
not-passed = لم تنجح بعد
right-answers = { $right } أجوبة صحيحة من { $asked }
not-kept = لم تُحفظ هذه النتيجة: لست مسجلا في هذا الدرس.
module-completed = أتممت الوحدة: { $title }. سُجّل ذلك في مسارك.
lessons-left = { $count ->
    [one] بقيت حصة واحدة في هذه الوحدة.
    [two] بقيت حصتان في هذه الوحدة.
    [few] بقيت { $count } حصص في هذه الوحدة.
   *[other] بقيت { $count } حصة في هذه الوحدة.
}
right = صحيح
wrong = خطأ
right-answer-is = الجواب الصحيح:
try-again = حاول مرة أخرى
back-to-course = العودة إلى الدرس
course-completed = أتممت الدرس
nothing-started = لم تبدأ أي درس بعد.
missing-title = هذه الصفحة غير موجودة
missing-text = الدرس أو الحصة أو الاختبار المطلوب غير موجود أو لم يعد منشورا.
hint-multiple = اختر كل الأجوبة الصحيحة. كل جواب صحيح يُحسب بنصيبه، وكل جواب خاطئ يُنقص نصيبا.
hint-order = أعط لكل سطر رقمه. كل سطر في مكانه يُحسب بنصيبه.
hint-number = اكتب العدد، ومعه الوحدة إن شئت.
hint-text = اكتب كلمة أو كلمتين، بأي حرف.
your-answer = جوابك
rank = الرتبة
points = { $points } نقطة من { $of }
partly-right = صحيح جزئيا
withdrawn = سُحب هذا الدرس: لا يبدأه أحد من جديد، ومن بدأه يكمله.
field-sending-said-at = الوقت حسب الهاتف
