import type { FailoverFindingView, FailoverGroupView } from '../../../src/api/failover-views.js'
import type { Tone } from '../data/state.js'
import { Mark } from '../parts/mark.js'
import { Words } from '../parts/words.js'
import { Claims } from './claims.js'
import { leadersText, reserveText, verdictSaid } from './verdict-words.js'

/** Who leads, whether that is safe, and what to do: before everything else. */
export function Verdict({ group }: { group: FailoverGroupView }) {
  const { tone, text } = verdictSaid(group.findings)
  return (
    <section class={`verdict verdict-${tone}`} aria-label={`State of ${group.group}`} data-verdict={tone}>
      <p class="verdict-title">
        <Mark tone={tone}>{text}</Mark>
      </p>
      <p class="verdict-who">
        {leadersText(group)} {tone === 'good' && reserveText(group)}
      </p>
      <Findings group={group} />
    </section>
  )
}

/** The sentences of an alarm do not tick, so that they are read out once. */
function Findings({ group: { findings, chains } }: { group: FailoverGroupView }) {
  if (findings.length === 0) return null
  return (
    <ul class="findings">
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.policy}`} class={`finding-${finding.level}`} data-finding={finding.code}>
          <Finding finding={finding} />
          <Claims chain={chains.find(({ policy }) => policy === finding.policy)} />
        </li>
      ))}
    </ul>
  )
}

const TONES: Readonly<Record<FailoverFindingView['level'], Tone>> = { alarm: 'bad', warning: 'warn' }

function Finding({ finding: { code, level, text, remedy } }: { finding: FailoverFindingView }) {
  return (
    <div {...(level === 'alarm' && { role: 'alert' })}>
      <p class="finding-text">
        <Mark tone={TONES[level]}>{text}.</Mark> <code>{code}</code>
      </p>
      <p class="finding-remedy">
        <strong>Do:</strong> <Words>{remedy}</Words>.
      </p>
    </div>
  )
}
