import type { WeightsView } from '../../../src/api/explorer-views.js'
import { number, percent } from '../data/format.js'
import { Mark } from '../parts/mark.js'

/** How much of the weight confirmed, and how much it takes. */
export function QuorumBar({ weights }: { weights: WeightsView }) {
  const { active_chain_length: whole, quorum, evidence_weight: weight } = weights
  const part = (value: number) => `${whole === 0 ? 0 : Math.min(100, (100 * value) / whole)}%`
  return (
    <>
      <p class="quorum">
        <Mark tone={weight >= quorum ? 'good' : 'bad'}>
          <strong>{number(weight)}</strong> of {number(whole)}
        </Mark>{' '}
        ({percent(whole === 0 ? null : weight / whole)}); the quorum is <strong>{number(quorum)}</strong>
      </p>
      <div class="quorum-track" aria-hidden="true">
        <span class="quorum-fill" style={{ width: part(weight) }} />
        <span class="quorum-line" style={{ left: part(quorum) }} />
      </div>
    </>
  )
}
