import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isWholeScript, sentinelScript } from '../../src/workflows/sentinel-script.js'
import { BUNDLE, buildInto, checkout, runScript, temporaryFolder } from './bundle.js'

describe('the bundled sentinel', { timeout: 120_000 }, () => {
  it('has the sha256 of the rest in its first line, and one byte that differs is noticed', async () => {
    const text = await readFile(BUNDLE, 'utf8')
    const end = text.indexOf('\n')
    const hash = createHash('sha256')
      .update(text.slice(end + 1))
      .digest('hex')
    expect(text.slice(0, end)).toMatch(new RegExp(`: ${hash}$`))
    expect(sentinelScript()).toBe(text)
    expect(isWholeScript(text.replace('function', 'Function'))).toBe(false)
    expect(isWholeScript(text.slice(0, -1))).toBe(false)
  })

  it('is the same bytes whenever and wherever it is built', async () => {
    const [first, second] = [await temporaryFolder(), await temporaryFolder()]
    for (const folder of [first, second]) expect(await buildInto(folder)).toMatchObject({ code: 0 })
    const [a, b] = [await readFile(join(first, 'sentinel.mjs')), await readFile(join(second, 'sentinel.mjs'))]
    expect(a.equals(b)).toBe(true)
    expect(a.equals(await readFile(BUNDLE))).toBe(true)
    expect(a.toString('utf8')).not.toContain(first)
  }, 120_000)

  it('imports nothing but what Node brings, and no database', async () => {
    const text = await readFile(BUNDLE, 'utf8')
    const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '')
    const imports = code.matchAll(/^import [^\n]*?["']([^"'\n]+)["'];?$|\b(?:import|require)\(\s*["']([^"']+)["']/gm)
    const names = new Set([...imports].map(([, fixed, late]) => fixed ?? late ?? ''))
    expect(names.size).toBeGreaterThan(3)
    expect([...names].filter((name) => !isBuiltin(name))).toEqual([])
    expect(text).not.toContain('node:sqlite')
  })

  it('runs beside an empty node_modules: usage, configuration, and a role that may not act', async () => {
    const folder = await checkout('{}')
    expect((await runScript(folder, 'dance', {})).code).toBe(2)
    const missing = await runScript(folder, 'guard', {})
    expect(missing.code).toBe(78)
    expect(missing.stderr).toContain('GITHUB_REPOSITORY is missing')
    const inert = await runScript(folder, 'guard', { GITHUB_REPOSITORY: 'o/n', MIRROR_ROLE: 'master' })
    expect(inert.code).toBe(5)
    expect(JSON.parse(inert.stdout)).toMatchObject({ act: false, code: 'INERT' })
  })
})
