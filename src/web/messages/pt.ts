/** Portuguese, as in Brazil. The user is addressed as "você". */
import type { Catalog } from './en';

export const pt: Catalog = {
  formats: 'pt-BR',
  direction: 'ltr',
  messages: {
    'layout.skip': 'Ir para o conteúdo',
    'layout.signed_in_as': 'Sessão de {label}',
    'layout.sign_out': 'Sair',
    'back.host': 'Voltar para {host}',
    'back.app': 'Voltar para o aplicativo',
    'back.page': 'Ver suas conexões',
    'sentence.gap': ' ',

    'time.just_now': 'agora mesmo',
    'time.soon': 'em menos de um minuto',
    'time.on_day': 'em {day}',

    'page.title': 'Conexões',
    'page.intro':
      'Os aplicativos e contas com que {brand} trabalha para você. Você decide e pode encerrar cada conexão quando quiser.',
    'page.stale.title': 'Isto pode estar desatualizado',
    'page.stale.text':
      'Uma parte do serviço não está respondendo, então você vê o último estado conhecido. Talvez as alterações só funcionem quando ela voltar.',
    'page.connected': 'Conectados',
    'page.nothing_connected':
      'Ainda não há nada conectado. Escolha um aplicativo abaixo: você vai entrar nele, e ele pede sua autorização antes que {brand} receba qualquer coisa.',
    'page.apps': 'Aplicativos',
    'page.more_apps': 'Mais aplicativos',
    'page.nothing_offered':
      'Ainda não há nada para conectar aqui: {brand} não configurou nenhum aplicativo.',
    'search.label': 'Buscar aplicativos e contas',
    'search.submit': 'Buscar',
    'search.nothing': 'Não há nada aqui.',
    'search.no_match': 'Nenhum resultado para “{search}”.',
    'search.show_all': 'Mostrar tudo',
    'filter.label': 'Filtro',
    'filter.all': 'Todos',
    'filter.connected': 'Conectados',
    'filter.attention': 'Precisam de atenção',
    'filter.available': 'Não conectados',
    'app.add': 'Conectar',
    'app.add_account': 'Adicionar outra conta',
    'app.experimental': 'Experimental',
    'app.not_available': 'Ainda não disponível: {brand} não configurou este aplicativo.',
    'app.not_finished': 'Não concluído',
    'account.of': 'Conta {provider}',
    'fact.connected_since': 'Conectada desde',
    'fact.last_refreshed': 'Última renovação',
    'fact.reconnect_by': 'Reconectar até',
    'fact.ran_out': 'Expirou',
    'fact.renewed': 'Renovação automática',
    'fact.expires': 'Expira',
    'fact.never': 'Nunca',

    'action.reconnect': 'Reconectar',
    'action.refresh': 'Renovar agora',
    'action.replace': 'Substituir',
    'action.disconnect': 'Desconectar',
    'action.connect': 'Conectar',
    'action.cancel': 'Cancelar',
    'action.keep': 'Manter',
    'action.continue': 'Continuar para {provider}',

    'status.connected': 'Conectada',
    'status.expired': 'Expirada',
    'status.needs_reconnect': 'Precisa reconectar',
    'status.error': 'Nova tentativa em breve',
    'trouble.expired':
      'O acesso expirou, e {provider} não permite renová-lo sem você. Reconecte a conta para continuar.',
    'trouble.refused':
      '{provider} não aceita mais esta conexão. Isso acontece quando o acesso é removido lá ou uma senha muda. Reconecte a conta para continuar.',
    'trouble.entry_refused':
      '{provider} não aceita mais os dados que você informou. Isso acontece quando uma chave é removida ou trocada lá, ou quando uma sessão termina. Substitua os dados para continuar.',
    'trouble.client_changed':
      '{brand} fez um novo registro em {provider} e precisa da sua autorização mais uma vez. Reconecte a conta para continuar.',
    'trouble.refused_repeatedly':
      '{provider} recusa esta conexão há dias. De vez em quando há uma nova tentativa; reconecte a conta para continuar agora.',
    'trouble.permissions':
      'Você não deu todas as permissões a {brand}. Falta: {permissions}. Reconecte a conta para permitir.',
    'failing.unknown': 'Não foi possível renovar o acesso a {provider}.',
    'failing.setup':
      '{brand} não está configurado corretamente em {provider}, então não foi possível renovar o acesso.',
    'failing.pause':
      '{provider} está pedindo uma pausa, então ainda não foi possível renovar o acesso.',
    'failing.no_answer':
      '{provider} não está respondendo no momento, então não foi possível renovar o acesso.',
    'failing.bad_answer':
      'A resposta de {provider} não pôde ser usada, então não foi possível renovar o acesso.',
    'next_try.by_itself': 'Haverá uma nova tentativa automática.',
    'next_try.at': 'Próxima tentativa: {when} ({hour}).',
    'todo.reconnect': 'Reconectar pode ajudar.',
    'todo.nothing': 'Você não precisa fazer nada.',

    'permission.sentence': '{permission}.',
    'permission.see': 'ver {things}',
    'permission.use': 'usar “{scope}”',
    'permission.asked_there': '{provider} pergunta o que você quer compartilhar.',
    'permission.entered':
      'Funciona com os dados que você informa aqui, guardados com criptografia.',
    'see.account_basics': 'os dados básicos da sua conta',
    'see.account_name': 'o nome da sua conta',
    'see.activities': 'suas atividades',
    'see.email': 'seu e-mail',
    'see.issues': 'suas tarefas',
    'see.name': 'seu nome',
    'see.picture': 'sua foto',
    'see.posts': 'suas publicações',
    'see.profile': 'seu perfil',
    'see.public_profile': 'seu perfil público',
    'see.subscription': 'sua assinatura',
    'see.user_name': 'seu nome de usuário',
    'see.workspace': 'seu espaço de trabalho',
    'see.workspace_name': 'o nome do seu espaço de trabalho',
    'see.workspace_people': 'as pessoas do seu espaço de trabalho',
    'see.youtube_channel': 'seu canal do YouTube',
    'may.change_payments': 'ver e alterar os pagamentos da sua conta Stripe',
    'may.know_you': 'saber quem você é',
    'may.manage_ads': 'gerenciar seus anúncios',
    'may.stay_connected': 'manter a conexão quando você não está',
    'may.use_salesforce': 'ver e alterar o mesmo que você no Salesforce',

    'flash.connecting.title': '{provider} ainda não está conectado',
    'flash.connecting.text':
      'Você não voltou de {provider}. Se fechou a janela ou voltou uma página, é só começar de novo.',
    'flash.unverified.title': '{provider} foi salvo',
    'flash.unverified.text':
      '{provider} não respondeu, então ainda não foi possível testar os dados que você informou. Haverá uma nova tentativa automática.',
    'flash.connected.title': '{provider} está conectado',
    'flash.connected.text': '{account} ({provider}) já pode ser usada.',
    'flash.connected.text.unnamed': 'Sua conta {provider} já pode ser usada.',
    'flash.finishing.title': 'Conectando {provider}',
    'flash.finishing.text': 'Isso leva alguns segundos. Recarregue a página para ver o resultado.',
    'flash.refreshed.title': 'Acesso renovado',
    'flash.refreshed.text': 'O acesso a {account} ({provider}) foi renovado.',
    'flash.refreshed.text.unnamed': 'O acesso à sua conta {provider} foi renovado.',
    'flash.disconnected.title': '{provider} está desconectado',
    'flash.disconnected.text': '{brand} não pode mais usar {account}.',
    'flash.disconnected.text.unnamed': '{brand} não pode mais usar essa conta.',
    'flash.disconnected.queued': 'A permissão em {provider} também está sendo encerrada.',
    'flash.disconnected.kept':
      'A permissão em {provider} continua, porque outra conta aqui ainda precisa dela.',
    'flash.disconnected.not_supported':
      'Para encerrar também a permissão em {provider}, remova {brand} nas suas configurações de lá.',
    'flash.slow_down.title': 'Um momento',
    'flash.slow_down.text': 'Foi muita coisa de uma vez. Espere um minuto e continue.',

    'not_connected.cancelled.title': 'Você cancelou',
    'not_connected.cancelled.text': 'Nada foi conectado. Comece de novo quando quiser.',
    'not_connected.taken.title': 'Essa conta já está em uso',
    'not_connected.taken.text':
      'Esta conta {provider} já foi conectada por outra pessoa em {brand}. Desconecte-a primeiro lá ou entre com outra conta.',
    'not_connected.too_many.title': 'Você tem contas demais aqui',
    'not_connected.too_many.text':
      'Nada foi conectado. Desconecte uma de que não precisa mais e depois conecte esta.',
    'not_connected.mismatch.title': 'Essa era outra conta',
    'not_connected.mismatch.text':
      'Você entrou em {provider} com outra conta. A esperada era {account}. Entre com a conta certa e reconecte, ou escolha “Adicionar outra conta”.',
    'not_connected.mismatch.text.unnamed':
      'Você entrou em {provider} com uma conta diferente da que devia ser reconectada. Entre com a conta certa e reconecte, ou escolha “Adicionar outra conta”.',
    'not_connected.setup.title': 'Não é possível conectar {provider}',
    'not_connected.setup.text':
      '{brand} não está configurado corretamente para {provider}. Nada foi conectado. Avise {brand}, por favor.',
    'not_connected.no_answer.title': '{provider} não está respondendo',
    'not_connected.no_answer.text': 'Nada foi conectado. Tente de novo em alguns minutos.',
    'not_connected.wrong_user.title': 'Outra pessoa começou isto',
    'not_connected.wrong_user.text':
      'Nada foi conectado. Comece de novo, e a conta será conectada para você.',
    'not_connected.used.title': 'Este link já foi usado',
    'not_connected.used.text':
      'Se você acabou de conectar {provider}, a conta está na sua lista. Caso contrário, comece de novo aqui.',
    'not_connected.too_late.title': '{provider} não foi conectado',
    'not_connected.too_late.text': 'Demorou demais. Nada foi conectado. Comece de novo, por favor.',
    'not_connected.issuer.title': '{provider} não foi conectado',
    'not_connected.issuer.text':
      'A resposta não veio de {provider}, então não foi usada. Comece de novo, por favor.',
    'not_connected.gone.title': 'Essa conta não está mais aqui',
    'not_connected.gone.text':
      'Ela foi desconectada nesse meio-tempo. Adicione-a de novo se quiser recuperá-la.',
    'not_connected.many_started.title': 'Um momento',
    'not_connected.many_started.text':
      'Você começou muitas conexões e concluiu poucas. Espere dez minutos e continue.',
    'not_connected.bad_answer.title': '{provider} não foi conectado',
    'not_connected.bad_answer.text':
      'A resposta de {provider} não pôde ser usada. Nada foi conectado. Tente de novo, por favor.',

    'entry.nothing_saved': 'Nada foi salvo.',
    'entry.still_there': 'O que estava salvo antes continua lá.',
    'entry.refused.title': '{provider} não aceitou estes dados',
    'entry.refused.text':
      'Copie-os de novo, inteiros e sem espaços, e veja em {provider} se ainda são válidos.',
    'entry.mismatch.title': 'Essa é outra conta',
    'entry.mismatch.text':
      'Os dados que você informou são de outra conta {provider}. A esperada era {account}. Para ter as duas, cancele e escolha “Adicionar outra conta”.',
    'entry.mismatch.text.unnamed':
      'Os dados que você informou são de uma conta {provider} diferente da que devia ser substituída. Para ter as duas, cancele e escolha “Adicionar outra conta”.',
    'entry.no_answer.title': 'Não foi possível consultar {provider}',
    'entry.no_answer.text':
      'Só {provider} sabe de quem é esta conta, e não deu uma resposta que diga isso. Tente de novo em alguns minutos.',
    'entry.fields.title': 'Confira os dados, por favor',
    'entry.fields.text': 'Algo não está certo; veja abaixo.',
    'field.optional': '{label} (opcional)',
    'field.missing': '{label}: este dado está faltando.',
    'field.too_long': '{label}: no máximo {max} caracteres.',
    'field.wrong': '{label}: este dado não é válido.',

    'retry.soon': 'Tente de novo em alguns minutos.',
    'retry.when': 'Tente de novo {when}.',
    'not_refreshed.title': 'Não foi renovado',
    'not_refreshed.needs_reconnect.title': 'Reconecte a conta, por favor',
    'not_refreshed.needs_reconnect.text': '{provider} não aceita mais a conexão de {account}.',
    'not_refreshed.needs_reconnect.text.unnamed':
      '{provider} não aceita mais a conexão desta conta.',
    'not_refreshed.gone': 'Essa conta foi desconectada nesse meio-tempo.',
    'not_refreshed.endless.title': 'Nada para renovar',
    'not_refreshed.endless.text': '{provider} dá um acesso que não expira.',
    'not_refreshed.setup':
      '{brand} não está mais configurado para {provider}. Avise {brand}, por favor.',
    'not_refreshed.in_progress.title': 'Renovação em andamento',
    'not_refreshed.in_progress.text':
      'O acesso está sendo renovado agora mesmo. Recarregue a página daqui a pouco.',
    'not_refreshed.often': 'Por hoje já foi o bastante.',
    'not_refreshed.unavailable': 'Uma parte do serviço não está respondendo.',
    'not_refreshed.bad_answer': 'A resposta de {provider} não pôde ser usada.',
    'not_refreshed.no_answer': '{provider} não está respondendo no momento.',
    'not_disconnected.title': 'Não foi desconectada',
    'not_disconnected.text':
      'Uma parte do serviço não está respondendo. A conta continua conectada; tente de novo daqui a pouco.',
    'not_disconnected.gone.title': 'Já foi desconectada',
    'not_disconnected.gone.text': 'Essa conta {provider} não está mais conectada.',

    'connecting.title': 'Conectando a {provider}',
    'connecting.text':
      'Você está sendo levado a {provider}. Lá você entra e dá sua autorização, e depois volta para cá.',
    'connect.title': 'Conectar {provider}',
    'choice.text':
      'Seu acesso a {provider} vale para vários destes. Escolha qual conectar; você pode conectar outro depois.',
    'replace.title': 'Substituir: {account}',
    'credentials.intro':
      '{brand} usa os dados que você informa para trabalhar com {provider} em seu nome. Eles são guardados com criptografia, e segredos nunca mais são mostrados.',
    'credentials.experimental':
      '{provider} não oferece isto oficialmente: pode parar de funcionar a qualquer momento.',
    'credentials.name': 'Seu nome para esta conta',
    'credentials.name_help': 'Para diferenciar várias contas.',
    'disconnect.title': 'Desconectar {account}',
    'disconnect.question': 'Desconectar {account}?',
    'disconnect.effect':
      '{brand} não poderá mais usar esta conta {provider}. O que depende dela deixa de funcionar.',
    'disconnect.access_deleted': 'O acesso guardado aqui é excluído.',
    'disconnect.entry_deleted': 'Os dados que você informou são excluídos aqui.',
    'disconnect.told':
      'A permissão em {provider} também é encerrada, a menos que outra conta aqui ainda precise dela.',
    'disconnect.not_told':
      'Não é possível avisar {provider}. Para encerrar a permissão lá também, remova {brand} nas suas configurações de {provider}.',
    'disconnect.entry_not_told':
      '{provider} não fica sabendo: por segurança, saia da sessão ou troque a chave por lá.',
    'disconnect.again': 'Você pode conectá-la de novo quando quiser.',
    'signed_out.title': 'Sessão encerrada',
    'signed_out.heading': 'Você saiu',
    'signed_out.text': 'Suas contas continuam conectadas. Só esta página foi fechada.',

    'error.no_session.title': 'Abra esta página pelo seu aplicativo',
    'error.no_session.text':
      'Para sua segurança, um link sozinho não abre suas conexões. Vá ao aplicativo que você usa e escolha lá as conexões ou integrações.',
    'error.session_ended.title': 'Sua visita terminou',
    'error.session_ended.text':
      'Para sua segurança, esta página se fecha depois de meia hora. Volte ao aplicativo e abra-a por lá.',
    'error.token_used.title': 'Esta abertura já foi usada',
    'error.token_used.text':
      'Ela funciona uma só vez, e apenas por um minuto. Volte ao aplicativo e abra a página por lá.',
    'error.origin_missing.title': 'Esta página não pode ser aberta assim',
    'error.origin_missing.text':
      'Seu navegador não disse de onde você vem. Volte ao aplicativo e abra a página por lá.',
    'error.origin_null.title': 'Esta página não pode ser aberta assim',
    'error.origin_null.text':
      'Seu navegador esconde de onde você vem, porque a página anterior pede isso. Volte ao aplicativo e abra a página por lá.',
    'error.origin_null.developers':
      'Uma página com “Referrer-Policy: no-referrer” ou “same-origin” envia “Origin: null”. “strict-origin” funciona.',
    'error.origin_not_allowed.title': 'Esta página não pode ser aberta a partir de lá',
    'error.origin_not_allowed.text':
      'O site de onde você vem não tem permissão para abri-la. Se você não esperava ver isto, feche a janela.',
    'error.origin_not_allowed.developers':
      'A origem da página com o formulário precisa constar em APP_ORIGINS.',
    'error.framed.title': 'Esta página precisa de uma janela própria',
    'error.framed.text':
      'Ela não se abre dentro de outras páginas, para que ninguém possa clicar por você.',
    'error.framed.developers': 'Envie o formulário para a janela principal ou para um pop-up.',
    'error.form_outdated.title': 'Essa página estava desatualizada',
    'error.form_outdated.text': 'Nada foi alterado. Abra suas conexões de novo e repita por lá.',
    'error.link_unknown.title': 'Este link não funciona mais',
    'error.link_unknown.text':
      'Ele é antigo demais ou não foi copiado por inteiro. Nada foi conectado. Volte ao aplicativo e comece de novo.',
    'error.state_unknown.title': 'Demorou demais',
    'error.state_unknown.text':
      'Esta conexão terminou há muito tempo, ou o endereço não foi copiado por inteiro. Nada foi conectado. Volte ao aplicativo e comece de novo.',
    'error.state_used.title': 'Você já passou por aqui',
    'error.state_used.text':
      'Esta etapa funciona uma só vez, e vale a primeira resposta: esta não mudou nada. Volte ao aplicativo para ver o resultado.',
    'error.denied_without_state.title': 'Nada foi conectado',
    'error.denied_without_state.text':
      'Você voltou sem a permissão, provavelmente porque ela foi cancelada. Nada mudou. Volte ao aplicativo para tentar de novo.',
    'error.denied_without_state.developers':
      'O provedor enviou um “error” sem o “state” da solicitação, então nenhuma conexão foi encerrada por isso.',
    'error.started_elsewhere.title': 'Comece no seu aplicativo',
    'error.started_elsewhere.text':
      'Você vem do site do provedor, então aqui não se sabe para quem é a conta. Nada foi conectado. Abra o aplicativo que você usa e conecte a conta por lá.',
    'error.started_elsewhere.developers':
      'O provedor enviou um “code” sem “state”. Onde ele pede o endereço em que uma instalação começa, informe uma página do seu aplicativo que inicie uma conexão.',
    'error.callback_empty.title': 'Não há nada para concluir aqui',
    'error.callback_empty.text':
      'Este endereço é o caminho de volta de um provedor, e chegou sem resposta. Nada foi conectado. Volte ao aplicativo e comece de novo.',
    'error.not_signed.title': 'Essa resposta não é confiável',
    'error.not_signed.text':
      'Ela não traz a assinatura do provedor, então não foi usada. Nada foi conectado. Volte ao aplicativo e comece de novo.',
    'error.other_browser.title': 'Termine onde você começou',
    'error.other_browser.text':
      'Esta conexão foi iniciada em outro navegador, ou este não guarda cookies. Nada foi conectado. Volte ao navegador em que você começou, ou comece de novo aqui.',
    'error.other_provider.title': 'Essa resposta não se encaixa',
    'error.other_provider.text':
      'Ela veio de um provedor diferente do que você escolheu, então não foi usada. Nada foi conectado. Volte ao aplicativo e comece de novo.',
    'error.rate_limited.title': 'Um momento',
    'error.rate_limited.text': 'Foi muita coisa de uma vez. Espere um minuto e tente de novo.',
    'error.account_gone.title': 'Essa conta não está mais aqui',
    'error.account_gone.text': 'Ela não está mais conectada.',
    'error.not_offered.title': 'Esse aplicativo não é oferecido aqui',
    'error.not_offered.text': 'Ele não pode ser conectado.',
    'error.not_found.title': 'Não há nada aqui',
    'error.not_found.text': 'Talvez o endereço não tenha sido copiado por inteiro.',
    'error.method.title': 'Esta página se abre por um botão',
    'error.method.text': 'Volte ao aplicativo e abra a página por lá.',
    'error.no_answer.title': 'Uma parte do serviço não está respondendo',
    'error.no_answer.text': 'Nada se perdeu. Tente de novo em um minuto.',
    'error.internal.title': 'Algo deu errado aqui',
    'error.internal.text':
      'A culpa não é sua, e o erro foi registrado. Tente de novo em alguns minutos.',
    'error.invalid.title': 'Não funcionou',
    'error.invalid.text': 'A solicitação não é válida.',
    'error.developers': 'Para quem desenvolve o aplicativo: {text}',
    'error.support': 'Para o suporte: {id}',

    'record.API key': 'Chave de API',
    'record.User name': 'Nome de usuário',
    'record.Password': 'Senha',
    'record.Cookies': 'Cookies',
    'record.The request header "Cookie" of a browser that is signed in.':
      'O cabeçalho de solicitação “Cookie” de um navegador com a sessão iniciada.',
    'record.User agent': 'User agent',
    'record.As that browser sends it; sessions are often bound to it.':
      'Como esse navegador o envia; as sessões costumam estar ligadas a ele.',
    'record.User id': 'ID do usuário',
    'record.The cookie "auth_id" of a browser that is signed in.':
      'O cookie “auth_id” de um navegador com a sessão iniciada.',
    'record.Session': 'Sessão',
    'record.The cookie "sess" of the same browser.': 'O cookie “sess” do mesmo navegador.',
    'record.Browser token': 'Token do navegador',
    'record.The request header "x-bc", kept by the site as "bcTokenSha" in local storage.':
      'O cabeçalho de solicitação “x-bc”, que o site guarda como “bcTokenSha” no armazenamento local.',
    'record.Exactly as that browser sends it; a session is bound to it.':
      'Exatamente como esse navegador o envia; a sessão está ligada a ele.',
    'record.login, test (sandbox), or your own domain such as acme.my':
      'login, test (sandbox) ou seu próprio domínio, como acme.my',
    'record.common, organizations, consumers, or a tenant (id or domain)':
      'common, organizations, consumers ou um locatário (ID ou domínio)',
    'record.The shop: its name before .myshopify.com':
      'A loja: o nome dela antes de .myshopify.com',
  },
};
