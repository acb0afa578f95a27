import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const main = fileURLToPath(new URL('./dist/main.js', import.meta.url))

it('one round prints exactly one object with every contender', () => {
  const { status, stdout } = spawnSync(process.execPath, [main, 'clock', '--json', '--rounds', '1'], {
    encoding: 'utf8',
  })
  expect(status).toBe(0)
  const { rows, ratios, bound } = JSON.parse(stdout)
  const names = rows.map((row: { name: string }) => row.name)
  for (const name of ['native chain', 'hash-wasm', 'crypto.hash', '@noble/hashes']) expect(names).toContain(name)
  for (const { stepsPerSecond } of rows) expect(stepsPerSecond).toBeGreaterThan(0)
  expect(Object.keys(ratios)).toContain('chainToFastestJavascript')
  expect(bound === null || bound.reached > 0).toBe(true)
})
