import { connect } from 'node:net'
import { HYBRID_PROTOCOL, LIMITS, PQ_PROTOCOL } from '@montana/transport'
import { multiaddr } from '@multiformats/multiaddr'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { tellFigure } from '../../../test/support/figure.js'
import { DEFAULT_SECURITY, type MeshOptions, SECURITY } from '../src/index.js'
import { SecurityPolicy } from '../src/mesh/security-policy.js'
import { suiteOf } from '../src/peer/peer.js'
import { type ForgingProxy, forgingProxy } from './forging-proxy.js'
import { type Member, manifestOf, members, rawPeer, start, stopAll, type TestNode, testNode } from './mesh-harness.js'

type Security = NonNullable<MeshOptions['security']>

const proxies: ForgingProxy[] = []
const SLOW = { timeout: 5_000 }
const peerOf = ({ mesh }: TestNode) => mesh.peers()[0]
/** How often a code was logged with what can be done about it. */
const code = ({ logs }: TestNode, wanted: string) =>
  logs.filter((log) => log.code === wanted && log.remedy !== undefined).length

/** Ways of making two nodes speak less than they can, and those after which they still do. */
const downgrades = { kinds: 0, attempts: 0, successful: 0 }

/** Notes attempts of one kind against these nodes; a connection below hybrid that is open when it is noted is a success. */
function tried(attempts: number, ...nodes: readonly TestNode[]): void {
  downgrades.kinds += 1
  downgrades.attempts += attempts
  const below = nodes.map(peerOf).map((peer) => (peer ? peer.connections - peer.suites.hybrid : 0))
  downgrades.successful += below.reduce((sum, open) => sum + open, 0)
}

afterAll(() => {
  if (downgrades.attempts === 0) return
  const { kinds, attempts, successful } = downgrades
  tellFigure('r21-downgrades', successful, `${attempts} attempts of ${kinds} kinds`)
})
afterEach(async () => {
  await stopAll()
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()))
})

/** Two nodes; the second listens only, so that the first one's dials are what is seen. */
async function pair(dialer: Security, listener: Security): Promise<readonly [TestNode, TestNode]> {
  const [a, b] = (await members(2)) as [Member, Member]
  const listening = await start(await testNode(b, manifestOf([b]), { security: listener, closedMesh: false }))
  const dialing = await start(await testNode(a, manifestOf([a, b]), { security: dialer, closedMesh: false }))
  return [dialing, listening]
}

describe('the choice of the profile', () => {
  it('is hybrid between two nodes with the default', async () => {
    const [a, b] = await pair({}, {})
    await expect.poll(() => [peerOf(a)?.suites, peerOf(b)?.suites], SLOW).toEqual(twice({ hybrid: 1, pq: 0 }))
    await expect.poll(() => peerOf(a)?.status?.security).toBe(SECURITY.pqOffered | SECURITY.hybridOffered)
  })

  it.each([
    ['dialed', {}, { offers: ['pq'] }],
    ['dialing', { offers: ['pq'] }, {}],
  ] as const)(
    'is pq where the %s one offers nothing else, after an honest `na`, without any alarm',
    async (_, dialer, listener) => {
      const [a, b] = await pair(dialer, listener)
      await expect.poll(() => [peerOf(a)?.suites, peerOf(b)?.suites], SLOW).toEqual(twice({ hybrid: 0, pq: 1 }))
      await expect.poll(() => a.seen.statuses.length + b.seen.statuses.length).toBeGreaterThanOrEqual(2)
      for (const node of [a, b]) expect(node.counted('montana_downgrades_total', {})).toBe(0)
    },
  )

  it('is none where both offer something else', async () => {
    const [a] = await pair({ offers: ['hybrid'] }, { offers: ['pq'] })
    await expect.poll(() => peerOf(a)?.dialErrors, SLOW).toBeGreaterThan(1)
    expect(peerOf(a)?.connections).toBe(0)
  })

  it('is none with a peer that the manifest wants hybrid, also where it gives no address of it', async () => {
    const [a, b] = (await members(2)) as [Member, Member]
    const nowhere = manifestOf([a, { ...b, listen: '/ip4/<address>/tcp/8444' }], 'hybrid')
    const listening = await start(await testNode(a, nowhere))
    const dialing = await start(await testNode(b, manifestOf([a, b]), { security: { offers: ['pq'] } }))
    const refused = { direction: 'inbound', suite: 'pq', result: 'PROFILE_REFUSED' }
    await expect.poll(() => listening.counted('montana_handshakes_total', refused), SLOW).toBeGreaterThan(0)
    expect([peerOf(listening)?.connections, peerOf(dialing)?.connections]).toEqual([0, 0])
  })

  it('never becomes pq because a hybrid handshake failed', async () => {
    const [a, b] = (await members(2)) as [Member, Member]
    const proxy = await proxyTo(b, 'spoil')
    await start(await testNode(b, manifestOf([b]), { closedMesh: false }))
    const dialing = await start(await testNode(a, manifestOf([a, { ...b, listen: proxy.listen }])))
    await expect.poll(() => peerOf(dialing)?.dialErrors, SLOW).toBeGreaterThan(2)
    expect(peerOf(dialing)?.connections).toBe(0)
    for (const heard of proxy.heard) expect(heard.includes('/montana/noise-pq-xx/')).toBe(false)
    expect(proxy.heard[0]?.includes('/montana/noise-hybrid/')).toBe(true)
    tried(proxy.heard.length, dialing)
  })
})

describe('a proposal that is no profile of ours', () => {
  it.each(['/noise', '/tls/1.0.0', '/montana/noise-pq/1.0.0', '/montana/noise-hybrid/2.0.0'])(
    'such as %s gets `na`',
    async (name) => {
      const [b] = (await members(1)) as [Member]
      const listening = await start(await testNode(b, manifestOf([b])))
      expect(await answersTo(b, ['/multistream/1.0.0', name])).toEqual(['/multistream/1.0.0', 'na'])
      tried(1, listening)
    },
  )
})

describe('requireHybrid', () => {
  it.each([
    ['of every peer', () => true, undefined],
    ['of one by its PeerId', (peerId: string) => [peerId], undefined],
    ['by the manifest', () => false, 'hybrid'],
  ] as const)('%s refuses to speak pq before a byte of a handshake is sent', async (_, requireHybrid, entry) => {
    const [a, b] = (await members(2)) as [Member, Member]
    const proxy = await proxyTo(b)
    await start(await testNode(b, manifestOf([b]), { closedMesh: false }))
    const through = { ...b, listen: proxy.listen }
    const security = { requireHybrid: requireHybrid(b.peerId) }
    const dialing = await start(await testNode(a, manifestOf([a, through], entry), { security }))
    await expect.poll(() => code(dialing, 'PROFILE_REFUSED'), SLOW).toBeGreaterThan(0)
    expect(peerOf(dialing)?.connections).toBe(0)
    // A refused dial made no handshake; one without post-quantum cryptography is what a watchdog calls critical.
    expect(peerOf(dialing)?.handshakes).toEqual({ hybrid: 0, pq: 0, none: 0 })
    expect(Math.max(...proxy.heard.map((heard) => heard.length))).toBeLessThan(100)
    tried(proxy.heard.length, dialing)
  })

  it('refuses an inbound pq peer right after it has proven who it is', async () => {
    const [a, b] = (await members(2)) as [Member, Member]
    const listening = await start(await testNode(b, manifestOf([b, a]), { security: { requireHybrid: [a.peerId] } }))
    const base = await rawPeer(a)
    const connection = await base.dial(multiaddr(`${b.listen}/p2p/${b.peerId}`)).catch(() => undefined)
    await expect.poll(() => connection?.status ?? 'refused').not.toBe('open')
    const inbound = { suite: 'pq', direction: 'inbound', result: 'PROFILE_REFUSED' }
    expect(listening.counted('montana_handshakes_total', inbound)).toBe(1)
    expect(peerOf(listening)?.connections).toBe(0)
    tried(1, listening)
    await base.stop()
  })
})

describe('a connection', () => {
  it('counts as none where no encrypter of ours made it', () => {
    expect(suiteOf({ encryption: HYBRID_PROTOCOL })).toBe('hybrid')
    expect(suiteOf({ encryption: PQ_PROTOCOL })).toBe('pq')
    for (const encryption of ['/noise', '/tls/1.0.0', '/plaintext/2.0.0', undefined]) {
      expect(suiteOf({ encryption } as { encryption: string })).toBe('none')
    }
  })
})

describe('a forged `na`', () => {
  it('with the default leads to pq, is found out by both ends, closes, and is refused for an hour', async () => {
    const [a, b] = (await members(2)) as [Member, Member]
    const proxy = await proxyTo(b)
    const listening = await start(await testNode(b, manifestOf([b]), { closedMesh: false }))
    const dialing = await start(await testNode(a, manifestOf([a, { ...b, listen: proxy.listen }])))
    const alarms = () => [dialing, listening].map((node) => code(node, 'DOWNGRADE_DETECTED'))
    await expect.poll(alarms, SLOW).toEqual([1, 1])
    await expect.poll(() => peerOf(dialing)?.connections, SLOW).toBe(0)
    expect([dialing, listening].map((node) => node.counted('montana_downgrades_total', {}))).toEqual([1, 1])
    expect(peerOf(dialing)?.handshakes).toMatchObject({ hybrid: 0, pq: 1 })
    const refused = () => dialing.counted('montana_dials_total', { result: 'PROFILE_REFUSED' })
    await expect.poll(refused, SLOW).toBeGreaterThan(0)
    expect(peerOf(dialing)?.handshakes).toEqual({ hybrid: 0, pq: 1, none: 0 })
    tried(proxy.heard.length, dialing, listening)
  })

  it('with ["hybrid"] leads to no connection', async () => {
    const [a, b] = (await members(2)) as [Member, Member]
    const proxy = await proxyTo(b)
    await start(await testNode(b, manifestOf([b]), { closedMesh: false }))
    const security = { offers: ['hybrid'] } as const
    const dialing = await start(await testNode(a, manifestOf([a, { ...b, listen: proxy.listen }]), { security }))
    await expect.poll(() => peerOf(dialing)?.dialErrors, SLOW).toBeGreaterThan(1)
    expect(peerOf(dialing)?.handshakes).toMatchObject({ hybrid: 0, pq: 0 })
    tried(proxy.heard.length, dialing)
  })
})

describe('the policy', () => {
  let nowMs = 0
  const policy = (security: Partial<Security> = {}, entries: ConstructorParameters<typeof SecurityPolicy>[1] = []) =>
    new SecurityPolicy(
      { ...DEFAULT_SECURITY, ...security },
      entries,
      { ...LIMITS.downgrade, peersKept: 2 },
      () => nowMs,
    )

  it('requires hybrid of a peer for one hour after a downgrade', () => {
    const one = policy()
    expect(one.requiresHybrid('Qm1')).toBe(false)
    one.noteDowngrade('Qm1')
    nowMs = 3_599_999
    expect([one.requiresHybrid('Qm1'), one.requiresHybrid('Qm2')]).toEqual([true, false])
    nowMs = 3_600_000
    expect(one.requiresHybrid('Qm1')).toBe(false)
  })

  it('remembers a bounded number of them, the latest', () => {
    const one = policy()
    for (const peerId of ['Qm1', 'Qm2', 'Qm1', 'Qm3']) one.noteDowngrade(peerId)
    expect(['Qm1', 'Qm2', 'Qm3'].map((peerId) => one.requiresHybrid(peerId))).toEqual([true, false, true])
  })

  it('leaves no choice where one profile is on offer or hybrid is required', () => {
    nowMs = 0
    expect(policy().onlyProtocolWith('Qm1')).toBeUndefined()
    expect(policy({ offers: ['hybrid'] }).onlyProtocolWith('Qm1')).toBe(HYBRID_PROTOCOL)
    expect(policy({ offers: ['pq'] }).onlyProtocolWith(undefined)).toBe(PQ_PROTOCOL)
    const one = policy({ requireHybrid: ['Qm1'] })
    expect([one.onlyProtocolWith('Qm1'), one.onlyProtocolWith('Qm2')]).toEqual([HYBRID_PROTOCOL, undefined])
    one.noteDowngrade('Qm2')
    expect(one.onlyProtocolWith('Qm2')).toBe(HYBRID_PROTOCOL)
  })

  it('tells of itself in the security bits', () => {
    const entries = [{ peerId: 'Qm9', security: 'hybrid' as const }]
    const bits = (security: Partial<Security>, peerId = 'Qm1') => policy(security, entries).bitsFor(peerId)
    expect([bits({}), bits({}, 'Qm9'), bits({ offers: ['hybrid'] }), bits({ offers: ['pq'] })]).toEqual([3, 7, 6, 1])
    expect(bits({ requireHybrid: true })).toBe(7)
  })

  it('calls a session a downgrade only where both ends offer better', () => {
    const both = SECURITY.pqOffered | SECURITY.hybridOffered
    expect(policy().isDowngrade('pq', both)).toBe(true)
    expect(policy().isDowngrade('hybrid', both)).toBe(false)
    expect(policy().isDowngrade('pq', SECURITY.pqOffered)).toBe(false)
    expect(policy({ offers: ['pq'] }).isDowngrade('pq', both)).toBe(false)
  })

  it('refuses peers that nobody knows yet only when it is for all', () => {
    expect(policy({ requireHybrid: true }).requiresHybrid(undefined)).toBe(true)
    expect(policy({ requireHybrid: ['Qm1'] }).requiresHybrid(undefined)).toBe(false)
  })
})

/** The lines that a listener sends in answer to these. */
async function answersTo(member: Member, lines: readonly string[]): Promise<string[]> {
  const socket = connect(Number(member.listen.split('/').at(-1)), '127.0.0.1')
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1')
  })
  for (const line of lines) socket.write(`${String.fromCharCode(line.length + 1)}${line}\n`, 'latin1')
  const answers = () => text.split('\n').slice(0, -1)
  await expect.poll(answers, SLOW).toHaveLength(lines.length)
  socket.destroy()
  return answers().map((answer) => answer.slice(1))
}

const twice = <T>(value: T) => [value, value]

async function proxyTo(member: Member, how: 'na' | 'spoil' = 'na') {
  const proxy = await forgingProxy(Number(member.listen.split('/').at(-1)), how)
  proxies.push(proxy)
  return { ...proxy, listen: `/ip4/127.0.0.1/tcp/${proxy.port}` }
}
