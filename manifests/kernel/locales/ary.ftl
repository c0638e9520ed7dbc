# draft: to be reviewed by a native speaker

## The shell of every page

brand = تيويزي
skip-to-content = سير للمحتوى
menu = القائمة
home = الصفحة اللولا
language = اللغة
script = الحروف
script-tfng = تيفيناغ
script-latn = لاتينية
footer-meaning = تيويزي: الجيران كيتعاونو ويخدمو كاملين ف الفدان ديال عائلة وحدة.
draft-page = الكتابة ديال هاد الصفحة مسودة دارتها ماكينة، وغادي يراجعها شي واحد كيهضر بهاد اللغة.
draft-content = مسودة دارتها ماكينة، خاصها شي واحد كيهضر بهاد اللغة يراجعها.
breadcrumbs = فين راك
optional = ماشي ضروري
search = قلّب
name = السمية
email = الإيمايل
paging = صفحات الليستة
paging-first = رجع للول
paging-next = الصفحة الجاية
audio-length = المدة { $time }
audio-synthetic = صوت ديال ماكينة
audio-none = مازال ما كاين تسجيل بهاد اللغة. البلاصة موجودة لشي صوت حقيقي.

## Home

home-title = مجموعين، كنزيدو القدام
home-lead = منصة التعاونيات د المغرب: قلّب على تعاونية، تعلّم، وزيد القدام، كل واحد بلغتو.
home-numbers = السجل بالأرقام
total-cooperatives = { $count ->
    [one] تعاونية
    [few] تعاونيات
   *[other] تعاونية
}
total-members = { $count ->
    [one] عضو
   *[other] ديال الأعضاء
}
total-women = { $count ->
    [one] مرا
   *[other] ديال العيالات
}
total-young = { $count ->
    [one] شاب ولا شابة
   *[other] ديال الشباب
}
home-doors = منين تبدا
home-word-title = شنو معنى «تيويزي»؟
home-word = كلمة أمازيغية: الدوار كامل كيخدم مجموع ف الفدان ديال عائلة وحدة، ومن بعد ف الفدان ديال العائلة الجاية. التعاونية هي هادشي العام كامل.

## Directory

directory = دليل التعاونيات
directory-lead = كاع التعاونيات اللي ف السجل، بالسمية، بالبلاصة، بالقطاع.
directory-search-label = سمية د تعاونية ولا جماعة
directory-search-hint = كتب بالعربية ولا الفرنسية ولا تيفيناغ: البحث كيفهم بثلاثة.
directory-count = { $count ->
    [0] حتى تعاونية
    [one] تعاونية وحدة
    [two] جوج تعاونيات
    [few] { $count } تعاونيات
   *[other] { $count } تعاونية
}
directory-some = التعاونيات اللي لقينا
directory-clear = وري كلشي
directory-none = ما لقينا والو
directory-none-hint = جرب حروف قل، ولا كتابة خرى، ولا بلاصة خرى.
place = الإقليم
place-all = المغرب كامل
sector = القطاع
sector-all = كاع القطاعات

## Sectors

sector-agriculture = الفلاحة
sector-crafts = الصنعة التقليدية
sector-housing = السكنى
sector-food = الماكلة
sector-argan = أركان
sector-aromatic-plants = الأعشاب العطرية والطبية
sector-labour = الخدّامة
sector-fishing = الصيد د البحر
sector-literacy = محو الأمية
sector-waste = الزبل والتدوير
sector-forest = الغابة
sector-tourism = السياحة
sector-transport = النقل
sector-communication = التواصل
sector-retail = مالين الحوانت
sector-consulting = الاستشارة والتسيير
sector-quarries = المقالع
sector-consumption = الاستهلاك
sector-education = القراية والتكوين
sector-cannabis = الكيف المقنن

## The page of a cooperative

cooperative-register = ف السجل
cooperative-seat = المقر
cooperative-contact = كيفاش تتاصل بيهم
cooperative-as-of = آخر تقييد نهار { $date }
field-court = المحكمة
field-number = النمرة ف السجل المحلي
field-registered-on = نهار التقييد
field-founded-on = نهار التأسيس
field-ice = التعريف الموحد (ICE)
field-category = الصنف
field-branch = الخدمة
field-capital = الراسمال
field-capital-amount = { $amount } درهم
field-region = الجهة
field-province = الإقليم
field-prefecture = العمالة
field-commune = الجماعة
field-address = العنوان
field-phone = التيليفون
category-a = كتبيع داكشي اللي كيصنعو الأعضاء
category-b = كتصنع ولا كتخدم على قبل الأعضاء
category-c = كتعطي خدمة مخلصة للأعضاء
status-registered = مقيدة
status-suspended = موقوفة
status-dissolved = تحلات
status-in-liquidation = ف التصفية
status-struck-off = تشطب عليها
status-merged = تدمجات
status-split = تقسمات
status-transformed = تحولات

## Statistics and open data

statistics = إحصائيات
statistics-lead = أرقام السجل، كيتحسبو مع كل تبديل.
statistics-as-of = الحالة ف { $moment }، التبديل { $seq } ف الجورنال.
statistics-as-of-nothing = مازال ما تحسب والو.
statistics-measure = شنو نحسبو
measure-cooperatives = التعاونيات
measure-members = الأعضاء
measure-women = العيالات
measure-youth = الشباب
measure-jobs = خدمة الأعضاء
measure-capital = راس المال (درهم)
measure-creations = اللي تخلقات
measure-closings = اللي تسدات
measure-jobs-note = الأعضاء ديال التعاونيات اللي كتخدّم أعضاءها بالخلاص (الصنف ج، بوحدو ولا مع غيرو). الخدامة اللي ماشي أعضاء ماكاينينش ف السجل.
measure-youth-note = { $age } عام على الأكثر ف { $year }.
measure-closings-note = العام هو فاش عرف السجل؛ ماشي معروف إلا دخلات التعاونية للسجل وهي مسدودة.
measure-capital-note = راس المال ديال التعاونيات المسجلة، بالدرهم بلا كسور.
by-region = الجهة
by-province = الإقليم
by-sector = القطاع
by-size = شحال من عضو
by-age = العمر
by-year = عام التسجيل
statistics-others = أعضاء آخرين
statistics-unknown = ماشي معروف
statistics-hidden = مخبي
statistics-hidden-note = العدد ديال الناس اللي قل من { $minimum } كيتخبا، ومعاه أعداد خرى باش حتى واحد ما يحسبو.
statistics-staff = كتشوفو حتى الأعداد الصغيرة ديال الناس. ما تنشروهاش.
statistics-table = الجدول
statistics-csv = تيليشارجي الجدول (CSV)
statistics-total = المجموع
statistics-thousands = { $amount } ألف
statistics-millions = { $amount } مليون
statistics-thousand-millions = { $amount } مليار
statistics-and-more = { $from } ولا كتر
statistics-from-to = من { $from } ل { $to }
statistics-chart = كبر عدد: { $name }، { $amount }. الجدول اللي تحت فيه كاع الأعداد.
statistics-chart-empty = ما كاين ما يتشاف.
open-data = بيانات مفتوحة
open-data-lead = اللي كلشي يقدر يقراه من السجل، وتعاودو تستعملوه بحرية.
open-data-cooperatives = كاع التعاونيات
open-data-catalogue = الفهرس
open-data-licence = الرخصة: { $licence }

## Signing in

sign-in = دخل
sign-out = خرج
password = كلمة السر
sign-in-wrong = الإيمايل ولا كلمة السر ماشي هي هاديك.
sign-in-hint = نسيتي كلمة السر؟ المسؤول ديال المنصة يعطيك وحدة جديدة.
password-change = بدل كلمة السر
password-must-change = كلمة السر اللولة كتصلح غير مرة وحدة. ختار ديالك باش تكمل.
password-current = كلمة السر ديال دابا
password-new = كلمة السر الجديدة
password-again = عاودها
password-rule = { $count ->
    [few] على الأقل { $count } حروف. جملة كتعقل عليها حسن من كلمة صعيبة.
   *[other] على الأقل { $count } حرف. جملة كتعقل عليها حسن من كلمة صعيبة.
}
password-wrong = كلمة السر ديال دابا ماشي صحيحة.
password-refused = هاد كلمة السر ما كتصلحش: قصيرة بزاف ولا طويلة بزاف.
password-differs = جوج كلمات السر الجداد ماشي بحال بحال.
password-changed = تبدلات كلمة السر.

## Account

account = حسابي
roles = الأدوار
roles-none = مازال ما عندك حتى دور.
role-administrator = الإدارة
role-registrar = السجل
role-trainer = التكوين
role-observer = الملاحظة
role-officer = مسؤول ف تعاونية
role-member = عضو
scope-nation = المغرب كامل
notices = الإعلانات
notices-none = ما كاين حتى إعلان دابا.
notices-unread = { $count ->
    [one] إعلان واحد ما مقريش
    [two] جوج إعلانات ما مقريينش
    [few] { $count } إعلانات ما مقريينش
   *[other] { $count } إعلان ما مقريش
}
notice-unread = ما مقريش
notice-open = حل
notice-read = علم عليه مقري
notices-read-all = علم على كلشي مقري
notice-delete = محي
notice-deleted = تمحا الإعلان.
notice-restore = رجعو
notice-unreadable = هاد الإعلان ما بقاش يبان.
tokens = رموز شخصية
tokens-lead = الرمز كيخلي برنامج يخدم بسميتك. عطي لكل برنامج رمز، وحيدو ملي ما يبقاش محتاجو.
token-name = سمية الرمز
token-create = صاوب رمز
token-created = تصاوب نهار { $date }
token-used = تخدم نهار { $date }
token-unused = عمرو ما تخدم
token-revoke = حيد
token-revoke-sure = نحيدو هاد الرمز؟ البرامج اللي خدامين بيه غادي يوقفو.
token-revoked = تحيد الرمز.
token-once = ها الرمز ديالك. كيبان غير مرة وحدة: نقلو دابا.
token-name-wrong = هاد السمية ما كتصلحش.

## Console

console = لوحة التحكم
console-overview = نظرة عامة
console-plugins = الإضافات
console-plugins-lead = الإضافة ما كدير غير داكشي اللي خليتيها دير.
console-plugins-none = ما كاينة حتى إضافة.
console-accounts = الحسابات
console-kinds = أنواع السجلات
console-kinds-lead = شنو كتسجل هاد المنصة، علاش، وشكون يقدر يشوفو.
fact-instance = المنصة
fact-id = المعرف
fact-jurisdiction = الأقاليم
fact-plugins = الإضافات اللي كاينين
fact-kinds = أنواع السجلات
fact-version = النسخة
plugin-version = النسخة
plugin-libraries = المكتبات البرمجية اللي فيها
plugin-level-national = البرنامج الوطني
plugin-level-directorate = المديرية
plugin-level-community = ناشر معروف
plugin-level-local = تطوير محلي
plugin-state-enabled = خدامة
plugin-state-disabled = واقفة
plugin-state-quarantined = محجورة
plugin-state-unloaded = ما تحملاتش
plugin-cause-crashes = طاحت بزاف د المرات.
plugin-cause-went-back = النسخة الجديدة ديالها طاحت والنسخة اللي قبل رجعات.
plugin-cause-untrusted = التوقيع ديالها ما بقاش فيه الثقة.
plugin-cause-installation = التركيب ديالها ما كملش.
plugin-cause-removal = المحي ديالها ما كملش.
plugin-enable = خدّم
plugin-disable = وقّف
plugin-disable-sure = نوقفو هاد الإضافة؟ الصفحات ديالها ما يبقاوش خدامين. المعطيات باقية.
plugin-enabled = الإضافة خدامة.
plugin-disabled = الإضافة واقفة.
plugin-captures-begin = سجل الطلبات اللي فشلات
plugin-captures-end = حبس التسجيل ديال الطلبات اللي فشلات
plugin-captures-hint = كيتحفظ فهاد الجهاز شنو تطلب من الإضافة ملي كتفشل، بلا معطيات شخصية وبلا أسرار، باش اللي ناشرها يصلحها.
captures-on = من دابا الطلبات اللي فشلات كيتسجلو.
captures-off = الطلبات اللي فشلات ما بقاوش كيتسجلو.
plugin-add = زيد ولا جدد إضافة
plugin-add-hint = والو ما كيتركب قبل ما تشوفو شنو طالبة.
plugin-file = الملف ديال الإضافة (.tzp)
plugin-look = شوف شنو طالبة
plugin-install = ركّب
plugin-installed = الإضافة تركبات.
plugin-upgrade = جدّد
plugin-upgraded = الإضافة تجددات.
plugin-rollback = رجع للنسخة اللي قبل
plugin-rollback-sure = نرجعو للنسخة اللي قبل؟ داكشي اللي تبدل من بعد كيبقا.
plugin-rolled-back = النسخة اللي قبل رجعات.
plugin-remove = محي الإضافة
plugin-remove-text = السجلات والإعدادات والملفات ديالها كيتمحاو ديما. المراحل ديال المسارات كيبقاو لماليهم.
plugin-remove-confirm = باش تأكد، كتب السمية التقنية ديالها
plugin-remove-wrong = ماشي هي السمية التقنية ديالها. والو ما تمحا.
plugin-removed = الإضافة تمحات.
plugin-change-new = جديد
plugin-change-gone = كيمشي
plugin-change-changed = كيتبدل
plugin-differences = شنو كيتبدل
plugin-differences-none = ما طالبة وما حافظة والو من غير داكشي اللي كان.
plugin-kinds = شنو كتحفظ
plugin-access-changed = ناس خرين يقدرو يقراو ولا يكتبو هاد السجلات.
plugin-migration = السجلات ديالها
plugin-migration-counts = تصاوبو: { $created }. تبدلو: { $changed }. تمحاو: { $deleted }.
plugin-signed-by = وقع عليها
plugin-refused = هاد الإضافة ما مقبولاش. والو ما تبدل.
plugin-file-none = ختار شي ملف.
plugin-until = غادي تجرّب بوحدها من
plugin-unsigned = ما موقعها حتى واحد
plugin-uncertified = موقعة بلا شهادة، بالساروت
plugin-installed-on = تركبات نهار
plugin-reload = جدد الأرقام
plugin-quotas = شنو محافظة عليه الإضافة
kept-records = السجلات
kept-record-bytes = حجم السجلات
kept-version-bytes = حجم النسخ القدام
kept-values = القيم بالسوارت
kept-value-bytes = حجم القيم
kept-files = الملفات
kept-file-bytes = حجم الملفات
plugin-usage = شنو كتستعمل الإضافة
plugin-since = من
used-calls = الطلبات
used-traps = العطبات اللي كيتحسبو للحجر
used-cpu = وقت المعالج
used-wall = الوقت اللي داز
used-memory = أكبر ذاكرة ف طلب واحد
used-host-calls = الطلبات للنواة
used-over-limit = ترفضو حيت فاتو الحد
used-outbound = الطلبات لبرا
used-outbound-bytes = شنو جا من برا
used-log-bytes = شنو تكتب ف الدفتر
used-log-dropped = سطورة طاحو من الدفتر
used-failures = اللي ما نجحوش
failed-busy = بزاف د الطلبات فمرة
failed-cpu-time = فات وقت المعالج
failed-wall-time = ثقيلة بزاف
failed-memory = خدات ذاكرة كثر من القياس
failed-host-calls = عيطات على النواة بزاف
failed-store-calls = بزاف د القراية والكتابة
failed-trap = طاحت
failed-answer = جواب ما مقبولش
failed-commit = الكتابة ما تقبلاتش
failed-export = ناقصاها وظيفة
failed-kernel = عطب فالنواة
failed-off = موقفة
failed-unknown = ما معروفاش
failed-stopping = النواة كتوقف
plugin-hours = آخر السوايع
plugin-hour = الساعة
plugin-grants-change = بدل الأذونات
plugin-settings = الإعدادات
plugin-settings-lead = الخانة الخاوية كترجع لقيمتها الأولى.
plugin-secrets = الأسرار
plugin-secrets-lead = السر ما كيبانش: تقدرو تبدلوه ولا تمحيوه.
secret-set = تحط نهار { $date }
secret-unset = ما كاينش
secret-put = حط
secret-replace = بدل
secret-forget = محي
secret-forget-sure = نمحيو هاد السر؟ الإضافة ما تبقاش تستعملو.
secret-wrong = السر خاوي ولا طويل بزاف.
secret-saved = تحفظ السر.
settings-saved = تحفظو الإعدادات.
settings-conflict = شي واحد بدل هاد الإعدادات ملي كنتي كتكتب. ما ضاع والو: الأجوبة ديالك لتحت والقيم ديالو حداها. ختار وحفظ.
settings-now = القيمة دابا:
plugin-limits = الحدود
plugin-limits-lead = الخانة الخاوية كتخلي الحد ديال النواة.
limits-wrong = واحد الحد فايت اللي ممكن.
limits-saved = تحفظو الحدود.
limit-now = دابا:
limit-default = من النواة:
limit-ceiling = بالكتير:
limit-cpu-ms = وقت المعالج للصفحة (ملث)
limit-wall-ms = الوقت اللي داز للصفحة (ملث)
limit-memory-bytes = ذاكرة الطلب (بايت)
limit-table-elements = عناصر الجداول ديال الطلب
limit-calls = الطلبات ف نفس الوقت
limit-queue = الطلبات اللي كيتسناو
limit-store-calls = القرايات والكتابات للصفحة
limit-rows = السجلات المحفوظين
limit-bytes = حجم السجلات المحفوظين (بايت)
limit-files = الملفات المحفوظين
limit-file-bytes = حجم الملفات المحفوظين (بايت)
limit-outbound-at-once = الطلبات لبرا ف نفس الوقت
limit-outbound-calls = الطلبات لبرا ف كل طلب
limit-outbound-ms = شحال كيدوم طلب لبرا (ملث)
limit-outbound-bytes = حجم جواب من برا (بايت)
plugin-log = آخر السطورة ديال الدفتر
plugin-log-none = الإضافة ما كتبات والو.
plugin-log-kernel = النواة
grants-title = شنو طالبة الإضافة
grants-none = هاد الإضافة ما طالبة والو.
grants-save = حفظ
grants-saved = تحفظو الأذونات.
grant-granted = مسموح
grant-denied = ماشي مسموح
hooks-title = كتشوف قبل ما يتكتب
hook-on-failure-refuse = إلا ما خدماتش ما يتكتب والو
hook-on-failure-pass = إلا ما خدماتش كيتكتب بلا بيها
hook-state-working = خدامة
hook-state-resting = مرتاحة حيت غلطات بزاف
hook-state-trying = غادي تتجرب عاود
plugin-slots = كتبين طرف ف:
slot-home = الصفحة اللولة
slot-cooperative = صفحة ديال تعاونية
slot-account = الحساب
plugin-provides = كتجاوب إضافات خرين:
plugin-requires = كتسول إضافات خرين:
console-jobs = الخدمات
console-jobs-lead = داكشي اللي كيديرو الإضافات من ورا: أحداث، خدمات مأجلة، وخدمات ف أوقات محددة.
jobs-all = خدمات كاع الإضافات
jobs-none = والو
job-state-waiting = كيتسناو
job-state-running = خدامين دابا
job-state-dead = متروكين
job-source-event = حدث
job-source-job = خدمة
job-source-schedule = ف وقت محدد
job-tries = { $attempt } محاولات من { $max }
job-bytes = { $count } بايت
job-retry = عاود جرب
job-forget = نسا
job-forget-sure = بغيتي تنسا هاد الخدمة؟ عمرها ما غادي تدار.
job-retried = الخدمة كتسنا عاود.
job-forgotten = الخدمة تنسات.
capability-store = تحفظ السجلات ديالها
capability-kv = تحفظ قيم صغار بالمفاتيح
capability-blobs = تحفظ ملفات
capability-secrets = تشوف الأسرار ديالها
capability-http-out = تطلب خدمات برانية
capability-registry-read = تقرا سجل التعاونيات
capability-milestones = تقيد المراحل ديال المسار
capability-calls = تسول إضافات خرين
capability-notify = تعلم الناس
capability-telemetry = تكتب ف السجل التقني
capability-hooks = تشوف داكشي اللي كيكتبو الناس قبل ما يتكتب، ترفضو ولا تصلحو
capability-events = تتخبر بداكشي اللي تبدل، وتخبر إضافات أخرى
capability-jobs = تخدم من ورا، وحتى ف أوقات محددة
account-add = زيد حساب
account-added = تزاد الحساب.
account-disabled = واقف
account-wrong = شوف السمية والإيمايل وكلمة السر. يمكن الإيمايل ديجا مستعمل.
account-role-wrong = هاد الدور ما كيمشيش مع هاد البلاصة.
password-first = كلمة السر اللولة
role = الدور
scope = فين
scope-hint = nation ولا province:09.541 ولا cooperative: ومن موراها المعرف ديالها
kind-purpose = علاش
kind-retention = شحال كيبقا
class-public = عمومي
class-internal = داخلي
class-personal = شخصي
class-sensitive = حساس

## Records

records = السجلات
records-lead = كاع داكشي اللي تقدر تشوف هنا، بنوع السجل.
namespace-registry = سجل التعاونيات
records-empty = مازال ما كاين حتى سجل
records-searching = ما كاين والو ف هاد الصفحة د البحث؛ كمل ف الصفحة الجاية.
records-new = سجل جديد
records-edit = بدل
records-delete = محي
records-delete-sure = نمحيو هاد السجل؟
records-delete-text = ما كيبقاش ف الليستات، والتبديلات ديالو كيبقاو.
records-delete-changed = هاد السجل تبدل ملي كنتي كتقرر. ها هو كي دابا.
records-restore = رجعو
records-restore-hint = ملي ترجعو، نفس المحتوى كيمشي لسجل جديد بمعرف آخر.
record-restore-taken = هاد السجل ما يقدرش يرجع هكا: سجل آخر خدا القيم ديالو، ولا القواعد تبدلو.
record-created = تصاوب السجل.
record-saved = تحفظ السجل.
record-deleted = تمحا السجل. التبديلات ديالو كيبقاو.
record-restored = رجع المحتوى ف سجل جديد.
records-history = التبديلات
records-csv = تيليشارجي (CSV)
records-filter = صفي ورتب
records-any = كلشي
records-sort = الترتيب
records-sort-up = { $field }، طالع
records-sort-down = { $field }، هابط
records-mismatch = هاد الفيلترات ما كيمشيوش مجموعين هنا. حيد واحد.
records-filter-wrong = القيمة ديال شي فيلتر ما مفهوماش.
records-json = { $count ->
    [one] { $count } حاجة
   *[other] { $count } ديال الحوايج
}
records-about = على هاد السجل
records-created = نهار تصاوب
records-changed = آخر تبديل
records-by-you = نتا
records-by-account = شي حساب
records-by-system = المنصة براسها
records-elsewhere = هاد السجل ديال منصة خرى؛ غير هي اللي تقدر تبدلو.
records-before = قبل:
records-after = من بعد:
operation-create = تصاوب
operation-replace = تبدل
operation-delete = تمحا
records-cancel = لغي
records-wrong = ما تحفظ والو: شي خانات خاصهم يتراجعو.
records-refused = ما يمكنش ليك تحفظ هاد السجل ف هاد البلاصة. الأجوبة ديالك باقيين لتحت.
records-sent-before = هاد الاستمارة تصيفطات من قبل بمحتوى آخر. شوف السجل وحفظ إلا بغيتي.
records-conflict = شي واحد بدل هاد السجل ملي كنتي كتكتب. ما ضاع والو: الأجوبة ديالك لتحت والقيم ديالو حداها. ختار وحفظ.
records-gone = هاد السجل تمحا ملي كنتي كتكتب. الأجوبة ديالك لتحت؛ نقل اللي مهم.
records-meanwhile = شنو تبدل ف هاد الوقت
records-now = ف السجل دابا:
hint-lines = قيمة وحدة ف كل سطر.
hint-json = هاد الجزء مازال ما عندو استمارة: كيتكتب ب JSON.
hint-least = على الأقل { $count }
hint-most = على الأكثر { $count }
fault-required = ضرورية
fault-length = قصير بزاف ولا طويل بزاف.
fault-range = صغير بزاف ولا كبير بزاف ولا الفاصلة طويلة.
fault-choice = هاد الاختيار ما كاينش.
fault-pattern = ماشي بالشكل اللي خاص.
fault-order = هاد النهار ما كيمشيش مع الأيام لخرين ولا مازال ما جا.
fault-taken = سجل آخر عندو هاد القيمة.
fault-repeated = نفس القيمة معاودة.
fault-json = هادي ماشي JSON مقادة.
fault-other = شي قاعدة ديال هاد النوع ما تطبقاتش.
yes = آه
no = لا

## Fields of the register

field-name-ar = السمية بالعربية
field-name-fr = السمية بالفرنسية
field-name-zgh = السمية بتيفيناغ
field-status = الحالة
field-capital-mad = الراسمال (درهم)
field-cooperative = التعاونية
field-person = الشخص
field-gender = الجنس
field-birth-date = نهار تزاد
field-birth-year = عام تزاد
field-national-id-key = بصمة لاكارط ناسيونال
field-membership-number = نمرة العضو
field-joined-on = نهار دخل
field-left-on = نهار خرج
field-shares = الحصص
field-share-value-mad = قيمة الحصة (درهم)
field-subject = شكون
field-stage = المرحلة
field-plugin = الإضافة
field-code = الرمز
field-reached-at = نهار وصل
field-proof = الإثبات
field-proof-kind = نوع الإثبات
field-language = اللغة
value-gender-female = مرا
value-gender-male = راجل
value-role-member = عضو
value-role-president = الرئاسة
value-role-vice-president = نيابة الرئاسة
value-role-manager = التسيير
value-role-treasurer = أمانة المال
value-role-secretary = الكتابة
value-role-board-member = عضو ف المجلس
value-stage-skills = المهارات
value-stage-project = المشروع
value-stage-market = السوق

## What went wrong

error-missing-title = هاد الصفحة ما كايناش
error-missing-text = يمكن العنوان مكتوب غلط، ولا الصفحة تحيدات.
error-forbidden-title = هاد الصفحة ماشي لهاد الحساب
error-forbidden-text = إلا كنتي محتاجها، طلب الدور من المسؤول ديال المنصة.
error-grant-title = هاد الإضافة ناقصها إذن
error-grant-text = المسؤول ديال المنصة يقدر يعطيه ليها:
error-sign-in-title = دخل للحساب باش تشوف هاد الصفحة
error-sign-in-text = هي غير لي عندهم حساب.
error-form-title = هاد الاستمارة قدامت
error-form-text = رجع للصفحة اللي قبل، جددها وعاود صيفط. ما تبدل والو.
error-request-title = ما فهمناش هاد الطلب
error-request-text = رجع اللور وجرب بطريقة خرى.
error-busy-title = كاين الزحام دابا
error-busy-text = تسنا شوية وجدد الصفحة.
error-internal-title = وقع شي مشكل من جهتنا
error-internal-text = ماشي الغلط ديالك، وما تكتب والو ناقص. عاود جرب من بعد شوية.
error-plugin-title = ما قدرناش نوريو هاد الصفحة ديال الإضافة
error-plugin-text = باقي الموقع خدام. المسؤول يلقا السبب ف السجل.
error-hook-title = خاص شي إضافة تشوف هادشي هي اللولا
error-hook-text = ما كتجاوبش دابا، وما تكتب والو. عاود من بعد شوية.
error-reference = المرجع للمعاونة:
refusal-title = هادشي ما تدارش
refusal-unsigned = هاد الإضافة ما موقعاش. طلب من الناشر ديالها ملف موقع.
refusal-development = هاد الإضافة موقعة بساروت ديال التطوير. طلب من الناشر ديالها ملف موقع بصح.
refusal-unknown = حتى واحد من اللي كتيق فيهم هاد المنصة ما كيضمن { $name }. قارن الساروت معاه، ومن بعد زيدو لداكشي اللي كتيق فيه المنصة.
refusal-uncertified = الناشر ما عندو شهادة، والمنصة ما كتعرفش الساروت ديالو. قارنو معاه، ومن بعد زيدو لداكشي اللي كتيق فيه المنصة.
refusal-chain = الشهادة ديال { $name } ما كتمشيش مع اللي فوق منها. طلب منو وحدة خرى.
refusal-prefix = { $name } يقدر يوقع على { $prefixes }، ماشي على { $plugin }. سول اللي عطاه الشهادة.
refusal-expired = الشهادة ديال { $name } سالات نهار { $until }. طلب منو ملف موقع من جديد.
refusal-early = الشهادة ديال { $name } كتبدا نهار { $from }. شوف الساعة ديال هاد الجهاز.
refusal-revoked-key = الساروت اللي وقع هاد الإضافة تلغا: { $reason }. طلب من الناشر ملف موقع بساروت جديد.
refusal-revoked-bundle = هاد الملف تلغا: { $reason }. طلب من الناشر ملف جديد.
refusal-minimum = { $plugin } { $version } تلغات، وأقدم نسخة مسموحة هي { $minimum }: { $reason }
refusal-older = { $plugin } { $version } قدم من { $highest } اللي تركبات هنا.
refusal-bundle = هاد الملف ماشي إضافة كيما كيتصيفطو الإضافات. عاود طلبو من الناشر ديالو.
refusal-bundle-large = الملف كبير بزاف: { $bytes } بايت، والحد { $most }.
refusal-bundle-changed = الملف تبدل من بعد ما توقع، ولا تخسر ف الطريق. عاود طلبو من الناشر ديالو.
refusal-manifest = البيان ديال الإضافة فيه غلط، خاص اللي صاوبها يصلحو:
refusal-component = البرنامج ديال الإضافة ما مقبولش، خاص اللي صاوبها يصلحو:
refusal-contract = الإضافة مصاوبة لنسخة خرى من هاد المنصة. طلب وحدة خرى من الناشر ديالها:
refusal-kinds = الأنواع ديال السجلات ديال الإضافة ما مقبولينش، خاص اللي صاوبها يصلحهم:
refusal-installed = { $plugin } ديجا مركبة. إلا بغيتي نسخة خرى، جددها.
refusal-unloaded = { $plugin } مركبة وما قدراتش تتحمل؛ الصفحة ديالها كتقول علاش. عاود ركب الحزمة اللي جات منها، ولا جددها. باش تبدا من جديد بلا داكشي اللي حافظة، حيدها هي اللولا.
refusal-ungranted = { $plugin } ما تقدرش تخدم بلا هادشي: { $capability }. عطيه ليها ولا ما تركبهاش.
refusal-requires = { $plugin } ما تقدرش تخدم بلا { $contract }، وحتى إضافة هنا ما كتعطيه. ركب ديك الإضافة هي اللولا.
refusal-required = إضافات خرى محتاجة { $plugin }: { $by }. جددهم ولا حيدهم هوما اللولين.
refusal-init = الإضافة ما قدراتش توجد راسها، خاص اللي صاوبها يصلحها:
refusal-by-plugin = الإضافة ما بغاتش تتركب: { $message }
refusal-not-installed = { $plugin } ما مركباش. ركبها هي اللولا.
refusal-other = هاد الملف ديال { $plugin }، ماشي ديال { $wanted }.
refusal-not-newer = { $plugin } { $version } ماشي جد من { $installed } اللي مركبة.
refusal-held = { $plugin } { $version } كتطلب كتر من قبل: { $more }. عطيه ليها دابا، ولا خلي النسخة اللي كاينة.
refusal-calls-run = شي صفحات ديال الإضافة مازال خدامين من بعد { $seconds } ثانية. عاود جرب.
refusal-remove-calls-run = شي صفحات ديال الإضافة مازال خدامين من بعد { $seconds } ثانية. راها واقفة دابا، عاود جرب.
refusal-migration = ما قدرناش نقادو السجلات ديالها، ف الخطوة { $step }. كلشي كيما كان:
refusal-migration-by-plugin = الإضافة ما بغاتش تقاد السجلات ديالها، ف الخطوة { $step }: { $message }
refusal-migration-endless = تقاد السجلات ديالها ما كيسالي: تدارو { $steps } خطوات. كلشي كيما كان.
refusal-misfits = كاينين سجلات ما كيمشيوش مع النسخة الجديدة. كلشي كيما كان:
refusal-rollback-misfits = كاينين سجلات تكتبو من بعد وما كيمشيوش مع النسخة اللي قبل. بدلهم ولا محيهم هوما اللولين:
refusal-probe = النسخة الجديدة كتطيح ملي كنسولوها واش تقدر تخدم. كلشي كيما كان:
refusal-unhealthy = النسخة الجديدة كتقول ما تقدرش تخدم: { $message }
refusal-nothing-before = حتى نسخة قديمة ديال { $plugin } ما محفوظة. غير آخر تجديد اللي كيترجع، ومرة وحدة.
refusal-unasked = { $plugin } ما كتطلبش هادشي: { $capability }.
refusal-limit = من 1 حتى { $most }.
refusal-job-not-dead = غير الخدمة المخلية اللي تقدر تعاود تتسنا.
refusal-job-running = هاد الخدمة كتدار دابا.

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
print-lead-extract = هادشي اللي كيقول السجل على هاد التعاونية ف { $date }.
print-lead-certificate = كنشهدو بلي هاد التعاونية مقيدة ف السجل المحلي بهاد النمرة، والحالة ديالها هي: { $state }.
print-activity = النشاط
print-officers = المسؤولين
print-office = المهمة
print-from = من
print-until = حتى ل
print-acts = التقييدات
print-act = العقد
print-effective = كيبدا ف
print-entered = تقيد ف
print-subject = الموضوع
act-denomination-requested = طلب السمية
act-denomination-answered = الجواب على السمية
act-constituted = التأسيس
act-filed = الإيداع ديال الملف
act-registered = التقييد ف السجل المحلي
act-registered-centrally = التقييد ف السجل المركزي
act-amended = تعديل
act-officers-changed = تبدال المسؤولين
act-capital-changed = تبدال الراسمال
act-members-changed = تبدال الأعضاء
act-yearly-filing = الإيداع ديال العام
act-suspended = توقيف
act-resumed = رفع التوقيف
act-merged = إدماج
act-split = تقسيم
act-transformed = تحويل
act-dissolved = حل التعاونية
act-liquidation-opened = فتح التصفية
act-struck-off = تشطيب
print-issued-on = تعطى ف
print-issued-by = عطاه
print-reference = المرجع
print-verify = باش تتحقق من هاد الورقة، قرا الرمز بالتليفون ولا حل العنوان اللي لتحت. الجواب كيقول حتى شنو تبدل من بعد.
print-code = رمز كيدي لصفحة التحقق
extract-issue = عطي مستخرج

## Verifying an extract

verify-title = التحقق من مستخرج
verify-genuine = هاد المستخرج عطاتو بصح { $office } ف { $date }.
verify-not-ours = هاد المستخرج ماشي صحيح: حتى مفتاح ديال هاد المنصة ما وقعو. ما تيقش فيه.
verify-unrecorded = السجل ما فيهش هاد المستخرج واخا موقع. ما تيقش فيه وخبر المكتب.
verify-same = السجل باقي كيقول نفس الشي.
verify-changed = السجل تبدل من بعد: { $parts }.
verify-gone = التعاونية ما بقاتش ف السجل.
verify-unchecked = التعاونية كبيرة بزاف باش نقارنو هنا؛ سول المكتب شنو تبدل.
verify-key-replaced = مفتاح التوقيع تبدل ف { $date }. المستخرج باقي صالح.
verify-key-compromised = مفتاح التوقيع تبدل ف { $date } حيت ما بقاش آمن. السجل كان فيه هاد المستخرج قبل هاد النهار.
verify-content = على شنو كيشهد
verify-content-hint = قارن كل سطر مع الورقة.
verify-part-name = السمية
verify-part-registration = التقييد
verify-part-seat = المقر
verify-part-category = النشاط
verify-part-capital = الراسمال
verify-part-state = الحالة
verify-part-officers = المسؤولين
verify-part-acts = التقييدات
field-paper = الورقة
field-issued-at = تعطى ف
field-issued-by = عطاه
field-key-id = المفتاح
field-text = النص المشهود به
field-digest = بصمة النص
field-token = الرمز
field-file = الملف
field-file-bytes = بايتات الملف
field-file-signature = توقيع الملف
field-signing-key-number = نمرة المفتاح
field-public-key = المفتاح العمومي
field-since = من
field-reason = السبب
value-paper-extract = مستخرج مصادق عليه
value-paper-certificate = شهادة التقييد
value-reason-first = المفتاح اللول
value-reason-routine = تبديل عادي
value-reason-compromised = مفتاح ما بقاش آمن
value-reason-instance-key = مفتاح جديد ديال المنصة

## Records that may be the same

duplicates = سجلات يقدر يكونو معاودين
duplicates-lead = جوج سجلات يقدر يكونو واحد. شوفوهم حدا بعضياتهم وقررو؛ ما كيتمسح والو، وكل قرار يمكن يترجع.
duplicates-none = ما كاين حتى زوج هنا.
duplicate-names = السميات كيتشابهو ب { $percent } ٪
duplicate-why = شنو كيقربهم
duplicate-field = المعلومة
duplicate-first = السجل الأول
duplicate-second = السجل الثاني
duplicate-keep-first = هما واحد: نخليو الأول
duplicate-keep-second = هما واحد: نخليو الثاني
duplicate-distinct = هادو جوج مختلفين
duplicate-undo = رجع فالقرار
duplicate-reason = علاش
duplicate-reason-missing = قولو علاش، ف 500 حرف على الأكثر.
duplicate-decided = تحفظ القرار.
duplicate-alias = هاد السجل هو نفس سجل آخر اللي باقي:
fault-alike = يقدر يكون هو نفسو: { $records }. شوفوه؛ وإلا كان واحد آخر كتبو هاد الأرقام هنا.
field-merged-into = نفس السجل ديال
field-confirm-distinct = ماشي هو (من بعد ما شفتو)
field-duplicate-kind = على شنو
field-duplicate-first = السجل الأول
field-duplicate-second = السجل الثاني
field-duplicate-level = شحال متيقنين
field-duplicate-points = النقط
field-duplicate-reasons = شنو كيقربهم
field-duplicate-kept = السجل اللي بقا
field-duplicate-reason = علاش
value-duplicate-kind-cooperative = تعاونية
value-duplicate-kind-person = شخص
value-duplicate-level-possible = يمكن
value-duplicate-level-likely = غالبا
value-duplicate-level-certain = أكيد
value-duplicate-status-open = كيتسنى القرار
value-duplicate-status-distinct = مختلفين
value-duplicate-status-merged = مجموعين
