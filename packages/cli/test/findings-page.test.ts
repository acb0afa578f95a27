import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEGRADED_CODES, FINDING_CODES } from '@montana/node/settings'
import { loadThresholds } from '@montana/soak'
import { expect, it } from 'vitest'
import { withFindings } from '../src/findings-page.js'

const root = join(import.meta.dirname, '..', '..', '..')

it('the tables of the operator guide are those of the programs; npm run docs writes them', async () => {
  const page = readFileSync(join(root, 'docs', 'operator-guide.md'), 'utf8')
  expect(page).toBe(withFindings(page, (await loadThresholds()).thresholds))
})

it('a page without its marks is refused', async () => {
  expect(() => withFindings('# A page', {} as never)).toThrow(RangeError)
})

const SOURCES = ['packages/node/src', 'packages/consensus/src', 'packages/sync/src', 'packages/fleet/src']

it('every code of the tables is raised somewhere', () => {
  const text = SOURCES.flatMap((folder) => sourcesIn(join(root, folder))).join('\n')
  const codes = [...Object.keys(FINDING_CODES), ...Object.keys(DEGRADED_CODES)]
  expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([])
})

function sourcesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => name.endsWith('.ts') && !name.endsWith('codes.ts'))
  return files.map((name) => readFileSync(join(folder, name), 'utf8'))
}
