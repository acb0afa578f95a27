import type { FailoverChainView, FailoverChangeView } from '../../../src/api/failover-views.js'
import { clockTime, dayTime, duration } from '../data/format.js'
import { type Tenure, tenuresOf } from './tenures.js'
import { actingHosts } from './words.js'

interface LanesProps {
  /** Newest first. */
  readonly changes: readonly FailoverChangeView[]
  readonly chains: readonly FailoverChainView[]
  readonly at: string
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** A lane for each host of each chain, with its tenures as bars. The list below it says the same in words. */
export function Lanes({ changes, chains, at }: LanesProps) {
  const toMs = Date.parse(at)
  const fromMs = Math.min(...changes.map((change) => Date.parse(change.at)), toMs - 1_000)
  return (
    <div class="lanes-box" aria-hidden="true">
      {chains.map((chain) => (
        <ChainLanes key={chain.policy} chain={chain} changes={changes} span={{ fromMs, toMs }} />
      ))}
      <Axis span={{ fromMs, toMs }} />
    </div>
  )
}

interface ChainLanesProps {
  readonly chain: FailoverChainView
  readonly changes: readonly FailoverChangeView[]
  readonly span: Span
}

function ChainLanes({ chain, changes, span }: ChainLanesProps) {
  const { policy, places } = chain
  const own = changes.filter((change) => change.policy === policy)
  const tenures = tenuresOf(own, actingHosts(chain), span.toMs)
  return (
    <div class="lanes">
      <p class="lanes-name">{policy}</p>
      {places.map(({ host }) => (
        <div key={host} class="lane">
          <span class="lane-host">{host}</span>
          <span class="lane-line">
            {tenures
              .filter((tenure) => tenure.host === host)
              .map((tenure) => (
                <Bar key={tenure.fromMs} tenure={tenure} span={span} />
              ))}
          </span>
        </div>
      ))}
    </div>
  )
}

function Bar({ tenure, span }: { tenure: Tenure; span: Span }) {
  const { fromMs, toMs, epochText, end } = tenure
  const left = `${(100 * (fromMs - span.fromMs)) / (span.toMs - span.fromMs)}%`
  const width = `${(100 * (toMs - fromMs)) / (span.toMs - span.fromMs)}%`
  const title = `${epochText}, from ${clockTime(fromMs)} for ${duration(toMs - fromMs)}`
  return <span class={`tenure tenure-${end}`} style={{ left, width }} title={title} />
}

const TICKS = [0, 0.25, 0.5, 0.75, 1] as const
const DAY_MS = 86_400_000

function Axis({ span: { fromMs, toMs } }: { span: Span }) {
  const format = toMs - fromMs > DAY_MS ? dayTime : clockTime
  return (
    <p class="lanes-axis">
      {TICKS.map((part) => (
        <span key={part}>{part === 1 ? 'now' : format(fromMs + part * (toMs - fromMs))}</span>
      ))}
    </p>
  )
}
