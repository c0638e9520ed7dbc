//! Word lists from which synthetic names are put together. None is the name of a real cooperative or person by intent.

/// A word of a cooperative's name: French spelling, Arabic, and Tifinagh where the word is Amazigh.
pub(super) type Word = (&'static str, &'static str, Option<&'static str>);

/// First words: virtues, light, work in common.
pub(super) const FIRST: &[Word] = &[
    ("Tifaouine", "تيفاوين", Some("ⵜⵉⴼⴰⵡⵉⵏ")),
    ("Tiwizi", "تيويزي", Some("ⵜⵉⵡⵉⵣⵉ")),
    ("Tagmat", "تاگمات", Some("ⵜⴰⴳⵎⴰⵜ")),
    ("Tudert", "تودرت", Some("ⵜⵓⴷⵔⵜ")),
    ("Tafoukt", "تافوكت", Some("ⵜⴰⴼⵓⴽⵜ")),
    ("Itri", "إتري", Some("ⵉⵜⵔⵉ")),
    ("Ayyur", "أيور", Some("ⴰⵢⵢⵓⵔ")),
    ("Tamunt", "تامونت", Some("ⵜⴰⵎⵓⵏⵜ")),
    ("Tirrugza", "تيروگزا", Some("ⵜⵉⵔⵔⵓⴳⵣⴰ")),
    ("Asirem", "أسيرم", Some("ⴰⵙⵉⵔⵎ")),
    ("Anaruz", "أناروز", Some("ⴰⵏⴰⵔⵓⵣ")),
    ("Tilelli", "تيليلي", Some("ⵜⵉⵍⵍⵍⵉ")),
    ("Tanmirt", "تانميرت", Some("ⵜⴰⵏⵎⵎⵉⵔⵜ")),
    ("Azekka", "أزكا", Some("ⴰⵣⴽⴽⴰ")),
    ("Tigmi", "تيگمي", Some("ⵜⵉⴳⵎⵎⵉ")),
    ("Amud", "أمود", Some("ⴰⵎⵓⴷ")),
    ("Targa", "تارگا", Some("ⵜⴰⵔⴳⴰ")),
    ("Assays", "أساييس", Some("ⴰⵙⴰⵢⵙ")),
    ("Al Amal", "الأمل", None),
    ("Annahda", "النهضة", None),
    ("Assalam", "السلام", None),
    ("Al Baraka", "البركة", None),
    ("Annour", "النور", None),
    ("Al Wifaq", "الوفاق", None),
    ("Attadamoun", "التضامن", None),
    ("Al Khair", "الخير", None),
    ("Al Fath", "الفتح", None),
    ("Annajah", "النجاح", None),
    ("Al Moustaqbal", "المستقبل", None),
    ("Al Karama", "الكرامة", None),
    ("Al Fajr", "الفجر", None),
    ("Arrabia", "الربيع", None),
    ("Al Wahda", "الوحدة", None),
    ("Attanmia", "التنمية", None),
    ("Al Ikhlas", "الإخلاص", None),
    ("Al Massira", "المسيرة", None),
    ("Essaada", "السعادة", None),
    ("Al Ittihad", "الاتحاد", None),
    ("Al Mabrouka", "المبروكة", None),
    ("Al Yasmine", "الياسمين", None),
    ("Nissae Al Khair", "نساء الخير", None),
    ("Oum Errabia", "أم الربيع", None),
    ("Al Fallah", "الفلاح", None),
    ("Errahma", "الرحمة", None),
];

/// Second words: plants, land, products, places of the country side.
pub(super) const SECOND: &[Word] = &[
    ("Argan", "أركان", Some("ⴰⵔⴳⴰⵏ")),
    ("Tazart", "تازارت", Some("ⵜⴰⵣⴰⵔⵜ")),
    ("Azemmour", "أزمور", Some("ⴰⵣⵎⵎⵓⵔ")),
    ("Azir", "أزير", Some("ⴰⵣⵉⵔ")),
    ("Tazouknite", "تازوكنيت", Some("ⵜⴰⵣⵓⴽⵏⵏⵉⵜ")),
    ("Ifri", "إفري", Some("ⵉⴼⵔⵉ")),
    ("Adrar", "أدرار", Some("ⴰⴷⵔⴰⵔ")),
    ("Asif", "أسيف", Some("ⴰⵙⵉⴼ")),
    ("Aghbalou", "أغبالو", Some("ⴰⵖⴱⴰⵍⵓ")),
    ("Tamdoult", "تامدولت", Some("ⵜⴰⵎⴷⵓⵍⵜ")),
    ("Tamment", "تامنت", Some("ⵜⴰⵎⵎⵏⵜ")),
    ("Izlan", "إزلان", Some("ⵉⵣⵍⴰⵏ")),
    ("Tizi", "تيزي", Some("ⵜⵉⵣⵉ")),
    ("Agdal", "أگدال", Some("ⴰⴳⴷⴰⵍ")),
    ("Zaytoun", "الزيتون", None),
    ("Zaâfaran", "الزعفران", None),
    ("Al Ward", "الورد", None),
    ("Zaâtar", "الزعتر", None),
    ("Annakhil", "النخيل", None),
    ("Al Wadi", "الوادي", None),
    ("Al Jabal", "الجبل", None),
    ("Al Ghaba", "الغابة", None),
    ("Al Assal", "العسل", None),
    ("Addir", "الدير", None),
    ("Al Ain", "العين", None),
    ("Al Waha", "الواحة", None),
    ("Al Bahr", "البحر", None),
    ("Assahel", "الساحل", None),
    ("Al Atlas", "الأطلس", Some("ⵡⴰⵟⵍⴰⵚ")),
    ("Al Kheima", "الخيمة", None),
];

/// Women's first names, French spelling and Arabic.
pub(super) const WOMEN: &[(&str, &str)] = &[
    ("Fatima", "فاطمة"), ("Khadija", "خديجة"), ("Aïcha", "عائشة"), ("Malika", "مليكة"), ("Zahra", "الزهراء"),
    ("Rachida", "رشيدة"), ("Naïma", "نعيمة"), ("Saïda", "سعيدة"), ("Latifa", "لطيفة"), ("Hafida", "حفيظة"),
    ("Samira", "سميرة"), ("Nadia", "نادية"), ("Karima", "كريمة"), ("Zineb", "زينب"), ("Meryem", "مريم"),
    ("Salma", "سلمى"), ("Hanane", "حنان"), ("Ilham", "إلهام"), ("Amina", "أمينة"), ("Halima", "حليمة"),
    ("Ijja", "إيجا"), ("Tlaytmas", "تلايتماس"), ("Itto", "إيطو"), ("Touda", "تودا"), ("Tanirt", "تانيرت"),
    ("Kaltoum", "كلثوم"), ("Mina", "مينة"), ("Rkia", "رقية"), ("Yamna", "يامنة"), ("Souad", "سعاد"),
];

/// Men's first names.
pub(super) const MEN: &[(&str, &str)] = &[
    ("Mohamed", "محمد"), ("Ahmed", "أحمد"), ("Hassan", "الحسن"), ("Lahcen", "لحسن"), ("Brahim", "إبراهيم"),
    ("Abdellah", "عبد الله"), ("Driss", "إدريس"), ("Youssef", "يوسف"), ("Omar", "عمر"), ("Said", "سعيد"),
    ("Rachid", "رشيد"), ("Mustapha", "مصطفى"), ("Abderrahim", "عبد الرحيم"), ("Khalid", "خالد"), ("Hamid", "حميد"),
    ("Larbi", "العربي"), ("Moha", "موحا"), ("Bassou", "باسو"), ("Hmad", "حماد"), ("Ali", "علي"),
    ("Idir", "إيدير"), ("Anir", "أنير"), ("Ayoub", "أيوب"), ("Mehdi", "المهدي"), ("Jamal", "جمال"),
    ("Noureddine", "نور الدين"), ("Aziz", "عزيز"), ("Miloud", "ميلود"), ("Bouchaïb", "بوشعيب"), ("Jilali", "الجيلالي"),
];

/// Family names.
pub(super) const FAMILIES: &[(&str, &str)] = &[
    ("Alaoui", "العلوي"), ("Idrissi", "الإدريسي"), ("Bennani", "بناني"), ("Amrani", "العمراني"), ("Tazi", "التازي"),
    ("Ait Ali", "أيت علي"), ("Ait Brahim", "أيت إبراهيم"), ("Ouhammou", "أوحمو"), ("Oubella", "أوبلا"),
    ("Amzil", "أمزيل"), ("Azroual", "أزروال"), ("Aznag", "أزناگ"), ("Bouzid", "بوزيد"), ("Belhaj", "بلحاج"),
    ("El Fassi", "الفاسي"), ("El Ouardi", "الوردي"), ("El Filali", "الفيلالي"), ("El Khattabi", "الخطابي"),
    ("El Mansouri", "المنصوري"), ("Essaidi", "السعيدي"), ("Ezzahraoui", "الزهراوي"), ("Chraibi", "الشرايبي"),
    ("Hamdaoui", "الحمداوي"), ("Jabri", "الجابري"), ("Kabbaj", "القباج"), ("Lamrini", "المريني"),
    ("Mouhib", "موهيب"), ("Naciri", "الناصري"), ("Ouazzani", "الوزاني"), ("Rahmouni", "الرحموني"),
    ("Sabri", "الصبري"), ("Tahiri", "الطاهري"), ("Yaâcoubi", "اليعقوبي"), ("Zerouali", "الزروالي"),
    ("Bouchama", "بوشامة"), ("Bourkadi", "البورقادي"), ("Drissi", "الدريسي"), ("Ghazali", "الغزالي"),
    ("Haddou", "حدو"), ("Imlil", "إمليل"),
];
