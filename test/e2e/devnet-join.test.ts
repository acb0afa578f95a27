import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { longIt } from '../support/long-it.js'
import { montana, temporaryFolder } from './support/montana.js'

const NODES = ['moscow', 'frankfurt', 'helsinki', 'armenia']

interface Result {
  verdict: string
  reasons: string[]
  nodes: {
    label: string
    window: number
    root: string
    state_root: string
    headerHash: string
    findings: { code: string; peer: string | null }[]
    catch_up: { mode: string; windows: number; seconds: number; bytes_fetched: number } | null
  }[]
}

async function run(dir: string, ...flags: string[]): Promise<Result> {
  const args = ['devnet', '--data-dir', dir, '--reset', '--json', '--no-console', '--min-window-ms', '300', ...flags]
  const { stdout, stderr } = await montana(args)
  expect(stdout, stderr).not.toBe('')
  return JSON.parse(stdout) as Result
}

/** The fifth row, after all have been found to agree. */
function lateOf({ reasons, nodes }: Result, label: string, window: number) {
  expect(reasons).toEqual([])
  expect(nodes.map((node) => node.label)).toEqual([...NODES, label])
  expect(new Set(nodes.map((node) => node.window))).toEqual(new Set([window]))
  expect(new Set(nodes.flatMap(({ root, state_root: other }) => [root, other])).size).toBe(1)
  expect(new Set(nodes.map(({ headerHash }) => headerHash)).size).toBe(1)
  const late = nodes.find((node) => node.label === label)
  expect(late?.catch_up?.mode).toBe('range')
  expect(late?.catch_up?.bytes_fetched).toBeGreaterThan(0)
  return late
}

describe('a node that joins a running devnet', () => {
  it('ends at the roots of the others although one of them lies, and names the liar', async () => {
    const dir = temporaryFolder()
    const flags = ['--join', 'paris@12', '--windows', '18', '--liar', 'helsinki', '--sync', 'range']
    const paris = lateOf(await run(dir, ...flags), 'paris', 18)
    expect(paris?.catch_up?.windows).toBeGreaterThanOrEqual(12)
    expect(paris?.findings).toEqual([expect.objectContaining({ code: 'PROOF_INVALID', peer: 'helsinki' })])
    const { stdout } = await montana(['evidence', 'list', '--data-dir', dir, '--json'])
    const listed = JSON.parse(stdout).nodes.find(({ label }: { label: string }) => label === 'paris')
    expect(listed.incidents.map(({ code }: { code: string }) => code)).toContain('PROOF_INVALID')
  }, 90_000)

  longIt(
    'joins early, at any window and beside any liar, again with the store that it has, and is gone after a reset',
    async () => {
      for (const [at, liar] of [
        [1, 'armenia'],
        [9, 'moscow'],
      ] as const) {
        const dir = temporaryFolder()
        lateOf(await run(dir, '--join', `late@${at}`, '--windows', '20', '--liar', liar), 'late', 20)
        const args = ['devnet', '--data-dir', dir, '--json', '--no-console', '--min-window-ms', '300']
        const more = JSON.parse((await montana([...args, '--join', 'late@9', '--windows', '14'])).stdout) as Result
        expect(more.reasons).toEqual([])
        expect(new Set(more.nodes.map(({ root }) => root)).size).toBe(1)
        const again = await run(dir, '--windows', '1')
        expect(again.nodes.map(({ label }) => label)).toEqual(NODES)
        expect(existsSync(join(dir, 'late'))).toBe(false)
      }
    },
    240_000,
  )
})
