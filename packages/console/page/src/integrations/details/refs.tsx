import { shortHash } from '../../data/format.js'
import { Mark } from '../../parts/mark.js'
import type { MirrorDetail } from '../types.js'
import { Section } from './section.js'

const REF_TONES: Readonly<Record<string, 'good' | 'warn' | 'bad' | 'none'>> = {
  ...{ created: 'good', 'fast-forwarded': 'good', equal: 'good', overwritten: 'warn', rescued: 'warn', extra: 'none' },
  ...{ hidden: 'none', diverged: 'bad', rejected: 'bad' },
}

/** As the last push read each of them back; of a divergence both tips. */
export function Refs({ detail: { refs } }: { detail: MirrorDetail }) {
  if (refs.length === 0) return null
  return (
    <Section title="Refs">
      <ul class="refs" data-table="refs">
        {refs.map(({ ref, outcome, before, after, rescueRef, ahead, behind, foreignAuthor, message }) => (
          <li key={ref}>
            <code class="long">{ref}</code>
            <Mark tone={REF_TONES[outcome] ?? 'none'}>{outcome}</Mark>
            <span class="ref-tips">
              {before === after ? (
                <code>{shortHash(after)}</code>
              ) : (
                <code>{`${shortHash(before)} → ${shortHash(after)}`}</code>
              )}
            </span>
            {ahead !== null && <span>{`${ahead} ahead, ${behind ?? '?'} behind`}</span>}
            {foreignAuthor !== null && <span>by {foreignAuthor}</span>}
            {rescueRef !== null && <code class="long">{rescueRef}</code>}
            {message !== null && <span class="ref-message">{message}</span>}
          </li>
        ))}
      </ul>
    </Section>
  )
}
