/** Japanese, in the polite form. */
import type { Catalog } from './en';

export const ja: Catalog = {
  formats: 'ja-JP',
  direction: 'ltr',
  messages: {
    'layout.skip': 'コンテンツへ移動',
    'layout.signed_in_as': '{label}としてログイン中',
    'layout.sign_out': 'ログアウト',
    'back.host': '{host}に戻る',
    'back.app': 'アプリに戻る',
    'back.page': '連携の一覧へ',
    'sentence.gap': '',

    'time.just_now': 'たった今',
    'time.soon': '1分以内',
    'time.on_day': '{day}',

    'page.title': '連携',
    'page.intro':
      '{brand}があなたの代わりに利用するアプリとアカウントです。連携するかどうかはあなたが決められ、いつでも解除できます。',
    'page.stale.title': '最新の情報ではない可能性があります',
    'page.stale.text':
      'サービスの一部が応答していないため、最後に確認できた内容を表示しています。復旧するまで、変更できないことがあります。',
    'page.connected': '連携中',
    'page.nothing_connected':
      'まだ何も連携されていません。下のアプリを選んでログインしてください。{brand}が情報を受け取る前に、そのアプリで許可を求められます。',
    'page.apps': 'アプリ',
    'page.more_apps': 'ほかのアプリ',
    'page.nothing_offered':
      '連携できるものはまだありません。{brand}がアプリをまだ設定していません。',
    'search.label': 'アプリとアカウントを検索',
    'search.submit': '検索',
    'search.nothing': '該当するものはありません。',
    'search.no_match': '「{search}」に一致するものはありません。',
    'search.show_all': 'すべて表示',
    'filter.label': '絞り込み',
    'filter.all': 'すべて',
    'filter.connected': '連携中',
    'filter.attention': '要確認',
    'filter.available': '未連携',
    'app.add': '連携する',
    'app.add_account': '別のアカウントを追加',
    'app.experimental': '試験版',
    'app.not_available': 'まだ利用できません。{brand}が設定していません。',
    'app.not_finished': '未完了',
    'account.of': '{provider}のアカウント',
    'fact.connected_since': '連携開始',
    'fact.last_refreshed': '前回の更新',
    'fact.reconnect_by': '再連携の期限',
    'fact.ran_out': '期限切れ',
    'fact.renewed': '自動更新',
    'fact.expires': '有効期限',
    'fact.never': 'なし',

    'action.reconnect': '再連携',
    'action.refresh': '今すぐ更新',
    'action.replace': '差し替える',
    'action.disconnect': '連携を解除',
    'action.connect': '連携する',
    'action.cancel': 'キャンセル',
    'action.keep': '解除しない',
    'action.continue': '{provider}に進む',

    'status.connected': '連携中',
    'status.expired': '期限切れ',
    'status.needs_reconnect': '再連携が必要',
    'status.error': '再試行中',
    'trouble.expired':
      'アクセスの期限が切れました。{provider}では、あなたの操作なしに更新できません。続けるには再連携してください。',
    'trouble.refused':
      '{provider}がこの連携を受け付けなくなりました。{provider}でアクセスが取り消されたり、パスワードが変更されたりすると起こります。続けるには再連携してください。',
    'trouble.entry_refused':
      '{provider}が、入力された情報を受け付けなくなりました。キーが取り消されたり差し替えられたり、セッションが終了したりすると起こります。続けるには情報を差し替えてください。',
    'trouble.client_changed':
      '{brand}が{provider}に登録し直したため、もう一度あなたの許可が必要です。続けるには再連携してください。',
    'trouble.refused_repeatedly':
      '{provider}がこの連携を数日間拒否しています。ときどき再試行していますが、すぐに使うには再連携してください。',
    'trouble.permissions':
      '{brand}に許可されていない項目があります：{permissions}。許可するには再連携してください。',
    'failing.unknown': '{provider}へのアクセスを更新できませんでした。',
    'failing.setup':
      '{brand}が{provider}に正しく設定されていないため、アクセスを更新できませんでした。',
    'failing.pause':
      '{provider}から間隔を空けるよう求められているため、まだアクセスを更新できていません。',
    'failing.no_answer': '{provider}が現在応答していないため、アクセスを更新できませんでした。',
    'failing.bad_answer':
      '{provider}からの応答を利用できなかったため、アクセスを更新できませんでした。',
    'next_try.by_itself': '自動的に再試行されます。',
    'next_try.at': '次の試行：{when}（{hour}）。',
    'todo.reconnect': '再連携すると解決することがあります。',
    'todo.nothing': '操作は必要ありません。',

    'permission.sentence': '{permission}。',
    'permission.see': '{things}の閲覧',
    'permission.use': '「{scope}」の使用',
    'permission.asked_there': '共有する内容は{provider}で確認されます。',
    'permission.entered': 'ここで入力した情報を使います。情報は暗号化して保存されます。',
    'see.account_basics': 'アカウントの基本情報',
    'see.account_name': 'アカウント名',
    'see.activities': 'アクティビティ',
    'see.email': 'メールアドレス',
    'see.issues': 'イシュー',
    'see.name': '名前',
    'see.picture': '写真',
    'see.posts': '投稿',
    'see.profile': 'プロフィール',
    'see.public_profile': '公開プロフィール',
    'see.subscription': '契約プラン',
    'see.user_name': 'ユーザー名',
    'see.workspace': 'ワークスペース',
    'see.workspace_name': 'ワークスペース名',
    'see.workspace_people': 'ワークスペースのメンバー',
    'see.youtube_channel': 'YouTubeチャンネル',
    'may.change_payments': 'Stripeアカウントの支払いの閲覧と変更',
    'may.know_you': '本人の確認',
    'may.manage_ads': '広告の管理',
    'may.stay_connected': '不在時の連携の維持',
    'may.use_salesforce': 'Salesforceであなたが扱える情報の閲覧と変更',

    'flash.connecting.title': '{provider}はまだ連携されていません',
    'flash.connecting.text':
      '{provider}から戻る操作が完了していません。ウィンドウを閉じた場合や前のページに戻った場合は、もう一度始めてください。',
    'flash.unverified.title': '{provider}を保存しました',
    'flash.unverified.text':
      '{provider}が応答しなかったため、入力された情報をまだ確認できていません。自動的に再試行されます。',
    'flash.connected.title': '{provider}と連携しました',
    'flash.connected.text': '{account}（{provider}）を利用できます。',
    'flash.connected.text.unnamed': '{provider}のアカウントを利用できます。',
    'flash.finishing.title': '{provider}と連携しています',
    'flash.finishing.text': '数秒かかります。ページを再読み込みして結果を確認してください。',
    'flash.refreshed.title': '更新しました',
    'flash.refreshed.text': '{account}（{provider}）へのアクセスを更新しました。',
    'flash.refreshed.text.unnamed': '{provider}のアカウントへのアクセスを更新しました。',
    'flash.disconnected.title': '{provider}の連携を解除しました',
    'flash.disconnected.text': '{brand}は{account}を利用できなくなりました。',
    'flash.disconnected.text.unnamed': '{brand}はそのアカウントを利用できなくなりました。',
    'flash.disconnected.queued': '{provider}側の許可も取り消しています。',
    'flash.disconnected.kept':
      'ここにある別のアカウントで必要なため、{provider}側の許可は残ります。',
    'flash.disconnected.not_supported':
      '{provider}側の許可も取り消すには、{provider}の設定で{brand}を削除してください。',
    'flash.slow_down.title': '少しお待ちください',
    'flash.slow_down.text': '短時間に操作が集中しました。1分ほど待ってから続けてください。',

    'not_connected.cancelled.title': 'キャンセルしました',
    'not_connected.cancelled.text': '何も連携されていません。いつでもやり直せます。',
    'not_connected.taken.title': 'そのアカウントはすでに使われています',
    'not_connected.taken.text':
      'この{provider}アカウントは、{brand}の別のユーザーが連携しています。先にそちらで解除するか、別のアカウントでログインしてください。',
    'not_connected.too_many.title': '連携中のアカウントが多すぎます',
    'not_connected.too_many.text':
      '何も連携されていません。不要なアカウントの連携を解除してから、このアカウントを連携してください。',
    'not_connected.mismatch.title': '別のアカウントでした',
    'not_connected.mismatch.text':
      '{provider}に{account}とは別のアカウントでログインしました。正しいアカウントでログインして再連携するか、「別のアカウントを追加」を選んでください。',
    'not_connected.mismatch.text.unnamed':
      '{provider}に、再連携するアカウントとは別のアカウントでログインしました。正しいアカウントでログインして再連携するか、「別のアカウントを追加」を選んでください。',
    'not_connected.setup.title': '{provider}を連携できません',
    'not_connected.setup.text':
      '{brand}で{provider}が正しく設定されていません。何も連携されていません。{brand}にお知らせください。',
    'not_connected.no_answer.title': '{provider}が応答していません',
    'not_connected.no_answer.text': '何も連携されていません。数分後にもう一度お試しください。',
    'not_connected.wrong_user.title': '別の人が始めた操作です',
    'not_connected.wrong_user.text':
      '何も連携されていません。もう一度始めると、あなたのアカウントとして連携されます。',
    'not_connected.used.title': 'このリンクはすでに使われています',
    'not_connected.used.text':
      '{provider}を連携したばかりの場合は、一覧に表示されています。そうでない場合は、ここからやり直してください。',
    'not_connected.too_late.title': '{provider}は連携されませんでした',
    'not_connected.too_late.text':
      '時間がかかりすぎました。何も連携されていません。もう一度始めてください。',
    'not_connected.issuer.title': '{provider}は連携されませんでした',
    'not_connected.issuer.text':
      '{provider}からの応答ではなかったため、利用しませんでした。もう一度始めてください。',
    'not_connected.gone.title': 'そのアカウントはもうありません',
    'not_connected.gone.text':
      'その間に連携が解除されました。必要な場合は、もう一度追加してください。',
    'not_connected.many_started.title': '少しお待ちください',
    'not_connected.many_started.text':
      '完了していない連携が多数あります。10分ほど待ってから続けてください。',
    'not_connected.bad_answer.title': '{provider}は連携されませんでした',
    'not_connected.bad_answer.text':
      '{provider}からの応答を利用できませんでした。何も連携されていません。もう一度お試しください。',

    'entry.nothing_saved': '何も保存されていません。',
    'entry.still_there': '以前に保存した情報はそのまま残っています。',
    'entry.refused.title': '{provider}がこの情報を受け付けませんでした',
    'entry.refused.text':
      '空白を含めずに全体をコピーし直し、まだ有効かどうかを{provider}で確認してください。',
    'entry.mismatch.title': '別のアカウントです',
    'entry.mismatch.text':
      '入力された情報は、{provider}の{account}とは別のアカウントのものです。両方を使うには、キャンセルして「別のアカウントを追加」を選んでください。',
    'entry.mismatch.text.unnamed':
      '入力された情報は、差し替える{provider}アカウントとは別のアカウントのものです。両方を使うには、キャンセルして「別のアカウントを追加」を選んでください。',
    'entry.no_answer.title': '{provider}に確認できませんでした',
    'entry.no_answer.text':
      'このアカウントが誰のものかは{provider}にしか分かりませんが、それを示す応答がありませんでした。数分後にもう一度お試しください。',
    'entry.fields.title': '入力内容をご確認ください',
    'entry.fields.text': '正しくない項目があります。下をご覧ください。',
    'field.optional': '{label}（任意）',
    'field.missing': '{label}を入力してください。',
    'field.too_long': '{label}は{max}文字以内で入力してください。',
    'field.wrong': '{label}が正しくありません。',

    'retry.soon': '数分後にもう一度お試しください。',
    'retry.when': '次に試せる時期：{when}。',
    'not_refreshed.title': '更新できませんでした',
    'not_refreshed.needs_reconnect.title': '再連携してください',
    'not_refreshed.needs_reconnect.text': '{provider}が{account}の連携を受け付けなくなりました。',
    'not_refreshed.needs_reconnect.text.unnamed':
      '{provider}がこのアカウントの連携を受け付けなくなりました。',
    'not_refreshed.gone': 'そのアカウントの連携は、その間に解除されました。',
    'not_refreshed.endless.title': '更新は不要です',
    'not_refreshed.endless.text': '{provider}のアクセスには期限がありません。',
    'not_refreshed.setup':
      '{brand}では{provider}の設定がなくなっています。{brand}にお知らせください。',
    'not_refreshed.in_progress.title': '更新しています',
    'not_refreshed.in_progress.text':
      '現在更新中です。少し待ってからページを再読み込みしてください。',
    'not_refreshed.often': '本日の更新回数の上限に達しました。',
    'not_refreshed.unavailable': 'サービスの一部が応答していません。',
    'not_refreshed.bad_answer': '{provider}からの応答を利用できませんでした。',
    'not_refreshed.no_answer': '{provider}が現在応答していません。',
    'not_disconnected.title': '連携を解除できませんでした',
    'not_disconnected.text':
      'サービスの一部が応答していません。アカウントはまだ連携されています。少し待ってからもう一度お試しください。',
    'not_disconnected.gone.title': 'すでに解除されています',
    'not_disconnected.gone.text': 'その{provider}アカウントはもう連携されていません。',

    'connecting.title': '{provider}に接続しています',
    'connecting.text': '{provider}に移動します。ログインして許可すると、このページに戻ります。',
    'connect.title': '{provider}を連携',
    'choice.text':
      '{provider}へのサインインでは、次の複数を利用できます。接続するものを選んでください。ほかのものは後から接続できます。',
    'replace.title': '{account}の差し替え',
    'credentials.intro':
      '{brand}は、入力された情報を使って、あなたの代わりに{provider}を利用します。情報は暗号化して保存され、秘密の値が再び表示されることはありません。',
    'credentials.experimental':
      '{provider}が公式に提供している方法ではないため、予告なく使えなくなることがあります。',
    'credentials.name': 'このアカウントの呼び名',
    'credentials.name_help': '複数のアカウントを見分けるための名前です。',
    'disconnect.title': '{account}の連携を解除',
    'disconnect.question': '{account}の連携を解除しますか？',
    'disconnect.effect':
      '{brand}はこの{provider}アカウントを利用できなくなり、これを使う機能は動かなくなります。',
    'disconnect.access_deleted': 'ここに保存されているアクセス情報は削除されます。',
    'disconnect.entry_deleted': '入力された情報は、ここから削除されます。',
    'disconnect.told':
      '{provider}側の許可も取り消されます。ただし、ここにある別のアカウントで必要な場合は残ります。',
    'disconnect.not_told':
      '{provider}側の許可はここから取り消せません。取り消すには、{provider}の設定で{brand}を削除してください。',
    'disconnect.entry_not_told':
      '{provider}には通知されません。念のため、{provider}でログアウトするか、キーを変更してください。',
    'disconnect.again': 'いつでももう一度連携できます。',
    'signed_out.title': 'ログアウトしました',
    'signed_out.heading': 'ログアウトしました',
    'signed_out.text': 'アカウントの連携はそのまま続きます。このページだけが閉じられました。',

    'error.no_session.title': 'このページはアプリから開いてください',
    'error.no_session.text':
      '安全のため、リンクだけで連携の一覧を開くことはできません。ご利用のアプリで「連携」や「統合」の画面を選んでください。',
    'error.session_ended.title': 'セッションが終了しました',
    'error.session_ended.text':
      '安全のため、このページは30分で閉じられます。アプリに戻り、そこからもう一度開いてください。',
    'error.token_used.title': 'この操作はすでに使われています',
    'error.token_used.text':
      '有効なのは1分以内に1回だけです。アプリに戻り、そこからもう一度開いてください。',
    'error.origin_missing.title': 'この方法ではページを開けません',
    'error.origin_missing.text':
      'どこから来たのかがブラウザから送られませんでした。アプリに戻り、そこから開いてください。',
    'error.origin_null.title': 'この方法ではページを開けません',
    'error.origin_null.text':
      '前のページの設定により、どこから来たのかがブラウザで隠されています。アプリに戻り、そこから開いてください。',
    'error.origin_null.developers':
      '「Referrer-Policy: no-referrer」または「same-origin」のページは「Origin: null」を送信します。「strict-origin」なら開けます。',
    'error.origin_not_allowed.title': 'そのサイトからはこのページを開けません',
    'error.origin_not_allowed.text':
      '直前のサイトには、このページを開く許可がありません。心当たりがない場合は、ウィンドウを閉じてください。',
    'error.origin_not_allowed.developers':
      'フォームのあるページのオリジンをAPP_ORIGINSに記載する必要があります。',
    'error.framed.title': 'このページには専用のウィンドウが必要です',
    'error.framed.text': '第三者が代わりにクリックできないように、ほかのページの中では開きません。',
    'error.framed.developers':
      'フォームの送信先を、最上位のウィンドウかポップアップにしてください。',
    'error.form_outdated.title': 'ページの内容が古くなっていました',
    'error.form_outdated.text':
      '何も変更されていません。連携の一覧をもう一度開き、そこでやり直してください。',
    'error.link_unknown.title': 'このリンクは使えなくなりました',
    'error.link_unknown.text':
      'リンクが古いか、全体がコピーされていません。何も連携されていません。アプリに戻って、もう一度始めてください。',
    'error.state_unknown.title': '時間がかかりすぎました',
    'error.state_unknown.text':
      'この連携の手続きはすでに終了しているか、アドレス全体がコピーされていません。何も連携されていません。アプリに戻って、もう一度始めてください。',
    'error.state_used.title': 'この手順はすでに完了しています',
    'error.state_used.text':
      'この手順は1回だけ有効で、最初の応答が使われます。今回の操作では何も変わっていません。アプリに戻って結果を確認してください。',
    'error.denied_without_state.title': '何も連携されていません',
    'error.denied_without_state.text':
      '許可のないまま戻ってきました。おそらくキャンセルされたためです。何も変わっていません。やり直すには、アプリに戻ってください。',
    'error.denied_without_state.developers':
      'プロバイダーがリクエストの「state」なしで「error」を送信したため、これによって終了した連携はありません。',
    'error.started_elsewhere.title': 'アプリから始めてください',
    'error.started_elsewhere.text':
      'プロバイダーのサイトから来たため、誰のアカウントなのかがここでは分かりません。何も連携されていません。ご利用のアプリを開き、そこでアカウントを連携してください。',
    'error.started_elsewhere.developers':
      'プロバイダーが「state」なしで「code」を送信しました。インストールを開始するアドレスを求められる箇所には、連携を開始するアプリのページを指定してください。',
    'error.callback_empty.title': '完了する手続きはありません',
    'error.callback_empty.text':
      'これはプロバイダーから戻るためのアドレスですが、応答がありませんでした。何も連携されていません。アプリに戻って、もう一度始めてください。',
    'error.not_signed.title': 'この応答は信頼できません',
    'error.not_signed.text':
      'プロバイダーの署名がないため、利用しませんでした。何も連携されていません。アプリに戻って、もう一度始めてください。',
    'error.other_browser.title': '始めたブラウザで続けてください',
    'error.other_browser.text':
      'この連携は別のブラウザで始められたか、このブラウザがCookieを保存していません。何も連携されていません。始めたブラウザに戻るか、ここからやり直してください。',
    'error.other_provider.title': '応答が一致しません',
    'error.other_provider.text':
      '選択したものとは別のプロバイダーからの応答だったため、利用しませんでした。何も連携されていません。アプリに戻って、もう一度始めてください。',
    'error.rate_limited.title': '少しお待ちください',
    'error.rate_limited.text':
      '短時間に操作が集中しました。1分ほど待ってから、もう一度お試しください。',
    'error.account_gone.title': 'そのアカウントはもうありません',
    'error.account_gone.text': 'すでに連携されていません。',
    'error.not_offered.title': 'そのアプリはここでは提供されていません',
    'error.not_offered.text': '連携することはできません。',
    'error.not_found.title': 'ページが見つかりません',
    'error.not_found.text': 'アドレス全体がコピーされていない可能性があります。',
    'error.method.title': 'このページはボタンから開きます',
    'error.method.text': 'アプリに戻り、そこから開いてください。',
    'error.no_answer.title': 'サービスの一部が応答していません',
    'error.no_answer.text': '失われたものはありません。1分ほど待ってからもう一度お試しください。',
    'error.internal.title': '問題が発生しました',
    'error.internal.text':
      'あなたの操作が原因ではありません。問題は記録されました。数分後にもう一度お試しください。',
    'error.invalid.title': 'うまくいきませんでした',
    'error.invalid.text': 'リクエストが正しくありません。',
    'error.developers': 'アプリの開発者の方へ：{text}',
    'error.support': 'サポート用：{id}',

    'record.API key': 'APIキー',
    'record.User name': 'ユーザー名',
    'record.Password': 'パスワード',
    'record.Cookies': 'Cookie',
    'record.The request header "Cookie" of a browser that is signed in.':
      'ログイン中のブラウザのリクエストヘッダー「Cookie」の値です。',
    'record.User agent': 'ユーザーエージェント',
    'record.As that browser sends it; sessions are often bound to it.':
      'そのブラウザが送信するとおりに入力してください。多くの場合、セッションはこれに結び付いています。',
    'record.User id': 'ユーザーID',
    'record.The cookie "auth_id" of a browser that is signed in.':
      'ログイン中のブラウザのCookie「auth_id」の値です。',
    'record.Session': 'セッション',
    'record.The cookie "sess" of the same browser.': '同じブラウザのCookie「sess」の値です。',
    'record.Browser token': 'ブラウザトークン',
    'record.The request header "x-bc", kept by the site as "bcTokenSha" in local storage.':
      'リクエストヘッダー「x-bc」の値です。サイトはローカルストレージに「bcTokenSha」として保存しています。',
    'record.Exactly as that browser sends it; a session is bound to it.':
      'そのブラウザが送信するとおり正確に入力してください。セッションはこれに結び付いています。',
    'record.login, test (sandbox), or your own domain such as acme.my':
      'login、test（サンドボックス）、または acme.my のような独自ドメイン',
    'record.common, organizations, consumers, or a tenant (id or domain)':
      'common、organizations、consumers、またはテナント（IDかドメイン）',
    'record.The shop: its name before .myshopify.com': 'ショップ：.myshopify.com の前にある名前',
  },
};
