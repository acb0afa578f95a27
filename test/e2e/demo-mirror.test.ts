import { join } from 'node:path'
import { whyNoSshd } from '@montana/github-stand'
import { describe, expect, it } from 'vitest'
import { runScript } from './support/script.js'

const DEMO = join(import.meta.dirname, '..', 'mirror', 'dist', 'main.js')
const TIMEOUT_MS = 240_000
const missing = whyNoSshd()

describe(`the demo of the repository mirror${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  it.skipIf(missing !== undefined)(
    'tells a life in which one replica is promoted and nothing is lost or done twice',
    async () => {
      const { code, stdout, stderr } = await runScript(DEMO, ['--json'])
      const { timeline, ...result } = JSON.parse(stdout)
      const expected = { verdict: 'PASS', promoted: ['replica'], epoch: 3, lostCommits: 0, duplicateActions: 0 }
      expect(result, stderr).toMatchObject(expected)
      expect(code).toBe(0)
      const events = timeline.map(({ who, event }: { who: string; event: string }) => `${who} ${event}`)
      const order = [
        'primary syncs',
        'primary dies',
        'replica is promoted',
        'replica works',
        'primary returns',
        'primary hand-back merge',
      ]
      const places = order.map((event) => events.indexOf(event))
      expect(places).toEqual([...places].sort((a, b) => a - b))
      expect(places).not.toContain(-1)
    },
    TIMEOUT_MS,
  )

  it('refuses what it does not know', async () => {
    const { code, stderr } = await runScript(DEMO, ['--trials', '3'])
    expect(code).toBe(2)
    expect(stderr).toContain('--json')
  })
})
