import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { createContext } from '../dist/context.js'
import { createProgram } from '../dist/program.js'
import { commandsIn, faultOf } from './support/doc-commands.js'

const root = join(import.meta.dirname, '..', '..', '..')
const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
const PAGES = ['README.md', ...docs.map((name) => join('docs', name))]
const read = (page: string) => readFileSync(join(root, page), 'utf8')

it('every command line in README and docs is one that the program takes', async () => {
  const program = await createProgram(createContext().context)
  const found = PAGES.flatMap((page) => commandsIn(read(page)).map((command) => ({ page, ...command })))
  const faults = found.flatMap(({ page, line, words }) => {
    const fault = faultOf(program, words)
    return fault === undefined ? [] : [`${page}:${line}: montana ${words.join(' ')}: ${fault}`]
  })
  expect(faults).toEqual([])
  expect(found.length).toBeGreaterThan(60)
})

it('every npm script in README and docs is one that there is', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = PAGES.flatMap((page) => [...read(page).matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(([, name]) => name))
  expect(named.filter((name) => name !== undefined && scripts[name] === undefined)).toEqual([])
})

it.each([
  ['frobnicate', /no command/],
  ['manifest frobnicate', /has no 'frobnicate'/],
  ['status --frob', /no option --frob/],
  ['windows verify --data-dir', /needs a value/],
])('montana %s would be found', async (line, fault) => {
  const program = await createProgram(createContext().context)
  const page = `Text with \`montana ${line}\`.\n`
  expect(commandsIn(page).map(({ words }) => faultOf(program, words))).toEqual([expect.stringMatching(fault)])
  expect(commandsIn(`    npx montana ${line.split(' ').join(' \\\n      ')}   # why\n`)).toMatchObject([
    { line: 1, words: line.split(' ') },
  ])
})

/** A decision may be named by its number alone. */
const isThere = (path: string) => {
  const name = basename(path)
  return readdirSync(join(root, dirname(path))).some((entry) => entry === name || entry.startsWith(`${name}-`))
}

it('every file that README and docs name is there', () => {
  const paths = PAGES.flatMap((page) => [...read(page).matchAll(/`((?:packages|test|docs|deploy|soak)\/[\w./-]+)`/g)])
  const missing = paths.flatMap(([, path = '']) => (isThere(path) ? [] : [path]))
  expect(missing).toEqual([])
  expect(paths.length).toBeGreaterThan(40)
})
