import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

export const DEPLOY = join(import.meta.dirname, '..', '..', '..', 'deploy')
export const UNITS = join(DEPLOY, 'units')
const EXAMPLES = join(UNITS, 'examples')
const DROP_INS = join(UNITS, 'drop-ins')
/** What the units run; the host that runs this test need not have it. */
const PROGRAMS = [
  'opt/montana/current/bin/montana',
  'opt/example-bot/bot.mjs',
  'usr/bin/systemctl',
  'usr/bin/tail',
  'bin/kill',
  'bin/sh',
]

const isUnit = (name: string) => /\.(service|timer)$/.test(name)

/** Installed by a release: services and timers. */
export const names = readdirSync(UNITS).filter(isUnit).sort()
export const services = names.filter((name) => name.endsWith('.service'))
export const timers = names.filter((name) => name.endsWith('.timer'))
/** To be copied and renamed. */
export const examples = readdirSync(EXAMPLES).filter(isUnit).sort()
/** What a host may need in addition, by name of the folder. */
export const dropIns = readdirSync(DROP_INS).sort()

export function textOf(unit: string): string {
  return readFileSync(join(examples.includes(unit) ? EXAMPLES : UNITS, unit), 'utf8')
}

/** Every value of a setting, as the file has them. */
export function valuesOf(unit: string, setting: string): string[] {
  const lines = textOf(unit).split('\n')
  return lines.filter((line) => line.startsWith(`${setting}=`)).map((line) => line.slice(setting.length + 1))
}

/** Folder of the units below a root. */
export const installed = (root: string): string => join(root, 'etc/systemd/system')

/** A root of its own with the host's targets and our units, and with drop-ins where named: nothing is started, only read. */
export function unitRoot(...withDropIns: string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'units-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  copyTargets('/usr/lib/systemd/system', join(root, 'usr/lib/systemd/system'))
  for (const folder of [UNITS, EXAMPLES])
    for (const name of readdirSync(folder).filter(isUnit)) cpSync(join(folder, name), join(installed(root), name))
  for (const name of withDropIns) cpSync(join(DROP_INS, name), installed(root), { recursive: true })
  for (const program of PROGRAMS) {
    mkdirSync(join(root, dirname(program)), { recursive: true })
    writeFileSync(join(root, program), '#!/bin/sh\n')
    chmodSync(join(root, program), 0o755)
  }
  return root
}

/** What ours are ordered against; the services of the host are not looked at. */
function copyTargets(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from).filter((entry) => entry.endsWith('.target')))
    cpSync(join(from, name), join(to, name), { verbatimSymlinks: true })
}
