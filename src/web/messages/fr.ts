/** French. The user is addressed as "vous". */
import type { Catalog } from './en';

export const fr: Catalog = {
  formats: 'fr-FR',
  direction: 'ltr',
  messages: {
    'layout.skip': 'Aller au contenu',
    'layout.signed_in_as': 'Connecté en tant que {label}',
    'layout.sign_out': 'Se déconnecter',
    'back.host': 'Retour à {host}',
    'back.app': 'Retour à l’application',
    'back.page': 'Voir vos connexions',
    'sentence.gap': ' ',

    'time.just_now': 'à l’instant',
    'time.soon': 'dans moins d’une minute',
    'time.on_day': 'le {day}',

    'page.title': 'Connexions',
    'page.intro':
      'Les applications et les comptes que {brand} utilise pour vous. C’est vous qui décidez, et vous pouvez y mettre fin à tout moment.',
    'page.stale.title': 'Ces informations ne sont peut-être pas à jour',
    'page.stale.text':
      'Une partie du service ne répond pas : voici le dernier état connu. Les modifications peuvent échouer tant que le service n’est pas rétabli.',
    'page.connected': 'Connectées',
    'page.nothing_connected':
      'Rien n’est encore connecté. Choisissez une application ci-dessous : vous vous y identifierez, et votre accord sera demandé avant que {brand} ne reçoive quoi que ce soit.',
    'page.apps': 'Applications',
    'page.more_apps': 'Autres applications',
    'page.nothing_offered':
      'Il n’y a encore rien à connecter ici : {brand} n’a configuré aucune application.',
    'search.label': 'Rechercher une application ou un compte',
    'search.submit': 'Rechercher',
    'search.nothing': 'Il n’y a rien ici.',
    'search.no_match': 'Aucun résultat pour « {search} ».',
    'search.show_all': 'Tout afficher',
    'filter.label': 'Filtre',
    'filter.all': 'Toutes',
    'filter.connected': 'Connectées',
    'filter.attention': 'À traiter',
    'filter.available': 'Non connectées',
    'app.add': 'Ajouter',
    'app.add_account': 'Ajouter un autre compte',
    'app.experimental': 'Expérimental',
    'app.not_available': 'Pas encore disponible : {brand} ne l’a pas configurée.',
    'app.not_finished': 'Non terminé',
    'account.of': 'Compte {provider}',
    'fact.connected_since': 'Connecté depuis le',
    'fact.last_refreshed': 'Dernier renouvellement',
    'fact.reconnect_by': 'À reconnecter avant le',
    'fact.ran_out': 'Expiré',
    'fact.renewed': 'Renouvellement automatique',
    'fact.expires': 'Expiration',
    'fact.never': 'Jamais',

    'action.reconnect': 'Reconnecter',
    'action.refresh': 'Renouveler',
    'action.replace': 'Remplacer',
    'action.disconnect': 'Déconnecter',
    'action.connect': 'Connecter',
    'action.cancel': 'Annuler',
    'action.keep': 'Conserver',
    'action.continue': 'Continuer vers {provider}',

    'status.connected': 'Connecté',
    'status.expired': 'Expiré',
    'status.needs_reconnect': 'À reconnecter',
    'status.error': 'Nouvel essai prévu',
    'trouble.expired':
      'L’accès a expiré, et {provider} ne permet pas de le renouveler sans vous. Reconnectez ce compte pour continuer.',
    'trouble.refused':
      '{provider} n’accepte plus cette connexion. Cela arrive quand l’accès y est retiré ou qu’un mot de passe change. Reconnectez ce compte pour continuer.',
    'trouble.entry_refused':
      '{provider} n’accepte plus ce que vous avez saisi. Cela arrive quand une clé y est retirée ou remplacée, ou qu’une session prend fin. Remplacez ces informations pour continuer.',
    'trouble.client_changed':
      '{brand} s’est réenregistré auprès de {provider}, ce qui demande à nouveau votre accord. Reconnectez ce compte pour continuer.',
    'trouble.refused_repeatedly':
      '{provider} refuse cette connexion depuis plusieurs jours. De nouveaux essais ont lieu de temps en temps ; reconnectez ce compte pour continuer tout de suite.',
    'trouble.permissions':
      'Vous n’avez pas tout autorisé à {brand}. Il manque : {permissions}. Reconnectez ce compte pour l’autoriser.',
    'failing.unknown': 'L’accès à {provider} n’a pas pu être renouvelé.',
    'failing.setup':
      '{brand} n’est pas configuré correctement auprès de {provider} : l’accès n’a pas pu être renouvelé.',
    'failing.pause': '{provider} demande une pause : l’accès n’a pas encore pu être renouvelé.',
    'failing.no_answer':
      '{provider} ne répond pas en ce moment : l’accès n’a pas pu être renouvelé.',
    'failing.bad_answer':
      'La réponse de {provider} est inutilisable : l’accès n’a pas pu être renouvelé.',
    'next_try.by_itself': 'Un nouvel essai aura lieu automatiquement.',
    'next_try.at': 'Prochain essai {when} ({hour}).',
    'todo.reconnect': 'Reconnecter ce compte peut aider.',
    'todo.nothing': 'Vous n’avez rien à faire.',

    'permission.sentence': '{permission}.',
    'permission.see': 'voir {things}',
    'permission.use': 'utiliser « {scope} »',
    'permission.asked_there': '{provider} vous demande ce que vous souhaitez partager.',
    'permission.entered':
      'Fonctionne avec ce que vous saisissez ici, conservé sous forme chiffrée.',
    'see.account_basics': 'les informations de base de votre compte',
    'see.account_name': 'le nom de votre compte',
    'see.activities': 'vos activités',
    'see.email': 'votre adresse e-mail',
    'see.issues': 'vos tickets',
    'see.name': 'votre nom',
    'see.picture': 'votre photo',
    'see.posts': 'vos publications',
    'see.profile': 'votre profil',
    'see.public_profile': 'votre profil public',
    'see.subscription': 'votre abonnement',
    'see.user_name': 'votre nom d’utilisateur',
    'see.workspace': 'votre espace de travail',
    'see.workspace_name': 'le nom de votre espace de travail',
    'see.workspace_people': 'les membres de votre espace de travail',
    'see.youtube_channel': 'votre chaîne YouTube',
    'may.change_payments': 'voir et modifier les paiements de votre compte Stripe',
    'may.know_you': 'savoir qui vous êtes',
    'may.manage_ads': 'gérer vos publicités',
    'may.stay_connected': 'rester connecté en votre absence',
    'may.use_salesforce': 'voir et modifier ce à quoi vous avez accès dans Salesforce',

    'flash.connecting.title': '{provider} n’est pas encore connecté',
    'flash.connecting.text':
      'Vous n’êtes pas revenu depuis {provider}. Si vous avez fermé la fenêtre ou êtes revenu en arrière, recommencez simplement.',
    'flash.unverified.title': '{provider} est enregistré',
    'flash.unverified.text':
      '{provider} n’a pas répondu : ce que vous avez saisi n’a pas encore pu être vérifié. Un nouvel essai aura lieu automatiquement.',
    'flash.connected.title': '{provider} est connecté',
    'flash.connected.text': '{account} ({provider}) peut être utilisé.',
    'flash.connected.text.unnamed': 'Votre compte {provider} peut être utilisé.',
    'flash.finishing.title': 'Connexion à {provider} en cours',
    'flash.finishing.text':
      'Cela prend quelques secondes. Rechargez ensuite la page pour voir le résultat.',
    'flash.refreshed.title': 'Accès renouvelé',
    'flash.refreshed.text': 'L’accès à {account} ({provider}) a été renouvelé.',
    'flash.refreshed.text.unnamed': 'L’accès à votre compte {provider} a été renouvelé.',
    'flash.disconnected.title': '{provider} est déconnecté',
    'flash.disconnected.text': '{brand} ne peut plus utiliser {account}.',
    'flash.disconnected.text.unnamed': '{brand} ne peut plus utiliser ce compte.',
    'flash.disconnected.queued':
      'L’autorisation accordée auprès de {provider} est en cours de retrait.',
    'flash.disconnected.kept':
      'L’autorisation accordée auprès de {provider} reste en place, car un autre compte en a encore besoin ici.',
    'flash.disconnected.not_supported':
      'Pour retirer aussi l’autorisation chez {provider}, supprimez-y {brand} dans vos paramètres.',
    'flash.slow_down.title': 'Un instant',
    'flash.slow_down.text': 'Cela fait beaucoup d’un coup. Attendez une minute, puis continuez.',

    'not_connected.cancelled.title': 'Vous avez annulé',
    'not_connected.cancelled.text': 'Rien n’a été connecté. Recommencez quand vous le souhaitez.',
    'not_connected.taken.title': 'Ce compte est déjà pris',
    'not_connected.taken.text':
      'Ce compte {provider} est déjà connecté par quelqu’un d’autre dans {brand}. Déconnectez-le d’abord là-bas, ou identifiez-vous avec un autre compte.',
    'not_connected.too_many.title': 'Vous avez trop de comptes ici',
    'not_connected.too_many.text':
      'Rien n’a été connecté. Déconnectez un compte dont vous n’avez plus besoin, puis connectez celui-ci.',
    'not_connected.mismatch.title': 'C’était un autre compte',
    'not_connected.mismatch.text':
      'Vous vous êtes identifié auprès de {provider} avec un autre compte. Le compte attendu est {account}. Identifiez-vous avec le bon compte et reconnectez-le, ou choisissez « Ajouter un autre compte ».',
    'not_connected.mismatch.text.unnamed':
      'Vous vous êtes identifié auprès de {provider} avec un autre compte que celui à reconnecter. Identifiez-vous avec le bon compte et reconnectez-le, ou choisissez « Ajouter un autre compte ».',
    'not_connected.setup.title': '{provider} ne peut pas être connecté',
    'not_connected.setup.text':
      '{brand} n’est pas configuré correctement pour {provider}. Rien n’a été connecté. Merci de le signaler à {brand}.',
    'not_connected.no_answer.title': '{provider} ne répond pas',
    'not_connected.no_answer.text': 'Rien n’a été connecté. Réessayez dans quelques minutes.',
    'not_connected.wrong_user.title': 'Quelqu’un d’autre a commencé cette connexion',
    'not_connected.wrong_user.text':
      'Rien n’a été connecté. Recommencez, et le compte sera connecté pour vous.',
    'not_connected.used.title': 'Ce lien a déjà été utilisé',
    'not_connected.used.text':
      'Si vous venez de connecter {provider}, il figure dans votre liste. Sinon, recommencez ici.',
    'not_connected.too_late.title': '{provider} n’a pas été connecté',
    'not_connected.too_late.text':
      'Cela a pris trop de temps. Rien n’a été connecté. Veuillez recommencer.',
    'not_connected.issuer.title': '{provider} n’a pas été connecté',
    'not_connected.issuer.text':
      'La réponse ne venait pas de {provider}, elle n’a donc pas été utilisée. Veuillez recommencer.',
    'not_connected.gone.title': 'Ce compte n’est plus là',
    'not_connected.gone.text':
      'Il a été déconnecté entre-temps. Ajoutez-le de nouveau si vous souhaitez le retrouver.',
    'not_connected.many_started.title': 'Un instant',
    'not_connected.many_started.text':
      'Vous avez commencé beaucoup de connexions et en avez terminé peu. Attendez dix minutes, puis continuez.',
    'not_connected.bad_answer.title': '{provider} n’a pas été connecté',
    'not_connected.bad_answer.text':
      'La réponse de {provider} est inutilisable. Rien n’a été connecté. Veuillez réessayer.',

    'entry.nothing_saved': 'Rien n’a été enregistré.',
    'entry.still_there': 'Ce qui était enregistré auparavant est toujours là.',
    'entry.refused.title': '{provider} n’a pas accepté ces informations',
    'entry.refused.text':
      'Copiez-les à nouveau, en entier et sans espaces, et vérifiez auprès de {provider} si elles sont toujours valables.',
    'entry.mismatch.title': 'C’est un autre compte',
    'entry.mismatch.text':
      'Ce que vous avez saisi appartient à un autre compte {provider}. Le compte attendu est {account}. Pour avoir les deux, annulez et choisissez « Ajouter un autre compte ».',
    'entry.mismatch.text.unnamed':
      'Ce que vous avez saisi appartient à un autre compte {provider} que celui à remplacer. Pour avoir les deux, annulez et choisissez « Ajouter un autre compte ».',
    'entry.no_answer.title': '{provider} n’a pas pu être interrogé',
    'entry.no_answer.text':
      'Seul {provider} sait à qui appartient ce compte, et sa réponse ne le dit pas. Réessayez dans quelques minutes.',
    'entry.fields.title': 'Veuillez vérifier',
    'entry.fields.text': 'Quelque chose ne va pas, voir ci-dessous.',
    'field.optional': '{label} (facultatif)',
    'field.missing': '{label} : cette information manque.',
    'field.too_long': '{label} : {max} caractères au maximum.',
    'field.wrong': '{label} : cette valeur n’est pas valable.',

    'retry.soon': 'Réessayez dans quelques minutes.',
    'retry.when': 'Réessayez {when}.',
    'not_refreshed.title': 'Accès non renouvelé',
    'not_refreshed.needs_reconnect.title': 'Reconnexion nécessaire',
    'not_refreshed.needs_reconnect.text': '{provider} n’accepte plus la connexion avec {account}.',
    'not_refreshed.needs_reconnect.text.unnamed':
      '{provider} n’accepte plus la connexion avec ce compte.',
    'not_refreshed.gone': 'Ce compte a été déconnecté entre-temps.',
    'not_refreshed.endless.title': 'Rien à renouveler',
    'not_refreshed.endless.text': '{provider} donne un accès qui n’expire pas.',
    'not_refreshed.setup':
      '{brand} n’est plus configuré pour {provider}. Merci de le signaler à {brand}.',
    'not_refreshed.in_progress.title': 'Renouvellement en cours',
    'not_refreshed.in_progress.text':
      'L’accès est renouvelé en ce moment même. Rechargez la page dans un instant.',
    'not_refreshed.often': 'C’est assez pour aujourd’hui.',
    'not_refreshed.unavailable': 'Une partie du service ne répond pas.',
    'not_refreshed.bad_answer': 'La réponse de {provider} est inutilisable.',
    'not_refreshed.no_answer': '{provider} ne répond pas en ce moment.',
    'not_disconnected.title': 'Compte non déconnecté',
    'not_disconnected.text':
      'Une partie du service ne répond pas. Le compte est toujours connecté ; réessayez dans un instant.',
    'not_disconnected.gone.title': 'Déjà déconnecté',
    'not_disconnected.gone.text': 'Ce compte {provider} n’est plus connecté.',

    'connecting.title': 'Connexion à {provider}',
    'connecting.text':
      'Vous allez être dirigé vers {provider}. Vous vous y identifiez et donnez votre accord, puis vous revenez ici.',
    'connect.title': 'Connecter {provider}',
    'choice.text':
      'Votre connexion à {provider} vaut pour plusieurs de ces éléments. Choisissez celui à connecter ; vous pourrez en connecter un autre plus tard.',
    'replace.title': 'Remplacer : {account}',
    'credentials.intro':
      '{brand} utilise ce que vous saisissez pour travailler avec {provider} en votre nom. Tout est conservé sous forme chiffrée, et les secrets ne sont plus jamais affichés.',
    'credentials.experimental':
      '{provider} ne propose pas cela officiellement : cela peut cesser de fonctionner à tout moment.',
    'credentials.name': 'Votre nom pour ce compte',
    'credentials.name_help': 'Pour distinguer plusieurs comptes.',
    'disconnect.title': 'Déconnecter {account}',
    'disconnect.question': 'Déconnecter {account} ?',
    'disconnect.effect':
      '{brand} ne pourra plus utiliser ce compte {provider}. Ce qui en dépend cessera de fonctionner.',
    'disconnect.access_deleted': 'L’accès conservé ici est supprimé.',
    'disconnect.entry_deleted': 'Ce que vous avez saisi est supprimé ici.',
    'disconnect.told':
      'L’autorisation accordée auprès de {provider} est aussi retirée, sauf si un autre compte en a encore besoin ici.',
    'disconnect.not_told':
      '{provider} ne peut pas être prévenu. Pour retirer aussi l’autorisation là-bas, supprimez {brand} dans vos paramètres {provider}.',
    'disconnect.entry_not_told':
      '{provider} n’en est pas informé : pour plus de sûreté, déconnectez-vous là-bas ou changez-y la clé.',
    'disconnect.again': 'Vous pourrez le connecter à nouveau à tout moment.',
    'signed_out.title': 'Session fermée',
    'signed_out.heading': 'Votre session est fermée',
    'signed_out.text': 'Vos comptes restent connectés. Seule cette page est fermée.',

    'error.no_session.title': 'Ouvrez cette page depuis votre application',
    'error.no_session.text':
      'Pour votre sécurité, un lien seul n’ouvre pas vos connexions. Rendez-vous dans l’application que vous utilisez et choisissez-y les connexions ou les intégrations.',
    'error.session_ended.title': 'Votre visite est terminée',
    'error.session_ended.text':
      'Pour votre sécurité, cette page se ferme au bout d’une demi-heure. Retournez dans l’application et ouvrez la page depuis là.',
    'error.token_used.title': 'Cette ouverture a déjà servi',
    'error.token_used.text':
      'Elle fonctionne une seule fois, et pendant une minute seulement. Retournez dans l’application et ouvrez la page depuis là.',
    'error.origin_missing.title': 'Cette page ne peut pas être ouverte ainsi',
    'error.origin_missing.text':
      'Votre navigateur n’a pas indiqué d’où vous venez. Retournez dans l’application et ouvrez la page depuis là.',
    'error.origin_null.title': 'Cette page ne peut pas être ouverte ainsi',
    'error.origin_null.text':
      'Votre navigateur cache d’où vous venez, parce que la page précédente le lui demande. Retournez dans l’application et ouvrez la page depuis là.',
    'error.origin_null.developers':
      'Une page avec « Referrer-Policy: no-referrer » ou « same-origin » envoie « Origin: null ». « strict-origin » convient.',
    'error.origin_not_allowed.title': 'Cette page ne peut pas être ouverte depuis là',
    'error.origin_not_allowed.text':
      'Le site d’où vous venez n’a pas le droit de l’ouvrir. Si vous ne vous attendiez pas à voir ceci, fermez la fenêtre.',
    'error.origin_not_allowed.developers':
      'L’origine de la page qui contient le formulaire doit figurer dans APP_ORIGINS.',
    'error.framed.title': 'Cette page a besoin de sa propre fenêtre',
    'error.framed.text':
      'Elle ne s’ouvre pas à l’intérieur d’autres pages, afin que personne ne puisse cliquer à votre place.',
    'error.framed.developers':
      'Envoyez le formulaire à la fenêtre principale ou à une fenêtre pop-up.',
    'error.form_outdated.title': 'Cette page n’était plus à jour',
    'error.form_outdated.text':
      'Rien n’a été modifié. Ouvrez de nouveau vos connexions et recommencez depuis là.',
    'error.link_unknown.title': 'Ce lien ne fonctionne plus',
    'error.link_unknown.text':
      'Il est trop ancien, ou n’a pas été copié en entier. Rien n’a été connecté. Retournez dans l’application et recommencez.',
    'error.state_unknown.title': 'Cela a pris trop de temps',
    'error.state_unknown.text':
      'Cette connexion est terminée depuis longtemps, ou l’adresse n’a pas été copiée en entier. Rien n’a été connecté. Retournez dans l’application et recommencez.',
    'error.state_used.title': 'Vous êtes déjà passé par ici',
    'error.state_used.text':
      'Cette étape ne sert qu’une fois, et la première réponse compte : celle-ci n’a rien changé. Retournez dans l’application pour voir le résultat.',
    'error.denied_without_state.title': 'Rien n’a été connecté',
    'error.denied_without_state.text':
      'Vous êtes revenu sans autorisation, sans doute parce qu’elle a été annulée. Rien n’a changé. Retournez dans l’application pour réessayer.',
    'error.denied_without_state.developers':
      'Le fournisseur a envoyé un « error » sans le « state » de la demande : aucune connexion n’a donc été interrompue.',
    'error.started_elsewhere.title': 'Commencez dans votre application',
    'error.started_elsewhere.text':
      'Vous venez du site du fournisseur : on ne sait donc pas ici à qui est destiné le compte. Rien n’a été connecté. Ouvrez l’application que vous utilisez et connectez-y le compte.',
    'error.started_elsewhere.developers':
      'Le fournisseur a envoyé un « code » sans « state ». Là où il demande l’adresse où commence une installation, indiquez une page de votre application qui démarre une connexion.',
    'error.callback_empty.title': 'Il n’y a rien à terminer ici',
    'error.callback_empty.text':
      'Cette adresse sert au retour depuis un fournisseur, et aucune réponse n’est arrivée. Rien n’a été connecté. Retournez dans l’application et recommencez.',
    'error.not_signed.title': 'Cette réponse n’est pas fiable',
    'error.not_signed.text':
      'Elle ne porte pas la signature du fournisseur, elle n’a donc pas été utilisée. Rien n’a été connecté. Retournez dans l’application et recommencez.',
    'error.other_browser.title': 'Terminez là où vous avez commencé',
    'error.other_browser.text':
      'Cette connexion a été commencée dans un autre navigateur, ou celui-ci ne conserve pas les cookies. Rien n’a été connecté. Retournez dans le navigateur où vous avez commencé, ou recommencez ici.',
    'error.other_provider.title': 'Cette réponse ne convient pas',
    'error.other_provider.text':
      'Elle vient d’un autre fournisseur que celui que vous avez choisi, elle n’a donc pas été utilisée. Rien n’a été connecté. Retournez dans l’application et recommencez.',
    'error.rate_limited.title': 'Un instant',
    'error.rate_limited.text': 'Cela fait beaucoup d’un coup. Attendez une minute, puis réessayez.',
    'error.account_gone.title': 'Ce compte n’est plus là',
    'error.account_gone.text': 'Il n’est plus connecté.',
    'error.not_offered.title': 'Cette application n’est pas proposée ici',
    'error.not_offered.text': 'Elle ne peut pas être connectée.',
    'error.not_found.title': 'Il n’y a rien ici',
    'error.not_found.text': 'L’adresse n’a peut-être pas été copiée en entier.',
    'error.method.title': 'Cette page s’ouvre avec un bouton',
    'error.method.text': 'Retournez dans l’application et ouvrez la page depuis là.',
    'error.no_answer.title': 'Une partie du service ne répond pas',
    'error.no_answer.text': 'Rien n’est perdu. Réessayez dans une minute.',
    'error.internal.title': 'Une erreur s’est produite',
    'error.internal.text':
      'Ce n’est pas votre faute, et l’erreur a été notée. Réessayez dans quelques minutes.',
    'error.invalid.title': 'Cela n’a pas fonctionné',
    'error.invalid.text': 'La demande n’est pas valable.',
    'error.developers': 'Pour les développeurs de l’application : {text}',
    'error.support': 'Pour l’assistance : {id}',

    'record.API key': 'Clé d’API',
    'record.User name': 'Nom d’utilisateur',
    'record.Password': 'Mot de passe',
    'record.Cookies': 'Cookies',
    'record.The request header "Cookie" of a browser that is signed in.':
      'L’en-tête de requête « Cookie » d’un navigateur identifié.',
    'record.User agent': 'Agent utilisateur',
    'record.As that browser sends it; sessions are often bound to it.':
      'Tel que ce navigateur l’envoie ; les sessions y sont souvent liées.',
    'record.User id': 'Identifiant d’utilisateur',
    'record.The cookie "auth_id" of a browser that is signed in.':
      'Le cookie « auth_id » d’un navigateur identifié.',
    'record.Session': 'Session',
    'record.The cookie "sess" of the same browser.': 'Le cookie « sess » du même navigateur.',
    'record.Browser token': 'Jeton du navigateur',
    'record.The request header "x-bc", kept by the site as "bcTokenSha" in local storage.':
      'L’en-tête de requête « x-bc », que le site conserve sous « bcTokenSha » dans le stockage local.',
    'record.Exactly as that browser sends it; a session is bound to it.':
      'Exactement tel que ce navigateur l’envoie ; la session y est liée.',
    'record.login, test (sandbox), or your own domain such as acme.my':
      'login, test (bac à sable) ou votre propre domaine, par exemple acme.my',
    'record.common, organizations, consumers, or a tenant (id or domain)':
      'common, organizations, consumers ou un locataire (identifiant ou domaine)',
    'record.The shop: its name before .myshopify.com':
      'La boutique : son nom devant .myshopify.com',
  },
};
