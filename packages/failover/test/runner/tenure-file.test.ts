import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tenureText } from '../../src/runner/tenure-file.js'
import { folder, serviceOf, tenure } from './support.js'

const facts = { ...tenure(8), group: 'montana-5', host: 'amsterdam', epochFile: '/run/montana-failover/epoch-serve' }

/** A shell reads such a file by the same rules as `EnvironmentFile=`. */
function read(text: string, name: string): string {
  const path = join(folder(), 'tenure')
  writeFileSync(path, text)
  return execFileSync('sh', ['-c', `. "${path}"; printf %s "$${name}"`], { encoding: 'utf8' })
}

it('holds the environment of a service', () => {
  const text = tenureText(facts, serviceOf({}))
  expect(read(text, 'MONTANA_EPOCH')).toBe(String(tenure(8).epoch))
  expect(read(text, 'MONTANA_EPOCH_FILE')).toBe('/run/montana-failover/epoch-serve')
  expect(read(text, 'MONTANA_EFFECTS')).toBe('all')
})

it.each([
  ['quotes', 'an "operator" said \'now\'', 'an "operator" said \'now\''],
  ['what a shell would run', '$(touch x) `id` \\n', '$(touch x) `id` \\n'],
  ['lines', 'first\nLD_PRELOAD=x.so\r\u0085', 'first LD_PRELOAD=x.so  '],
])('keeps %s of a reason to itself', (_, reason, expected) => {
  const text = tenureText({ ...facts, reason }, serviceOf({}))
  expect(read(text, 'MONTANA_REASON')).toBe(expected)
  expect(text.split('\n').filter((line) => line.startsWith('LD_PRELOAD'))).toEqual([])
})

it('bounds the reason', () => {
  const text = tenureText({ ...facts, reason: 'x'.repeat(10_000) }, serviceOf({}))
  expect(read(text, 'MONTANA_REASON')).toHaveLength(500)
})
