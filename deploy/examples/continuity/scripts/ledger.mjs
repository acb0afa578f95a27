import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'

const STATE = 'state/current.json'
const LEDGER = 'state/actions.ndjson'

export function readState() {
  return JSON.parse(readFileSync(STATE, 'utf8'))
}

export function writeState(state) {
  writeFileSync(STATE, `${JSON.stringify(state, null, 2)}\n`)
}

/** Ids of the actions that were executed, here or on any other repository whose ledger was united with this one. */
export function executed() {
  const lines = readFileSync(LEDGER, 'utf8').split('\n').filter(Boolean)
  return new Set(lines.map((line) => JSON.parse(line).id))
}

export function record(entry) {
  appendFileSync(LEDGER, `${JSON.stringify(entry)}\n`)
}
