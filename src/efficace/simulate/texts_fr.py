"""French texts of messages: each part in a few wordings; fields in braces are filled in."""

from __future__ import annotations

from efficace.simulate.wording import Wording

FRENCH = Wording(
    greeting=("Bonjour {first},", "Bonjour {first}, j'espère que vous allez bien.", "Cher {first},"),
    greeting_plain=("Bonjour,", "Madame, Monsieur,"),
    broken_greeting="Bonjour {{{{prenom}}}},",
    opening={
        "first": (
            "Merci de nous avoir contactés par notre {topic}.",
            "Merci de votre intérêt. J'ai bien reçu votre demande à la suite de notre {topic}.",
            "Vous nous avez interrogés au sujet de {product} par notre {topic} : voici une réponse courte.",
        ),
        "again": (
            "Je vous ai écrit il y a quelques jours et me permets de revenir vers vous.",
            "Je reviens vers vous à la suite de mon dernier message.",
            "J'ai essayé de vous joindre cette semaine et vous ai laissé un message.",
        ),
        "deal": (
            "Merci pour le temps que vous nous avez accordé lors de notre dernier rendez-vous.",
            "Comme convenu au téléphone, voici ce que nous avons décidé.",
            "Suite à notre échange, vous trouverez ci-dessous les prochains points.",
        ),
        "care": (
            "Je souhaitais savoir comment votre équipe se sert de {product}.",
            "Votre bilan trimestriel approche.",
            "Plusieurs de vos collègues utilisent {product} depuis notre dernier échange.",
        ),
        "prospect": (
            "Je vous écris car nous travaillons avec plusieurs entreprises comme la vôtre.",
            "Nous ne nous connaissons pas encore : je m'occupe de la région {region} chez Orvane Technologies.",
        ),
        "invite": (
            "Merci de votre réponse, je vous propose volontiers un rendez-vous.",
            "Ravi de vous lire. Je viens de placer un rendez-vous dans l'agenda.",
        ),
    },
    company=(
        "J'ai lu que {company} agrandit son équipe à {city}.",
        "Votre fonction ({title}) chez {company} vous met sans doute souvent face à cette question.",
        "J'ai regardé l'activité de {company} avant de vous écrire.",
    ),
    asked=(
        "Vous avez demandé le {topic} sur {product} ; je joins de quoi avancer.",
        "Le {topic} que vous avez choisi répond à la première partie de votre question sur {product}.",
    ),
    need=(
        "Dans votre secteur ({industry}), on perd des heures sur des rapports auxquels personne ne se fie.",
        "Dans le secteur {industry}, la plupart des retards viennent de données réparties dans quatre outils.",
        "Vous disiez que les incidents sont longs à clore ; dans le secteur {industry}, c'est courant.",
    ),
    value=(
        "Avec {product}, un client de votre taille est passé de deux jours à trois heures de travail par mois.",
        "{product} montre sur une page ce qui est en retard et pourquoi, pour agir le jour même.",
        "Ce que vous y gagnez : moins d'outils, une seule facture et une réponse du support en deux heures.",
    ),
    honest=(
        "En toute franchise : cela ne remplace pas votre comptabilité, et le premier import prend une semaine environ.",
        "Si ce n'est pas le bon moment, un simple non suffit et je ne vous écrirai plus.",
        "Le prix est affiché sur notre site et ne change pas en fin de trimestre.",
    ),
    pushy=(
        "Cette offre expire ce soir, je ne pourrai plus garantir le prix après minuit !",
        "Plus que 2 places ce mois-ci. Vous feriez une grave erreur en passant à côté.",
        "Je vous garantis de doubler votre chiffre d'affaires en 30 jours, 100 % sans risque.",
        "C'est ma dernière relance : agissez maintenant ou vous perdez votre remise.",
    ),
    next_step=(
        "Pouvons-nous en parler 20 minutes {day} à 10 h ?",
        "Puis-je vous envoyer une invitation pour {day} ?",
        "Répondez-moi avec deux créneaux qui vous conviennent et je vous appelle.",
        "Vous pouvez choisir un créneau ici : https://orvane.example/rdv.",
    ),
    no_step=("Dites-moi.", "Au plaisir.", "Qu'en pensez-vous ?"),
    signature="Bien cordialement,\n{sender}\n{role}, Orvane Technologies\n{phone} · {mail}",
    signature_plain=("Cordialement,\n{sender}", "Cordialement,\nL'équipe Orvane"),
    reply_good=(
        "Bonjour, merci pour votre message. {day} me convient. Pourriez-vous nous montrer le lien avec notre CRM ?",
        "Merci de votre réponse rapide. Nous comparons trois outils ; envoyez-moi le prix pour {seats} utilisateurs.",
        "Bonjour, oui, appelez-moi {day} matin.",
        "Cela semble utile. Quelqu'un de technique peut-il participer à l'appel ?",
    ),
    reply_bad=(
        "Merci, mais nous avons décidé de garder notre fournisseur actuel.",
        "Pas intéressé. Merci de me retirer de votre liste.",
        "Nous n'avons pas de budget pour cela avant l'an prochain.",
    ),
    automatic=(
        "Merci de votre intérêt pour Orvane. Un collègue vous contactera. Ce message est envoyé automatiquement.",
        "Cinq choses que les équipes apprennent le premier mois avec Orvane. Désinscription à tout moment.",
    ),
    subjects={
        "first": ("Votre demande sur {product}", "{company} et {product}", "Votre question à Orvane"),
        "again": ("Re : Votre demande sur {product}", "Suite à mon message", "Toujours intéressé, {first} ?"),
        "deal": ("Prochaines étapes pour {company}", "Proposition : {product} pour {company}", "Compte rendu d'appel"),
        "care": ("Votre bilan {product}", "Comment se passe {product} ?"),
        "prospect": ("Une idée pour {company}", "Rapports en retard : ce que font les autres ({industry})"),
        "invite": ("Notre rendez-vous de {day}", "Invitation : {product} pour {company}"),
        "reply": ("Re : Votre demande sur {product}",),
        "auto": ("Nous avons reçu votre demande", "Bien démarrer avec Orvane"),
        "note": ("Rendez-vous avec {company}",),
    },
    pushy_subject="DERNIÈRE CHANCE : votre remise expire ce soir !!!",
    days=("mardi", "mercredi", "jeudi", "vendredi"),
    roles=(
        "Responsable commercial", "Chargé de prospection", "Directeur des ventes", "Succès client", "Chargé de comptes",
    ),
    industries=(
        "industrie", "logistique", "services financiers", "distribution", "logiciel", "santé", "énergie",
        "enseignement",
    ),
    topics=("démonstration", "formulaire de contact", "livre blanc", "webinaire", "salon", "chat", "appel"),
    comments={
        "bad": (
            "Le prix a augmenté au renouvellement sans aucune explication.",
            "Le support met des jours à répondre et nous avons dû expliquer trois fois le problème.",
            "Le commercial avait promis une intégration qui n'existe pas.",
            "Trop de pannes ce mois-ci, nous ne pouvons pas compter dessus.",
            "Trop compliqué pour notre petite équipe, nous n'avons jamais terminé l'installation.",
        ),
        "fair": (
            "Fait ce qu'il faut. Les rapports pourraient être plus rapides.",
            "Bon produit, mais la mise en route a été plus longue que prévu.",
            "Correct dans l'ensemble ; il manque des fonctions à l'application mobile.",
            "Prix raisonnable, le support pourrait répondre plus vite l'après-midi.",
        ),
        "good": (
            "Très simple à utiliser, toute l'équipe travaillait avec en deux jours.",
            "Le support répond dans l'heure et règle vraiment le problème.",
            "Nous gagnons une journée par semaine sur les rapports. Ça vaut le prix.",
            "Notre interlocutrice a été honnête sur les limites, nous l'avons apprécié.",
            "L'intégration avec notre CRM fonctionne parfaitement.",
        ),
    },
    leaving=(
        "Trop cher pour le nombre d'utilisateurs.", "Il nous faut une version sur site.",
        "Un concurrent propose plus pour moins cher.", "Nous l'utilisions à peine.", "Support trop lent.",
        "Notre budget a été réduit d'un tiers.", "Nous fermons cette activité.", None,
        "Trois pannes en un mois : notre centre de service était à l'arrêt.",
        "Cela ne fait pas ce qu'on nous avait dit avant la signature.",
    ),
)  # fmt: skip
