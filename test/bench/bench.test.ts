import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Bench, Row } from './src/bench.js'
import { clockRatios } from './src/clock/ratios.js'
import { parseCommand } from './src/command-line.js'
import { type Contender, measure } from './src/measure.js'
import { renderReport } from './src/table.js'

const row = (name: string, stepsPerSecond: number): Row => ({ name, stepsPerSecond, slowest: 0, fastest: 0 })

describe('measuring', () => {
  it('interleaves, drops the first round and takes the median', async () => {
    const order: string[] = []
    const contender = (name: string, times: number[]): Contender => ({
      name,
      steps: 100,
      run: async () => {
        order.push(name)
        return times.shift() ?? 0
      },
    })
    const rows = await measure([contender('a', [1, 10, 20, 50]), contender('b', [1, 5, 5, 5])], 3, () => {})
    expect(order.join('')).toBe('abababab')
    expect(rows).toEqual([
      { name: 'a', stepsPerSecond: 5000, slowest: 2000, fastest: 10_000 },
      { name: 'b', stepsPerSecond: 20_000, slowest: 20_000, fastest: 20_000 },
    ])
  })
})

describe('ratios', () => {
  const rows = [
    row('native chain', 30),
    row('OpenSSL SHA256 loop', 5),
    row('OpenSSL SHA256_Transform loop', 20),
    row('crypto.hash', 2),
    row('hash-wasm', 1),
    row('verify, measured choice, 1 core', 75),
    row('verify, measured choice, 2 cores', 120),
  ]

  it('compare with the best of each kind', () => {
    const bound = { stepsPerSecond: 40, nsPerStep: 25e6, reached: 0.75 }
    expect(clockRatios(rows, 2, bound)).toEqual({
      chainToOpenssl: 1.5,
      boundToOpenssl: 2,
      chainToBound: 0.75,
      chainToFastestJavascript: 15,
      verifyOneCoreToChain: 2.5,
      verifyTwoCoresToChain: 4,
      verifyAllCoresToChain: 4,
    })
  })

  it('leave out what was not measured', () => {
    expect(clockRatios([row('native chain', 30)], 1, null)).toEqual({})
  })

  it('are readable in the table', () => {
    const table = renderReport({ rows, ratios: { verifyOneCoreToChain: 2.5 }, notes: ['a note'] })
    expect(table).toMatch(/verify one core ÷ chain +2\.50 ×/)
    expect(table).toMatch(/^a note$/m)
  })
})

describe('the command line', () => {
  const bench = (name: string, flags: Bench['flags'] = []): Bench => {
    return { name, summary: '', flags, run: () => Promise.reject(), render: () => '', tables: () => [] }
  }
  const benches = [bench('clock'), bench('consensus', ['windows', 'accounts']), bench('sync', ['accounts', 'long'])]

  it.each([
    [['nothing'], "unknown bench 'nothing'; one of clock, consensus, sync"],
    [['clock', '--rounds', '0'], "--rounds is '0'"],
    [['clock', '--speed'], '--speed'],
    [['clock', '--windows', '3'], "--windows means nothing to the bench 'clock'"],
    [['consensus', '--windows', 'all'], "--windows is 'all'"],
    [['consensus', '--accounts', '10,0'], "--accounts is '0'"],
    [['clock', '--long'], '--long means nothing'],
    [['clock', '--out', 'folder'], '--out means nothing'],
    [['--accounts', '10'], '--accounts means nothing to a run of all benches'],
    [['clock', 'more'], "what is 'more'?"],
  ])('%j is refused', (args, message) => {
    expect(() => parseCommand(args, benches)).toThrow(message)
  })

  it('names one bench, or none for all', () => {
    expect(parseCommand(['sync', '--accounts', '5,7', '--long'], benches)).toMatchObject({
      bench: { name: 'sync' },
      rounds: 15,
      accounts: [5, 7],
      long: true,
    })
    expect(parseCommand(['--long', '--out', 'here'], benches)).toEqual({
      bench: undefined,
      json: false,
      isLong: true,
      out: 'here',
    })
  })

  it('is refused in one line with exit 2', () => {
    const main = fileURLToPath(new URL('./dist/main.js', import.meta.url))
    const { status, stderr, stdout } = spawnSync(process.execPath, [main, 'nothing'], { encoding: 'utf8' })
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: "error: unknown bench 'nothing'; one of clock, node, consensus, transport, mirror, sync\n",
    })
  })
})
