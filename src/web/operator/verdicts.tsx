/** What would be taken back, before it is: verdicts by comparison or time, of one provider. */
import { MessagePage } from '../ui/layout';
import { Action, type View } from './panel';
import { verdictsWords } from './words';

export function VerdictsPage({
  provider,
  count,
  view,
}: {
  provider: string;
  count: number;
  view: View;
}) {
  return (
    <MessagePage
      {...verdictsWords(view.nameOf(provider), count)}
      links={[{ href: '/operator', label: 'Back to the operator’s page' }]}
    >
      {count === 0 ? null : (
        <Action view={view} to="verdicts" fields={{ provider }}>
          Take them back
        </Action>
      )}
    </MessagePage>
  );
}
