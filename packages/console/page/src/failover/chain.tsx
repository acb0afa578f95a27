import type { FailoverChainView, FailoverPlaceView } from '../../../src/api/failover-views.js'
import { clockTime, duration, interval, MISSING } from '../data/format.js'
import { useNow } from '../data/hooks.js'
import { Mark } from '../parts/mark.js'
import { Panel } from '../parts/panel.js'
import type { Ordering } from './group.js'
import { actingHosts, leaseText, placeSaid } from './words.js'

interface ChainProps {
  readonly chain: FailoverChainView
  readonly ordering: Ordering
}

/** The chain of a policy in its order, who leads it, and for how long that host may yet. */
export function Chain({ chain, ordering }: ChainProps) {
  const { policy, places, claims, holdDown } = chain
  const acting = actingHosts(chain)
  return (
    <Panel id={`chain-${policy}`} title={policy} aside={asideOf(chain)}>
      <ol class="chain">
        {places.map((place) => (
          <Place key={place.host} place={place} isLeader={acting.includes(place.host)} isAlone={claims.length < 2} />
        ))}
      </ol>
      {claims.length < 2 && <Facts chain={chain} />}
      {holdDown && (
        <p class="chain-note">
          <strong>{holdDown.host}</strong> takes over{' '}
          {holdDown.remainingMs > 0 ? `in ${interval(holdDown.remainingMs)}` : 'once it is in step'}.
        </p>
      )}
      <ChainOrders chain={chain} ordering={ordering} />
    </Panel>
  )
}

function asideOf({ boundMs, failback }: FailoverChainView): string {
  return `moves within ${interval(boundMs)}${failback === null ? '' : `, failback ${failback}`}`
}

interface PlaceProps {
  readonly place: FailoverPlaceView
  readonly isLeader: boolean
  /** Nobody else leads. */
  readonly isAlone: boolean
}

function Place({ place, isLeader, isAlone }: PlaceProps) {
  const { tone, text } = isLeader && !isAlone ? ({ tone: 'bad', text: 'leads too' } as const) : placeSaid(place)
  const look = !place.isAlive ? ' is-silent' : !isLeader ? '' : isAlone ? ' is-leader' : ' is-double'
  return (
    <li class={`place${look}`} data-place={place.host}>
      <span class="place-host">{place.host}</span>
      <span class="place-state">
        <Mark tone={tone}>{text}</Mark>
      </span>
    </li>
  )
}

function Facts({ chain: { leaders, since, leaseRemainingMs, standing } }: { chain: FailoverChainView }) {
  const now = useNow(1_000)
  const [leader] = leaders
  return (
    <dl class="facts">
      <Fact id="epoch" name="Epoch" value={leader ? <code>{leader.epochText}</code> : MISSING} />
      <Fact
        id="since"
        name="Leads for"
        value={since === null ? MISSING : duration(Math.max(0, now - Date.parse(since)))}
        title={clockTime(since)}
      />
      <Fact id="lease" name="Lease left" value={leaseText(leaseRemainingMs)} />
      <Fact id="standing" name="Standing" value={standing ?? MISSING} />
    </dl>
  )
}

interface FactProps {
  readonly id: string
  readonly name: string
  readonly value: preact.ComponentChildren
  readonly title?: string
}

function Fact({ id, name, value, title }: FactProps) {
  return (
    <div data-fact={id}>
      <dt>{name}</dt>
      <dd title={title}>{value}</dd>
    </div>
  )
}

function ChainOrders({ chain, ordering: { access, open } }: ChainProps) {
  if (access === 'none') return null
  const { policy, places } = chain
  const isLocked = access === 'locked'
  return (
    <div class="buttons">
      {actingHosts(chain).map((host) => {
        const isHere = places.some((place) => place.host === host && place.isHere)
        return (
          <button
            key={host}
            type="button"
            class="button"
            disabled={isLocked || !isHere}
            title={isHere ? undefined : `this console does not reach the agent of ${host}`}
            onClick={() => open({ kind: 'step-down', host })}
          >
            Step down {host}
          </button>
        )
      })}
      <button type="button" class="button" disabled={isLocked} onClick={() => open({ kind: 'promote', policy })}>
        Move {policy}
      </button>
    </div>
  )
}
