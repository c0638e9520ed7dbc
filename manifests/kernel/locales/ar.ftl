## The shell of every page

brand = تيويزي
skip-to-content = انتقل إلى المحتوى
menu = القائمة
home = الصفحة الرئيسية
language = اللغة
script = الحروف
script-tfng = تيفيناغ
script-latn = لاتينية
footer-meaning = تيويزي: الجيران يعملون معا في حقل أسرة واحدة.
draft-page = نصوص هذه الصفحة مسودة أعدتها آلة، وسيراجعها متكلم أصلي.
draft-content = مسودة أعدتها آلة، في انتظار مراجعة متكلم أصلي.
breadcrumbs = أين أنت
optional = اختياري
search = بحث
name = الاسم
email = البريد الإلكتروني
paging = صفحات القائمة
paging-first = العودة إلى البداية
paging-next = الصفحة التالية
audio-length = المدة { $time }
audio-synthetic = صوت اصطناعي
audio-none = لا يوجد تسجيل بهذه اللغة بعد. المكان محفوظ لصوت حقيقي.

## Home

home-title = معا نتقدم
home-lead = منصة تعاونيات المغرب: ابحث عن تعاونية، تعلم، وتقدم، كل بلغته.
home-numbers = السجل بالأرقام
total-cooperatives = { $count ->
    [one] تعاونية
    [two] تعاونيتان
    [few] تعاونيات
   *[other] تعاونية
}
total-members = { $count ->
    [one] عضو
    [two] عضوان
    [few] أعضاء
   *[other] عضوا
}
total-women = { $count ->
    [one] امرأة
    [two] امرأتان
    [few] نساء
   *[other] امرأة
}
total-young = { $count ->
    [one] شاب أو شابة
    [two] شابان
    [few] شباب
   *[other] شابا وشابة
}
home-doors = من أين تبدأ
home-word-title = ما معنى «تيويزي»؟
home-word = كلمة أمازيغية: قرية بأكملها تعمل معا في حقل أسرة واحدة، ثم في حقل الأسرة التالية. والتعاونية هي ذلك طوال السنة.

## Directory

directory = دليل التعاونيات
directory-lead = كل تعاونيات السجل، حسب الاسم والمكان والقطاع.
directory-search-label = اسم تعاونية أو جماعة
directory-search-hint = اكتب بالعربية أو الفرنسية أو تيفيناغ: البحث يفهم الثلاث.
directory-count = { $count ->
    [0] لا توجد أي تعاونية
    [one] تعاونية واحدة
    [two] تعاونيتان
    [few] { $count } تعاونيات
   *[other] { $count } تعاونية
}
directory-some = التعاونيات التي وجدناها
directory-clear = عرض الكل
directory-none = لم نجد شيئا
directory-none-hint = جرب حروفا أقل، أو كتابة أخرى، أو مكانا آخر.
place = الإقليم
place-all = كل المغرب
sector = القطاع
sector-all = كل القطاعات

## Sectors

sector-agriculture = الفلاحة
sector-crafts = الصناعة التقليدية
sector-housing = السكنى
sector-food = المواد الغذائية
sector-argan = الأركان
sector-aromatic-plants = النباتات العطرية والطبية
sector-labour = اليد العاملة
sector-fishing = الصيد البحري
sector-literacy = محو الأمية
sector-waste = معالجة النفايات
sector-forest = الغابات
sector-tourism = السياحة
sector-transport = النقل
sector-communication = التواصل
sector-retail = تجار التقسيط
sector-consulting = الاستشارة والتدبير
sector-quarries = استغلال المقالع
sector-consumption = الاستهلاك
sector-education = التربية والتكوين
sector-cannabis = القنب الهندي المقنن

## The page of a cooperative

cooperative-register = في السجل
cooperative-seat = المقر
cooperative-contact = الاتصال
cooperative-as-of = آخر تقييد بتاريخ { $date }
field-court = المحكمة
field-number = الرقم في السجل المحلي
field-registered-on = تاريخ التقييد
field-founded-on = تاريخ التأسيس
field-ice = التعريف الموحد للمقاولة
field-category = الصنف
field-branch = النشاط
field-capital = الرأسمال
field-capital-amount = { $amount } درهم
field-region = الجهة
field-province = الإقليم
field-prefecture = العمالة
field-commune = الجماعة
field-address = العنوان
field-phone = الهاتف
category-a = تبيع ما ينتجه أعضاؤها
category-b = تنتج لأعضائها أو تخدمهم
category-c = توفر لأعضائها عملا مأجورا
status-registered = مقيدة
status-suspended = موقوفة
status-dissolved = منحلة
status-in-liquidation = في طور التصفية
status-struck-off = مشطب عليها
status-merged = مندمجة
status-split = منقسمة
status-transformed = محولة

## Statistics and open data

statistics = إحصاءات
statistics-lead = أرقام السجل، تُحسب عند كل تغيير.
statistics-as-of = الحالة في { $moment }، التغيير { $seq } من اليومية.
statistics-as-of-nothing = لم يُحسب أي شيء بعد.
statistics-measure = ماذا نحسب
measure-cooperatives = التعاونيات
measure-members = الأعضاء
measure-women = النساء
measure-youth = الشباب
measure-jobs = مناصب شغل الأعضاء
measure-capital = رأس المال (درهم)
measure-creations = الإحداثات
measure-closings = الإغلاقات
measure-jobs-note = أعضاء التعاونيات التي توفر لأعضائها عملا مأجورا (الفئة ج، وحدها أو مع غيرها). الأجراء غير الأعضاء ليسوا في السجل.
measure-youth-note = { $age } سنة على الأكثر في { $year }.
measure-closings-note = السنة هي التي علم فيها السجل بذلك؛ وهي غير معروفة إذا دخلت التعاونية السجل وهي مغلقة.
measure-capital-note = رأس المال المكتتب للتعاونيات المسجلة، بالدرهم دون كسور.
by-region = الجهة
by-province = الإقليم
by-sector = القطاع
by-size = عدد الأعضاء
by-age = السن
by-year = سنة التسجيل
statistics-others = أعضاء آخرون
statistics-unknown = غير معروف
statistics-hidden = محجوب
statistics-hidden-note = تُحجب أعداد الأشخاص التي تقل عن { $minimum }، ومعها أعداد أخرى حتى لا يمكن حسابها.
statistics-staff = ترون أيضا الأعداد الصغيرة للأشخاص. لا تنشروها.
statistics-table = الجدول
statistics-csv = تنزيل الجدول (CSV)
statistics-total = المجموع
statistics-thousands = { $amount } ألف
statistics-millions = { $amount } مليون
statistics-thousand-millions = { $amount } مليار
statistics-and-more = { $from } فأكثر
statistics-from-to = من { $from } إلى { $to }
statistics-chart = أكبر عدد: { $name }، { $amount }. الجدول التالي يعطي كل الأعداد.
statistics-chart-empty = ليس هناك ما يُعرض.
open-data = بيانات مفتوحة
open-data-lead = ما يمكن للجميع قراءته من السجل، لإعادة استعماله بحرية.
open-data-cooperatives = كل التعاونيات
open-data-catalogue = الفهرس
open-data-licence = الرخصة: { $licence }

## Signing in

sign-in = تسجيل الدخول
sign-out = تسجيل الخروج
password = كلمة السر
sign-in-wrong = البريد الإلكتروني أو كلمة السر غير صحيحة.
sign-in-hint = نسيت كلمة السر؟ مدير المنصة لديكم يعطيك كلمة جديدة.
password-change = تغيير كلمة السر
password-must-change = كلمة السر الأولى تصلح مرة واحدة. اختر كلمتك لتتابع.
password-current = كلمة السر الحالية
password-new = كلمة السر الجديدة
password-again = مرة أخرى
password-rule = { $count ->
    [few] { $count } أحرف على الأقل. جملة تحفظها أحسن من كلمة معقدة.
   *[other] { $count } حرفا على الأقل. جملة تحفظها أحسن من كلمة معقدة.
}
password-wrong = كلمة السر الحالية غير صحيحة.
password-refused = كلمة السر هذه لا تصلح: قصيرة جدا أو طويلة جدا.
password-differs = كلمتا السر الجديدتان غير متطابقتين.
password-changed = تم تغيير كلمة السر.

## Account

account = حسابي
roles = الأدوار
roles-none = لا أدوار حتى الآن.
role-administrator = الإدارة
role-registrar = مسك السجل
role-trainer = التكوين
role-observer = الملاحظة
role-officer = مسؤول تعاونية
role-member = عضو
scope-nation = كل المغرب
notices = الإشعارات
notices-none = لا إشعارات الآن.
notices-unread = { $count ->
    [zero] لا إشعار غير مقروء
    [one] إشعار واحد غير مقروء
    [two] إشعاران غير مقروءين
    [few] { $count } إشعارات غير مقروءة
    [many] { $count } إشعارا غير مقروء
   *[other] { $count } إشعار غير مقروء
}
notice-unread = غير مقروء
notice-open = فتح
notice-read = تعليم كمقروء
notices-read-all = تعليم الكل كمقروء
notice-delete = حذف
notice-deleted = تم حذف الإشعار.
notice-restore = تراجع
notice-unreadable = لم يعد بالإمكان عرض هذا الإشعار.
tokens = رموز شخصية
tokens-lead = الرمز يتيح لبرنامج أن يعمل باسمك. خصص رمزا لكل برنامج، واسحبه حين لا يلزم.
token-name = اسم الرمز
token-create = إنشاء رمز
token-created = أنشئ في { $date }
token-used = استعمل في { $date }
token-unused = لم يستعمل قط
token-revoke = سحب
token-revoke-sure = سحب هذا الرمز؟ ستتوقف البرامج التي تستعمله.
token-revoked = تم سحب الرمز.
token-once = هذا هو رمزك. لن يظهر إلا مرة واحدة: انسخه الآن.
token-name-wrong = هذا الاسم لا يصلح.

## Console

console = لوحة التحكم
console-overview = نظرة عامة
console-plugins = الإضافات
console-plugins-lead = الإضافة لا تفعل إلا ما تأذن لها به.
console-plugins-none = لا توجد إضافة مثبتة.
console-accounts = الحسابات
console-kinds = أنواع السجلات
console-kinds-lead = ما تسجله هذه المنصة، ولماذا، ومن يمكنه الاطلاع عليه.
fact-instance = المنصة
fact-id = المعرف
fact-jurisdiction = الاختصاص الترابي
fact-plugins = الإضافات المثبتة
fact-kinds = أنواع السجلات
fact-version = الإصدار
plugin-version = الإصدار
plugin-libraries = المكتبات البرمجية
plugin-level-national = البرنامج الوطني
plugin-level-directorate = المديرية
plugin-level-community = ناشر معروف
plugin-level-local = تطوير محلي
plugin-state-enabled = مفعلة
plugin-state-disabled = معطلة
plugin-state-quarantined = محجورة
plugin-state-unloaded = غير محملة
plugin-cause-crashes = تعطلت مرات متتالية.
plugin-cause-went-back = تعطل إصدارها الجديد فعاد الإصدار السابق.
plugin-cause-untrusted = سحبت الثقة من توقيعها.
plugin-cause-installation = لم يكتمل تثبيتها.
plugin-cause-removal = لم يكتمل حذفها.
plugin-enable = تفعيل
plugin-disable = تعطيل
plugin-disable-sure = تعطيل هذه الإضافة؟ لن تعمل صفحاتها. تبقى معطياتها.
plugin-enabled = تم تفعيل الإضافة.
plugin-disabled = تم تعطيل الإضافة.
plugin-captures-begin = تسجيل الطلبات الفاشلة
plugin-captures-end = إيقاف تسجيل الطلبات الفاشلة
plugin-captures-hint = يُحفظ على هذا الجهاز ما طُلب من الإضافة عند الفشل، دون معطيات شخصية ودون أسرار، لكي يصلحها ناشرها.
captures-on = تُسجَّل الطلبات الفاشلة من الآن.
captures-off = لم تعد الطلبات الفاشلة تُسجَّل.
plugin-add = إضافة أو تحديث إضافة
plugin-add-hint = لا يثبت شيء قبل أن تروا ما تطلبه.
plugin-file = ملف الإضافة (.tzp)
plugin-look = الاطلاع على ما تطلبه
plugin-install = تثبيت
plugin-installed = تم تثبيت الإضافة.
plugin-upgrade = تحديث
plugin-upgraded = تم تحديث الإضافة.
plugin-rollback = العودة إلى الإصدار السابق
plugin-rollback-sure = العودة إلى الإصدار السابق؟ يبقى ما تغير بعده.
plugin-rolled-back = عاد الإصدار السابق.
plugin-remove = حذف الإضافة
plugin-remove-text = تحذف سجلاتها وإعداداتها وملفاتها نهائيا. تبقى مراحل المسارات لأصحابها.
plugin-remove-confirm = للتأكيد، اكتبوا اسمها التقني
plugin-remove-wrong = ليس هذا اسمها التقني. لم يحذف شيء.
plugin-removed = تم حذف الإضافة.
plugin-change-new = جديد
plugin-change-gone = يختفي
plugin-change-changed = يتغير
plugin-differences = ما يتغير
plugin-differences-none = لا تطلب ولا تحفظ شيئا غير ما كان.
plugin-kinds = ما تحفظه
plugin-access-changed = أشخاص آخرون يستطيعون قراءة هذه السجلات أو كتابتها.
plugin-migration = سجلاتها
plugin-migration-counts = منشأة: { $created }. معدلة: { $changed }. محذوفة: { $deleted }.
plugin-signed-by = وقعها
plugin-refused = هذه الإضافة غير مقبولة. لم يتغير شيء.
plugin-file-none = اختاروا ملفا.
plugin-until = تعاد تجربتها تلقائيا ابتداء من
plugin-unsigned = غير موقعة
plugin-uncertified = موقعة دون شهادة، بالمفتاح
plugin-installed-on = ثبتت في
plugin-reload = تحديث الأرقام
plugin-quotas = ما تحتفظ به الإضافة
kept-records = السجلات
kept-record-bytes = حجم السجلات
kept-version-bytes = حجم النسخ السابقة
kept-values = القيم بالمفاتيح
kept-value-bytes = حجم القيم
kept-files = الملفات
kept-file-bytes = حجم الملفات
plugin-usage = ما تستعمله الإضافة
plugin-since = منذ
used-calls = الطلبات
used-traps = أعطال تحتسب للحجر
used-cpu = وقت المعالج
used-wall = الوقت المنقضي
used-memory = أقصى ذاكرة في طلب واحد
used-host-calls = استدعاءات النواة
used-over-limit = رفض بسبب تجاوز حد
used-outbound = طلبات إلى الخارج
used-outbound-bytes = الوارد من الخارج
used-log-bytes = المكتوب في السجل التقني
used-log-dropped = أسطر أسقطت من السجل التقني
used-failures = الإخفاقات
failed-busy = طلبات كثيرة في آن واحد
failed-cpu-time = تجاوز وقت المعالج
failed-wall-time = بطء شديد
failed-memory = ذاكرة أكثر من المسموح
failed-host-calls = استدعاءات كثيرة للنواة
failed-store-calls = قراءات وكتابات كثيرة
failed-trap = تعطل
failed-answer = جواب غير مقبول
failed-commit = كتابة مرفوضة
failed-export = وظيفة غير موجودة
failed-kernel = عطل في النواة
failed-off = موقوفة
failed-unknown = غير معروفة
failed-stopping = النواة تتوقف
plugin-hours = آخر ساعات النشاط
plugin-hour = الساعة
plugin-grants-change = تغيير الأذونات
plugin-settings = الإعدادات
plugin-settings-lead = الخانة الفارغة تعود إلى قيمتها الأصلية.
plugin-secrets = الأسرار
plugin-secrets-lead = لا يعرض السر أبدا: يمكنكم استبداله أو حذفه.
secret-set = وضع في { $date }
secret-unset = غير موضوع
secret-put = وضع
secret-replace = استبدال
secret-forget = حذف
secret-forget-sure = حذف هذا السر؟ لن تستطيع الإضافة استعماله.
secret-wrong = السر فارغ أو طويل جدا.
secret-saved = تم حفظ السر.
settings-saved = تم حفظ الإعدادات.
settings-conflict = عدل شخص آخر هذه الإعدادات وأنتم تكتبون. لم يضع شيء: أجوبتكم أسفله وقيمه بجانبها. اختاروا ثم احفظوا.
settings-now = القيمة الآن:
plugin-limits = الحدود
plugin-limits-lead = الخانة الفارغة تترك حد النواة.
limits-wrong = أحد الحدود يتجاوز ما يمكن منحه.
limits-saved = تم حفظ الحدود.
limit-now = الآن:
limit-default = من النواة:
limit-ceiling = كحد أقصى:
limit-cpu-ms = وقت المعالج للصفحة (ملث)
limit-wall-ms = الوقت المنقضي للصفحة (ملث)
limit-memory-bytes = ذاكرة الطلب (بايت)
limit-table-elements = عناصر جداول الطلب
limit-calls = الطلبات في آن واحد
limit-queue = الطلبات المنتظرة
limit-store-calls = القراءات والكتابات للصفحة
limit-rows = السجلات المحفوظة
limit-bytes = حجم السجلات المحفوظة (بايت)
limit-files = الملفات المحفوظة
limit-file-bytes = حجم الملفات المحفوظة (بايت)
limit-outbound-at-once = طلبات إلى الخارج في آن واحد
limit-outbound-calls = طلبات إلى الخارج لكل طلب
limit-outbound-ms = مدة طلب إلى الخارج (ملث)
limit-outbound-bytes = حجم جواب من الخارج (بايت)
plugin-log = آخر أسطر السجل التقني
plugin-log-none = لم تكتب الإضافة شيئا.
plugin-log-kernel = النواة
grants-title = ما تطلبه الإضافة
grants-none = هذه الإضافة لا تطلب شيئا.
grants-save = حفظ
grants-saved = تم حفظ الأذونات.
grant-granted = مأذون
grant-denied = غير مأذون
hooks-title = تطلع قبل الكتابة
hook-on-failure-refuse = إن فشلت لا يكتب شيء
hook-on-failure-pass = إن فشلت يكتب بدونها
hook-state-working = تعمل
hook-state-resting = متوقفة بعد إخفاقات كثيرة
hook-state-trying = ستجرب من جديد
plugin-slots = تعرض جزءا من:
slot-home = الصفحة الرئيسية
slot-cooperative = صفحة تعاونية
slot-account = الحساب
plugin-provides = تجيب إضافات أخرى:
plugin-requires = تسأل إضافات أخرى:
console-jobs = الأعمال
console-jobs-lead = ما تقوم به الإضافات في الخلفية: أحداث، وأعمال مؤجلة، وأعمال في أوقات محددة.
jobs-all = أعمال كل الإضافات
jobs-none = لا شيء
job-state-waiting = في الانتظار
job-state-running = جارية
job-state-dead = متروكة
job-source-event = حدث
job-source-job = عمل
job-source-schedule = في وقت محدد
job-tries = المحاولة { $attempt } من { $max }
job-bytes = { $count } بايت
job-retry = إعادة المحاولة
job-forget = نسيان
job-forget-sure = هل تريد نسيان هذا العمل؟ لن يُنجز أبدا.
job-retried = العمل في الانتظار من جديد.
job-forgotten = تم نسيان العمل.
capability-store = حفظ سجلاتها الخاصة
capability-kv = حفظ قيم صغيرة بمفاتيح
capability-blobs = حفظ ملفات
capability-secrets = الاطلاع على أسرارها الخاصة
capability-http-out = طلب خدمات خارجية
capability-registry-read = قراءة سجل التعاونيات
capability-milestones = تدوين مراحل المسار
capability-calls = سؤال إضافات أخرى
capability-notify = إشعار الأشخاص
capability-telemetry = الكتابة في السجل التقني
capability-hooks = الاطلاع على ما يكتبه الآخرون قبل كتابته، ورفضه أو تصحيحه
capability-events = أن تُخبَر بما يتغير، وأن تُخبر إضافات أخرى
capability-jobs = العمل في الخلفية، وفي أوقات محددة أيضا
account-add = إضافة حساب
account-added = تمت إضافة الحساب.
account-disabled = معطل
account-wrong = تحقق من الاسم والبريد وكلمة السر. ربما البريد مستعمل من قبل.
account-role-wrong = هذا الدور لا يناسب هذا المجال.
password-first = كلمة السر الأولى
role = الدور
scope = أين
scope-hint = nation أو province:09.541 أو cooperative: متبوعة بمعرفها
kind-purpose = الغاية
kind-retention = مدة الحفظ
class-public = عمومي
class-internal = داخلي
class-personal = شخصي
class-sensitive = حساس

## Records

records = السجلات
records-lead = كل ما يمكنكم الاطلاع عليه هنا، حسب نوع السجل.
namespace-registry = سجل التعاونيات
records-empty = لا توجد سجلات حتى الآن
records-searching = لا شيء في هذه الصفحة من البحث؛ يستمر في الصفحة التالية.
records-new = سجل جديد
records-edit = تعديل
records-delete = حذف
records-delete-sure = حذف هذا السجل؟
records-delete-text = يختفي من القوائم، ويبقى تاريخ تغييراته.
records-delete-changed = تغير هذا السجل أثناء قراركم. هذا هو الآن.
records-restore = استرجاع
records-restore-hint = الاسترجاع يضع نفس المحتوى في سجل جديد بمعرف آخر.
record-restore-taken = لا يمكن لهذا السجل أن يعود هكذا: أخذ سجل آخر قيمه، أو تغيرت القواعد.
record-created = تم إنشاء السجل.
record-saved = تم حفظ السجل.
record-deleted = تم حذف السجل. يبقى تاريخ تغييراته.
record-restored = عاد المحتوى في سجل جديد.
records-history = التغييرات
records-csv = تنزيل (CSV)
records-filter = تصفية وترتيب
records-any = الكل
records-sort = الترتيب
records-sort-up = { $field }، تصاعدي
records-sort-down = { $field }، تنازلي
records-mismatch = هذه المرشحات لا تجتمع هنا. احذفوا واحدا منها.
records-filter-wrong = قيمة أحد المرشحات غير مفهومة.
records-json = { $count ->
    [one] { $count } عنصر
   *[other] { $count } عناصر
}
records-about = حول هذا السجل
records-created = الإنشاء
records-changed = آخر تغيير
records-by-you = أنتم
records-by-account = حساب
records-by-system = المنصة نفسها
records-elsewhere = هذا السجل لمنصة أخرى؛ هي وحدها تعدله.
records-before = قبل:
records-after = بعد:
operation-create = إنشاء
operation-replace = تعديل
operation-delete = حذف
records-cancel = إلغاء
records-wrong = لم يحفظ شيء: بعض الخانات تحتاج إلى مراجعة.
records-refused = لا يمكنكم حفظ هذا السجل في هذا المكان. أجوبتكم محفوظة أسفله.
records-sent-before = أرسلت هذه الاستمارة من قبل بمحتوى آخر. تحققوا من السجل ثم احفظوا إن أردتم.
records-conflict = عدل شخص آخر هذا السجل وأنتم تكتبون. لم يضع شيء: أجوبتكم أسفله وقيمه بجانبها. اختاروا ثم احفظوا.
records-gone = حذف هذا السجل وأنتم تكتبون. أجوبتكم أسفله؛ انسخوا ما يهمكم.
records-meanwhile = ما تغير في هذه الأثناء
records-now = في السجل الآن:
hint-lines = قيمة واحدة في كل سطر.
hint-json = ليست لهذا الجزء استمارة بعد: يكتب بصيغة JSON.
hint-least = { $count } على الأقل
hint-most = { $count } على الأكثر
fault-required = خانة ضرورية
fault-length = قصير جدا أو طويل جدا.
fault-range = صغير جدا أو كبير جدا أو كثير الكسور.
fault-choice = هذا الاختيار غير موجود.
fault-pattern = ليس بالشكل المطلوب.
fault-order = هذا التاريخ لا يناسب التواريخ الأخرى أو لم يأت بعد.
fault-taken = سجل آخر يحمل هذه القيمة.
fault-repeated = نفس القيمة مكررة.
fault-json = ليست صيغة JSON سليمة.
fault-other = لم تستوف إحدى قواعد هذا النوع من السجلات.
yes = نعم
no = لا

## Fields of the register

field-name-ar = الاسم بالعربية
field-name-fr = الاسم بالفرنسية
field-name-zgh = الاسم بتيفيناغ
field-status = الحالة
field-capital-mad = الرأسمال (درهم)
field-cooperative = التعاونية
field-person = الشخص
field-gender = الجنس
field-birth-date = تاريخ الازدياد
field-birth-year = سنة الازدياد
field-national-id-key = بصمة البطاقة الوطنية
field-membership-number = رقم العضو
field-joined-on = تاريخ الانخراط
field-left-on = تاريخ المغادرة
field-shares = الحصص
field-share-value-mad = قيمة الحصة (درهم)
field-subject = من
field-stage = المرحلة
field-plugin = الإضافة
field-code = الرمز
field-reached-at = تاريخ البلوغ
field-proof = الإثبات
field-proof-kind = نوع الإثبات
field-language = اللغة
value-gender-female = امرأة
value-gender-male = رجل
value-role-member = عضو
value-role-president = رئاسة
value-role-vice-president = نيابة الرئاسة
value-role-manager = إدارة
value-role-treasurer = أمانة المال
value-role-secretary = كتابة
value-role-board-member = عضو المجلس
value-stage-skills = مهارات
value-stage-project = مشروع
value-stage-market = سوق

## What went wrong

error-missing-title = هذه الصفحة غير موجودة
error-missing-text = ربما كتب العنوان خطأ، أو حذفت الصفحة.
error-forbidden-title = هذه الصفحة ليست لهذا الحساب
error-forbidden-text = إن كنت تحتاجها فاطلب الدور من مدير المنصة لديكم.
error-grant-title = تنقص هذه الإضافة إذن
error-grant-text = يمكن لمدير المنصة لديكم أن يمنحها إياه:
error-sign-in-title = سجل الدخول لرؤية هذه الصفحة
error-sign-in-text = هي مخصصة لمن لهم حساب.
error-form-title = انتهت صلاحية الاستمارة
error-form-text = عد إلى الصفحة السابقة، حدثها وأعد الإرسال. لم يتغير شيء.
error-request-title = لم نفهم هذا الطلب
error-request-text = عد إلى الوراء وجرب طريقة أخرى.
error-busy-title = هناك ضغط كبير الآن
error-busy-text = انتظر لحظة ثم حدث الصفحة.
error-internal-title = حدث خلل من جانبنا
error-internal-text = ليس خطأك، ولم يكتب أي شيء ناقصا. أعد المحاولة بعد قليل.
error-plugin-title = تعذر عرض صفحة الإضافة هذه
error-plugin-text = باقي الموقع يعمل. يجد المدير السبب في السجل.
error-hook-title = يجب أن تتحقق إضافة من هذا أولا
error-hook-text = إنها لا تجيب الآن، ولم يكتب شيء. حاول بعد قليل.
error-reference = مرجع للمساعدة:
refusal-title = لم يتم ذلك
refusal-unsigned = هذه الإضافة غير موقعة. اطلب من ناشرها ملفا موقعا.
refusal-development = هذه الإضافة موقعة بمفتاح للتطوير. اطلب من ناشرها ملفا موقعا للاستعمال.
refusal-unknown = لا يضمن { $name } أحد تثق به هذه المنصة. قارن المفتاح معه، ثم أضفه إلى ما تثق به المنصة.
refusal-uncertified = ليست للناشر شهادة، والمنصة لا تعرف مفتاحه. قارنه معه، ثم أضفه إلى ما تثق به المنصة.
refusal-chain = شهادة { $name } لا توافق الشهادة التي فوقها. اطلب منه شهادة أخرى.
refusal-prefix = يحق لـ { $name } أن يوقع { $prefixes } ولا يحق له أن يوقع { $plugin }. اسأل من أعطاه الشهادة.
refusal-expired = انتهت شهادة { $name } في { $until }. اطلب منه ملفا موقعا من جديد.
refusal-early = تبدأ شهادة { $name } في { $from }. تحقق من ساعة هذا الجهاز.
refusal-revoked-key = ألغي المفتاح الذي وقع هذه الإضافة: { $reason }. اطلب من الناشر ملفا موقعا بمفتاح جديد.
refusal-revoked-bundle = ألغي هذا الملف: { $reason }. اطلب من الناشر ملفا أحدث.
refusal-minimum = ألغي { $plugin } { $version }، وأقدم إصدار مسموح به هو { $minimum }: { $reason }
refusal-older = { $plugin } { $version } أقدم من { $highest } الذي ثبت هنا.
refusal-bundle = هذا الملف ليس إضافة كما تسلم الإضافات. اطلبه من ناشره مرة أخرى.
refusal-bundle-large = الملف كبير جدا: { $bytes } بايت، والحد { $most }.
refusal-bundle-changed = تغير الملف بعد توقيعه أو تلف في الطريق. اطلبه من ناشره مرة أخرى.
refusal-manifest = في بيان الإضافة خطأ على مؤلفها أن يصححه:
refusal-component = برنامج الإضافة غير مقبول، وعلى مؤلفها أن يصححه:
refusal-contract = صنعت الإضافة لإصدار آخر من هذه المنصة. اطلب غيرها من ناشرها:
refusal-kinds = أنواع سجلات الإضافة غير مقبولة، وعلى مؤلفها أن يصححها:
refusal-installed = { $plugin } مثبتة من قبل. لإصدار آخر حدثها.
refusal-unloaded = { $plugin } مثبتة ولم يمكن تحميلها؛ صفحتها تبين السبب. ثبت من جديد الحزمة التي جاءت منها، أو حدثها. للبدء من جديد دون ما تحفظه، أزلها أولا.
refusal-ungranted = لا تستطيع { $plugin } العمل دون هذا: { $capability }. امنحه لها أو لا تثبتها.
refusal-requires = لا تستطيع { $plugin } العمل دون { $contract }، ولا إضافة هنا توفره. ثبت تلك الإضافة أولا.
refusal-required = إضافات أخرى تحتاج إلى { $plugin }: { $by }. حدثها أو أزلها أولا.
refusal-init = لم تستطع الإضافة أن تهيئ نفسها، وعلى مؤلفها أن يصححها:
refusal-by-plugin = ترفض الإضافة أن تثبت: { $message }
refusal-not-installed = { $plugin } غير مثبتة. ثبتها أولا.
refusal-other = هذا ملف { $plugin } وليس ملف { $wanted }.
refusal-not-newer = { $plugin } { $version } ليس أحدث من { $installed } المثبت.
refusal-held = { $plugin } { $version } يطلب أكثر من قبل: { $more }. امنحه ذلك الآن، أو أبق الإصدار الموجود.
refusal-calls-run = ما زالت صفحات للإضافة تعمل بعد { $seconds } ثانية. حاول مرة أخرى.
refusal-remove-calls-run = ما زالت صفحات للإضافة تعمل بعد { $seconds } ثانية. هي معطلة الآن، حاول مرة أخرى.
refusal-migration = تعذر تكييف سجلاتها في الخطوة { $step }. كل شيء كما كان:
refusal-migration-by-plugin = ترفض الإضافة تكييف سجلاتها في الخطوة { $step }: { $message }
refusal-migration-endless = تكييف سجلاتها لا ينتهي: أنجزت { $steps } خطوات. كل شيء كما كان.
refusal-misfits = هناك سجلات لا توافق الإصدار الجديد. كل شيء كما كان:
refusal-rollback-misfits = هناك سجلات كتبت بعد ذلك ولا توافق الإصدار السابق. غيرها أو احذفها أولا:
refusal-probe = يتعطل الإصدار الجديد عندما يسأل هل يستطيع العمل. كل شيء كما كان:
refusal-unhealthy = يقول الإصدار الجديد إنه لا يستطيع العمل: { $message }
refusal-nothing-before = لا يوجد إصدار سابق محفوظ من { $plugin }. يمكن التراجع عن آخر تحديث فقط، ومرة واحدة.
refusal-unasked = { $plugin } لا تطلب هذا: { $capability }.
refusal-limit = من 1 إلى { $most }.
refusal-job-not-dead = لا يعود إلى الانتظار إلا عمل متروك.
refusal-job-running = هذا العمل قيد الإنجاز الآن.

## Dates

date-long = { $day } { $month } { $year }
date-clock = { $date }، { $clock }
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = ماي
month-6 = يونيو
month-7 = يوليوز
month-8 = غشت
month-9 = شتنبر
month-10 = أكتوبر
month-11 = نونبر
month-12 = دجنبر

## Certified extracts on paper

print-extract = مستخرج مصادق عليه من سجل التعاونيات
print-certificate = شهادة التقييد
print-lead-extract = هذا ما يقوله السجل عن هذه التعاونية بتاريخ { $date }.
print-lead-certificate = يشهد أن هذه التعاونية مقيدة في السجل المحلي تحت الرقم المبين، وأن حالتها هي: { $state }.
print-activity = النشاط
print-officers = المسؤولون
print-office = المهمة
print-from = منذ
print-until = إلى غاية
print-acts = التقييدات
print-act = العقد
print-effective = الأثر في
print-entered = قيد في
print-subject = الموضوع
act-denomination-requested = طلب التسمية
act-denomination-answered = الجواب على طلب التسمية
act-constituted = التأسيس
act-filed = إيداع الملف
act-registered = التقييد في السجل المحلي
act-registered-centrally = التقييد في السجل المركزي
act-amended = تعديل
act-officers-changed = تغيير المسؤولين
act-capital-changed = تغيير الرأسمال
act-members-changed = تغيير الأعضاء
act-yearly-filing = الإيداع السنوي
act-suspended = توقيف
act-resumed = رفع التوقيف
act-merged = إدماج
act-split = تقسيم
act-transformed = تحويل
act-dissolved = حل التعاونية
act-liquidation-opened = فتح التصفية
act-struck-off = تشطيب
print-issued-on = سلم في
print-issued-by = سلمه
print-reference = المرجع
print-verify = للتحقق من هذه الورقة، اقرأ الرمز بالهاتف أو افتح العنوان أدناه. ويقول الجواب أيضا ما تغير بعد ذلك.
print-code = رمز يؤدي إلى صفحة التحقق
extract-issue = تسليم مستخرج

## Verifying an extract

verify-title = التحقق من مستخرج
verify-genuine = هذا المستخرج سلمته فعلا { $office } بتاريخ { $date }.
verify-not-ours = هذا المستخرج غير صحيح: لم يوقعه أي مفتاح من مفاتيح هذه المنصة. لا تعتمد عليه.
verify-unrecorded = السجل لا يتضمن هذا المستخرج رغم توقيعه. لا تعتمد عليه وأخبر المكتب.
verify-same = السجل ما زال يقول الشيء نفسه.
verify-changed = تغير السجل بعد ذلك: { $parts }.
verify-gone = التعاونية لم تعد في السجل.
verify-unchecked = التعاونية أكبر من أن تقارن هنا؛ اسأل المكتب عما تغير.
verify-key-replaced = استبدل مفتاح التوقيع بتاريخ { $date }. المستخرج ما زال صالحا.
verify-key-compromised = استبدل مفتاح التوقيع بتاريخ { $date } لأنه لم يعد آمنا. كان السجل يتضمن هذا المستخرج قبل ذلك اليوم.
verify-content = ما يشهد به
verify-content-hint = قارن كل سطر بالورقة.
verify-part-name = الاسم
verify-part-registration = التقييد
verify-part-seat = المقر
verify-part-category = النشاط
verify-part-capital = الرأسمال
verify-part-state = الحالة
verify-part-officers = المسؤولون
verify-part-acts = التقييدات
field-paper = الورقة
field-issued-at = سلم في
field-issued-by = سلمه
field-key-id = المفتاح
field-text = النص المشهود به
field-digest = بصمة النص
field-token = الرمز
field-file = الملف
field-file-bytes = بايتات الملف
field-file-signature = توقيع الملف
field-signing-key-number = رقم المفتاح
field-public-key = المفتاح العمومي
field-since = منذ
field-reason = السبب
value-paper-extract = مستخرج مصادق عليه
value-paper-certificate = شهادة التقييد
value-reason-first = المفتاح الأول
value-reason-routine = استبدال عادي
value-reason-compromised = مفتاح لم يعد آمنا
value-reason-instance-key = مفتاح جديد للمنصة

## Records that may be the same

duplicates = سجلات قد تكون مكررة
duplicates-lead = سجلان قد يكونان لنفس الجهة. قارنوهما جنبا إلى جنب ثم قرروا؛ لا يحذف شيء، ويمكن التراجع عن كل قرار.
duplicates-none = لا يوجد أي زوج هنا.
duplicate-names = تشابه الأسماء بنسبة { $percent } ٪
duplicate-why = ما يقرب بينهما
duplicate-field = البيان
duplicate-first = السجل الأول
duplicate-second = السجل الثاني
duplicate-keep-first = هما واحد: الاحتفاظ بالأول
duplicate-keep-second = هما واحد: الاحتفاظ بالثاني
duplicate-distinct = هما سجلان مختلفان
duplicate-undo = التراجع عن القرار
duplicate-reason = السبب
duplicate-reason-missing = اذكروا السبب في 500 حرف على الأكثر.
duplicate-decided = سجل القرار.
duplicate-alias = هذا السجل هو نفسه سجل آخر يبقى مكانه:
fault-alike = قد يكون هو نفسه: { $records }. تحققوا؛ وإن كان غيره فاكتبوا هذه الأرقام هنا.
field-merged-into = نفس السجل
field-confirm-distinct = يختلف عن (بعد التحقق)
field-duplicate-kind = موضوع الزوج
field-duplicate-first = السجل الأول
field-duplicate-second = السجل الثاني
field-duplicate-level = درجة اليقين
field-duplicate-points = النقاط
field-duplicate-reasons = ما يقرب بينهما
field-duplicate-kept = السجل الباقي
field-duplicate-reason = السبب
value-duplicate-kind-cooperative = تعاونية
value-duplicate-kind-person = شخص
value-duplicate-level-possible = ممكن
value-duplicate-level-likely = مرجح
value-duplicate-level-certain = مؤكد
value-duplicate-status-open = ينتظر القرار
value-duplicate-status-distinct = مختلفان
value-duplicate-status-merged = مدمجان

## Persons and unions

persons = الأشخاص
persons-lead = البحث عن شخص في السجل، برقم بطاقة التعريف أو بتاريخ الازدياد.
persons-found = الأشخاص الذين عثر عليهم: { $count }
persons-cut = هناك آخرون؛ الأوائل وحدهم معروضون.
person-find = بحث
person-new = إضافة شخص جديد
person-no-day = هذا التاريخ غير موجود.
person-number = رقم بطاقة التعريف الوطنية
person-number-hint = من 4 إلى 24 حرفا ورقما؛ الفراغات لا تهم.
person-number-unknown = لا أحد في السجل يحمل هذا الرقم.
person-number-wrong = هذا ليس رقم بطاقة تعريف: من 4 إلى 24 حرفا ورقما.
person-number-taken = شخص آخر يحمل هذا الرقم.
person-number-kept = الرقم محفوظ مشفرا. من يطلع عليه يسجل، والشخص المعني يمكنه أن يعرف.
person-number-hashed = السجل يعرف هذا الشخص ببصمة رقمه، ولا يحفظ الرقم نفسه.
person-number-none = لا يحفظ السجل رقما لهذا الشخص.
person-number-set = تغيير الرقم
person-number-save = حفظ الرقم
person-number-forget = حذف الرقم
person-look = إظهار الرقم
person-look-reason = لماذا تحتاج إلى الاطلاع عليه
person-look-hint = يحفظ السبب مع اسمك والساعة.
person-look-reason-missing = اذكر السبب، في 500 حرف على الأكثر.
person-look-kept = سجل هذا الاطلاع.
person-looks = من اطلع على الرقم
person-look-nobody = المثيل نفسه
person-record = السجل الكامل وتعديله
person-memberships = العضويات
person-mandates = المهام
person-left = المغادرة
person-late = فات الأجل
person-term-over = انتهت المدة
person-cut = هناك أكثر مما هو معروض.
person-name-ar = الاسم بالعربية
person-name-fr = الاسم بالفرنسية
union = اتحاد تعاونيات
union-members = أعضاء الاتحاد
union-people = الأشخاص الذين وراء الأعضاء
union-people-note = من ينتمي إلى تعاونيتين يحسب مرتين.
union-members-hidden = لائحة الأعضاء لأهل الاتحاد ولمن يمسك السجل.
union-members-none = لا أعضاء بعد.
union-holder = نوع العضو
value-holder-person = شخص ذاتي
value-holder-legal-person = شخص اعتباري
value-holder-cooperative = تعاونية
field-called-mad = المطلوب دفعه (درهم)
field-paid-mad = المدفوع (درهم)
field-pay-until = أجل الباقي
field-from = من
field-until = إلى
field-ended-on = انتهت في
field-runs-until = جارية إلى
field-legal-person = شخص اعتباري
field-member-cooperative = تعاونية عضو
field-represented-by = يمثلها
field-national-id-sealed = رقم بطاقة التعريف (مشفر)
field-entity = تعاونية أو اتحاد
value-entity-cooperative = تعاونية
value-entity-union = اتحاد تعاونيات
field-legal-person-form = الشكل القانوني
value-legal-person-form-company = شركة
value-legal-person-form-association = جمعية
value-legal-person-form-cooperative = تعاونية
value-legal-person-form-union = اتحاد تعاونيات
value-legal-person-form-foreign = شخص اعتباري أجنبي
value-legal-person-form-other = غير ذلك
value-legal-person-form-public-body = مؤسسة عمومية
field-registry-number = الرقم في سجله
field-mandate-place = الترتيب
field-look-what = ما أظهر
field-look-reason = السبب
field-look-at = متى
field-look-account = الحساب
field-look-name = من
value-look-what-national-id = رقم بطاقة التعريف
