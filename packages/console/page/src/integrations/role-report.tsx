import { Mark } from '../parts/mark.js'
import { changeWords, conditionWords, stepWords, verdictWords } from './role-words.js'
import type { Condition, RoleReport } from './types.js'

/** A dry run in words: what it would be, whether it can start and why not, and what would happen one after the other. */
export function Report({ report: { change, conditions, plan } }: { report: RoleReport }) {
  return (
    <div class="report" data-report={conditions.every(({ met }) => met) ? 'met' : 'unmet'}>
      <Verdict conditions={conditions} />
      <p>This would be {changeWords(change)}. Nothing was changed.</p>
      <Conditions conditions={conditions} />
      <details class="report-steps">
        <summary>What would happen, in {plan.length} steps</summary>
        <ol>
          {stepWords(change, plan).map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ol>
      </details>
    </div>
  )
}

export function Verdict({ conditions }: { conditions: readonly Condition[] }) {
  const isMet = conditions.every(({ met }) => met)
  return (
    <p class="report-verdict">
      <Mark tone={isMet ? 'good' : 'bad'}>{verdictWords(conditions)}</Mark>
    </p>
  )
}

export function Conditions({ conditions }: { conditions: readonly Condition[] }) {
  return (
    <ul class="conditions" aria-label="Conditions">
      {conditionWords(conditions).map(({ title, isMet, words }) => (
        <li key={`${title} ${words}`} data-met={isMet}>
          <Mark tone={isMet ? 'good' : 'bad'}>{title}</Mark> <span>{words}</span>
        </li>
      ))}
    </ul>
  )
}
