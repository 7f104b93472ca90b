/** Spanish. The user is addressed as "tú". */
import type { Catalog } from './en';

export const es: Catalog = {
  formats: 'es-ES',
  direction: 'ltr',
  messages: {
    'layout.skip': 'Ir al contenido',
    'layout.signed_in_as': 'Sesión de {label}',
    'layout.sign_out': 'Cerrar sesión',
    'back.host': 'Volver a {host}',
    'back.app': 'Volver a la aplicación',
    'back.page': 'Ver tus conexiones',
    'sentence.gap': ' ',

    'time.just_now': 'ahora mismo',
    'time.soon': 'dentro de menos de un minuto',
    'time.on_day': 'el {day}',

    'page.title': 'Conexiones',
    'page.intro':
      'Las aplicaciones y cuentas con las que {brand} trabaja por ti. Tú decides, y puedes desconectarlas cuando quieras.',
    'page.stale.title': 'Puede que esto no esté al día',
    'page.stale.text':
      'Una parte del servicio no responde, así que ves lo último que se sabía. Es posible que los cambios no funcionen hasta que se recupere.',
    'page.connected': 'Conectadas',
    'page.nothing_connected':
      'Todavía no hay nada conectado. Elige una aplicación aquí abajo: iniciarás sesión en ella y te preguntará antes de que {brand} reciba nada.',
    'page.apps': 'Aplicaciones',
    'page.more_apps': 'Más aplicaciones',
    'page.nothing_offered':
      'Aquí todavía no hay nada que conectar: {brand} no ha configurado ninguna aplicación.',
    'search.label': 'Buscar aplicaciones y cuentas',
    'search.submit': 'Buscar',
    'search.nothing': 'Aquí no hay nada.',
    'search.no_match': 'No hay resultados para «{search}».',
    'search.show_all': 'Mostrar todo',
    'filter.label': 'Filtro',
    'filter.all': 'Todas',
    'filter.connected': 'Conectadas',
    'filter.attention': 'Requieren atención',
    'filter.available': 'Sin conectar',
    'app.add': 'Conectar',
    'app.add_account': 'Añadir otra cuenta',
    'app.experimental': 'Experimental',
    'app.not_available': 'Aún no está disponible: {brand} no la ha configurado.',
    'app.not_finished': 'Sin terminar',
    'account.of': 'Cuenta de {provider}',
    'fact.connected_since': 'Conectada desde',
    'fact.last_refreshed': 'Última renovación',
    'fact.reconnect_by': 'Reconectar antes de',
    'fact.ran_out': 'Caducó',
    'fact.renewed': 'Se renueva sola',
    'fact.expires': 'Caduca',
    'fact.never': 'Nunca',

    'action.reconnect': 'Reconectar',
    'action.refresh': 'Renovar ahora',
    'action.replace': 'Sustituir',
    'action.disconnect': 'Desconectar',
    'action.connect': 'Conectar',
    'action.cancel': 'Cancelar',
    'action.keep': 'Conservarla',
    'action.continue': 'Continuar a {provider}',

    'status.connected': 'Conectada',
    'status.expired': 'Caducada',
    'status.needs_reconnect': 'Hay que reconectar',
    'status.error': 'Se volverá a intentar',
    'trouble.expired':
      'El acceso ha caducado y {provider} no permite renovarlo sin ti. Reconecta la cuenta para continuar.',
    'trouble.refused':
      '{provider} ya no acepta esta conexión. Ocurre cuando se retira el acceso allí o se cambia una contraseña. Reconecta la cuenta para continuar.',
    'trouble.entry_refused':
      '{provider} ya no acepta los datos que introdujiste. Ocurre cuando se retira o se sustituye una clave allí, o cuando termina una sesión. Sustitúyelos para continuar.',
    'trouble.client_changed':
      '{brand} se ha registrado de nuevo en {provider} y necesita otra vez tu permiso. Reconecta la cuenta para continuar.',
    'trouble.refused_repeatedly':
      '{provider} rechaza esta conexión desde hace días. Se sigue intentando de vez en cuando; reconecta la cuenta para continuar ya.',
    'trouble.permissions':
      'No has dado a {brand} todos los permisos. Falta: {permissions}. Reconecta la cuenta para permitirlo.',
    'failing.unknown': 'No se pudo renovar el acceso a {provider}.',
    'failing.setup':
      '{brand} no está bien configurado en {provider}, así que no se pudo renovar el acceso.',
    'failing.pause': '{provider} pide una pausa, así que aún no se pudo renovar el acceso.',
    'failing.no_answer':
      '{provider} no responde en este momento, así que no se pudo renovar el acceso.',
    'failing.bad_answer':
      'La respuesta de {provider} no se pudo usar, así que no se renovó el acceso.',
    'next_try.by_itself': 'Se volverá a intentar automáticamente.',
    'next_try.at': 'Próximo intento: {when} ({hour}).',
    'todo.reconnect': 'Reconectar puede ayudar.',
    'todo.nothing': 'No tienes que hacer nada.',

    'permission.sentence': '{permission}.',
    'permission.see': 'ver {things}',
    'permission.use': 'usar «{scope}»',
    'permission.asked_there': '{provider} te pregunta qué quieres compartir.',
    'permission.entered': 'Funciona con los datos que introduces aquí, que se guardan cifrados.',
    'see.account_basics': 'los datos básicos de tu cuenta',
    'see.account_name': 'el nombre de tu cuenta',
    'see.activities': 'tus actividades',
    'see.email': 'tu correo electrónico',
    'see.issues': 'tus incidencias',
    'see.name': 'tu nombre',
    'see.picture': 'tu foto',
    'see.posts': 'tus publicaciones',
    'see.profile': 'tu perfil',
    'see.public_profile': 'tu perfil público',
    'see.subscription': 'tu suscripción',
    'see.user_name': 'tu nombre de usuario',
    'see.workspace': 'tu espacio de trabajo',
    'see.workspace_name': 'el nombre de tu espacio de trabajo',
    'see.workspace_people': 'las personas de tu espacio de trabajo',
    'see.youtube_channel': 'tu canal de YouTube',
    'may.change_payments': 'ver y cambiar los pagos de tu cuenta de Stripe',
    'may.know_you': 'saber quién eres',
    'may.manage_ads': 'gestionar tus anuncios',
    'may.stay_connected': 'mantener la conexión cuando no estés',
    'may.use_salesforce': 'ver y cambiar lo mismo que tú en Salesforce',

    'flash.connecting.title': '{provider} todavía no está conectado',
    'flash.connecting.text':
      'No volviste de {provider}. Si cerraste la ventana o diste un paso atrás, simplemente empieza de nuevo.',
    'flash.unverified.title': '{provider} se ha guardado',
    'flash.unverified.text':
      '{provider} no respondió, así que todavía no se han podido comprobar tus datos. Se volverá a intentar automáticamente.',
    'flash.connected.title': '{provider} está conectado',
    'flash.connected.text': '{account} ({provider}) ya se puede usar.',
    'flash.connected.text.unnamed': 'Tu cuenta de {provider} ya se puede usar.',
    'flash.finishing.title': 'Conectando {provider}',
    'flash.finishing.text': 'Tarda unos segundos. Vuelve a cargar la página para ver el resultado.',
    'flash.refreshed.title': 'Acceso renovado',
    'flash.refreshed.text': 'Se ha renovado el acceso a {account} ({provider}).',
    'flash.refreshed.text.unnamed': 'Se ha renovado el acceso a tu cuenta de {provider}.',
    'flash.disconnected.title': '{provider} está desconectado',
    'flash.disconnected.text': '{brand} ya no puede usar {account}.',
    'flash.disconnected.text.unnamed': '{brand} ya no puede usar esa cuenta.',
    'flash.disconnected.queued': 'También se está retirando el permiso en {provider}.',
    'flash.disconnected.kept':
      'El permiso en {provider} se mantiene, porque otra cuenta de aquí todavía lo necesita.',
    'flash.disconnected.not_supported':
      'Para retirar también el permiso en {provider}, elimina {brand} en tus ajustes de allí.',
    'flash.slow_down.title': 'Un momento',
    'flash.slow_down.text': 'Han sido muchas cosas a la vez. Espera un minuto y continúa.',

    'not_connected.cancelled.title': 'Has cancelado',
    'not_connected.cancelled.text': 'No se ha conectado nada. Empieza de nuevo cuando quieras.',
    'not_connected.taken.title': 'Esa cuenta ya está en uso',
    'not_connected.taken.text':
      'Otra persona ya ha conectado esta cuenta de {provider} en {brand}. Desconéctala primero allí o inicia sesión con otra cuenta.',
    'not_connected.too_many.title': 'Tienes demasiadas cuentas aquí',
    'not_connected.too_many.text':
      'No se ha conectado nada. Desconecta una que ya no necesites y después conecta esta.',
    'not_connected.mismatch.title': 'Esa era otra cuenta',
    'not_connected.mismatch.text':
      'Has iniciado sesión en {provider} con otra cuenta. La esperada era {account}. Inicia sesión con la cuenta correcta y reconéctala, o elige «Añadir otra cuenta».',
    'not_connected.mismatch.text.unnamed':
      'Has iniciado sesión en {provider} con una cuenta distinta de la que había que reconectar. Inicia sesión con la cuenta correcta y reconéctala, o elige «Añadir otra cuenta».',
    'not_connected.setup.title': 'No se puede conectar {provider}',
    'not_connected.setup.text':
      '{brand} no está bien configurado para {provider}. No se ha conectado nada. Por favor, avisa a {brand}.',
    'not_connected.no_answer.title': '{provider} no responde',
    'not_connected.no_answer.text': 'No se ha conectado nada. Inténtalo de nuevo en unos minutos.',
    'not_connected.wrong_user.title': 'Esto lo empezó otra persona',
    'not_connected.wrong_user.text':
      'No se ha conectado nada. Empieza de nuevo y la cuenta quedará conectada a tu nombre.',
    'not_connected.used.title': 'Este enlace ya se usó',
    'not_connected.used.text':
      'Si acabas de conectar {provider}, está en tu lista. Si no, empieza de nuevo aquí.',
    'not_connected.too_late.title': '{provider} no se ha conectado',
    'not_connected.too_late.text':
      'Ha tardado demasiado. No se ha conectado nada. Empieza de nuevo, por favor.',
    'not_connected.issuer.title': '{provider} no se ha conectado',
    'not_connected.issuer.text':
      'La respuesta no venía de {provider}, así que no se ha usado. Empieza de nuevo, por favor.',
    'not_connected.gone.title': 'Esa cuenta ya no está',
    'not_connected.gone.text':
      'Se desconectó mientras tanto. Añádela otra vez si quieres recuperarla.',
    'not_connected.many_started.title': 'Un momento',
    'not_connected.many_started.text':
      'Has empezado muchas conexiones y terminado pocas. Espera diez minutos y continúa.',
    'not_connected.bad_answer.title': '{provider} no se ha conectado',
    'not_connected.bad_answer.text':
      'La respuesta de {provider} no se pudo usar. No se ha conectado nada. Inténtalo de nuevo, por favor.',

    'entry.nothing_saved': 'No se ha guardado nada.',
    'entry.still_there': 'Lo que estaba guardado antes sigue ahí.',
    'entry.refused.title': '{provider} no ha aceptado estos datos',
    'entry.refused.text':
      'Cópialos otra vez, enteros y sin espacios, y comprueba en {provider} si siguen siendo válidos.',
    'entry.mismatch.title': 'Esa es otra cuenta',
    'entry.mismatch.text':
      'Los datos que has introducido son de otra cuenta de {provider}. La esperada era {account}. Para tener las dos, cancela y elige «Añadir otra cuenta».',
    'entry.mismatch.text.unnamed':
      'Los datos que has introducido son de una cuenta de {provider} distinta de la que había que sustituir. Para tener las dos, cancela y elige «Añadir otra cuenta».',
    'entry.no_answer.title': 'No se pudo preguntar a {provider}',
    'entry.no_answer.text':
      'Solo {provider} puede decir de quién es esta cuenta, y no ha dado una respuesta que lo diga. Inténtalo de nuevo en unos minutos.',
    'entry.fields.title': 'Revisa los datos, por favor',
    'entry.fields.text': 'Hay algo que no está bien; míralo más abajo.',
    'field.optional': '{label} (opcional)',
    'field.missing': '{label}: falta este dato.',
    'field.too_long': '{label}: como máximo {max} caracteres.',
    'field.wrong': '{label}: este dato no es válido.',

    'retry.soon': 'Inténtalo de nuevo en unos minutos.',
    'retry.when': 'Inténtalo de nuevo {when}.',
    'not_refreshed.title': 'No se ha renovado',
    'not_refreshed.needs_reconnect.title': 'Reconecta la cuenta, por favor',
    'not_refreshed.needs_reconnect.text': '{provider} ya no acepta la conexión de {account}.',
    'not_refreshed.needs_reconnect.text.unnamed':
      '{provider} ya no acepta la conexión de esta cuenta.',
    'not_refreshed.gone': 'Esa cuenta se desconectó mientras tanto.',
    'not_refreshed.endless.title': 'No hay nada que renovar',
    'not_refreshed.endless.text': '{provider} da un acceso que no caduca.',
    'not_refreshed.setup':
      '{brand} ya no está configurado para {provider}. Por favor, avisa a {brand}.',
    'not_refreshed.in_progress.title': 'Renovándose',
    'not_refreshed.in_progress.text':
      'El acceso se está renovando ahora mismo. Vuelve a cargar la página dentro de un momento.',
    'not_refreshed.often': 'Por hoy ya ha sido suficiente.',
    'not_refreshed.unavailable': 'Una parte del servicio no responde.',
    'not_refreshed.bad_answer': 'La respuesta de {provider} no se pudo usar.',
    'not_refreshed.no_answer': '{provider} no responde en este momento.',
    'not_disconnected.title': 'No se ha desconectado',
    'not_disconnected.text':
      'Una parte del servicio no responde. La cuenta sigue conectada; inténtalo de nuevo dentro de un momento.',
    'not_disconnected.gone.title': 'Ya estaba desconectada',
    'not_disconnected.gone.text': 'Esa cuenta de {provider} ya no está conectada.',

    'connecting.title': 'Conectando con {provider}',
    'connecting.text':
      'Te llevamos a {provider}. Allí inicias sesión y das tu permiso, y después vuelves aquí.',
    'connect.title': 'Conectar {provider}',
    'choice.text':
      'Tu inicio de sesión en {provider} sirve para varios de estos. Elige cuál conectar; más tarde puedes conectar otro.',
    'replace.title': 'Sustituir: {account}',
    'credentials.intro':
      '{brand} usa los datos que introduces para trabajar con {provider} por ti. Se guardan cifrados, y los secretos no se vuelven a mostrar.',
    'credentials.experimental':
      '{provider} no ofrece esto de forma oficial: puede dejar de funcionar en cualquier momento.',
    'credentials.name': 'Tu nombre para esta cuenta',
    'credentials.name_help': 'Para distinguir varias cuentas.',
    'disconnect.title': 'Desconectar {account}',
    'disconnect.question': '¿Desconectar {account}?',
    'disconnect.effect':
      '{brand} ya no podrá usar esta cuenta de {provider}. Lo que depende de ella dejará de funcionar.',
    'disconnect.access_deleted': 'El acceso que se guarda aquí se elimina.',
    'disconnect.entry_deleted': 'Los datos que introdujiste se eliminan aquí.',
    'disconnect.told':
      'También se retira el permiso en {provider}, salvo que otra cuenta de aquí todavía lo necesite.',
    'disconnect.not_told':
      'No es posible avisar a {provider}. Para retirar también el permiso allí, elimina {brand} en tus ajustes de {provider}.',
    'disconnect.entry_not_told':
      '{provider} no se entera: para mayor seguridad, cierra sesión o cambia la clave allí.',
    'disconnect.again': 'Puedes volver a conectarla cuando quieras.',
    'signed_out.title': 'Sesión cerrada',
    'signed_out.heading': 'Has cerrado sesión',
    'signed_out.text': 'Tus cuentas siguen conectadas. Solo se ha cerrado esta página.',

    'error.no_session.title': 'Abre esta página desde tu aplicación',
    'error.no_session.text':
      'Por tu seguridad, un enlace por sí solo no abre tus conexiones. Ve a la aplicación que usas y elige allí sus conexiones o integraciones.',
    'error.session_ended.title': 'Tu visita ha terminado',
    'error.session_ended.text':
      'Por tu seguridad, esta página se cierra al cabo de media hora. Vuelve a la aplicación y ábrela desde allí.',
    'error.token_used.title': 'Esta apertura ya se usó',
    'error.token_used.text':
      'Solo funciona una vez, y durante un minuto. Vuelve a la aplicación y abre la página desde allí.',
    'error.origin_missing.title': 'Esta página no se puede abrir así',
    'error.origin_missing.text':
      'Tu navegador no ha dicho de dónde vienes. Vuelve a la aplicación y abre la página desde allí.',
    'error.origin_null.title': 'Esta página no se puede abrir así',
    'error.origin_null.text':
      'Tu navegador oculta de dónde vienes, porque la página anterior se lo pide. Vuelve a la aplicación y abre la página desde allí.',
    'error.origin_null.developers':
      'Una página con «Referrer-Policy: no-referrer» o «same-origin» envía «Origin: null». «strict-origin» funciona.',
    'error.origin_not_allowed.title': 'Esta página no se puede abrir desde allí',
    'error.origin_not_allowed.text':
      'El sitio del que vienes no tiene permiso para abrirla. Si no esperabas ver esto, cierra la ventana.',
    'error.origin_not_allowed.developers':
      'El origen de la página que contiene el formulario tiene que figurar en APP_ORIGINS.',
    'error.framed.title': 'Esta página necesita su propia ventana',
    'error.framed.text':
      'No se abre dentro de otras páginas, para que nadie pueda hacer clic por ti.',
    'error.framed.developers':
      'Envía el formulario a la ventana principal o a una ventana emergente.',
    'error.form_outdated.title': 'Esa página ya no estaba al día',
    'error.form_outdated.text':
      'No se ha cambiado nada. Abre de nuevo tus conexiones y repítelo allí.',
    'error.link_unknown.title': 'Este enlace ya no funciona',
    'error.link_unknown.text':
      'Es demasiado antiguo o no se copió entero. No se ha conectado nada. Vuelve a la aplicación y empieza de nuevo.',
    'error.state_unknown.title': 'Esto ha tardado demasiado',
    'error.state_unknown.text':
      'Esta conexión terminó hace mucho, o la dirección no se copió entera. No se ha conectado nada. Vuelve a la aplicación y empieza de nuevo.',
    'error.state_used.title': 'Ya has pasado por aquí',
    'error.state_used.text':
      'Este paso funciona una sola vez y cuenta la primera respuesta: esta no ha cambiado nada. Vuelve a la aplicación para ver el resultado.',
    'error.denied_without_state.title': 'No se ha conectado nada',
    'error.denied_without_state.text':
      'Has vuelto sin permiso, probablemente porque se canceló. No ha cambiado nada. Vuelve a la aplicación para intentarlo de nuevo.',
    'error.denied_without_state.developers':
      'El proveedor envió un «error» sin el «state» de la solicitud, así que no terminó ninguna conexión.',
    'error.started_elsewhere.title': 'Empieza en tu aplicación',
    'error.started_elsewhere.text':
      'Vienes del sitio del proveedor, así que aquí no se sabe para quién es la cuenta. No se ha conectado nada. Abre la aplicación que usas y conecta allí la cuenta.',
    'error.started_elsewhere.developers':
      'El proveedor envió un «code» sin «state». Donde pida la dirección en la que empieza una instalación, indica una página de tu aplicación que inicie una conexión.',
    'error.callback_empty.title': 'Aquí no hay nada que terminar',
    'error.callback_empty.text':
      'Por esta dirección se vuelve de un proveedor, y ha llegado sin respuesta. No se ha conectado nada. Vuelve a la aplicación y empieza de nuevo.',
    'error.not_signed.title': 'Esa respuesta no es de fiar',
    'error.not_signed.text':
      'No lleva la firma del proveedor, así que no se ha usado. No se ha conectado nada. Vuelve a la aplicación y empieza de nuevo.',
    'error.other_browser.title': 'Termina donde empezaste',
    'error.other_browser.text':
      'Esta conexión se empezó en otro navegador, o este no guarda cookies. No se ha conectado nada. Vuelve al navegador en el que empezaste, o empieza de nuevo aquí.',
    'error.other_provider.title': 'Esa respuesta no encaja',
    'error.other_provider.text':
      'Venía de un proveedor distinto del que elegiste, así que no se ha usado. No se ha conectado nada. Vuelve a la aplicación y empieza de nuevo.',
    'error.rate_limited.title': 'Un momento',
    'error.rate_limited.text':
      'Han sido muchas cosas a la vez. Espera un minuto e inténtalo de nuevo.',
    'error.account_gone.title': 'Esa cuenta ya no está',
    'error.account_gone.text': 'Ya no está conectada.',
    'error.not_offered.title': 'Esa aplicación no se ofrece aquí',
    'error.not_offered.text': 'No se puede conectar.',
    'error.not_found.title': 'Aquí no hay nada',
    'error.not_found.text': 'Quizá la dirección no se copió entera.',
    'error.method.title': 'Esta página se abre con un botón',
    'error.method.text': 'Vuelve a la aplicación y abre la página desde allí.',
    'error.no_answer.title': 'Una parte del servicio no responde',
    'error.no_answer.text': 'No se ha perdido nada. Inténtalo de nuevo en un minuto.',
    'error.internal.title': 'Algo ha fallado aquí',
    'error.internal.text':
      'No es culpa tuya, y el fallo ha quedado registrado. Inténtalo de nuevo en unos minutos.',
    'error.invalid.title': 'No ha funcionado',
    'error.invalid.text': 'La solicitud no es válida.',
    'error.developers': 'Para quienes desarrollan la aplicación: {text}',
    'error.support': 'Para el equipo de soporte: {id}',

    'record.API key': 'Clave de API',
    'record.User name': 'Nombre de usuario',
    'record.Password': 'Contraseña',
    'record.Cookies': 'Cookies',
    'record.The request header "Cookie" of a browser that is signed in.':
      'La cabecera de solicitud «Cookie» de un navegador con la sesión iniciada.',
    'record.User agent': 'Agente de usuario',
    'record.As that browser sends it; sessions are often bound to it.':
      'Tal como lo envía ese navegador; las sesiones suelen estar ligadas a él.',
    'record.User id': 'ID de usuario',
    'record.The cookie "auth_id" of a browser that is signed in.':
      'La cookie «auth_id» de un navegador con la sesión iniciada.',
    'record.Session': 'Sesión',
    'record.The cookie "sess" of the same browser.': 'La cookie «sess» del mismo navegador.',
    'record.Browser token': 'Token del navegador',
    'record.The request header "x-bc", kept by the site as "bcTokenSha" in local storage.':
      'La cabecera de solicitud «x-bc», que el sitio guarda como «bcTokenSha» en el almacenamiento local.',
    'record.Exactly as that browser sends it; a session is bound to it.':
      'Exactamente como lo envía ese navegador; la sesión está ligada a él.',
    'record.login, test (sandbox), or your own domain such as acme.my':
      'login, test (entorno de pruebas) o tu propio dominio, por ejemplo acme.my',
    'record.common, organizations, consumers, or a tenant (id or domain)':
      'common, organizations, consumers o un inquilino (ID o dominio)',
    'record.The shop: its name before .myshopify.com':
      'La tienda: su nombre delante de .myshopify.com',
  },
};
