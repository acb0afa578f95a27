import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROGRAMS } from '../setup/apt.mjs'

const FOLDER = join(import.meta.dirname, '..', '..', 'deploy', 'prometheus')
/** Programs of a hundred megabytes start slowly on a host that is busy. */
const SLOW_MS = 60_000
const rules = readdirSync(FOLDER).filter((name) => name.endsWith('.rules.yml'))

/** Where the distribution or the test set-up has put it. */
function programOf(name: string): string | undefined {
  const own = join(PROGRAMS, name)
  if (existsSync(own)) return own
  return spawnSync(name, ['--version']).error === undefined ? name : undefined
}

const promtool = programOf('promtool')
const amtool = programOf('amtool')

function run(program: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: FOLDER, encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

describe.skipIf(promtool === undefined)('promtool (skipped without it)', { timeout: SLOW_MS }, () => {
  it('takes the configuration and its rules', () => {
    const { status, output } = run(promtool ?? '', 'check', 'config', 'prometheus.example.yml')
    expect([status, output.match(/SUCCESS/g)?.length]).toEqual([0, 1 + rules.length])
  })

  it('sees alerts fire when they should, and resolve', () => {
    const { status, output } = run(promtool ?? '', 'test', 'rules', 'tests/findings.test.yml')
    expect([status, output]).toEqual([0, expect.stringContaining('SUCCESS')])
  })
})

describe.skipIf(amtool === undefined)('amtool (skipped without it)', { timeout: SLOW_MS }, () => {
  it('takes the example for Alertmanager', () => {
    const { status, output } = run(amtool ?? '', 'check-config', 'alertmanager.example.yml')
    expect([status, output]).toEqual([0, expect.stringContaining('SUCCESS')])
  })
})
