import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { isLong } from '../support/long-it.js'
import { runScript } from './support/script.js'

const DEMO = join(import.meta.dirname, '..', 'trials', 'dist', 'main.js')
/** Whole cycles of one to four deaths; more in test/long. */
const TRIALS = isLong ? 8 : 4
const RUN_TIMEOUT_MS = 300_000
/** The promise of 3-Mirror. */
const GAP_MAX_MS = 10_000

const demo = (...args: string[]) => runScript(DEMO, args)

describe('npm run demo:failover', () => {
  it(
    'keeps the promise with one to four hosts dead: under ten seconds, one leader, nothing lost',
    async () => {
      const page = new PageWatch()
      const args = ['--json', '--trials', String(TRIALS), '--console-port', '0']
      const { code, stdout, stderr } = await runScript(DEMO, args, (all) => page.read(all))
      await page.check()
      const result = JSON.parse(stdout)
      const { timeline, ...rest } = result
      expect(rest, stderr.slice(-2000)).toMatchObject({
        verdict: 'PASS',
        trials: TRIALS,
        doubleLeaders: 0,
        lostWrites: 0,
      })
      expect(code).toBe(0)
      expect(result.witnesses).toBe(3)
      expect(result.gapsMs.max).toBeLessThan(GAP_MAX_MS)
      expect(Object.keys(result.perDead)).toEqual(['1', '2', '3', '4'])
      for (const spread of Object.values(result.perDead)) {
        expect(spread).toEqual({ p50: expect.any(Number), p99: expect.any(Number), max: expect.any(Number) })
      }
      checkTimeline(timeline)
    },
    RUN_TIMEOUT_MS,
  )

  it('says what it does not understand', async () => {
    expect(await demo('--trails', '3')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--trails'),
    })
    expect(await demo('--trials', 'many')).toMatchObject({ code: 2, stderr: expect.stringContaining("'many'") })
    expect(await demo('--console-port', 'x')).toMatchObject({ code: 2, stderr: expect.stringContaining("'x'") })
  })
})

/** The page that the demo serves meanwhile: it shows leaders come and go, and ends with it. */
class PageWatch {
  #url: string | undefined
  #polls: Promise<void> | undefined
  readonly #leaders = new Set<string>()
  readonly #silent = new Set<number>()

  /** What the demo said so far. */
  read(all: string): void {
    this.#url ??= /^console: (http:\/\/127\.0\.0\.1:\d+)\/#failover$/m.exec(all)?.[1]
    if (this.#url !== undefined) this.#polls ??= this.#follow(this.#url)
  }

  async check(): Promise<void> {
    await this.#polls
    expect(this.#leaders.size).toBeGreaterThanOrEqual(4)
    expect(this.#silent.size).toBeGreaterThanOrEqual(4)
  }

  /** Until it ends. */
  async #follow(url: string): Promise<void> {
    for (;;) {
      const answer = await fetch(`${url}/api/failover`).catch(() => undefined)
      if (!answer?.ok) return
      const { agents, groups } = (await answer.json()) as Shown
      const serve = groups[0]?.chains.find(({ policy }) => policy === 'serve')
      for (const { host } of serve?.leaders ?? []) this.#leaders.add(host)
      this.#silent.add(agents.filter(({ error }) => error !== null).length)
      await sleep(500)
    }
  }
}

interface Shown {
  readonly agents: readonly { readonly error: unknown }[]
  readonly groups: readonly {
    readonly chains: readonly { readonly policy: string; readonly leaders: readonly { readonly host: string }[] }[]
  }[]
}

interface Chapter {
  readonly atMs: number
  readonly event: string
  readonly host: string
  readonly epoch: string | null
  readonly mode: string | null
}

/** The last survivor says so, and every leader has a higher epoch than the one before. */
function checkTimeline(timeline: readonly Chapter[]): void {
  const leads = timeline.filter(({ event }) => event === 'leads')
  const epochs = leads.map(({ epoch }) => BigInt(epoch ?? 0))
  expect(epochs.every((epoch, index) => index === 0 || epoch > (epochs[index - 1] ?? 0n))).toBe(true)
  expect(leads.map(({ mode }) => mode)).toContain('SURVIVOR')
  expect(timeline.filter(({ event }) => event === 'died')).toHaveLength(TRIALS)
  expect(timeline.map(({ atMs }) => atMs)).toEqual(timeline.map(({ atMs }) => atMs).toSorted((a, b) => a - b))
}
