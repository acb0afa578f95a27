import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createContext } from '../dist/context.js'
import { createProgram } from '../dist/program.js'
import { referencePage } from '../dist/reference.js'

it('docs/cli.md is what the option objects say; npm run docs writes it', async () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'cli.md'), 'utf8')
  expect(page).toBe(referencePage(await createProgram(createContext().context)))
})
