import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'

const PAGE = join(import.meta.dirname, '..', 'dist', 'page')
const KIB = 1024
const FIRST_LOAD_MAX_KIB = 100
const STATIC_IMPORT = /(?:\bimport|\bfrom)\s*["'](\.\/[^"']+\.js)["']/g

/** Files of `assets/` that a browser must have before the page says anything: the entry and what it imports statically. */
function firstLoad(): string[] {
  const [, entry = ''] = /<script type="module"[^>]* src="\/assets\/([^"]+)"/.exec(read('index.html')) ?? []
  const files = new Set([entry])
  for (const file of files) {
    for (const [, target = ''] of read(join('assets', file)).matchAll(STATIC_IMPORT)) files.add(target.slice(2))
  }
  return [...files]
}

function read(path: string): string {
  return readFileSync(join(PAGE, path), 'utf8')
}

function compressedKib(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + gzipSync(read(join('assets', file))).length, 0) / KIB
}

it('loads at most 100 KiB of compressed script before it shows something', () => {
  const files = firstLoad()
  expect(files[0]).toMatch(/\.js$/)
  expect(compressedKib(files)).toBeLessThanOrEqual(FIRST_LOAD_MAX_KIB)
})

it('leaves to later what most looks do not need: the charts, and each other tab', () => {
  const first = firstLoad()
  const all = readdirSync(join(PAGE, 'assets')).filter((name) => name.endsWith('.js'))
  expect(all.filter((name) => !first.includes(name)).length).toBeGreaterThanOrEqual(4)
  expect(first.map((file) => read(join('assets', file))).join()).not.toContain('uplot')
})

it('asks nobody else: no address of another host in what is served', () => {
  const found = ['index.html', 'docs.html'].flatMap((name) => [...read(name).matchAll(/(?:src|href)="(?!\/)([^"]*)"/g)])
  expect(found.map(([, target]) => target)).toEqual([])
})
