courses-title = Cours
courses-lead = Écoutez, lisez, répondez à quelques questions. À votre rythme, dans votre langue.
course-facts = { $modules ->
    [one] { $modules } module
   *[other] { $modules } modules
} · { $minutes } min
offered-in = En :
lessons-done = { $done } leçons sur { $total }
modules-done = { $done } modules sur { $total }
no-courses = Aucun cours n’est encore publié.
my-progress = Mon avancement
continue-with = Continuer : { $title }
enrol = Commencer ce cours
sign-in-to-keep-progress = Vous pouvez lire et écouter sans compte. Connectez-vous pour garder votre avancement.
no-person = Votre compte n’est pas rattaché à une personne du registre : vous pouvez lire le cours, mais l’avancement n’est pas gardé.
module-done = terminé
minutes = { $minutes } min
lesson-done = leçon terminée
quiz-of-module = Quiz du module
quiz-passed = quiz réussi
sources = Sources
not-in-your-language = Cette leçon n’existe pas encore dans votre langue. La voici en { $language }.
example = Exemple :
remember = À retenir :
also-in = Aussi en :
mark-done = J’ai terminé cette leçon
next-step = Suite : { $title }
quiz-needs = { $needed } bonnes réponses sur { $asked } pour réussir
answer-all = Répondez à toutes les questions, puis envoyez. Vos réponses sont gardées ci-dessous.
quiz-without-account = Sans compte, votre résultat s’affiche mais n’est pas gardé.
send-answers = Envoyer mes réponses
passed = Quiz réussi
not-passed = Pas encore réussi
right-answers = { $right } bonnes réponses sur { $asked }
not-kept = Ce résultat n’est pas gardé : vous n’êtes pas inscrit à ce cours.
module-completed = Module terminé : { $title }. C’est inscrit dans votre parcours.
lessons-left = { $count ->
    [one] Il reste { $count } leçon à terminer dans ce module.
   *[other] Il reste { $count } leçons à terminer dans ce module.
}
right = juste
wrong = faux
right-answer-is = Bonne réponse :
try-again = Réessayer
back-to-course = Retour au cours
course-completed = Cours terminé
nothing-started = Vous n’avez pas encore commencé de cours.
missing-title = Cette page n’existe pas
missing-text = Le cours, la leçon ou le quiz demandé n’existe pas ou n’est plus publié.
hint-multiple = Choisissez toutes les bonnes réponses. Chaque bonne réponse compte pour sa part, chaque mauvaise enlève une part.
hint-order = Donnez à chaque ligne son rang. Chaque ligne à sa place compte pour sa part.
hint-number = Écrivez le nombre, avec son unité si vous voulez.
hint-text = Écrivez un mot ou deux, dans l’écriture de votre choix.
your-answer = Votre réponse
rank = Rang
points = { $points } points sur { $of }
partly-right = en partie juste
withdrawn = Ce cours est retiré : personne ne le commence plus ; qui l’a commencé le termine.
field-sending-said-at = Moment dit par le téléphone
