## The shell of every page

brand = Tiwizi
skip-to-content = Aller au contenu
menu = Menu
home = Accueil
language = Langue
script = Écriture
script-tfng = Tifinagh
script-latn = Latin
footer-meaning = Tiwizi : les voisins travaillent ensemble le champ d’une famille.
draft-page = Les textes de cette page sont un brouillon fait par une machine. Un locuteur natif va les relire.
draft-content = Brouillon fait par une machine, à relire par un locuteur natif.
breadcrumbs = Où vous êtes
optional = facultatif
search = Chercher
name = Nom
email = Adresse e-mail
paging = Pages de la liste
paging-first = Revenir au début
paging-next = Page suivante
audio-length = Durée { $time }
audio-synthetic = voix de synthèse
audio-none = Pas encore d’enregistrement dans cette langue. La place est prête pour une vraie voix.

## Home

home-title = Ensemble, on avance
home-lead = La plateforme des coopératives du Maroc : trouver une coopérative, apprendre, avancer, chacun dans sa langue.
home-numbers = Le registre en chiffres
total-cooperatives = { $count ->
    [one] coopérative
   *[other] coopératives
}
total-members = { $count ->
    [one] membre
   *[other] membres
}
total-women = { $count ->
    [one] femme
   *[other] femmes
}
total-young = { $count ->
    [one] jeune
   *[other] jeunes
}
home-doors = Par où commencer
home-word-title = Que veut dire « Tiwizi » ?
home-word = C’est le mot amazigh pour un village qui travaille ensemble le champ d’une seule famille, puis celui de la suivante. Une coopérative, c’est cela toute l’année.

## Directory

directory = Annuaire
directory-lead = Toutes les coopératives du registre, par nom, par lieu, par secteur.
directory-search-label = Nom d’une coopérative, commune
directory-search-hint = Écrivez en arabe, en français ou en tifinagh : les trois se trouvent.
directory-count = { $count ->
    [0] Aucune coopérative
    [one] { $count } coopérative
   *[other] { $count } coopératives
}
directory-some = Coopératives trouvées
directory-clear = Tout afficher
directory-none = Rien trouvé
directory-none-hint = Essayez moins de lettres, une autre écriture, ou un autre lieu.
place = Province
place-all = Tout le Maroc
sector = Secteur
sector-all = Tous les secteurs

## Sectors

sector-agriculture = Agriculture
sector-crafts = Artisanat
sector-housing = Habitat
sector-food = Denrées alimentaires
sector-argan = Argane
sector-aromatic-plants = Plantes aromatiques et médicinales
sector-labour = Main-d’œuvre
sector-fishing = Pêche
sector-literacy = Alphabétisation
sector-waste = Traitement des déchets
sector-forest = Forêt
sector-tourism = Tourisme
sector-transport = Transport
sector-communication = Communication
sector-retail = Commerçants détaillants
sector-consulting = Conseil et gestion
sector-quarries = Exploitation des carrières
sector-consumption = Consommation
sector-education = Éducation et formation
sector-cannabis = Cannabis licite

## The page of a cooperative

cooperative-register = Au registre
cooperative-seat = Siège
cooperative-contact = Contact
cooperative-as-of = Dernière inscription le { $date }
field-court = Tribunal
field-number = Numéro au registre local
field-registered-on = Immatriculée le
field-founded-on = Fondée le
field-ice = ICE
field-category = Catégorie
field-branch = Activité
field-capital = Capital
field-capital-amount = { $amount } DH
field-region = Région
field-province = Province
field-prefecture = Préfecture
field-commune = Commune
field-address = Adresse
field-phone = Téléphone
category-a = vend ce que ses membres produisent
category-b = produit ou sert pour ses membres
category-c = donne un travail payé à ses membres
status-registered = Immatriculée
status-suspended = Suspendue
status-dissolved = Dissoute
status-in-liquidation = En liquidation
status-struck-off = Radiée
status-merged = Fusionnée
status-split = Scindée
status-transformed = Transformée

## Signing in

sign-in = Se connecter
sign-out = Se déconnecter
password = Mot de passe
sign-in-wrong = L’adresse e-mail ou le mot de passe est faux.
sign-in-hint = Mot de passe oublié ? L’administrateur de votre instance vous en donne un nouveau.
password-change = Changer le mot de passe
password-must-change = Ce premier mot de passe ne sert qu’une fois. Choisissez le vôtre pour continuer.
password-current = Mot de passe actuel
password-new = Nouveau mot de passe
password-again = Encore une fois
password-rule = { $count ->
    [one] Au moins { $count } caractère. Une phrase que vous retenez est mieux qu’un mot compliqué.
   *[other] Au moins { $count } caractères. Une phrase que vous retenez est mieux qu’un mot compliqué.
}
password-wrong = Le mot de passe actuel est faux.
password-refused = Ce mot de passe ne convient pas : trop court, ou trop long.
password-differs = Les deux nouveaux mots de passe ne sont pas les mêmes.
password-changed = Votre mot de passe est changé.

## Account

account = Mon compte
roles = Rôles
roles-none = Aucun rôle pour le moment.
role-administrator = Administration
role-registrar = Tenue du registre
role-trainer = Formation
role-observer = Observation
role-officer = Responsable de coopérative
role-member = Membre
scope-nation = tout le Maroc
notices = Avis
notices-none = Aucun avis pour l’instant.
notices-unread = { $count ->
    [one] { $count } avis non lu
   *[other] { $count } avis non lus
}
notice-unread = non lu
notice-open = Ouvrir
notice-read = Marquer comme lu
notices-read-all = Tout marquer comme lu
notice-delete = Supprimer
notice-deleted = L’avis est supprimé.
notice-restore = Annuler
notice-unreadable = Cet avis ne peut plus être affiché.
tokens = Jetons personnels
tokens-lead = Un jeton laisse un programme agir en votre nom. Donnez-en un à chaque programme, retirez-le quand il ne sert plus.
token-name = Nom du jeton
token-create = Créer un jeton
token-created = créé le { $date }
token-used = utilisé le { $date }
token-unused = jamais utilisé
token-revoke = Retirer
token-revoke-sure = Retirer ce jeton ? Les programmes qui l’utilisent s’arrêtent.
token-revoked = Le jeton est retiré.
token-once = Voici votre jeton. Il ne s’affiche qu’une fois : copiez-le maintenant.
token-name-wrong = Ce nom ne convient pas.

## Console

console = Console
console-overview = Vue d’ensemble
console-plugins = Extensions
console-plugins-lead = Une extension ne fait que ce que vous lui accordez.
console-plugins-none = Aucune extension n’est installée.
console-accounts = Comptes
console-kinds = Types de fiches
console-kinds-lead = Ce que cette instance enregistre, pourquoi, et qui peut le voir.
fact-instance = Instance
fact-id = Identifiant
fact-jurisdiction = Ressort
fact-plugins = Extensions installées
fact-kinds = Types de fiches
fact-version = Version
plugin-version = version
plugin-libraries = Bibliothèques
plugin-level-national = Programme national
plugin-level-directorate = Direction
plugin-level-community = Éditeur connu
plugin-level-local = Développement local
plugin-state-enabled = Active
plugin-state-disabled = Désactivée
plugin-state-quarantined = En quarantaine
plugin-state-unloaded = Non chargée
plugin-cause-crashes = Elle a planté plusieurs fois de suite.
plugin-cause-went-back = Sa nouvelle version a planté : la version précédente est de nouveau là.
plugin-cause-untrusted = La confiance en sa signature a été retirée.
plugin-cause-installation = Son installation n’est pas terminée.
plugin-cause-removal = Sa suppression n’est pas terminée.
plugin-enable = Activer
plugin-disable = Désactiver
plugin-disable-sure = Désactiver cette extension ? Ses pages ne répondront plus. Ses données restent.
plugin-enabled = L’extension est active.
plugin-disabled = L’extension est désactivée.
plugin-captures-begin = Capturer les appels qui échouent
plugin-captures-end = Ne plus capturer les appels
plugin-captures-hint = Ce qui a été demandé à l’extension quand elle échoue est gardé sur cette machine, sans données personnelles ni secrets, pour que son auteur la répare.
captures-on = Les appels qui échouent sont capturés.
captures-off = Les appels qui échouent ne sont plus capturés.
plugin-add = Ajouter ou mettre à jour une extension
plugin-add-hint = Rien n’est installé avant que vous ayez vu ce qu’elle demande.
plugin-file = Fichier de l’extension (.tzp)
plugin-look = Voir ce qu’elle demande
plugin-install = Installer
plugin-installed = L’extension est installée.
plugin-upgrade = Mettre à jour
plugin-upgraded = L’extension est mise à jour.
plugin-rollback = Revenir à la version précédente
plugin-rollback-sure = Revenir à la version précédente ? Ce qui a été changé depuis reste.
plugin-rolled-back = La version précédente est de nouveau là.
plugin-remove = Supprimer l’extension
plugin-remove-text = Ses fiches, ses réglages et ses fichiers sont supprimés pour toujours. Les étapes des parcours restent aux personnes.
plugin-remove-confirm = Pour confirmer, écrivez son nom technique
plugin-remove-wrong = Ce n’est pas son nom technique. Rien n’a été supprimé.
plugin-removed = L’extension est supprimée.
plugin-change-new = nouveau
plugin-change-gone = disparaît
plugin-change-changed = change
plugin-differences = Ce qui change
plugin-differences-none = Elle ne demande et ne garde rien d’autre qu’avant.
plugin-kinds = Ce qu’elle garde
plugin-access-changed = D’autres personnes peuvent lire ou écrire ces fiches.
plugin-migration = Ses fiches
plugin-migration-counts = Créées : { $created }. Modifiées : { $changed }. Supprimées : { $deleted }.
plugin-signed-by = signée par
plugin-refused = Cette extension n’est pas acceptée. Rien n’a changé.
plugin-file-none = Choisissez un fichier.
plugin-until = Nouvel essai automatique à partir de
plugin-unsigned = Signée par personne
plugin-uncertified = Signée sans certificat, par la clé
plugin-installed-on = installée le
plugin-reload = Actualiser les chiffres
plugin-quotas = Ce que l’extension garde
kept-records = Fiches
kept-record-bytes = Taille des fiches
kept-version-bytes = Taille des versions précédentes
kept-values = Valeurs par clé
kept-value-bytes = Taille des valeurs
kept-files = Fichiers
kept-file-bytes = Taille des fichiers
plugin-usage = Ce que l’extension utilise
plugin-since = Depuis
used-calls = Appels
used-traps = Pannes qui comptent pour la quarantaine
used-cpu = Temps de processeur
used-wall = Temps écoulé
used-memory = Mémoire au plus en un appel
used-host-calls = Appels au noyau
used-over-limit = Refus au-delà d’une limite
used-outbound = Demandes vers l’extérieur
used-outbound-bytes = Reçu de l’extérieur
used-log-bytes = Écrit dans le journal
used-log-dropped = Lignes écartées du journal
used-failures = Échecs
failed-busy = trop d’appels à la fois
failed-cpu-time = temps de processeur dépassé
failed-wall-time = trop lente
failed-memory = trop de mémoire
failed-host-calls = trop d’appels au noyau
failed-store-calls = trop de lectures et d’écritures
failed-trap = plantage
failed-answer = réponse inacceptable
failed-commit = écriture refusée
failed-export = fonction absente
failed-kernel = panne du noyau
failed-off = arrêtée
failed-unknown = inconnue
failed-stopping = le noyau s’arrête
plugin-hours = Dernières heures d’activité
plugin-hour = Heure
plugin-grants-change = Modifier les autorisations
plugin-settings = Réglages
plugin-settings-lead = Un champ vidé reprend sa valeur d’origine.
plugin-secrets = Secrets
plugin-secrets-lead = Un secret n’est jamais montré : vous pouvez le remplacer ou l’oublier.
secret-set = posé le { $date }
secret-unset = absent
secret-put = Poser
secret-replace = Remplacer
secret-forget = Oublier
secret-forget-sure = Oublier ce secret ? L’extension ne pourra plus s’en servir.
secret-wrong = Le secret est vide ou trop long.
secret-saved = Le secret est enregistré.
settings-saved = Les réglages sont enregistrés.
settings-conflict = Quelqu’un a modifié ces réglages pendant que vous écriviez. Rien n’est perdu : vos réponses sont ci-dessous, ses valeurs à côté. Choisissez, puis enregistrez.
settings-now = Valeur actuelle :
plugin-limits = Limites
plugin-limits-lead = Un champ vide laisse la limite du noyau.
limits-wrong = Une limite dépasse ce qui peut être donné.
limits-saved = Les limites sont enregistrées.
limit-now = Maintenant :
limit-default = du noyau :
limit-ceiling = au plus :
limit-cpu-ms = Temps de processeur par page (ms)
limit-wall-ms = Temps écoulé par page (ms)
limit-memory-bytes = Mémoire d’un appel (octets)
limit-table-elements = Éléments des tables d’un appel
limit-calls = Appels en même temps
limit-queue = Appels en attente
limit-store-calls = Lectures et écritures par page
limit-rows = Fiches gardées
limit-bytes = Taille des fiches gardées (octets)
limit-files = Fichiers gardés
limit-file-bytes = Taille des fichiers gardés (octets)
limit-outbound-at-once = Demandes vers l’extérieur en même temps
limit-outbound-calls = Demandes vers l’extérieur par appel
limit-outbound-ms = Durée d’une demande vers l’extérieur (ms)
limit-outbound-bytes = Taille d’une réponse de l’extérieur (octets)
plugin-log = Dernières lignes du journal
plugin-log-none = L’extension n’a rien écrit.
plugin-log-kernel = noyau
grants-title = Ce que l’extension demande
grants-none = Cette extension ne demande rien.
grants-save = Enregistrer
grants-saved = Les autorisations sont enregistrées.
grant-granted = accordé
grant-denied = refusé
hooks-title = Regarde avant d’écrire
hook-on-failure-refuse = si elle échoue, rien n’est écrit
hook-on-failure-pass = si elle échoue, on écrit sans elle
hook-state-working = fonctionne
hook-state-resting = en pause après trop d’échecs
hook-state-trying = va être essayée de nouveau
plugin-slots = Montre une partie de :
slot-home = l’accueil
slot-cooperative = la page d’une coopérative
slot-account = le compte
plugin-provides = Répond à d’autres extensions :
plugin-requires = Interroge d’autres extensions :
console-jobs = Travaux
console-jobs-lead = Ce que les extensions font en arrière-plan : événements, travaux remis à plus tard, travaux à heures fixes.
jobs-all = Les travaux de toutes les extensions
jobs-none = Rien
job-state-waiting = En attente
job-state-running = En cours
job-state-dead = Abandonnés
job-source-event = événement
job-source-job = travail
job-source-schedule = à heure fixe
job-tries = { $attempt } essais sur { $max }
job-bytes = { $count } octets
job-retry = Réessayer
job-forget = Oublier
job-forget-sure = Oublier ce travail ? Il ne sera jamais fait.
job-retried = Le travail attend de nouveau.
job-forgotten = Le travail est oublié.
capability-store = Garder ses propres fiches
capability-kv = Garder de petites valeurs par clé
capability-blobs = Garder des fichiers
capability-secrets = Voir ses propres secrets
capability-http-out = Interroger des services extérieurs
capability-registry-read = Lire le registre des coopératives
capability-milestones = Noter les étapes du parcours
capability-calls = Interroger d’autres extensions
capability-notify = Prévenir des personnes
capability-telemetry = Écrire dans le journal technique
capability-hooks = Regarder ce que d’autres écrivent avant que ce soit écrit, le refuser ou le corriger
capability-events = Être prévenue de ce qui change, et prévenir d’autres extensions
capability-jobs = Travailler en arrière-plan, aussi à heures fixes
account-add = Ajouter un compte
account-added = Le compte est ajouté.
account-disabled = désactivé
account-wrong = Vérifiez le nom, l’adresse e-mail et le mot de passe. L’adresse est peut-être déjà prise.
account-role-wrong = Ce rôle ne va pas avec ce ressort.
password-first = Premier mot de passe
role = Rôle
scope = Où
scope-hint = nation, ou province:09.541, ou cooperative: et son identifiant
kind-purpose = But
kind-retention = Conservation
class-public = Public
class-internal = Interne
class-personal = Personnel
class-sensitive = Sensible

## Records

records = Fiches
records-lead = Tout ce que vous pouvez consulter ici, par type de fiche.
namespace-registry = Registre
records-empty = Aucune fiche pour le moment
records-searching = Rien sur cette page de la recherche ; elle continue sur la suivante.
records-new = Nouvelle fiche
records-edit = Modifier
records-delete = Supprimer
records-delete-sure = Supprimer cette fiche ?
records-delete-text = Elle disparaît des listes. Son historique reste.
records-delete-changed = Cette fiche a changé pendant que vous décidiez. La voici telle qu’elle est maintenant.
records-restore = Rétablir
records-restore-hint = Rétablir remet le même contenu dans une fiche nouvelle, avec un autre identifiant.
record-restore-taken = Cette fiche ne peut pas revenir ainsi : une autre a pris ses valeurs, ou les règles ont changé.
record-created = La fiche est créée.
record-saved = La fiche est enregistrée.
record-deleted = La fiche est supprimée. Son historique reste.
record-restored = Le contenu est revenu, dans une fiche nouvelle.
records-history = Historique
records-csv = Télécharger (CSV)
records-filter = Filtrer et trier
records-any = Tout
records-sort = Ordre
records-sort-up = { $field }, croissant
records-sort-down = { $field }, décroissant
records-mismatch = Ces filtres ne vont pas ensemble ici. Retirez-en un.
records-filter-wrong = La valeur d’un filtre n’est pas comprise.
records-json = { $count ->
    [one] { $count } élément
   *[other] { $count } éléments
}
records-about = Sur cette fiche
records-created = Création
records-changed = Dernier changement
records-by-you = vous
records-by-account = un compte
records-by-system = l’instance elle-même
records-elsewhere = Cette fiche appartient à une autre instance ; elle seule peut la modifier.
records-before = Avant :
records-after = Après :
operation-create = Créée
operation-replace = Modifiée
operation-delete = Supprimée
records-cancel = Annuler
records-wrong = Rien n’est enregistré : quelques champs sont à revoir.
records-refused = Vous ne pouvez pas enregistrer cette fiche à cet endroit. Vos réponses sont gardées ci-dessous.
records-sent-before = Ce formulaire a déjà été envoyé avec un autre contenu. Vérifiez la fiche, puis enregistrez si vous le voulez encore.
records-conflict = Quelqu’un a modifié cette fiche pendant que vous écriviez. Rien n’est perdu : vos réponses sont ci-dessous, ses valeurs à côté. Choisissez, puis enregistrez.
records-gone = Cette fiche a été supprimée pendant que vous écriviez. Vos réponses sont ci-dessous ; copiez ce qui compte.
records-meanwhile = Ce qui a changé entre-temps
records-now = Dans la fiche maintenant :
hint-lines = Une valeur par ligne.
hint-json = Cette partie n’a pas encore de formulaire : elle s’écrit en JSON.
hint-least = Au moins { $count }
hint-most = Au plus { $count }
fault-required = à remplir
fault-length = Trop court ou trop long.
fault-range = Trop petit, trop grand, ou trop de décimales.
fault-choice = Ce choix n’existe pas.
fault-pattern = N’a pas la forme attendue.
fault-order = Cette date ne va pas avec les autres, ou elle est à venir.
fault-taken = Une autre fiche porte déjà cette valeur.
fault-repeated = La même valeur y est deux fois.
fault-json = Ce n’est pas du JSON bien formé.
fault-other = Une règle de ce type de fiche n’est pas remplie.
yes = oui
no = non

## Fields of the register

field-name-ar = Nom en arabe
field-name-fr = Nom en français
field-name-zgh = Nom en tifinagh
field-status = État
field-capital-mad = Capital (DH)
field-cooperative = Coopérative
field-person = Personne
field-gender = Sexe
field-birth-date = Date de naissance
field-birth-year = Année de naissance
field-national-id-key = Empreinte de la carte nationale
field-membership-number = Numéro de membre
field-joined-on = Entrée le
field-left-on = Sortie le
field-shares = Parts
field-share-value-mad = Valeur d’une part (DH)
field-subject = Qui
field-stage = Étape
field-plugin = Extension
field-code = Code
field-reached-at = Atteinte le
field-proof = Preuve
field-proof-kind = Type de la preuve
field-language = Langue
value-gender-female = femme
value-gender-male = homme
value-role-member = membre
value-role-president = présidence
value-role-vice-president = vice-présidence
value-role-manager = direction
value-role-treasurer = trésorerie
value-role-secretary = secrétariat
value-role-board-member = membre du conseil
value-stage-skills = compétences
value-stage-project = projet
value-stage-market = marché

## What went wrong

error-missing-title = Cette page n’existe pas
error-missing-text = L’adresse est peut-être mal écrite, ou la page a disparu.
error-forbidden-title = Cette page n’est pas pour ce compte
error-forbidden-text = Si vous en avez besoin, demandez le rôle à l’administrateur de votre instance.
error-grant-title = Il manque une autorisation à cette extension
error-grant-text = Un administrateur de votre instance peut la lui accorder :
error-sign-in-title = Connectez-vous pour voir cette page
error-sign-in-text = Elle est réservée à ceux qui ont un compte.
error-form-title = Le formulaire est trop ancien
error-form-text = Revenez à la page précédente, rechargez-la et envoyez encore. Rien n’a été changé.
error-request-title = Cette demande n’est pas comprise
error-request-text = Revenez en arrière et essayez autrement.
error-busy-title = Beaucoup de monde en ce moment
error-busy-text = Attendez un instant, puis rechargez la page.
error-internal-title = Quelque chose s’est cassé de notre côté
error-internal-text = Ce n’est pas votre faute, et rien n’a été écrit à moitié. Essayez encore dans un moment.
error-plugin-title = Cette page d’extension n’a pas pu être montrée
error-plugin-text = Le reste du site fonctionne. L’administrateur trouve la cause dans le journal.
error-hook-title = Une extension doit d’abord vérifier ceci
error-hook-text = Elle ne répond pas en ce moment, et rien n’a été écrit. Essayez encore dans un moment.
error-reference = Référence pour l’assistance :
refusal-title = Cela n’a pas été fait
refusal-unsigned = Cette extension n’est pas signée. Demandez à son éditeur un fichier signé.
refusal-development = Cette extension est signée par une clé de développement. Demandez à son éditeur un fichier signé pour de bon.
refusal-unknown = Personne en qui cette instance a confiance ne répond de { $name }. Comparez sa clé avec lui, puis ajoutez-la à la confiance de l’instance.
refusal-uncertified = L’éditeur n’a pas de certificat, et cette instance ne connaît pas sa clé. Comparez-la avec lui, puis ajoutez-la à la confiance de l’instance.
refusal-chain = Le certificat de { $name } ne va pas avec celui qui est au-dessus. Demandez-lui-en un autre.
refusal-prefix = { $name } peut signer pour { $prefixes }, pas pour { $plugin }. Demandez à qui a certifié sa clé.
refusal-expired = Le certificat de { $name } a pris fin le { $until }. Demandez-lui un fichier signé de nouveau.
refusal-early = Le certificat de { $name } commence le { $from }. Vérifiez l’horloge de cette machine.
refusal-revoked-key = La clé qui signe cette extension a été révoquée : { $reason }. Demandez à l’éditeur un fichier signé par une nouvelle clé.
refusal-revoked-bundle = Ce fichier a été révoqué : { $reason }. Demandez à l’éditeur un fichier plus récent.
refusal-minimum = { $plugin } { $version } a été révoquée ; la plus ancienne version permise est { $minimum } : { $reason }
refusal-older = { $plugin } { $version } est plus ancienne que { $highest }, qui a été installée ici.
refusal-bundle = Ce fichier n’est pas une extension comme elles sont livrées. Demandez-le de nouveau à son éditeur.
refusal-bundle-large = Le fichier est trop grand : { $bytes } octets, { $most } au plus.
refusal-bundle-changed = Le fichier a été changé depuis sa signature, ou abîmé en chemin. Demandez-le de nouveau à son éditeur.
refusal-manifest = Le manifeste de l’extension a une faute. Son auteur doit la corriger :
refusal-component = Le programme de l’extension n’est pas accepté. Son auteur doit le corriger :
refusal-contract = L’extension est faite pour une autre version de cette plateforme. Demandez-en une autre à son éditeur :
refusal-kinds = Les types de fiches de l’extension ne sont pas acceptés. Son auteur doit les corriger :
refusal-installed = { $plugin } est déjà installée. Pour une autre version, mettez-la à jour.
refusal-unloaded = { $plugin } est installée et n’a pas pu être chargée ; sa page dit pourquoi. Réinstallez le paquet dont elle vient, ou mettez-la à jour. Pour recommencer sans ce qu’elle garde, supprimez-la d’abord.
refusal-ungranted = { $plugin } ne peut pas travailler sans ceci : { $capability }. Accordez-le, ou ne l’installez pas.
refusal-requires = { $plugin } ne peut pas travailler sans { $contract }, et aucune extension ne le donne ici. Installez-la d’abord.
refusal-required = D’autres extensions ont besoin de { $plugin } : { $by }. Mettez-les à jour ou supprimez-les d’abord.
refusal-init = L’extension n’a pas pu se préparer. Son auteur doit la corriger :
refusal-by-plugin = L’extension refuse d’être installée : { $message }
refusal-not-installed = { $plugin } n’est pas installée. Installez-la d’abord.
refusal-other = Ce fichier est celui de { $plugin }, pas de { $wanted }.
refusal-not-newer = { $plugin } { $version } n’est pas plus récente que { $installed }, qui est installée.
refusal-held = { $plugin } { $version } demande plus qu’avant : { $more }. Accordez-le en même temps, ou gardez la version qui est là.
refusal-calls-run = Des pages de l’extension travaillent encore après { $seconds } s. Essayez encore.
refusal-remove-calls-run = Des pages de l’extension travaillent encore après { $seconds } s. Elle est arrêtée maintenant ; essayez encore.
refusal-migration = Ses fiches n’ont pas pu être adaptées, à l’étape { $step }. Tout est comme avant :
refusal-migration-by-plugin = L’extension refuse d’adapter ses fiches, à l’étape { $step } : { $message }
refusal-migration-endless = L’adaptation de ses fiches ne finit pas : { $steps } étapes sont faites. Tout est comme avant.
refusal-misfits = Des fiches ne vont pas avec la nouvelle version. Tout est comme avant :
refusal-rollback-misfits = Des fiches écrites depuis ne vont pas avec la version précédente. Modifiez-les ou supprimez-les d’abord :
refusal-probe = La nouvelle version tombe en panne quand on lui demande si elle peut travailler. Tout est comme avant :
refusal-unhealthy = La nouvelle version dit qu’elle ne peut pas travailler : { $message }
refusal-nothing-before = Aucune version de { $plugin } d’avant n’est gardée. Seule la dernière mise à jour se reprend, et une fois.
refusal-unasked = { $plugin } ne demande pas ceci : { $capability }.
refusal-limit = De 1 à { $most }.
refusal-job-not-dead = Seul un travail abandonné peut attendre de nouveau.
refusal-job-running = Ce travail est en cours à cet instant.

## Dates

date-long = { $day } { $month } { $year }
date-clock = { $date }, { $clock }
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

## Certified extracts on paper

print-extract = Extrait certifié du registre des coopératives
print-certificate = Certificat d’immatriculation
print-lead-extract = Voici ce que le registre dit de cette coopérative le { $date }.
print-lead-certificate = Il est certifié que cette coopérative est inscrite au registre local sous le numéro indiqué, et que son état est : { $state }.
print-activity = Activité
print-officers = Responsables
print-office = Fonction
print-from = Depuis le
print-until = Jusqu’au
print-acts = Inscriptions
print-act = Acte
print-effective = Effet le
print-entered = Inscrit le
print-subject = Objet
print-issued-on = Délivré le
print-issued-by = Délivré par
print-reference = Référence
print-verify = Pour vérifier ce papier, lisez le code avec un téléphone ou ouvrez l’adresse ci-dessous. La réponse dit aussi ce qui a changé depuis.
print-code = Code qui mène à la page de vérification
extract-issue = Délivrer un extrait

## Verifying an extract

verify-title = Vérification d’un extrait
verify-genuine = Cet extrait a bien été délivré par { $office } le { $date }.
verify-not-ours = Cet extrait n’est pas authentique : aucune clé de cette instance ne l’a signé. Ne vous y fiez pas.
verify-unrecorded = Le registre ne contient pas cet extrait, malgré sa signature. Ne vous y fiez pas et prévenez l’office.
verify-same = Le registre dit toujours la même chose.
verify-changed = Le registre a changé depuis : { $parts }.
verify-gone = La coopérative n’est plus au registre.
verify-unchecked = La coopérative est trop grande pour comparer ici ; demandez à l’office ce qui a changé.
verify-key-replaced = La clé de signature a été remplacée le { $date }. L’extrait reste valable.
verify-key-compromised = La clé de signature a été remplacée le { $date } parce qu’elle n’était plus sûre. Le registre tenait déjà cet extrait avant ce jour.
verify-content = Ce qu’il certifie
verify-content-hint = Comparez chaque ligne avec le papier.
verify-part-name = nom
verify-part-registration = immatriculation
verify-part-seat = siège
verify-part-category = activité
verify-part-capital = capital
verify-part-state = état
verify-part-officers = responsables
verify-part-acts = inscriptions
field-paper = Papier
field-issued-at = Délivré le
field-issued-by = Délivré par
field-key-id = Clé
field-text = Texte certifié
field-digest = Empreinte du texte
field-token = Jeton
field-file = Fichier
field-file-bytes = Octets du fichier
field-file-signature = Signature du fichier
field-signing-key-number = Numéro de la clé
field-public-key = Clé publique
field-since = Depuis
field-reason = Raison
value-paper-extract = extrait certifié
value-paper-certificate = certificat d’immatriculation
value-reason-first = première clé
value-reason-routine = remplacement ordinaire
value-reason-compromised = clé qui n’était plus sûre
value-reason-instance-key = nouvelle clé de l’instance
