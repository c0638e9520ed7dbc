reports-title = تقارير سنة { $year }
reports-surplus = الفائض: { $surplus } درهم
reports-none = لا توجد تقارير لهذه السنة.
reports-total = المجموع: { $total } درهم
