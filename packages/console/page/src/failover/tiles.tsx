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
  if (claims.length > 1) return 'two hosts act at once'
  const [leader, other] = leaders
  if (!leader) return 'no host has the right to act'
  if (other) return 'agents name different hosts'
  return `${leader.mode}${since === null ? '' : ` since ${clockTime(since)}`}`
}

function HostsTile({ group: { chains } }: { group: FailoverGroupView }) {
  const places = chains[0]?.places ?? []
  const silent = places.filter(({ isAlive }) => !isAlive).map(({ host }) => host)
  const value = `${places.length - silent.length} of ${places.length}`
  const isWhole = silent.length === 0
  return (
    <Tile
      id="hosts"
      name="Hosts alive"
      value={<Mark tone={isWhole ? 'good' : 'warn'}>{value}</Mark>}
      note={isWhole ? 'all are heard' : `silent: ${silent.join(', ')}`}
    />
  )
}

function WitnessesTile({ group: { observers } }: { group: FailoverGroupView }) {
  const seen = observers.flatMap(({ witnesses }) => witnesses)
  const names = [...new Set(seen.map(({ name }) => name))]
  const silent = names.filter((name) => !seen.some((one) => one.name === name && one.isAnswering))
  if (names.length === 0) {
    return (
      <Tile
        id="witnesses"
        name="Witnesses"
        value={<Mark tone="warn">none</Mark>}
        note="below a majority nothing runs"
      />
    )
  }
  return (
    <Tile
      id="witnesses"
      name="Witnesses"
      value={
        <Mark tone={silent.length === 0 ? 'good' : 'warn'}>{`${names.length - silent.length} of ${names.length}`}</Mark>
      }
      note={silent.length === 0 ? 'all answer' : `silent: ${silent.join(', ')}`}
    />
  )
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
