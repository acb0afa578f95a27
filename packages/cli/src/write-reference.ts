import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext } from './context.js'
import { createProgram } from './program.js'
import { referencePage } from './reference.js'

writeFileSync(
  join(import.meta.dirname, '..', '..', '..', 'docs', 'cli.md'),
  referencePage(await createProgram(createContext().context)),
)
