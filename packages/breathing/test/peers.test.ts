import { renameSync, rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type BreathingOptions, CHUNK_BYTES, type JsonObject } from '../src/index.js'
import { modulesOf, USERS, World } from './support/hosts.js'
import { Switchboard } from './support/peers.js'

const PAIR = ['amsterdam', 'moscow']
const ANN = { 1: { name: 'Ann' } }

function pair(world: World, options: Partial<BreathingOptions> = { remote: 'none' }) {
  const board = new Switchboard()
  const [a, b] = PAIR.map((host) =>
    world.host(
      host,
      { ...options, intervalSeconds: 12 },
      { ...modulesOf(host, PAIR), peers: board.peersOf(host, PAIR) },
    ),
  )
  if (!a || !b) throw new Error('two hosts')
  return { board, a, b }
}

describe('without a hub', () => {
  it('a write is acknowledged once a peer holds it, and bundles carry it', async () => {
    await using world = new World()
    const { board, a, b } = pair(world)
    await b.inhale()
    const { stamp, commit } = await a.update(USERS, () => ANN)
    expect(a.getStats()).toMatchObject({ acknowledged: stamp, unpushedAgeMs: 0 })
    expect(board.requests.map(({ type }) => type)).toContain('breathWant')
    expect(await b.breathe()).toEqual({ inhale: true, exhale: true })
    expect(world.read('moscow', USERS)).toEqual(ANN)
    expect((await b.status()).refs).toMatchObject([{ ref: 'refs/peers/amsterdam', commit, isVerified: true }])
  })

  it('both write, both have both; the second bundle builds on the first', async () => {
    await using world = new World()
    const { board, a, b } = pair(world)
    const big = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, i) => [`user${i}`, { name: `Name Number ${i * 7919}` }]),
    )
    await a.update(USERS, () => big)
    await b.breathe()
    board.requests.length = 0
    await b.update(USERS, (value) => ({ ...(value as JsonObject), b: { name: 'of b' } }))
    await a.update(USERS, (value) => ({ ...(value as JsonObject), a: { name: 'of a' } }))
    for (const host of [a, b, a]) expect(await host.breathe()).toEqual({ inhale: true, exhale: true })
    expect(world.read('amsterdam', USERS)).toEqual({ ...big, a: { name: 'of a' }, b: { name: 'of b' } })
    expect(world.read('moscow', USERS)).toEqual(world.read('amsterdam', USERS))
  })

  it('a large bundle comes in chunks of at most 512 KiB', async () => {
    await using world = new World()
    const { board, a, b } = pair(world)
    const noise = (i: number) =>
      [...`${Math.sin(i)}${Math.cos(i)}`].map((c) => String.fromCharCode(c.charCodeAt(0) + (i % 60))).join(' ')
    const big = Object.fromEntries(
      Array.from({ length: 22_000 }, (_, i) => [`${i}`, { n: noise(i), m: noise(i + 0.5) }]),
    )
    await a.update(USERS, () => big)
    await b.inhale()
    expect(world.read('moscow', USERS)).toEqual(big)
    const chunks = board.requests.filter(({ type, bytes }) => type === 'breathWant' && bytes > 1_000)
    expect(chunks.length).toBeGreaterThan(1)
    expect(Math.max(...chunks.map(({ bytes }) => bytes))).toBeLessThan((CHUNK_BYTES * 4) / 3 + 1_000)
  })

  it('nobody there: no success, and the write waits', async () => {
    await using world = new World()
    const { board, a, b } = pair(world)
    board.cut.add('moscow')
    await expect(a.update(USERS, () => ANN)).rejects.toMatchObject({ metadata: { isKept: true } })
    expect(await a.breathe()).toEqual({ inhale: false, exhale: false })
    board.cut.clear()
    await b.breathe()
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
    expect(world.read('moscow', USERS)).toEqual(ANN)
  })

  it('a host alone in its group is no failure', async () => {
    await using world = new World()
    const a = world.host('amsterdam', { remote: 'none' }, modulesOf('amsterdam', ['amsterdam']))
    expect(await a.breathe()).toEqual({ inhale: true, exhale: true })
    expect(await a.update(USERS, () => ANN)).toMatchObject({ commit: a.head() })
  })

  it.each<[string, (answer: { data: string; total: number }) => unknown]>([
    ['changed on the way', (answer) => ({ ...answer, data: answer.data.replace(/^.{8}/, 'AAAAAAAA') })],
    ['too long', (answer) => ({ ...answer, total: 2 ** 40 })],
    ['of another form', () => ({ surprise: true })],
    ['empty although it is not', (answer) => ({ ...answer, data: '' })],
  ])('a bundle that is %s is not taken', async (_, change) => {
    await using world = new World()
    const { board, a, b } = pair(world)
    board.tamper = (answer) => ('data' in (answer as object) ? change(answer as never) : answer)
    await expect(a.update(USERS, () => ANN)).rejects.toMatchObject({ code: 'GIT_FAILED' })
    expect(await b.inhale()).toBe(false)
    expect(b.read(USERS)).toBeUndefined()
    board.tamper = (answer) => answer
    expect(await b.inhale()).toBe(true)
    expect(world.read('moscow', USERS)).toEqual(ANN)
  })

  it('a history that was cut needs one bundle in whole', async () => {
    await using world = new World()
    const { a, b } = pair(world, { remote: 'none', cutAfterCommits: 2 })
    for (const id of [1, 2, 3, 4]) {
      await a.update(USERS, (value) => ({ ...(value as JsonObject), [id]: { id } }))
      await b.breathe()
    }
    expect(Object.keys(world.read('moscow', USERS) as JsonObject)).toEqual(['1', '2', '3', '4'])
  })

  it('a peer that lost everything gets it all back', async () => {
    await using world = new World()
    const { board, a, b } = pair(world)
    await a.update(USERS, () => ANN)
    await b.breathe()
    b.close()
    rmSync(world.path('moscow', '.'), { recursive: true })
    const modules = { ...modulesOf('moscow', PAIR), peers: board.peersOf('moscow', PAIR) }
    const again = world.host('moscow', { remote: 'none' }, modules)
    expect(await again.breathe()).toEqual({ inhale: true, exhale: true })
    expect(world.read('moscow', USERS)).toEqual(ANN)
  })
})

describe('with a hub', () => {
  it('a poke brings a running host to inhale at once', async () => {
    await using world = new World()
    const { a, b } = pair(world, {})
    const running = b.run()
    await until(() => b.getStats().exhaleTotal > 0)
    const startMs = performance.now()
    await a.update(USERS, () => ANN)
    await until(() => JSON.stringify(b.read(USERS)) === JSON.stringify(ANN))
    expect(performance.now() - startMs).toBeLessThan(6_000)
    b.stop()
    await running
  })

  it('a file that a program writes is pushed by itself, and a lost poke costs one heartbeat', async () => {
    await using world = new World()
    const { board, a, b } = pair(world, {})
    const running = [a.run(), b.run()]
    await until(() => a.getStats().exhaleTotal > 0 && b.getStats().exhaleTotal > 0)
    board.cut.add('amsterdam')
    world.write('amsterdam', USERS, ANN)
    await until(() => a.getStats().acknowledged !== null)
    expect(b.read(USERS)).toBeUndefined()
    b.noteHead('amsterdam', a.head() ?? '')
    await until(() => JSON.stringify(b.read(USERS)) === JSON.stringify(ANN))
    a.stop()
    b.stop()
    await Promise.all(running)
  })

  it('that one host cannot reach: the others get its writes from it all the same', async () => {
    await using world = new World()
    const { board, a, b } = pair(world, {})
    await a.update(USERS, () => ANN)
    await b.breathe()
    a.close()
    const modules = { ...modulesOf('amsterdam', PAIR), peers: board.peersOf('amsterdam', PAIR) }
    const cutOff = world.host('amsterdam', { remote: `${world.hub}.unreachable` }, modules)
    expect(await b.breathe()).toEqual({ inhale: true, exhale: true })
    await expect(cutOff.update(USERS, () => ({ 1: { name: 'Anna' } }))).rejects.toMatchObject({ code: 'GIT_FAILED' })
    expect(await b.breathe()).toEqual({ inhale: true, exhale: true })
    expect(world.read('moscow', USERS)).toEqual({ 1: { name: 'Anna' } })
  })

  it('that is away: peers exchange bundles meanwhile, and exhale says no', async () => {
    await using world = new World()
    const { a, b } = pair(world, {})
    await a.update(USERS, () => ANN)
    await b.breathe()
    renameSync(world.hub, `${world.hub}.away`)
    await expect(a.update(USERS, () => ({ 1: { name: 'Anna' } }))).rejects.toMatchObject({ metadata: { isKept: true } })
    expect(await b.breathe()).toEqual({ inhale: true, exhale: false })
    expect(world.read('moscow', USERS)).toEqual({ 1: { name: 'Anna' } })
    renameSync(`${world.hub}.away`, world.hub)
    for (const host of [a, b]) expect(await host.breathe()).toEqual({ inhale: true, exhale: true })
  })
})

async function until(isTrue: () => boolean, ms = 10_000): Promise<void> {
  const deadline = performance.now() + ms
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`not true within ${ms} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
