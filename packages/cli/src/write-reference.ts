import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadThresholds } from '@montana/soak'
import { createContext } from './context.js'
import { withFindings } from './findings-page.js'
import { createProgram } from './program.js'
import { referencePage } from './reference.js'

const docs = join(import.meta.dirname, '..', '..', '..', 'docs')
const guide = join(docs, 'operator-guide.md')
const { thresholds } = await loadThresholds()

writeFileSync(join(docs, 'cli.md'), referencePage(await createProgram(createContext().context)))
writeFileSync(guide, withFindings(readFileSync(guide, 'utf8'), thresholds))
