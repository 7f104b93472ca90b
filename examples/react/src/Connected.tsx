import { useCompletion } from '@mooring/client/react';
import { explain, mooring } from './mooring.ts';

/** The page at `returnTo`. In a window of its own it closes itself. */
export function Connected() {
  const result = useCompletion(mooring);
  const link = <a href="/">Back to your accounts</a>;
  switch (result.state) {
    case 'completing':
      return <p role="status">Connecting…</p>;
    case 'nothing':
      return link;
    case 'connected':
      return (
        <>
          <h1>Connected</h1>
          <p role="status">{result.integration.displayName} is connected.</p>
          {result.inWindow ? <p>You can close this window.</p> : link}
        </>
      );
    case 'needs_choice':
      return (
        <>
          <h1>Which one?</h1>
          <ul className="choices">
            {result.choices.map(({ id, label }) => (
              <li key={id}>
                <button type="button" onClick={() => result.choose(id)}>
                  {label}
                </button>
              </li>
            ))}
          </ul>
        </>
      );
    case 'failed':
      return (
        <>
          <h1>Not connected</h1>
          <p role="alert">{explain(result.error)}</p>
          {result.inWindow ? <p>You can close this window.</p> : link}
        </>
      );
  }
}
