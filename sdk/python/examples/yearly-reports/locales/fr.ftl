reports-title = Rapports de l’année { $year }
reports-surplus = Excédent : { $surplus } dirhams
reports-none = Aucun rapport pour cette année.
reports-total = Ensemble : { $total } dirhams
