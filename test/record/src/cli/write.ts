import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderRecord } from '../page/render.js'
import { loadRegister, REGISTER_FILE, ROOT } from '../register/load.js'
import { sealRegister } from '../register/seal.js'

export const PAGE_FILE = join(ROOT, 'docs', 'track-record.md')

export function write(_print: (text: string) => void): number {
  writeFileSync(PAGE_FILE, renderRecord(loadRegister()))
  return 0
}

export function seal(print: (text: string) => void): number {
  const register = sealRegister(readFileSync(REGISTER_FILE, 'utf8'))
  writeFileSync(REGISTER_FILE, `${JSON.stringify(register, null, 2)}\n`)
  print(`${register.counts.total} findings sealed, sum ${register.sum}`)
  return 0
}
