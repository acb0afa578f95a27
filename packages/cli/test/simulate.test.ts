import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'deploy', 'failover.example.yaml')
const SINGLE = join(import.meta.dirname, '..', '..', '..', 'deploy', 'failover.single-chain.example.yaml')

async function simulate(args: readonly string[], file = EXAMPLE) {
  const child = spawn(process.execPath, [MAIN, 'failover', 'simulate', '--config', file, ...args])
  const run = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    run.stdout += chunk.toString('utf8')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    run.stderr += chunk.toString('utf8')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...run }
}

interface Policy {
  readonly leaders: readonly { readonly host: string; readonly mode: string; readonly epoch: string }[]
  readonly boundMs: number
  readonly rows: readonly number[]
}

async function serve(args: readonly string[], file = EXAMPLE): Promise<Policy> {
  const { code, stdout, stderr } = await simulate([...args, '--json'], file)
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout).policies.serve
}

const leaders = ({ leaders: found }: Policy) => found.map(({ host, mode }) => `${host} ${mode}`)

describe('montana failover simulate', () => {
  it('all healthy: the first of each chain, with its bound and its epoch in decimal digits', async () => {
    const { code, stdout } = await simulate(['--json'])
    expect(code).toBe(0)
    const { policies } = JSON.parse(stdout)
    expect(Object.keys(policies).sort()).toEqual(['coordinate', 'serve'])
    expect(policies.serve).toEqual({
      leaders: [{ host: 'amsterdam', mode: 'CHAIN', epoch: expect.stringMatching(/^\d+$/) }],
      boundMs: 7_000,
      rows: [],
    })
    expect(policies.coordinate.leaders).toMatchObject([{ host: 'moscow' }])
  })

  describe('where etcd decides', () => {
    const ETCD = 'endpoints: ["https://e1.example:2379", "https://e2.example:2379", "https://e3.example:2379"]'
    const SHARED =
      'isShared: true, endpoints: ["https://192.0.2.10:2379", "https://192.0.2.20:2379", "https://192.0.2.30:2379"]'
    const ALL = 'amsterdam,moscow,almaty,spb,novosibirsk'
    let folder: string

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'simulate-'))
    })

    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    const leaders = async (coordinator: string, args: string[]) => {
      const file = join(folder, 'failover.yaml')
      const example = readFileSync(EXAMPLE, 'utf8').split('\nwitnesses:')[0]
      writeFileSync(file, `${example}\ncoordinator: { kind: etcd, ${coordinator} }\n`)
      const { code, stdout } = await simulate(['--json', ...args], file)
      expect([code, stdout]).toEqual([0, expect.stringContaining('policies')])
      const { serve } = JSON.parse(stdout).policies
      return [serve.leaders.map(({ host, mode }: { host: string; mode: string }) => `${host} ${mode}`), serve.rows]
    }

    it.each([
      [ETCD, [], ['amsterdam LEASED'], [6]],
      [ETCD, ['--down', 'amsterdam'], ['almaty LEASED'], [6]],
      [ETCD, ['--down', 'amsterdam,moscow,almaty,spb'], ['novosibirsk LEASED'], [6]],
      [ETCD, ['--etcd', 'moscow'], ['moscow LEASED'], [6]],
      [ETCD, ['--etcd', ''], [], [6]],
      [ETCD, ['--island', 'amsterdam,almaty/spb,novosibirsk,moscow', '--etcd', 'spb,moscow'], ['spb LEASED'], [6]],
      [SHARED, ['--down', 'amsterdam'], ['almaty LEASED'], [6]],
      [SHARED, ['--down', 'amsterdam,moscow'], [], [6]],
    ])('%s %j: %j, rows %j', async (coordinator, args, expected, rows) => {
      expect(await leaders(coordinator, args)).toEqual([expected, rows])
    })

    it('--etcd in a group without it is refused', async () => {
      const { code, stdout } = await simulate(['--json', '--etcd', ALL])
      expect([code, JSON.parse(stdout).error]).toMatchObject([2, { code: 'USAGE', field: 'etcd' }])
    })
  })

  const FOUR = 'amsterdam,almaty,spb,novosibirsk'
  it.each([
    [['--down', 'amsterdam'], ['almaty CHAIN'], []],
    [['--down', 'amsterdam,almaty'], ['spb CHAIN'], []],
    [['--down', FOUR], ['moscow SURVIVOR'], []],
    [['--down', `${FOUR},moscow`], [], []],
    [['--down', FOUR, '--witness', 'w1:', '--witness', 'w2:'], [], []],
    [['--cut', 'amsterdam-almaty'], ['amsterdam CHAIN'], [1]],
    [['--cut', 'amsterdam-almaty', '--cut', 'amsterdam-spb,moscow-almaty'], ['amsterdam CHAIN'], [1]],
    [['--frozen', 'amsterdam'], ['almaty CHAIN'], [8]],
    [['--island', 'amsterdam,almaty/spb,novosibirsk,moscow'], ['amsterdam CHAIN'], [3]],
  ])('%j: %j, rows %j', async (args, expected, rows) => {
    const policy = await serve(args)
    expect(leaders(policy)).toEqual(expected)
    expect(policy.rows).toEqual(rows)
  })

  it('a majority with one witness and a minority with the two others both act: row 4', async () => {
    const reach = ['w1:amsterdam,almaty', 'w2:amsterdam,almaty', 'w3:spb'].flatMap((text) => ['--witness', text])
    const policy = await serve(['--island', 'amsterdam,almaty/spb,novosibirsk,moscow', ...reach])
    expect(leaders(policy).sort()).toEqual(['amsterdam CHAIN', 'spb CHAIN'])
    expect(policy.rows).toEqual([4])
    expect(new Set(policy.leaders.map(({ epoch }) => epoch)).size).toBe(2)
  })

  it('an island that reaches no witness and has no majority is silent: row 2', async () => {
    const reach = ['w1', 'w2', 'w3'].flatMap((name) => ['--witness', `${name}:spb,novosibirsk,moscow`])
    const policy = await serve(['--island', 'amsterdam,almaty/spb,novosibirsk,moscow', ...reach])
    expect(leaders(policy)).toEqual(['spb CHAIN'])
    expect(policy.rows).toEqual([2])
  })

  it('the single chain has its own order', async () => {
    expect(leaders(await serve(['--down', 'amsterdam'], SINGLE))).toEqual(['moscow CHAIN'])
  })

  it('for people: who leads, and what the row says', async () => {
    const { code, stdout } = await simulate(['--frozen', 'amsterdam'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^serve +almaty leads, CHAIN, epoch \d+; bound 7\.0 s$/m)
    expect(stdout).toMatch(/^row 8 {2}a frozen host/m)
  })

  it.each([
    [['--down', 'paris'], "--down: 'paris' is no host of this group"],
    [['--down', ''], "--down: '' is no host"],
    [['--down', 'spb,spb'], '--down: spb is named twice'],
    [['--down', 'spb', '--frozen', 'spb'], '--frozen: spb is down already'],
    [['--cut', 'amsterdam'], "--cut: 'amsterdam' is no link"],
    [['--cut', 'amsterdam-amsterdam'], '--cut:'],
    [['--island', 'amsterdam,almaty/almaty'], '--island: almaty is in two islands'],
    [['--witness', 'w9:spb'], "--witness: 'w9:spb' names no witness"],
    [['--witness', 'w1:paris'], "--witness: 'paris' is no host"],
  ])('%j is a wrong command line', async (args, message) => {
    const { code, stderr } = await simulate(args)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })

  it('a configuration whose bound is not kept ends with 78 and the arithmetic', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'simulate-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, 'failover.yaml')
    const slow = '{ intervalMs: 5000, timeoutMs: 2000, misses: 2, confirmMs: 1000, promoteMs: 2000 }'
    writeFileSync(
      file,
      'group: g\ndomain: d.test\nregistry: r.json\nhosts: { a: { address: 192.0.2.1 }, b: { address: 192.0.2.2 } }\n' +
        `policies: { serve: { chain: [a, b] } }\nprofile: ${slow}\n`,
    )
    const { code, stdout } = await simulate(['--json'], file)
    expect(code).toBe(78)
    expect(JSON.parse(stdout).error.message).toContain(
      '2 misses × 5.0 + timeout 2.0 + confirm 1.0 + promote 2.0 = 15.0 s',
    )
  })
})
