import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runFiles } from '../src/run.js'
import type { VectorCase } from '../src/types.js'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conformance-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: unknown, compress = false): string {
  const path = join(folder, name)
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  writeFileSync(path, compress ? gzipSync(text) : text)
  return path
}

const u16: VectorCase = { name: 'write_u16', area: 'codec', input: { v: 4660 }, expected: '3412' }
const wrong: VectorCase = { ...u16, name: 'write_u16_wrong', expected: '1234' }
const keygen: VectorCase = {
  name: 'mldsa65_zero',
  area: 'crypto',
  input: { seed: '00'.repeat(32) },
  expected: { pk_sha256: '085ba380ff386dd52e42349c6eb88489d6058ea541a4e3fb0dce9a3fd1f7a911', pk_len: 1952 },
}

const APPENDIX_B = {
  identity_seed_i: '31*32',
  identity_seed_r: '32*32',
  kem_seed_i: '33*64',
  kem_seed_r: '34*64',
  coins_i: '35*32',
  coins_r: '36*32',
  opk_i: '37*32',
  opk_r: '38*32',
}

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return await new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}

describe('vector files', () => {
  it('count each case on each backend it has', async () => {
    const report = await runFiles([file('good.json', [u16, keygen])])
    expect(report).toMatchObject({ passed: 3, failed: 0, skipped: 0 })
    const backends = report.files[0]?.backends.map(({ backend, passed }) => [backend, passed])
    expect(backends).toEqual([
      ['node', 1],
      ['noble', 1],
      ['typescript', 1],
    ])
  })

  it('hold the hybrid profile to appendix B of the transport specification', async () => {
    const right = { dR: 'cf44b9cb7c396066de2c6e38035541db85c19a816a7647d440129804dcd16383' }
    const expected = {
      ...right,
      dI: 'b770d62f7778d2cfa2600afe0f90d9fc39a1e2f53b3952ee1974750d18cce277',
      M: '476b6a753bf1b4760b8e496d65367ac8f181335ab0c0f53434b103ceb7e24171',
      th: '7ee4e9442155bfe284fae829092e4385d2213d77fea3f7d4a24d1cf8046a2d14',
      K2: '2feb6e26850b6a06e4b5c4976d2f7520a10eca68a5186f6f135a3c736a5b2bf3',
      K0_r2i: 'ed0bee00229d5a64575e860bbb583ac42a244276d4e25f9c0403e31138ead573',
    }
    const swapped = { ...APPENDIX_B, opk_i: '38*32', opk_r: '37*32' }
    const cases: VectorCase[] = [
      { name: 'appendix_b', area: 'noise-hybrid', input: APPENDIX_B, expected },
      { name: 'outer_keys_swapped', area: 'noise-hybrid', input: swapped, expected: right },
    ]
    expect(await runFiles([file('hybrid.json', cases)])).toMatchObject({ passed: 1, failed: 1, skipped: 0 })
  })

  it('are told apart by content, not by name', async () => {
    const gzip = file('compressed.json', [u16], true)
    expect(await runFiles([gzip])).toMatchObject({ passed: 1, failed: 0 })
  })

  it('fail on a wrong answer, an unknown area, an unknown shape and a member that nothing computes', async () => {
    const cases = [
      wrong,
      { ...u16, area: 'astrology' },
      { ...u16, name: 'write_unicorn', input: { horns: 1 } },
      { ...keygen, expected: { pk_len: 1952, aura: 'blue' } },
      { ...u16, input: { v: 65_536 } },
    ]
    const report = await runFiles([file('bad.json', cases)])
    expect(report).toMatchObject({ passed: 0, failed: 6, skipped: 0 })
    const actual = report.files[0]?.failures.map((failure) => failure.actual)
    expect(actual).toEqual([
      '3412',
      "no rule for area 'astrology'",
      'no rule for input {"horns":1}',
      'aura = not computed',
      'aura = not computed',
      'error: 65536 is not in 0…65535',
    ])
  })

  it('skip what is optional and say why', async () => {
    const cases = [
      { name: 'a', area: 'ibt', input: {}, expected: '' },
      { name: 'history_key_x', area: 'identity', input: { entropy: '' }, expected: '' },
      { name: 'unheard_of', area: 'sync', input: {}, expected: '' },
      u16,
    ]
    const report = await runFiles([file('optional.json', cases)])
    expect(report).toMatchObject({ passed: 1, failed: 0, skipped: 3 })
    const reasons = report.files[0]?.backends.flatMap(({ cannotRun }) => cannotRun)
    expect(reasons).toMatchObject([
      { group: 'area ibt', cases: 1 },
      { group: 'identity/history_key*', cases: 1 },
      { group: 'sync/unheard_of', cases: 1 },
    ])
  })

  it.each([
    ['no case', []],
    ['no JSON', '{'],
    ['no vectors', { some: 'object' }],
    ['an entry that is none', [{ name: 'x' }]],
    ['a Wycheproof file without tests', { testGroups: [] }],
  ])('fail as a whole with %s', async (_, content) => {
    const report = await runFiles([file('unusable.json', content)])
    expect(report).toMatchObject({ passed: 0, failed: 1 })
  })

  it('fail when they do not exist, and the others still run', async () => {
    const report = await runFiles([join(folder, 'absent.json'), file('good.json', [u16])])
    expect(report).toMatchObject({ passed: 1, failed: 1 })
    expect(report.files[0]?.failures[0]?.actual).toContain('ENOENT')
  })
})

describe('Wycheproof files', () => {
  const test = { tcId: 1, key: '00'.repeat(32), msg: '', tag: 'b613679a0814d9ec772f95d778c35fc5', result: 'valid' }
  const group = {
    type: 'MacTest',
    keySize: 256,
    tagSize: 128,
    tests: [test, { ...test, tcId: 2, tag: '00', result: 'invalid' }],
  }
  const mac = { algorithm: 'HMACSHA256', testGroups: [group] }

  it('run', async () => {
    expect(await runFiles([file('mac.json', mac)])).toMatchObject({ passed: 2, failed: 0, skipped: 0 })
  })

  it('fail when something invalid is accepted or something valid refused', async () => {
    const swapped = {
      ...group,
      tests: group.tests.map((entry) => ({ ...entry, result: entry.result === 'valid' ? 'invalid' : 'valid' })),
    }
    const report = await runFiles([file('swapped.json', { ...mac, testGroups: [swapped] })])
    expect(report).toMatchObject({ passed: 0, failed: 2 })
  })

  it.each([
    ['another algorithm', { ...mac, algorithm: 'ROT13' }],
    ['another type of group', { ...mac, testGroups: [{ ...group, type: 'RotTest' }] }],
    ['another parameter set', { algorithm: 'ML-KEM', testGroups: [{ ...group, parameterSet: 'ML-KEM-1024' }] }],
    ['a test without its members', { ...mac, testGroups: [{ ...group, tests: [{ tcId: 1, result: 'invalid' }] }] }],
  ])('fail on %s instead of skipping it', async (_, content) => {
    const report = await runFiles([file('unknown.json', content)])
    expect(report.failed).toBeGreaterThan(0)
    expect(report).toMatchObject({ passed: 0, skipped: 0 })
  })
})

describe('the command', () => {
  it('ends with the totals and exit 0, or 1 after a failure', async () => {
    const good = await run(file('good.json', [u16, keygen]))
    expect(good.code).toBe(0)
    expect(good.stdout).toContain('good.json noble: 1 passed, 0 failed, 0 skipped\n')
    expect(good.stdout).toMatch(/\n3 passed, 0 failed, 0 skipped\n$/)
    const bad = await run(file('bad.json', [u16, wrong]))
    expect(bad.code).toBe(1)
    expect(bad.stdout).toContain('codec/write_u16_wrong')
    expect(bad.stdout).toMatch(/\n1 passed, 1 failed, 0 skipped\n$/)
  })

  it('prints one JSON object on request', async () => {
    const { code, stdout } = await run('--json', file('bad.json', [u16, wrong]))
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ passed: 1, failed: 1, skipped: 0 })
    expect(stdout.trim().split('\n')).toHaveLength(1)
  })

  it.each([[['--record', 'x.json']], [['--loud', 'x.json']]])('refuses %j with exit 2', async (args) => {
    const { code, stderr, stdout } = await run(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^error: /)
  })
})
