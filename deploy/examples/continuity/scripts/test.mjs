import assert from 'node:assert/strict'
import { executed, readState } from './ledger.mjs'

const planned = new Set(readState().plan.map(({ id }) => id))
for (const id of executed()) assert(planned.has(id), `${id} was executed but never planned`)
process.stdout.write('the ledger and the plan agree\n')
