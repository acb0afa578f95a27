import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, onTestFinished } from 'vitest'

const UNITS = join(import.meta.dirname, '..', '..', 'deploy', 'systemd')
const names = readdirSync(UNITS)
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0
/** What the units run; the host that runs this test need not have it. */
const PROGRAMS = [
  'opt/montana/current/bin/montana',
  'opt/example-bot/bot.mjs',
  'usr/bin/systemctl',
  'usr/bin/tail',
  'bin/kill',
]
/** "SAFE" by the words of `systemd-analyze security`. */
const EXPOSURE_MAX = 20

/** A root of its own with the host's units and ours: nothing is started, only read. */
function unitRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'units-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  cpSync('/usr/lib/systemd/system', join(root, 'usr/lib/systemd/system'), { recursive: true, verbatimSymlinks: true })
  cpSync(UNITS, join(root, 'etc/systemd/system'), { recursive: true })
  for (const program of PROGRAMS) {
    mkdirSync(join(root, dirname(program)), { recursive: true })
    writeFileSync(join(root, program), '#!/bin/sh\n')
    chmodSync(join(root, program), 0o755)
  }
  return root
}

/** Every value of a setting, as the file has them. */
function valuesOf(unit: string, setting: string): string[] {
  const lines = readFileSync(join(UNITS, unit), 'utf8').split('\n')
  return lines.filter((line) => line.startsWith(`${setting}=`)).map((line) => line.slice(setting.length + 1))
}

const AGENT = 'montana-failover.service'
const services = names.filter((unit) => valuesOf(unit, 'BindsTo').includes(AGENT))

describe('units of a failover group', () => {
  it('the agent is watched, killed at once, and started again unless its configuration is wrong', () => {
    const wanted = {
      Type: 'notify',
      WatchdogSec: '2',
      WatchdogSignal: 'SIGKILL',
      Restart: 'always',
      RestartSec: '1',
      RestartPreventExitStatus: '78',
      KillMode: 'control-group',
    }
    for (const [setting, value] of Object.entries(wanted))
      expect([setting, valuesOf(AGENT, setting)]).toEqual([setting, [value]])
  })

  it('a service runs with the agent and a tenure only, and ends with the agent', () => {
    expect(services).toEqual(['example-bot.service'])
    for (const unit of services) {
      expect(valuesOf(unit, 'After')).toContain(AGENT)
      expect(valuesOf(unit, 'ConditionPathExists')).toEqual(valuesOf(unit, 'EnvironmentFile'))
      expect(valuesOf(unit, 'ConditionPathExists')[0]).toMatch(/^\/run\/montana-failover\/tenure-[a-z0-9-]+$/)
      expect(readFileSync(join(UNITS, unit), 'utf8')).not.toContain('[Install]')
      expect(valuesOf(AGENT, 'ExecStopPost').some((line) => line.endsWith(`--signal=SIGKILL ${unit}`))).toBe(true)
    }
  })

  it('secrets are credentials, never environment', () => {
    for (const unit of names)
      expect(valuesOf(unit, 'Environment').join()).not.toMatch(/token|secret|password|api_?key/i)
  })
})

describe('the sentinel of a mirror', () => {
  it('looks twice an hour, makes up for what was missed, and is not failed by what it sees', () => {
    expect(valuesOf('montana-sentinel.timer', 'OnCalendar')).toEqual(['*-*-* *:11,41:00'])
    expect(valuesOf('montana-sentinel.timer', 'Persistent')).toEqual(['yes'])
    expect(valuesOf('montana-sentinel.service', 'Type')).toEqual(['oneshot'])
    expect(valuesOf('montana-sentinel.service', 'SuccessExitStatus')).toEqual(['6 7'])
  })

  it('has its token from a credential, and no time limit that a promotion could not keep', () => {
    const [line = ''] = valuesOf('montana-sentinel.service', 'ExecStart')
    expect(line).toContain('mirror sentinel run --once')
    expect(line).toContain('--env %d/sentinel.env')
    expect(valuesOf('montana-sentinel.service', 'LoadCredential')).toEqual(['sentinel.env:/etc/montana/sentinel.env'])
    expect(valuesOf('montana-sentinel.service', 'TimeoutStartSec')).toEqual(['45min'])
  })
})

interface Action {
  readonly id: string
  readonly unit: string
  readonly verb: string
}

/** What the shipped rule says, run as polkit would. */
function ruleOf(): (action: Action, user: string) => unknown {
  let rule: ((action: object, subject: object) => unknown) | undefined
  const polkit = {
    Result: { YES: 'yes', NOT_HANDLED: null },
    addRule: (added: typeof rule) => {
      rule = added
    },
  }
  runInNewContext(readFileSync(join(UNITS, '..', 'polkit', '60-montana-failover.rules'), 'utf8'), { polkit })
  return ({ id, unit, verb }, user) => {
    const lookup = (name: string) => ({ unit, verb })[name]
    return rule?.({ id, lookup }, { user })
  }
}

describe('the rule of polkit', () => {
  const manage = { id: 'org.freedesktop.systemd1.manage-units', unit: 'example-bot.service' }

  it('lets the agent start, stop and kill the services of the group', () => {
    const rule = ruleOf()
    for (const unit of services)
      for (const verb of ['start', 'stop', 'kill'])
        expect(rule({ ...manage, unit, verb }, 'montana-failover')).toBe('yes')
  })

  it('says nothing about anybody or anything else', () => {
    const rule = ruleOf()
    expect(rule({ ...manage, verb: 'start' }, 'example-bot')).toBeNull()
    expect(rule({ ...manage, verb: 'start', unit: 'ssh.service' }, 'montana-failover')).toBeNull()
    expect(rule({ ...manage, verb: 'enable' }, 'montana-failover')).toBeNull()
    expect(
      rule({ ...manage, verb: 'start', id: 'org.freedesktop.systemd1.manage-unit-files' }, 'montana-failover'),
    ).toBeNull()
  })
})

describe.skipIf(!hasSystemd)('systemd units, offline (skipped without systemd-analyze)', () => {
  it('verify', () => {
    const root = unitRoot()
    for (const name of names) {
      const path = join(root, 'etc/systemd/system', name)
      const { stderr } = spawnSync('systemd-analyze', [`--root=${root}`, '--man=no', 'verify', path], {
        encoding: 'utf8',
      })
      expect(stderr.split('\n').filter((line) => names.some((unit) => line.includes(unit)))).toEqual([])
    }
  })

  it('are as closed as they can be', () => {
    const root = unitRoot()
    for (const name of names.filter((unit) => unit.endsWith('.service'))) {
      const args = ['security', '--offline=true', `--root=${root}`, `--threshold=${EXPOSURE_MAX}`, name]
      const { status, stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
      expect([name, status, status === 0 ? '' : stdout]).toEqual([name, 0, ''])
    }
  })

  it('have calendars that come round', () => {
    for (const name of names.filter((unit) => unit.endsWith('.timer'))) {
      const calendar = /^OnCalendar=(.+)$/m.exec(readFileSync(join(UNITS, name), 'utf8'))?.[1] ?? ''
      expect(execFileSync('systemd-analyze', ['calendar', calendar], { encoding: 'utf8' })).toContain('Next elapse')
    }
  })
})
