list-title = التعاونيات
list-words = الاسم أو الجماعة
list-search = بحث
list-none = لا نتائج.
list-next = الصفحة التالية
cooperative-commune = الجماعة:
