import type { FailoverBreathView, FailoverChainView, FailoverGroupView } from '../../../src/api/failover-views.js'
import { clockTime, interval } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import { Tile } from '../parts/tile.js'
import { lagTone, leaderSaid } from './words.js'

/** The state of a group in one row. */
export function GroupTiles({ group }: { group: FailoverGroupView }) {
  return (
    <dl class="tiles">
      {group.chains.map((chain) => (
        <LeaderTile key={chain.policy} chain={chain} />
      ))}
      <HostsTile group={group} />
      <WitnessesTile group={group} />
      <BreathingTile hosts={group.breathing} />
    </dl>
  )
}

function LeaderTile({ chain }: { chain: FailoverChainView }) {
  const { tone, text } = leaderSaid(chain)
  return (
    <Tile
      id={`leader-${chain.policy}`}
      name={`Leads ${chain.policy}`}
      value={<Mark tone={tone}>{text}</Mark>}
      note={leaderNote(chain)}
    />
  )
}

function leaderNote({ leaders, claims, since }: FailoverChainView): string {
  if (claims.length > 1) return claims.map(({ host }) => host).join(', ')
  const [leader, other] = leaders
  if (!leader) return 'no host has the right to act'
  if (other) return `${leader.host} or ${other.host}`
  return `${leader.mode}${since === null ? '' : ` since ${clockTime(since)}`}`
}

interface CountProps {
  readonly id: string
  readonly name: string
  readonly all: number
  readonly silent: readonly string[]
  /** Said when none is silent. */
  readonly whole: string
  /** Some are reached by some only. */
  readonly isParted: boolean
}

/** How many of them are there, and who is not. */
function CountTile({ id, name, all, silent, whole, isParted }: CountProps) {
  const isWhole = silent.length === 0 && !isParted
  const value = <Mark tone={isWhole ? 'good' : 'warn'}>{`${all - silent.length} of ${all}`}</Mark>
  const note = silent.length > 0 ? `silent: ${silent.join(', ')}` : isParted ? 'some links are cut' : whole
  return <Tile id={id} name={name} value={value} note={note} />
}

function HostsTile({ group: { chains, findings } }: { group: FailoverGroupView }) {
  const places = chains[0]?.places ?? []
  const silent = places.filter(({ isAlive }) => !isAlive).map(({ host }) => host)
  const isParted = findings.some(({ code }) => code === 'LINKS_CUT')
  return (
    <CountTile
      {...{ id: 'hosts', name: 'Hosts alive', all: places.length, silent, whole: 'all are heard', isParted }}
    />
  )
}

function WitnessesTile({ group: { observers, findings } }: { group: FailoverGroupView }) {
  const seen = observers.flatMap(({ witnesses }) => witnesses)
  const names = [...new Set(seen.map(({ name }) => name))]
  const silent = names.filter((name) => !seen.some((one) => one.name === name && one.isAnswering))
  const common = { id: 'witnesses', name: 'Witnesses' }
  if (names.length === 0)
    return <Tile {...common} value={<Mark tone="warn">none</Mark>} note="below a majority nothing runs" />
  const isParted = findings.some(({ code }) => code === 'WITNESS_PARTED')
  return <CountTile {...{ ...common, all: names.length, silent, whole: 'all answer', isParted }} />
}

function BreathingTile({ hosts }: { hosts: readonly FailoverBreathView[] }) {
  const breathing = hosts.filter(({ state }) => state === 'breathing')
  const [worst] = [...breathing].sort((a, b) => (b.lagMs ?? 0) - (a.lagMs ?? 0))
  if (!worst)
    return <Tile id="breathing" name="Replicas" value={<Mark tone="none">not kept</Mark>} note="no host breathes" />
  const tone = lagTone(worst.lagMs)
  return (
    <Tile
      id="breathing"
      name="Replicas"
      value={<Mark tone={tone}>{tone === 'good' ? 'in step' : 'behind'}</Mark>}
      note={
        tone === 'good'
          ? breathing.length === 1
            ? `${worst.host} breathes`
            : `${breathing.length} hosts breathe`
          : `${worst.host} by ${interval(worst.lagMs)}`
      }
    />
  )
}
