/** German. The user is addressed as "Sie". */
import type { Catalog } from './en';

export const de: Catalog = {
  formats: 'de-DE',
  direction: 'ltr',
  messages: {
    'layout.skip': 'Zum Inhalt springen',
    'layout.signed_in_as': 'Angemeldet als {label}',
    'layout.sign_out': 'Abmelden',
    'back.host': 'Zurück zu {host}',
    'back.app': 'Zurück zur App',
    'back.page': 'Zu Ihren Verbindungen',
    'sentence.gap': ' ',

    'time.just_now': 'gerade eben',
    'time.soon': 'in weniger als einer Minute',
    'time.on_day': 'am {day}',

    'page.title': 'Verbindungen',
    'page.intro':
      'Die Apps und Konten, mit denen {brand} für Sie arbeitet. Sie entscheiden darüber und können jede Verbindung jederzeit beenden.',
    'page.stale.title': 'Diese Angaben sind vielleicht nicht aktuell',
    'page.stale.text':
      'Ein Teil des Dienstes antwortet gerade nicht. Sie sehen deshalb den letzten bekannten Stand. Änderungen sind vielleicht erst später wieder möglich.',
    'page.connected': 'Verbunden',
    'page.nothing_connected':
      'Noch ist nichts verbunden. Wählen Sie unten eine App aus. Sie melden sich dort an und werden gefragt, bevor {brand} etwas erhält.',
    'page.apps': 'Apps',
    'page.more_apps': 'Weitere Apps',
    'page.nothing_offered':
      'Hier gibt es noch nichts zu verbinden: {brand} hat noch keine Apps eingerichtet.',
    'search.label': 'Apps und Konten durchsuchen',
    'search.submit': 'Suchen',
    'search.nothing': 'Hier gibt es nichts.',
    'search.no_match': 'Zu „{search}“ wurde nichts gefunden.',
    'search.show_all': 'Alle anzeigen',
    'filter.label': 'Filter',
    'filter.all': 'Alle',
    'filter.connected': 'Verbunden',
    'filter.attention': 'Zu erledigen',
    'filter.available': 'Nicht verbunden',
    'app.add': 'Verbinden',
    'app.add_account': 'Konto hinzufügen',
    'app.experimental': 'Experimentell',
    'app.not_available': 'Noch nicht verfügbar: {brand} hat diese App nicht eingerichtet.',
    'app.not_finished': 'Nicht abgeschlossen',
    'account.of': '{provider}-Konto',
    'fact.connected_since': 'Verbunden seit',
    'fact.last_refreshed': 'Zuletzt erneuert',
    'fact.reconnect_by': 'Neu verbinden bis',
    'fact.ran_out': 'Abgelaufen',
    'fact.renewed': 'Erneuert sich von selbst',
    'fact.expires': 'Läuft ab',
    'fact.never': 'Nie',

    'action.reconnect': 'Neu verbinden',
    'action.refresh': 'Jetzt erneuern',
    'action.replace': 'Ersetzen',
    'action.disconnect': 'Trennen',
    'action.connect': 'Verbinden',
    'action.cancel': 'Abbrechen',
    'action.keep': 'Behalten',
    'action.continue': 'Weiter zu {provider}',

    'status.connected': 'Verbunden',
    'status.expired': 'Abgelaufen',
    'status.needs_reconnect': 'Neu verbinden',
    'status.error': 'Neuer Versuch folgt',
    'trouble.expired':
      'Der Zugriff ist abgelaufen und lässt sich bei {provider} nicht ohne Sie erneuern. Verbinden Sie das Konto neu, damit es weitergeht.',
    'trouble.refused':
      '{provider} akzeptiert diese Verbindung nicht mehr. Das geschieht, wenn der Zugriff dort entzogen oder ein Passwort geändert wurde. Verbinden Sie das Konto neu, damit es weitergeht.',
    'trouble.entry_refused':
      '{provider} akzeptiert Ihre Angaben nicht mehr. Das geschieht, wenn ein Schlüssel dort gelöscht oder ersetzt wurde oder eine Sitzung endet. Ersetzen Sie die Angaben, damit es weitergeht.',
    'trouble.client_changed':
      '{brand} hat sich bei {provider} neu registriert und braucht deshalb noch einmal Ihre Zustimmung. Verbinden Sie das Konto neu, damit es weitergeht.',
    'trouble.refused_repeatedly':
      '{provider} lehnt diese Verbindung seit Tagen ab. Hin und wieder wird es noch versucht. Wenn Sie neu verbinden, geht es sofort weiter.',
    'trouble.permissions':
      'Sie haben {brand} nicht alles erlaubt. Es fehlt: {permissions}. Verbinden Sie das Konto neu, um das nachzuholen.',
    'failing.unknown': 'Der Zugriff auf {provider} konnte nicht erneuert werden.',
    'failing.setup':
      '{brand} ist bei {provider} nicht richtig eingerichtet. Deshalb konnte der Zugriff nicht erneuert werden.',
    'failing.pause':
      '{provider} bittet um eine Pause. Deshalb konnte der Zugriff noch nicht erneuert werden.',
    'failing.no_answer':
      '{provider} antwortet gerade nicht. Deshalb konnte der Zugriff nicht erneuert werden.',
    'failing.bad_answer':
      'Die Antwort von {provider} war nicht verwendbar. Deshalb konnte der Zugriff nicht erneuert werden.',
    'next_try.by_itself': 'Der nächste Versuch läuft von selbst.',
    'next_try.at': 'Nächster Versuch: {when} ({hour}).',
    'todo.reconnect': 'Vielleicht hilft es, neu zu verbinden.',
    'todo.nothing': 'Sie müssen nichts tun.',

    'permission.sentence': '{permission}.',
    'permission.see': '{things} sehen',
    'permission.use': '„{scope}“ verwenden',
    'permission.asked_there': '{provider} fragt Sie, was Sie freigeben möchten.',
    'permission.entered':
      'Arbeitet mit dem, was Sie hier eingeben. Es wird verschlüsselt gespeichert.',
    'see.account_basics': 'die Grunddaten Ihres Kontos',
    'see.account_name': 'den Namen Ihres Kontos',
    'see.activities': 'Ihre Aktivitäten',
    'see.email': 'Ihre E-Mail-Adresse',
    'see.issues': 'Ihre Vorgänge',
    'see.name': 'Ihren Namen',
    'see.picture': 'Ihr Bild',
    'see.posts': 'Ihre Beiträge',
    'see.profile': 'Ihr Profil',
    'see.public_profile': 'Ihr öffentliches Profil',
    'see.subscription': 'Ihr Abo',
    'see.user_name': 'Ihren Benutzernamen',
    'see.workspace': 'Ihren Workspace',
    'see.workspace_name': 'den Namen Ihres Workspace',
    'see.workspace_people': 'die Personen in Ihrem Workspace',
    'see.youtube_channel': 'Ihren YouTube-Kanal',
    'may.change_payments': 'Zahlungen Ihres Stripe-Kontos sehen und ändern',
    'may.know_you': 'wissen, wer Sie sind',
    'may.manage_ads': 'Ihre Werbeanzeigen verwalten',
    'may.stay_connected': 'verbunden bleiben, auch wenn Sie nicht da sind',
    'may.use_salesforce': 'in Salesforce sehen und ändern, was Sie dort sehen und ändern können',

    'flash.connecting.title': '{provider} ist noch nicht verbunden',
    'flash.connecting.text':
      'Sie sind von {provider} nicht zurückgekommen. Wenn Sie das Fenster geschlossen haben oder zurückgegangen sind, fangen Sie einfach noch einmal an.',
    'flash.unverified.title': '{provider} ist gespeichert',
    'flash.unverified.text':
      '{provider} hat nicht geantwortet, deshalb konnten Ihre Angaben noch nicht geprüft werden. Das wird automatisch nachgeholt.',
    'flash.connected.title': '{provider} ist verbunden',
    'flash.connected.text': '{account} ({provider}) ist bereit.',
    'flash.connected.text.unnamed': 'Ihr {provider}-Konto ist bereit.',
    'flash.finishing.title': '{provider} wird verbunden',
    'flash.finishing.text':
      'Das dauert einige Sekunden. Laden Sie die Seite dann neu, um das Ergebnis zu sehen.',
    'flash.refreshed.title': 'Erneuert',
    'flash.refreshed.text': 'Der Zugriff auf {account} ({provider}) wurde erneuert.',
    'flash.refreshed.text.unnamed': 'Der Zugriff auf Ihr {provider}-Konto wurde erneuert.',
    'flash.disconnected.title': '{provider} ist getrennt',
    'flash.disconnected.text': '{brand} kann {account} nicht mehr verwenden.',
    'flash.disconnected.text.unnamed': '{brand} kann dieses Konto nicht mehr verwenden.',
    'flash.disconnected.queued': 'Die Freigabe bei {provider} wird jetzt ebenfalls beendet.',
    'flash.disconnected.kept':
      'Die Freigabe bei {provider} bleibt bestehen, weil ein anderes Konto hier sie noch braucht.',
    'flash.disconnected.not_supported':
      'Um auch die Freigabe bei {provider} zu beenden, entfernen Sie {brand} dort in Ihren Einstellungen.',
    'flash.slow_down.title': 'Einen Moment',
    'flash.slow_down.text': 'Das war viel auf einmal. Warten Sie eine Minute, dann geht es weiter.',

    'not_connected.cancelled.title': 'Sie haben abgebrochen',
    'not_connected.cancelled.text': 'Es wurde nichts verbunden. Sie können jederzeit neu anfangen.',
    'not_connected.taken.title': 'Dieses Konto ist schon vergeben',
    'not_connected.taken.text':
      'Dieses {provider}-Konto ist bei {brand} schon von jemand anderem verbunden. Trennen Sie es erst dort, oder melden Sie sich mit einem anderen Konto an.',
    'not_connected.too_many.title': 'Sie haben hier zu viele Konten',
    'not_connected.too_many.text':
      'Es wurde nichts verbunden. Trennen Sie ein Konto, das Sie nicht mehr brauchen, und verbinden Sie dann dieses.',
    'not_connected.mismatch.title': 'Das war ein anderes Konto',
    'not_connected.mismatch.text':
      'Sie haben sich bei {provider} mit einem anderen Konto angemeldet. Erwartet wurde: {account}. Melden Sie sich dort mit dem richtigen Konto an und verbinden Sie neu, oder wählen Sie „Konto hinzufügen“.',
    'not_connected.mismatch.text.unnamed':
      'Sie haben sich bei {provider} mit einem anderen Konto angemeldet als mit dem, das neu verbunden werden sollte. Melden Sie sich dort mit dem richtigen Konto an und verbinden Sie neu, oder wählen Sie „Konto hinzufügen“.',
    'not_connected.setup.title': '{provider} kann nicht verbunden werden',
    'not_connected.setup.text':
      '{brand} ist für {provider} nicht richtig eingerichtet. Es wurde nichts verbunden. Bitte geben Sie {brand} Bescheid.',
    'not_connected.no_answer.title': '{provider} antwortet nicht',
    'not_connected.no_answer.text':
      'Es wurde nichts verbunden. Versuchen Sie es in ein paar Minuten noch einmal.',
    'not_connected.wrong_user.title': 'Das hat jemand anderes begonnen',
    'not_connected.wrong_user.text':
      'Es wurde nichts verbunden. Fangen Sie neu an, dann wird das Konto mit Ihnen verbunden.',
    'not_connected.used.title': 'Dieser Link wurde schon verwendet',
    'not_connected.used.text':
      'Wenn Sie {provider} gerade verbunden haben, steht es in Ihrer Liste. Sonst fangen Sie hier noch einmal an.',
    'not_connected.too_late.title': '{provider} wurde nicht verbunden',
    'not_connected.too_late.text':
      'Es hat zu lange gedauert. Es wurde nichts verbunden. Bitte fangen Sie noch einmal an.',
    'not_connected.issuer.title': '{provider} wurde nicht verbunden',
    'not_connected.issuer.text':
      'Die Antwort kam nicht von {provider} und wurde deshalb nicht verwendet. Bitte fangen Sie noch einmal an.',
    'not_connected.gone.title': 'Dieses Konto gibt es hier nicht mehr',
    'not_connected.gone.text':
      'Es wurde inzwischen getrennt. Fügen Sie es wieder hinzu, wenn Sie es weiter verwenden möchten.',
    'not_connected.many_started.title': 'Einen Moment',
    'not_connected.many_started.text':
      'Sie haben viele Verbindungen begonnen und wenige abgeschlossen. Warten Sie zehn Minuten, dann geht es weiter.',
    'not_connected.bad_answer.title': '{provider} wurde nicht verbunden',
    'not_connected.bad_answer.text':
      'Die Antwort von {provider} war nicht verwendbar. Es wurde nichts verbunden. Bitte versuchen Sie es noch einmal.',

    'entry.nothing_saved': 'Es wurde nichts gespeichert.',
    'entry.still_there': 'Was vorher gespeichert war, ist noch da.',
    'entry.refused.title': '{provider} hat diese Angaben nicht akzeptiert',
    'entry.refused.text':
      'Kopieren Sie sie noch einmal, vollständig und ohne Leerzeichen, und sehen Sie bei {provider} nach, ob sie noch gültig sind.',
    'entry.mismatch.title': 'Das ist ein anderes Konto',
    'entry.mismatch.text':
      'Ihre Angaben gehören bei {provider} zu einem anderen Konto. Erwartet wurde: {account}. Um beide zu haben, brechen Sie ab und wählen „Konto hinzufügen“.',
    'entry.mismatch.text.unnamed':
      'Ihre Angaben gehören bei {provider} zu einem anderen Konto als dem, das ersetzt werden sollte. Um beide zu haben, brechen Sie ab und wählen „Konto hinzufügen“.',
    'entry.no_answer.title': '{provider} konnte nicht gefragt werden',
    'entry.no_answer.text':
      'Nur {provider} weiß, wem dieses Konto gehört, und hat darauf nicht geantwortet. Versuchen Sie es in ein paar Minuten noch einmal.',
    'entry.fields.title': 'Bitte sehen Sie noch einmal nach',
    'entry.fields.text': 'Etwas stimmt noch nicht, siehe unten.',
    'field.optional': '{label} (optional)',
    'field.missing': '{label}: Diese Angabe fehlt.',
    'field.too_long': '{label}: Es sind höchstens {max} Zeichen möglich.',
    'field.wrong': '{label}: Diese Angabe ist nicht gültig.',

    'retry.soon': 'Versuchen Sie es in ein paar Minuten noch einmal.',
    'retry.when': 'Nächster Versuch möglich: {when}.',
    'not_refreshed.title': 'Nicht erneuert',
    'not_refreshed.needs_reconnect.title': 'Bitte neu verbinden',
    'not_refreshed.needs_reconnect.text':
      '{provider} akzeptiert die Verbindung mit {account} nicht mehr.',
    'not_refreshed.needs_reconnect.text.unnamed':
      '{provider} akzeptiert die Verbindung mit diesem Konto nicht mehr.',
    'not_refreshed.gone': 'Dieses Konto wurde inzwischen getrennt.',
    'not_refreshed.endless.title': 'Nichts zu erneuern',
    'not_refreshed.endless.text': 'Der Zugriff bei {provider} läuft nicht ab.',
    'not_refreshed.setup':
      '{brand} ist für {provider} nicht mehr eingerichtet. Bitte geben Sie {brand} Bescheid.',
    'not_refreshed.in_progress.title': 'Wird gerade erneuert',
    'not_refreshed.in_progress.text':
      'Der Zugriff wird in diesem Moment erneuert. Laden Sie die Seite gleich noch einmal.',
    'not_refreshed.often': 'Für heute war das oft genug.',
    'not_refreshed.unavailable': 'Ein Teil des Dienstes antwortet nicht.',
    'not_refreshed.bad_answer': 'Die Antwort von {provider} war nicht verwendbar.',
    'not_refreshed.no_answer': '{provider} antwortet gerade nicht.',
    'not_disconnected.title': 'Nicht getrennt',
    'not_disconnected.text':
      'Ein Teil des Dienstes antwortet nicht. Das Konto ist noch verbunden. Versuchen Sie es gleich noch einmal.',
    'not_disconnected.gone.title': 'Schon getrennt',
    'not_disconnected.gone.text': 'Dieses {provider}-Konto ist nicht mehr verbunden.',

    'connecting.title': 'Verbindung mit {provider}',
    'connecting.text':
      'Sie werden zu {provider} weitergeleitet. Dort melden Sie sich an und stimmen zu. Danach kommen Sie hierher zurück.',
    'connect.title': '{provider} verbinden',
    'choice.text':
      'Ihre Anmeldung bei {provider} gilt für mehrere davon. Wählen Sie aus, was verbunden werden soll. Weitere können Sie später verbinden.',
    'replace.title': '{account} ersetzen',
    'credentials.intro':
      '{brand} verwendet Ihre Angaben, um für Sie mit {provider} zu arbeiten. Sie werden verschlüsselt gespeichert, und Geheimes wird nie wieder angezeigt.',
    'credentials.experimental':
      '{provider} bietet das nicht offiziell an. Es kann jederzeit aufhören zu funktionieren.',
    'credentials.name': 'Ihr Name für dieses Konto',
    'credentials.name_help': 'Damit Sie mehrere Konten unterscheiden können.',
    'disconnect.title': '{account} trennen',
    'disconnect.question': '{account} trennen?',
    'disconnect.effect':
      '{brand} kann dieses {provider}-Konto nicht mehr verwenden. Was darauf angewiesen ist, funktioniert dann nicht mehr.',
    'disconnect.access_deleted': 'Der hier gespeicherte Zugriff wird gelöscht.',
    'disconnect.entry_deleted': 'Ihre Angaben werden hier gelöscht.',
    'disconnect.told':
      'Auch die Freigabe bei {provider} wird beendet, außer wenn ein anderes Konto hier sie noch braucht.',
    'disconnect.not_told':
      'Die Freigabe bei {provider} kann von hier aus nicht beendet werden. Entfernen Sie {brand} dafür in Ihren Einstellungen bei {provider}.',
    'disconnect.entry_not_told':
      '{provider} erfährt davon nichts. Um sicherzugehen, melden Sie sich dort ab oder ändern dort den Schlüssel.',
    'disconnect.again': 'Sie können das Konto jederzeit wieder verbinden.',
    'signed_out.title': 'Abgemeldet',
    'signed_out.heading': 'Sie sind abgemeldet',
    'signed_out.text': 'Ihre Konten bleiben verbunden. Nur diese Seite ist geschlossen.',

    'error.no_session.title': 'Öffnen Sie diese Seite aus Ihrer App',
    'error.no_session.text':
      'Zu Ihrer Sicherheit öffnet ein Link allein Ihre Verbindungen nicht. Gehen Sie in die App, die Sie verwenden, und öffnen Sie dort die Verbindungen oder Integrationen.',
    'error.session_ended.title': 'Ihre Sitzung ist beendet',
    'error.session_ended.text':
      'Zu Ihrer Sicherheit schließt sich diese Seite nach einer halben Stunde. Gehen Sie zurück zur App und öffnen Sie die Seite von dort.',
    'error.token_used.title': 'Dieser Aufruf ist verbraucht',
    'error.token_used.text':
      'Er gilt nur einmal und nur eine Minute lang. Gehen Sie zurück zur App und öffnen Sie die Seite von dort.',
    'error.origin_missing.title': 'So lässt sich diese Seite nicht öffnen',
    'error.origin_missing.text':
      'Ihr Browser hat nicht mitgeteilt, woher Sie kommen. Gehen Sie zurück zur App und öffnen Sie die Seite von dort.',
    'error.origin_null.title': 'So lässt sich diese Seite nicht öffnen',
    'error.origin_null.text':
      'Ihr Browser verbirgt, woher Sie kommen, weil die vorige Seite das verlangt. Gehen Sie zurück zur App und öffnen Sie die Seite von dort.',
    'error.origin_null.developers':
      'Eine Seite mit „Referrer-Policy: no-referrer“ oder „same-origin“ sendet „Origin: null“. „strict-origin“ funktioniert.',
    'error.origin_not_allowed.title': 'Von dort lässt sich diese Seite nicht öffnen',
    'error.origin_not_allowed.text':
      'Die Website, von der Sie kommen, darf diese Seite nicht öffnen. Wenn Sie das nicht erwartet haben, schließen Sie das Fenster.',
    'error.origin_not_allowed.developers':
      'Der Origin der Seite mit dem Formular muss in APP_ORIGINS stehen.',
    'error.framed.title': 'Diese Seite braucht ein eigenes Fenster',
    'error.framed.text':
      'Sie öffnet sich nicht innerhalb anderer Seiten, damit niemand für Sie klicken kann.',
    'error.framed.developers': 'Senden Sie das Formular an das oberste Fenster oder an ein Pop-up.',
    'error.form_outdated.title': 'Die Seite war nicht mehr aktuell',
    'error.form_outdated.text':
      'Es wurde nichts geändert. Öffnen Sie Ihre Verbindungen noch einmal und wiederholen Sie es dort.',
    'error.link_unknown.title': 'Dieser Link funktioniert nicht mehr',
    'error.link_unknown.text':
      'Er ist zu alt oder wurde nicht vollständig kopiert. Es wurde nichts verbunden. Gehen Sie zurück zur App und fangen Sie noch einmal an.',
    'error.state_unknown.title': 'Das hat zu lange gedauert',
    'error.state_unknown.text':
      'Diese Verbindung ist längst vorbei, oder die Adresse wurde nicht vollständig kopiert. Es wurde nichts verbunden. Gehen Sie zurück zur App und fangen Sie noch einmal an.',
    'error.state_used.title': 'Hier waren Sie schon einmal',
    'error.state_used.text':
      'Dieser Schritt gilt nur einmal, und die erste Antwort zählt. Diese hier hat nichts geändert. Gehen Sie zurück zur App, um das Ergebnis zu sehen.',
    'error.denied_without_state.title': 'Es wurde nichts verbunden',
    'error.denied_without_state.text':
      'Sie sind ohne Freigabe zurückgekommen, wahrscheinlich wurde sie abgebrochen. Es hat sich nichts geändert. Gehen Sie zurück zur App, um es noch einmal zu versuchen.',
    'error.denied_without_state.developers':
      'Der Anbieter hat einen „error“ ohne den „state“ der Anfrage gesendet, deshalb wurde dadurch keine Verbindung beendet.',
    'error.started_elsewhere.title': 'Fangen Sie in Ihrer App an',
    'error.started_elsewhere.text':
      'Sie kommen von der Website des Anbieters, deshalb ist hier nicht bekannt, für wen das Konto ist. Es wurde nichts verbunden. Öffnen Sie die App, die Sie verwenden, und verbinden Sie das Konto dort.',
    'error.started_elsewhere.developers':
      'Der Anbieter hat einen „code“ ohne „state“ gesendet. Wo er nach der Adresse fragt, bei der eine Installation beginnt, nennen Sie eine Seite Ihrer App, die eine Verbindung beginnt.',
    'error.callback_empty.title': 'Hier gibt es nichts abzuschließen',
    'error.callback_empty.text':
      'Über diese Adresse kommt man von einem Anbieter zurück, aber es war keine Antwort dabei. Es wurde nichts verbunden. Gehen Sie zurück zur App und fangen Sie noch einmal an.',
    'error.not_signed.title': 'Dieser Antwort ist nicht zu trauen',
    'error.not_signed.text':
      'Sie trägt nicht die Signatur des Anbieters und wurde deshalb nicht verwendet. Es wurde nichts verbunden. Gehen Sie zurück zur App und fangen Sie noch einmal an.',
    'error.other_browser.title': 'Machen Sie dort weiter, wo Sie begonnen haben',
    'error.other_browser.text':
      'Diese Verbindung wurde in einem anderen Browser begonnen, oder dieser speichert keine Cookies. Es wurde nichts verbunden. Gehen Sie zu dem Browser zurück, in dem Sie begonnen haben, oder fangen Sie hier noch einmal an.',
    'error.other_provider.title': 'Diese Antwort passt nicht',
    'error.other_provider.text':
      'Sie kam von einem anderen Anbieter als dem, den Sie gewählt haben, und wurde deshalb nicht verwendet. Es wurde nichts verbunden. Gehen Sie zurück zur App und fangen Sie noch einmal an.',
    'error.rate_limited.title': 'Einen Moment',
    'error.rate_limited.text':
      'Das war viel auf einmal. Warten Sie eine Minute und versuchen Sie es dann noch einmal.',
    'error.account_gone.title': 'Dieses Konto gibt es hier nicht mehr',
    'error.account_gone.text': 'Es ist nicht mehr verbunden.',
    'error.not_offered.title': 'Diese App gibt es hier nicht',
    'error.not_offered.text': 'Sie kann nicht verbunden werden.',
    'error.not_found.title': 'Hier gibt es nichts',
    'error.not_found.text': 'Vielleicht wurde die Adresse nicht vollständig kopiert.',
    'error.method.title': 'Diese Seite öffnet sich über eine Schaltfläche',
    'error.method.text': 'Gehen Sie zurück zur App und öffnen Sie die Seite von dort.',
    'error.no_answer.title': 'Ein Teil des Dienstes antwortet nicht',
    'error.no_answer.text': 'Es ist nichts verloren. Versuchen Sie es in einer Minute noch einmal.',
    'error.internal.title': 'Hier ist etwas schiefgegangen',
    'error.internal.text':
      'Es liegt nicht an Ihnen, und es wurde vermerkt. Versuchen Sie es in ein paar Minuten noch einmal.',
    'error.invalid.title': 'Das hat nicht geklappt',
    'error.invalid.text': 'Die Anfrage ist nicht so, wie sie sein sollte.',
    'error.developers': 'Für die Entwickler der App: {text}',
    'error.support': 'Für den Support: {id}',

    'record.API key': 'API-Schlüssel',
    'record.User name': 'Benutzername',
    'record.Password': 'Passwort',
    'record.Cookies': 'Cookies',
    'record.The request header "Cookie" of a browser that is signed in.':
      'Der Anfrage-Header „Cookie“ eines angemeldeten Browsers.',
    'record.User agent': 'User-Agent',
    'record.As that browser sends it; sessions are often bound to it.':
      'So, wie dieser Browser ihn sendet. Sitzungen sind oft daran gebunden.',
    'record.User id': 'Benutzer-ID',
    'record.The cookie "auth_id" of a browser that is signed in.':
      'Das Cookie „auth_id“ eines angemeldeten Browsers.',
    'record.Session': 'Sitzung',
    'record.The cookie "sess" of the same browser.': 'Das Cookie „sess“ desselben Browsers.',
    'record.Browser token': 'Browser-Token',
    'record.The request header "x-bc", kept by the site as "bcTokenSha" in local storage.':
      'Der Anfrage-Header „x-bc“. Die Website speichert ihn als „bcTokenSha“ im Local Storage.',
    'record.Exactly as that browser sends it; a session is bound to it.':
      'Genau so, wie dieser Browser ihn sendet. Die Sitzung ist daran gebunden.',
    'record.login, test (sandbox), or your own domain such as acme.my':
      'login, test (Sandbox) oder Ihre eigene Domain wie acme.my',
    'record.common, organizations, consumers, or a tenant (id or domain)':
      'common, organizations, consumers oder ein Mandant (ID oder Domain)',
    'record.The shop: its name before .myshopify.com': 'Der Shop: sein Name vor .myshopify.com',
  },
};
