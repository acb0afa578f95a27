import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { isLong } from '../../../test/support/long-it.js'
import { recordCalls, whyNoTrace } from '../../../test/support/power-loss/record.js'
import { temporaryDirectory } from './helpers.js'
import { injections } from './power-loss/injections.js'
import { outcomeOf } from './power-loss/outcome.js'

const INJECTIONS = isLong ? 500 : 40
const missing = whyNoTrace()
const child = (name: string) => fileURLToPath(new URL(`./children/${name}`, import.meta.url))

const filesIn = (dir: string) => new Map(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name))]))

function traced(dir: string, windows: number, node: readonly string[] = []) {
  const base = filesIn(dir)
  const { calls, signal, stderr } = recordCalls(dir, [...node, child('commit-loop.mjs'), dir, `${windows}`])
  expect([signal, stderr]).toEqual(['SIGKILL', ''])
  return { calls, folder: dir, base }
}

describe(`a loss of power${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  it.skipIf(missing !== undefined)('loses nothing that was acknowledged', () => {
    const recorded = traced(temporaryDirectory(), 20)
    const outcomes = [...injections(recorded, INJECTIONS, 1)].map((injection) => ({
      ...outcomeOf(injection),
      injection,
    }))
    const bad = outcomes.filter(({ verdict }) => verdict !== 'kept')
    expect(bad.map(({ verdict, injection: { calls, loss, seed } }) => ({ verdict, calls, loss, seed }))).toEqual([])
  })
})
