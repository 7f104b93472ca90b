/** The status cache as this isolate sees it. */
import type { CacheStats } from '../../status-cache/statistics';
import { Field, PostForm } from '../ui/form';
import { Legend, Shares } from './charts';
import { Panel, type View } from './panel';
import { number, percent, plural } from './words';

/** Of what this isolate was asked; null: nothing yet. */
export function hitRate({ memory, kv }: CacheStats): number | null {
  const asked = memory.hits + kv.hits + kv.misses;
  return asked === 0 ? null : (memory.hits + kv.hits) / asked;
}

export function Cache({ cache, view }: { cache: CacheStats; view: View }) {
  const { memory, kv } = cache;
  const rate = hitRate(cache);
  const summary = `${plural(memory.hits, 'answer')} from memory, ${number(kv.hits)} from KV, ${number(kv.misses)} from the database.`;
  return (
    <Panel id="cache" title="Status cache">
      <p class="soft">
        Of this isolate only, since it started. Every location runs several, and each page view may
        meet another one.
      </p>
      {rate === null ? (
        <p class="note">Nobody has asked this isolate for a status yet.</p>
      ) : (
        <>
          <p class="note">{`${percent(rate)} answered from the cache: ${summary}`}</p>
          <div class="chart">
            <Shares
              summary={summary}
              parts={[
                { series: 'good', value: memory.hits },
                { series: 'plain', value: kv.hits },
                { series: 'off', value: kv.misses },
              ]}
            />
          </div>
          <Legend
            of={[
              ['good', 'Memory'],
              ['plain', 'KV'],
              ['off', 'Database'],
            ]}
          />
        </>
      )}
      <dl class="facts">
        <div>
          <dt>In memory</dt>
          <dd>{`${plural(memory.size, 'user')}, ${number(memory.active)} of them fresh`}</dd>
        </div>
        <div>
          <dt>In KV</dt>
          <dd>{kvWords(kv)}</dd>
        </div>
      </dl>
      {kv.putsPaused ? (
        <p class="notice warn">
          KV refused a write, so this isolate writes none for five minutes. Answers stay right; they
          come from the database more often.
        </p>
      ) : null}
      <PostForm class="inline" action="/operator/invalidate" formToken={view.formToken}>
        <Field
          name="userId"
          label="Empty the cache of one user"
          placeholder="The user’s id in your app"
          maxLength={255}
        />
        <button class="button" type="submit">
          Empty
        </button>
      </PostForm>
    </Panel>
  );
}

function kvWords({ size, truncated }: CacheStats['kv']): string {
  if (size === null) return 'KV is not answering';
  return truncated ? `over ${plural(size, 'user')}` : plural(size, 'user');
}
