list-title = Coopératives
list-words = Nom ou commune
list-search = Chercher
list-none = Rien trouvé.
list-next = Page suivante
cooperative-commune = Commune :
