import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GroupConfig, loadGroupConfig } from '@montana/failover/settings'
import { AbortError, MontanaError } from '@montana/foundation'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkLines } from '../src/commands/failover/check-lines.js'
import { checkReport } from '../src/commands/failover/check-report.js'
import { parseSeconds } from '../src/commands/failover/duration.js'
import { askOnline } from '../src/commands/failover/online-checks.js'
import { createPaint } from '../src/paint.js'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'deploy', 'failover.example.yaml')
const ESCAPE = '\u001b'

async function failover(args: string[], environment: Record<string, string> = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('MONTANA_'))
  const env = { ...Object.fromEntries(inherited), ...environment }
  const child = spawn(process.execPath, [MAIN, 'failover', ...args], { env })
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

function brokenFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'failover-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'failover.yaml')
  const hosts = '{ a: { address: 192.0.2.1 }, b: { address: 192.0.2.1 } }'
  const profile = '{ intervalMs: 5000, timeoutMs: 2000, misses: 2 }'
  const policies = '{ serve: { chain: [a, b] } }'
  writeFileSync(
    path,
    `group: g\ndomain: d.example\nhosts: ${hosts}\npolicies: ${policies}\nprofile: ${profile}\nwitnesses: []\n`,
  )
  return path
}

describe('montana failover check-config', () => {
  it('prints chains, bounds, the edge of the promise and warnings as plain lines in a pipe', async () => {
    const { code, stdout, stderr } = await failover(['check-config', '--config', EXAMPLE])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).not.toContain(ESCAPE)
    const lines = stdout.split('\n')
    expect(lines).toContain('serve                : amsterdam > almaty > spb > novosibirsk > moscow')
    expect(lines).toContain(
      '  host dies          : 3 misses × 1.0 + timeout 1.0 + confirm 1.0 + promote 2.0 = 7.0 s < maxRecoveryMs 10.0 s',
    )
    expect(lines).toContain('witnesses            : w1 (http), w2 (http), w3 (http); quorum 2 of 3')
    expect(lines).toContain('If fewer than a majority are alive and the witness quorum is down, nothing runs.')
    expect(stdout).toMatch(/^no overlap {11}: isolate 2\.0 \+ kill 0\.5/m)
    expect(stdout).toMatch(/^warning: hosts: country RU holds a majority/m)
  })

  it('--json prints one object', async () => {
    const { code, stdout } = await failover(['check-config', '--config', EXAMPLE, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      group: 'montana-5',
      profile: { name: 'fast' },
      chains: { coordinate: ['moscow', 'almaty', 'spb', 'novosibirsk', 'amsterdam'] },
      bounds: { policies: { serve: { failover: { totalMs: 7000 } } }, overlap: { isKept: true } },
      witnessQuorum: 2,
      edge: expect.stringMatching(/nothing runs/),
      warnings: [{ code: 'DOMAIN_MAJORITY' }],
    })
  })

  it('takes the file from MONTANA_CONFIG, and warns of the environment', async () => {
    const environment = { MONTANA_CONFIG: EXAMPLE, NODE_NAME: 'amsterdam' }
    const { code, stdout } = await failover(['check-config'], environment)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^warning: NODE_NAME: NODE_NAME is set and never read/m)
  })

  it('ends with 78, the arithmetic and every problem', async () => {
    const path = brokenFile()
    const { code, stdout, stderr } = await failover(['check-config', '--config', path])
    expect([code, stdout]).toEqual([78, ''])
    expect(stderr).toMatch(/: 2 problems\n {2}hosts\.b\.address: a and b have one address/)
    expect(stderr).toMatch(
      /BOUND serve: 2 misses × 5\.0 \+ timeout 2\.0 \+ confirm 1\.0 \+ promote 2\.0 = 15\.0 s > max/,
    )
    const json = await failover(['check-config', '--config', path, '--json'])
    expect(json).toMatchObject({ code: 78, stderr: '' })
    expect(JSON.parse(json.stdout)).toMatchObject({
      error: { code: 'ADDRESS_DUPLICATE', field: 'hosts.b.address', message: expect.stringMatching(/BOUND/) },
      problems: [{ code: 'ADDRESS_DUPLICATE' }, { code: 'BOUND', field: 'profile', remedy: expect.any(String) }],
    })
  })

  it('makes no promise without its condition', async () => {
    const { config } = await loadGroupConfig(EXAMPLE)
    const words = (rest: Partial<GroupConfig>) => {
      const { condition, edge } = checkReport(EXAMPLE, { ...config, ...rest }, [])
      return `${condition} ${edge}`
    }
    const chain = { kind: 'chain', witnessQuorumFor: 'minority', withoutWitnesses: 'stop' } as const
    expect(words({})).toMatch(/^3 of 5 hosts must be alive .*, or 2 of 3 witnesses answer; .* nothing runs\.$/)
    expect(words({ witnesses: [], witnessQuorum: 0 })).toMatch(/^3 of 5 hosts must be alive and see each other\. If/)
    expect(words({ coordinator: { ...chain, witnessQuorumFor: 'always' } })).toMatch(
      /while 2 of 3 witnesses answer; without/,
    )
    expect(words({ coordinator: { ...chain, withoutWitnesses: 'lead' } })).toMatch(
      /almost every partition has two leaders/,
    )
    const etcd = { kind: 'etcd', endpoints: [], ttlSeconds: 4, isShared: false, onCoordinatorLoss: 'stop' } as const
    expect(words({ coordinator: etcd })).toBe(
      'Any one host is enough while etcd has a quorum. If etcd has no quorum, nothing runs.',
    )
  })

  it('has colour only where it is wanted', async () => {
    const { config, warnings } = await loadGroupConfig(EXAMPLE)
    const report = checkReport(EXAMPLE, config, warnings)
    const [plain, coloured] = [checkLines(report, createPaint(false)), checkLines(report, createPaint(true))]
    expect(plain.join('')).not.toContain(ESCAPE)
    expect(coloured.join('\n').replaceAll(new RegExp(`${ESCAPE}\\[\\d+m`, 'g'), '')).toBe(plain.join('\n'))
    expect(coloured.at(-1)).toMatch(new RegExp(`^${ESCAPE}\\[33mwarning`))
  })
})

describe('online checks', () => {
  it('--online asks all at once; one that fails stops no other, being told to stop does', async () => {
    const started: string[] = []
    const question = (name: string, ask: () => Promise<string>) => {
      const first = async () => {
        started.push(name)
        return await ask()
      }
      return { name, ask: first }
    }
    const bad = question('bad', async () => {
      throw new MontanaError('WITNESS_UNREACHABLE', 'no answer')
    })
    const good = question('good', async () => 'here')
    const controller = new AbortController()
    const results = await askOnline([bad, good], controller.signal)
    expect(started).toEqual(['bad', 'good'])
    expect(results).toEqual([
      { name: 'bad', verdict: 'failed', code: 'WITNESS_UNREACHABLE', text: 'no answer' },
      { name: 'good', verdict: 'ok', code: null, text: 'here' },
    ])
    controller.abort()
    const stopped = question('stopped', async () => {
      throw new AbortError()
    })
    await expect(askOnline([good, stopped], controller.signal)).rejects.toBeInstanceOf(AbortError)
  })
})

describe('montana failover availability', () => {
  it('prints every term, the sum and the structures', async () => {
    const { code, stdout, stderr } = await failover(['availability'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).not.toContain(ESCAPE)
    const columns = stdout.split('\n').map((line) => line.split(/ {2,}/))
    expect(columns[0]).toEqual(['term', 'formula', 'unavailability', 'seconds/year', 'nines'])
    expect(columns.slice(1, 8).map(([term]) => term)).toEqual([
      ...['structure', 'switch', 'failback', 'planned', 'common cause', 'undetected', 'total'],
    ])
    expect(columns[2]).toEqual(['switch', 'T_switch / MTBF', '2.701e-6', '85.22', '5.57'])
    expect(stdout).toMatch(/^majority of 5 .* 9\.851e-6$/m)
  })

  it('--json has what was asked beside what follows', async () => {
    const args = [
      '--a',
      '0.9',
      '--n',
      '3',
      '--mtbf',
      '12h',
      '--switch',
      '9500ms',
      '--rule',
      'majority',
      '--planned',
      '0',
    ]
    const { code, stdout } = await failover(['availability', ...args, '--json'])
    expect(code).toBe(0)
    const { input, terms, total, structures } = JSON.parse(stdout)
    expect(input).toEqual({
      ...{ hostAvailability: 0.9, hosts: 3, rule: 'majority', mtbfSeconds: 43_200, switchSeconds: 9.5 },
      ...{ failbackSeconds: 1, plannedPerYear: 0, handoverSeconds: 1, commonCause: 0.01, coverage: 0.99 },
    })
    expect(terms[0].unavailability).toBeCloseTo(0.028, 12)
    expect(terms[3]).toMatchObject({ unavailability: 0, nines: null })
    expect(total.availability).toBeCloseTo(1 - total.unavailability, 15)
    expect(structures).toHaveLength(6)
  })

  it.each([
    ['a', '1.1'],
    ['a', '-1'],
    ['n', '0'],
    ['n', '65'],
    ['n', '2.5'],
    ['mtbf', '0'],
    ['mtbf', '30 d'],
    ['switch', 'soon'],
    ['planned', 'x'],
    ['beta', '2'],
    ['coverage', ''],
    ['rule', 'none'],
  ])('refuses --%s %j', async (flag, text) => {
    const { code, stdout } = await failover(['availability', `--${flag}=${text}`, '--json'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE', field: flag, remedy: expect.any(String) } })
  })

  it('a group of verbs without a verb is a wrong command line', async () => {
    expect((await failover(['--json'])).code).toBe(2)
  })
})

describe('durations', () => {
  it.each([
    ['7', 7],
    ['500ms', 0.5],
    ['1.5m', 90],
    ['2h', 7200],
    ['30d', 2_592_000],
    ['0', 0],
    ['', undefined],
    ['-1', undefined],
    ['1w', undefined],
    ['1e3', undefined],
    [' 7', undefined],
  ])('%j is %j seconds', (text, expected) => {
    expect(parseSeconds(text)).toBe(expected)
  })
})
