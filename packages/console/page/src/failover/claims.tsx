import type { FailoverChainView } from '../../../src/api/failover-views.js'
import { clockTime, MISSING } from '../data/format.js'
import { leaseText } from './words.js'

/** Where two act at once: by what right each does, and until when it would by itself. */
export function Claims({ chain }: { chain: FailoverChainView | undefined }) {
  if (!chain || chain.claims.length < 2) return null
  return (
    <ul class="claims">
      {chain.claims.map(({ host, state, epochText, mode, standing, since, leaseRemainingMs }) => (
        <li key={`${host} ${epochText}`} data-claim={host}>
          <strong>{host}</strong> {state === 'stopping' ? 'still stops' : 'leads'}, epoch <code>{epochText}</code>,{' '}
          {mode} with {standing === 'none' ? 'no standing' : `a ${standing}`}, since {clockTime(since)}, lease left{' '}
          <span class="claim-lease">{leaseRemainingMs === null ? MISSING : leaseText(leaseRemainingMs)}</span>
        </li>
      ))}
    </ul>
  )
}
