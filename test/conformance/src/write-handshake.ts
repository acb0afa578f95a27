import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { handshakeCases } from './handshake/cases.js'
import { formatCases } from './handshake/format.js'

/** Writes fixtures/handshake.json from the inputs of spec transport appendix B: node test/conformance/dist/write-handshake.js */
const FILE = fileURLToPath(new URL('../fixtures/handshake.json', import.meta.url))

writeFileSync(FILE, formatCases(handshakeCases()))
