import type { GroupConfig } from '../config/types.js'
import { isMajority } from '../core/standing-rules.js'
import { Links, type Scenario } from './scenario.js'

/** Of five hosts one relay is enough for any two cut links; the question is forwarded once, so up to two count: 5.3. */
const RELAYS_MAX = 2

/** Rows of the case table of spec three-mirror 8 by what they say, for people. */
export const ROW_TEXTS: Readonly<Record<number, string>> = {
  1: 'some links are cut, but every two hosts still hear each other through others: nobody moves',
  2: 'a host has lost its standing completely: it stops within 2.5 s, others start after 3.0 s',
  3: 'islands that share a counted witness: the lower one sees the higher and stays silent',
  4: 'an island with the majority and too few witnesses, and one without it that has the quorum: both act until it heals',
  5: 'a single witness, and the island without it has the majority: both act until it heals',
  6: 'leases of etcd: one leader, while clock rates differ by less than 1 %',
  8: 'a frozen host: its service is killed within 2.5 s of the freeze, or frozen with it',
  13: 'the configuration allows leading without standing: every island may act',
}

/** Which rows apply to a scenario. */
export function rowsOf(config: GroupConfig, scenario: Scenario): number[] {
  const situation = situationOf(config, scenario)
  return Object.keys(ROW_TEXTS)
    .map(Number)
    .filter((row) => APPLIES[row]?.(situation) === true)
}

interface Island {
  readonly hosts: readonly string[]
  readonly hasMajority: boolean
  /** Witnesses that at least one of its hosts reaches. */
  readonly witnesses: readonly string[]
  readonly hasQuorum: boolean
}

interface Situation {
  readonly config: GroupConfig
  readonly scenario: Scenario
  readonly links: Links
  readonly islands: readonly Island[]
}

const APPLIES: Readonly<Record<number, (situation: Situation) => boolean>> = {
  1: ({ links, islands }) => links.hasCuts && islands.length === 1 && links.areAllWithin(RELAYS_MAX),
  2: ({ config, islands }) =>
    isChain(config) && islands.length > 1 && islands.some((island) => !hasStanding(config, island)),
  3: ({ config, islands }) =>
    isChain(config) && pairs(islands).some(([a, b]) => haveStanding(config, a, b) && share(a, b).length > 0),
  4: (situation) => situation.config.witnesses.length > 1 && isSplit(situation),
  5: (situation) => situation.config.witnesses.length === 1 && isSplit(situation),
  6: ({ config }) => !isChain(config),
  8: ({ scenario }) => scenario.frozen.length > 0,
  13: ({ config, islands }) => islands.length > 1 && isUnsafe(config),
}

function situationOf(config: GroupConfig, scenario: Scenario): Situation {
  const links = new Links(config, scenario)
  const reaches = (witness: string, host: string) => scenario.witnesses.get(witness)?.includes(host) ?? true
  const islands = links.components().map((hosts): Island => {
    const names = config.witnesses.map(({ name }) => name)
    const witnesses = names.filter((witness) => hosts.some((host) => reaches(witness, host)))
    const hasQuorum = names.length > 0 && witnesses.length >= config.witnessQuorum
    return { hosts, hasMajority: isMajority(hosts.length, Object.keys(config.hosts).length), witnesses, hasQuorum }
  })
  return { config, scenario, links, islands }
}

/** A majority that the witnesses of a minority do not see. */
function isSplit({ config, islands }: Situation): boolean {
  const { coordinator } = config
  if (coordinator.kind !== 'chain' || coordinator.witnessQuorumFor === 'always') return false
  const majority = islands.find(({ hasMajority }) => hasMajority)
  if (!majority || majority.hasQuorum) return false
  return islands.some((island) => island !== majority && island.hasQuorum && share(majority, island).length === 0)
}

function isChain({ coordinator }: GroupConfig): boolean {
  return coordinator.kind === 'chain'
}

function isUnsafe({ coordinator, unsafeWitnessQuorum, witnesses }: GroupConfig): boolean {
  if (coordinator.kind !== 'chain') return false
  return (coordinator.withoutWitnesses === 'lead' && witnesses.length === 0) || unsafeWitnessQuorum
}

function hasStanding({ coordinator, witnesses }: GroupConfig, { hasMajority, hasQuorum }: Island): boolean {
  if (coordinator.kind !== 'chain') return true
  if (witnesses.length === 0) return hasMajority || coordinator.withoutWitnesses === 'lead'
  return hasQuorum || (hasMajority && coordinator.witnessQuorumFor !== 'always')
}

function haveStanding(config: GroupConfig, a: Island, b: Island): boolean {
  return hasStanding(config, a) && hasStanding(config, b)
}

function share(a: Island, b: Island): string[] {
  return a.witnesses.filter((witness) => b.witnesses.includes(witness))
}

function pairs<T>(values: readonly T[]): [T, T][] {
  return values.flatMap((a, index) => values.slice(index + 1).map((b): [T, T] => [a, b]))
}
