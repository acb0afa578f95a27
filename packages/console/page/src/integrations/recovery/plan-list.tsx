import { shortHash } from '../../data/format.js'
import { Mark } from '../../parts/mark.js'
import { Copy } from '../problem.js'
import type { MirrorView } from '../types.js'
import { commandsOf } from './commands.js'
import { actionWords, obstacle, stepOf, waysOf } from './plan.js'
import type { How, RecoveryRef, RecoveryReport } from './types.js'

interface PlanProps {
  readonly report: RecoveryReport
  readonly mirror: MirrorView
  readonly how: How
  onHow(how: How): void
}

const HOW: Readonly<Record<How, readonly [string, string]>> = {
  merge: ['Merge', 'Both histories are united; a file that both sides changed stops it.'],
  rescue: ['Keep apart', "The primary's files win; the other work stays on both sides as rescue branches."],
}

/** Which way, and what it would do, ref by ref. */
export function Plan({ report, mirror, how, onHow }: PlanProps) {
  const stop = obstacle(report, how)
  return (
    <>
      {report.kind === 'hand-back' ? <Ways {...{ report, how, onHow }} /> : <TargetWords mirror={mirror} />}
      {stop !== null && (
        <p class="mirror-notice" data-obstacle="">
          <Mark tone="bad">Not this way:</Mark> {stop}.
        </p>
      )}
      <ul class="refs" data-table="plan">
        {report.refs.map((ref) => (
          <PlannedRef key={ref.ref} refFound={ref} how={how} />
        ))}
      </ul>
      <p class="mirror-note">
        Rescue refs come first and are read back before any branch moves; no sync ever deletes them. Each branch moves
        only from the tip that is shown here.
      </p>
      <ByHand report={report} mirror={mirror} isNeeded={stop !== null || report.kind === 'target'} />
    </>
  )
}

function TargetWords({ mirror: { id } }: { mirror: MirrorView }) {
  return (
    <p class="dialog-intro">
      This primary acts, so {id} should follow it. What only {id} has is kept there as a rescue branch, then its branch
      follows again. To have that work in the primary, too, unite it by hand: this tool does not merge foreign work into
      a primary that acts.
    </p>
  )
}

function Ways({ report, how, onHow }: Pick<PlanProps, 'report' | 'how' | 'onHow'>) {
  return (
    <fieldset class="choices">
      <legend>How</legend>
      {waysOf(report).map((way) => (
        <label key={way} class="check">
          <input type="radio" name="how" checked={how === way} onChange={() => onHow(way)} />
          <span>
            {HOW[way][0]}
            <span class="choice-note">{HOW[way][1]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

function PlannedRef({ refFound, how }: { refFound: RecoveryRef; how: How }) {
  const step = stepOf(refFound, how)
  if (step === null) return null
  const { ref, primary, replica } = refFound
  return (
    <li data-plan={ref} data-action={step.action}>
      <code class="long">{ref}</code>
      <span class="ref-tips">
        primary <code>{shortHash(primary)}</code>, other side <code>{shortHash(replica)}</code>
      </span>
      <span class="ref-message">
        {step.preserve !== null && step.action !== 'conflict' && (
          <>
            <code>{shortHash(step.preserve)}</code> is kept as a rescue ref, then{' '}
          </>
        )}
        {actionWords(step)}
        {step.action === 'conflict' && `: ${step.conflicts.join(', ')}`}
      </span>
    </li>
  )
}

function ByHand({ report, mirror, isNeeded }: Pick<PlanProps, 'report' | 'mirror'> & { isNeeded: boolean }) {
  const commands = commandsOf(report, mirror)
  if (commands.length === 0) return null
  return (
    <details class="by-hand" open={isNeeded}>
      <summary>Unite them by hand</summary>
      <ol class="commands">
        {commands.map(({ command, does }) => (
          <li key={command}>
            <code class="long">{command}</code>
            <span class="choice-note">{does}</span>
          </li>
        ))}
      </ol>
      <Copy text={commands.map(({ command }) => command).join('\n')} label="Copy the commands" />
    </details>
  )
}
