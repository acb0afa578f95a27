import { describe, expect, it } from 'vitest'
import { isLong } from '../support/long-it.js'
import { type FloodReport, flood, manyStrangers, OTHER_STRANGER, type SlowStage, STRANGER } from './support/flood.js'
import { temporaryFolder } from './support/montana.js'
import { type Member, MemberProcess, makeNetwork, type NetworkFiles } from './support/network.js'
import { ProbeMesh } from './support/probe-mesh.js'

const SECONDS = 6
/** A handshake that its initiator lets hang ends when its next message is overdue: spec transport 10.2. */
const HANG_S = 5
/** Handshakes that one source outside the manifest may begin at once; then one per second. */
const OUTER_BURST = 10
/** Of the stranger lane at once. */
const PERMITS = 4

const portOf = ({ listen }: Member) => Number(listen.split('/').at(-1))

function memberOf(files: NetworkFiles, label: string): Member {
  const member = files.members.find((one) => one.label === label)
  if (!member) throw new RangeError(label)
  return member
}

const sum = (node: MemberProcess, name: string, ...labels: string[]) =>
  node.metric(`montana_handshake_${name}`, ...labels)

/**
 * No signature without a permit, and no more permits than can have been held one after another since `startedMs`. The end
 * of an attack frees all at once, some of them for connections whose end is not noticed yet.
 */
async function checkSignatures(node: MemberProcess, startedMs: number, attacks = 1): Promise<number> {
  const [signatures, permits] = await Promise.all(
    ['signatures_total', 'permits_total'].map((name) => sum(node, name, 'lane="stranger"')),
  )
  const inTurn = Math.ceil((performance.now() - startedMs) / 1000 / HANG_S) + attacks
  expect(signatures).toBeLessThanOrEqual(permits ?? 0)
  expect(permits).toBeLessThanOrEqual(PERMITS * (inTurn + 3))
  return signatures ?? 0
}

describe('a flood from outside the manifest', () => {
  it('of a hundred handshakes per second costs a few signatures, and in hybrid none, and leaves the mesh alone', async () => {
    const files = await makeNetwork(temporaryFolder(), ['moscow', 'frankfurt', 'helsinki'])
    const nodes = files.members.map((member) => new MemberProcess(files, member)) as [MemberProcess, ...MemberProcess[]]
    for (const node of nodes) await node.reaches(2, 30_000)
    const target = nodes[1] as MemberProcess
    const [before, closedBefore] = [await nodes[0].head(), await closedLinks(nodes)]
    const startedMs = performance.now()
    const plan = { kind: 'handshakes', perSecond: 100, seconds: SECONDS } as const
    const report = await flood({ ...plan, port: portOf(target.member), sources: [STRANGER] })
    expect(report.connected).toBeGreaterThan(50 * SECONDS)
    const signatures = await checkSignatures(target, startedMs)
    expect(signatures).toBeGreaterThan(0)
    expect(signatures).toBeGreaterThanOrEqual(report.answered)
    expect(await sum(target, 'refused_total', 'lane="stranger"')).toBeGreaterThan(report.connected / 2)
    expect(await sum(target, 'refused_total', 'lane="manifest"')).toBe(0)
    expect(await closedLinks(nodes)).toBe(closedBefore)
    await nodes[0].reaches(before + SECONDS / 2, 5_000)

    // In hybrid the first work is that of the outer handshake, before any signature of the node.
    const hybrid = { ...plan, profile: 'hybrid', port: portOf(target.member), sources: [OTHER_STRANGER] } as const
    const { answered, connected } = await flood(hybrid)
    expect(connected).toBeGreaterThan(50 * SECONDS)
    expect(answered).toBeGreaterThan(0)
    expect(answered).toBeLessThanOrEqual(OUTER_BURST + SECONDS + 1)
    expect(await sum(target, 'signatures_total', 'lane="stranger"')).toBe(signatures)
  }, 90_000)
})

const closedLinks = async (nodes: readonly MemberProcess[]) => {
  const all = await Promise.all(nodes.map((node) => node.status()))
  return all.flatMap(({ peers }) => peers).reduce((total, peer) => total + peer.closed, 0)
}

describe('200 sockets that waste time', () => {
  const sources = manyStrangers(200)

  async function attackedNode(): Promise<{ node: MemberProcess; join: () => Promise<number> }> {
    const files = await makeNetwork(temporaryFolder(), ['moscow', 'frankfurt'])
    const node = new MemberProcess(files, memberOf(files, 'moscow'))
    await node.reaches(0, 20_000)
    const { identity, listen } = memberOf(files, 'frankfurt')
    const join = async () => {
      const probe = await ProbeMesh.join({ ...files, identity, listen, intervalMs: 5_000 })
      const ms = await probe.connectedWith(1, 2_000)
      await probe.leave()
      return ms
    }
    return { node, join }
  }

  /** The manifest's member connects within two seconds, again and again, while the attack goes on. */
  async function endure(attack: Promise<FloodReport>, join: () => Promise<number>): Promise<FloodReport> {
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    for (let round = 0; round < 2; round++) expect(await join()).toBeLessThan(2_000)
    return await attack
  }

  it('with a byte per second at any stage of a handshake', async () => {
    const { node, join } = await attackedNode()
    const startedMs = performance.now()
    const stages: readonly SlowStage[] = isLong ? ['negotiation', 'message1', 'message3'] : ['message1']
    for (const stage of stages) {
      const plan = { kind: 'slow', stage, sockets: 200, seconds: SECONDS } as const
      const report = await endure(flood({ ...plan, port: portOf(node.member), sources }), join)
      expect([stage, report.longestMs < 1000 * (HANG_S + 1)]).toEqual([stage, true])
    }
    await checkSignatures(node, startedMs, stages.length)
  }, 120_000)

  it('with unknown protocols, as fast as they can be named', async () => {
    const { node, join } = await attackedNode()
    const plan = { kind: 'na', sockets: 200, seconds: SECONDS } as const
    await endure(flood({ ...plan, port: portOf(node.member), sources }), join)
    expect(await sum(node, 'refused_total', 'reason="negotiation_lines"')).toBeGreaterThan(0)
    expect(await sum(node, 'permits_total', 'lane="stranger"')).toBe(0)
  }, 60_000)

  it('with five hundred valid first messages per second', async () => {
    const { node, join } = await attackedNode()
    const startedMs = performance.now()
    const plan = { kind: 'handshakes', perSecond: 500, seconds: SECONDS } as const
    const report = await endure(flood({ ...plan, port: portOf(node.member), sources }), join)
    expect(report.answered).toBeGreaterThan(0)
    expect(await checkSignatures(node, startedMs)).toBeGreaterThanOrEqual(report.answered)
  }, 60_000)
})
